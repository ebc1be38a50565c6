"""Figures of the last runs in docs/reliability.md: each harness writes its own part, between two comments."""

import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

Rows = Sequence[tuple[str, ...]]


def table(head: tuple[str, ...], rows: Rows) -> str:
    """Return a Markdown table."""
    lines = [head, tuple("---" for _cell in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write_part(page: Path, part: str, text: str) -> None:
    """Replace what stands between the comments of ``part``, and say when and at which commit the figures were taken."""
    content = page.read_text(encoding="utf-8")
    begin, end = f"<!-- {part}: figures -->", f"<!-- {part}: end -->"
    written = f"{begin}\n{datetime.now(UTC):%Y-%m-%d}, commit {_commit(page.parent)}.\n\n{text}\n{end}"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    assert pattern.search(content), f"{page} has no comments for {part}"
    page.write_text(pattern.sub(lambda _found: written, content), encoding="utf-8")


def _commit(folder: Path) -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
