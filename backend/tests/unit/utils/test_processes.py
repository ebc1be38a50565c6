"""``mistudio.utils.processes``: child processes with pipes, an environment and a session of their own."""

import os
from pathlib import Path

import pytest

from mistudio.utils import processes

# These tests are about how child processes start.
pytestmark = pytest.mark.usefixtures("real_starts")

ECHO = """
import os, sys
print(os.getsid(0), os.environ.get("GIVEN"), os.environ.get("NOT_GIVEN"), sys.stdin.readline().strip(), flush=True)
print("x" * 10_000)
"""


async def test_a_module_runs_with_its_environment_session_and_pipes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child has the given variables and no others, and a session of its own; a longer line is an error."""
    (tmp_path / "echo_line.py").write_text(ECHO)
    monkeypatch.setenv("NOT_GIVEN", "1")
    variables = {"GIVEN": "2", "PYTHONPATH": str(tmp_path)}
    process = await processes.start_module("echo_line", variables, line_bytes=1_000)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"hello\n")
    assert f"{process.pid} 2 None hello" == (await process.stdout.readline()).decode().strip()
    assert process.pid != os.getsid(0)
    with pytest.raises(ValueError, match="limit"):
        await process.stdout.readline()
    await process.stdout.read()
    assert 0 == await process.wait()
