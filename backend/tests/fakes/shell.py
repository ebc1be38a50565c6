"""The command line for tests: a call in this process, or a process of its own where signals matter."""

import json
import logging
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import structlog
from typer.testing import CliRunner, Result

from fakes.timing import TIMEOUT
from mistudio.cli import app


class Shell:
    """Runs commands with a data folder of their own, and with ``hub`` as the only Hub."""

    def __init__(self, folder: Path, *, hub: str = "http://127.0.0.1:9") -> None:
        self.folder = folder
        self.data_dir = folder / "data"
        self.own = {
            "DATA_DIR": str(self.data_dir),
            "HF_ENDPOINT": hub,
            "HF_HOME": str(folder / "hf"),
            "MISTUDIO_DISK_RESERVE_BYTES": "0",
            "MISTUDIO_SEARCH_INDEX": "off",
        }

    def run(self, *arguments: str, code: int = 0, variables: Mapping[str, str] | None = None) -> Result:
        """Run a command, which must end with this exit code."""
        foreign = {name: None for name in os.environ if name.startswith(("HF_", "MISTUDIO_", "DATA_DIR"))}
        with _restore_logging():
            env = {**foreign, **self.own, **(variables or {})}
            done = CliRunner().invoke(app, arguments, prog_name="mistudio", env=env)
        assert code == done.exit_code, done.output
        return done

    def json(self, *arguments: str, code: int = 0) -> Any:  # JSON of any kind
        """Run a command and return its JSON."""
        return json.loads(self.run(*arguments, "--json", code=code).stdout)

    @contextmanager
    def process(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Run a command in a process group of its own, as a terminal does; kill it if it still runs."""
        command = [sys.executable, "-m", "mistudio.cli", *arguments]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "MISTUDIO_"))}
        pipe = subprocess.PIPE
        # A test run in the background ignores Ctrl-C, and its child processes would inherit that.
        ignored = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            started = subprocess.Popen(
                command, stdout=pipe, stderr=pipe, encoding="utf-8", env={**kept, **self.own}, start_new_session=True
            )
        finally:
            signal.signal(signal.SIGINT, ignored)
        with started as process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)

    def has_job(self, kind: str) -> bool:
        """Return whether a job of this kind runs."""
        with closing(sqlite3.connect(self.data_dir / "mistudio.db")) as database:
            query = "SELECT count(*) FROM jobs WHERE kind = ? AND state = 'running'"
            return bool(database.execute(query, (kind,)).fetchone()[0])

    def interrupt(self, *arguments: str, when: Callable[[], bool]) -> str:
        """Send Ctrl-C to a command as soon as ``when`` is true, and return its standard error."""
        with self.process(*arguments) as process:
            deadline = time.monotonic() + TIMEOUT
            while not when():
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < deadline
                time.sleep(0.01)
            os.killpg(process.pid, signal.SIGINT)
            _out, errors = process.communicate(timeout=TIMEOUT)
        assert 130 == process.returncode, errors
        return errors


@contextmanager
def _restore_logging() -> Iterator[None]:
    """Restore the logging of this process after a command, which redirects it to its own standard error."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        yield
    finally:
        root.handlers, root.level = handlers, level
        structlog.reset_defaults()
