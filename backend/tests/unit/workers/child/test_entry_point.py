"""``python -m mistudio.workers.child``: what it imports, and where it writes."""

import subprocess
import sys

import pytest

from mistudio.workers.child import UNNEEDED
from mistudio.workers.child.main import MALFORMED_ORDER, ORPHANED


@pytest.mark.parametrize(("line", "code"), [(b"{}\n", MALFORMED_ORDER), (b"", ORPHANED)], ids=["an order", "the end"])
def test_a_waiting_line_is_handled_before_optional_imports(line: bytes, code: int) -> None:
    """It imports neither what only some jobs need nor hidden packages, and its log goes to standard error."""
    child = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "mistudio.workers.child"],
        input=line,
        capture_output=True,
        check=False,
    )
    errors = child.stderr.decode()
    imported = {row.rpartition("|")[2].strip() for row in errors.splitlines() if row.startswith("import time:")}
    assert (code, b"") == (child.returncode, child.stdout)
    assert "mistudio.workers.jobs.runner" in imported
    assert {"gigatoken", "mistudio.workers.jobs.preloaded"} & imported == set()
    # A hidden package is listed itself, as an import that failed.
    assert [] == [name for name in imported if name.startswith(tuple(f"{package}." for package in UNNEEDED))]
    assert ("malformed order" in errors) == (code == MALFORMED_ORDER)
