"""``mistudio doctor``: checks a set-up, and says how to fix it."""

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import httpx2
import typer

from mistudio.commands.output import load_settings, out, say, say_json
from mistudio.core.config import Settings
from mistudio.core.ownership import find_server_url
from mistudio.utils.file_utils import format_size, free_bytes

_HUB_SECONDS = 10.0


@dataclass(frozen=True)
class Finding:
    """The result of one check."""

    subject: str
    is_ok: bool
    detail: str


def doctor(
    hub: Annotated[bool, typer.Option("--hub", help="Check the Hub, too.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data_dir: Annotated[Path | None, typer.Option(help="The data folder.")] = None,
) -> None:
    """Check the set-up, and say how to fix it; exit code 1 if something is wrong."""
    settings = load_settings(data_dir=data_dir)
    findings = [*_check_all(settings), *([_check_hub(settings)] if hub else [])]
    if json:
        say_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            mark = "[green]ok[/green]" if finding.is_ok else "[red]no[/red]"
            out.print(f"{mark}  {finding.subject}: ", end="")
            say(finding.detail)
    if not all(finding.is_ok for finding in findings):
        raise typer.Exit(1)


def _check_all(settings: Settings) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("Python", sys.version_info >= (3, 11), f"{version}; 3.11 or newer is needed.")
    problem = _find_folder_problem(settings.data_dir)
    yield Finding("Data folder", problem is None, f"{settings.data_dir}" + (f": {problem}" if problem else "."))
    if problem is None:
        yield from _check_data(settings)
    free = free_bytes(settings.data_dir)
    enough = free > settings.disk_reserve_bytes
    yield Finding("Disk", enough, f"{format_size(free)} free." + ("" if enough else " Make room, or move DATA_DIR."))
    yield Finding("Server", True, find_server_url(settings.data_dir) or "none is running; commands work without one.")
    panel = (Path(__file__).parents[1] / "web" / "index.html").is_file()
    yield Finding("Panel", panel, "built." if panel else "not built: `make run` in a checkout, or install the wheel.")


def _find_folder_problem(data_dir: Path) -> str | None:
    """Return why the folder cannot be written to, or None. It makes a file: a read-only disk has no other sign."""
    place = next(path for path in (data_dir, *data_dir.parents) if os.path.lexists(path))
    try:
        if not place.is_dir():
            return f"{place} is not a folder; set DATA_DIR to one that is."
        with tempfile.TemporaryFile(dir=place):
            return None
    except OSError as error:
        return f"{place} is not writable ({error.strerror}); set DATA_DIR to a folder that is."


def _check_data(settings: Settings) -> Iterator[Finding]:
    # Imported here: this import doubles the time in which every command starts.
    from mistudio.commands.data_checks import check_database, find_data_problems

    yield Finding("Database", *check_database(settings))
    problems = list(find_data_problems(settings))
    yield from (Finding("Data", False, problem) for problem in problems)
    if not problems:
        yield Finding("Data", True, "every dataset, tokenization and index can be opened.")


def _check_hub(settings: Settings) -> Finding:
    try:
        answer = httpx2.get(f"{settings.hf_endpoint}/api/datasets", params={"limit": 1}, timeout=_HUB_SECONDS)
    except httpx2.HTTPError as error:
        return Finding(
            "Hub", False, f"{settings.hf_endpoint} cannot be reached ({error}); set HF_ENDPOINT to a mirror."
        )
    return Finding("Hub", answer.is_success, f"{settings.hf_endpoint} answers with {answer.status_code}.")
