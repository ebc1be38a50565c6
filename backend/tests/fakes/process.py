"""A server in a process of its own, as a user starts it, that tests can kill."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

from fakes.running import Client
from fakes.timing import TIMEOUT
from mistudio.core.config import Settings

_STARTED = "miStudio is at "


class ServerProcess(Client):
    """``mistudio serve`` at ``url``; ``log`` has its standard error."""

    def __init__(self, process: Process, url: str, log: Path, http: httpx2.AsyncClient) -> None:
        super().__init__(url, http)
        self.process = process
        self.log = log

    async def kill(self) -> None:
        """Send SIGKILL, and wait for the end."""
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


def environment(settings: Settings) -> dict[str, str]:
    """Return the variables that give a process these settings."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("HF_", "MISTUDIO_"))},
        "DATA_DIR": str(settings.data_dir),
        "HF_ENDPOINT": settings.hf_endpoint,
        "HF_HOME": str(settings.hf_home),
        "MISTUDIO_RETRY_BACKOFF_SECONDS": str(settings.retry_backoff_seconds),
        "MISTUDIO_DISK_RESERVE_BYTES": "0",
        "MISTUDIO_SEARCH_INDEX": settings.search_index,
        "MISTUDIO_SPARE_PROCESS": str(settings.spare_process),
        "MISTUDIO_LOG_FORMAT": "json",
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "CELERY_BROKER_URL": settings.celery_broker_url,
        "MISTUDIO_SHARD_BYTES": str(settings.shard_bytes),
        "MISTUDIO_LEASE_SECONDS": str(settings.lease_seconds),
    }


async def start_process(
    settings: Settings, log: Path, variables: Mapping[str, str] | None = None
) -> tuple[Process, str]:
    """Start a server; return its process and its first line."""
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "mistudio.cli", "serve", "--port", "0"),
            stdout=PIPE,
            stderr=errors,
            env=environment(settings) | dict(variables or {}),
        )
    assert process.stdout is not None
    async with asyncio.timeout(TIMEOUT):
        line = (await process.stdout.readline()).decode().strip()
    return process, line


@asynccontextmanager
async def server_process(
    settings: Settings, log: Path, variables: Mapping[str, str] | None = None
) -> AsyncIterator[ServerProcess]:
    """Run a server in its own process, with further variables; end it with SIGTERM if it still runs."""
    process, line = await start_process(settings, log, variables)
    try:
        assert line.startswith(_STARTED), log.read_text(encoding="utf-8")
        url = line.removeprefix(_STARTED)
        async with httpx2.AsyncClient(base_url=url, timeout=TIMEOUT) as http:
            yield ServerProcess(process, url, log, http)
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


def find_events(log: Path, event: str) -> list[dict[str, Any]]:
    """Return the lines of a JSON log with this event."""
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == event]


def find_processes(data_dir: Path) -> list[int]:
    """Return the processes whose environment has this DATA_DIR."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            variables = (entry / "environ").read_bytes().split(b"\0") if entry.name.isdigit() else []
        except OSError:
            continue
        if f"DATA_DIR={data_dir}".encode() in variables:
            found.append(int(entry.name))
    return found
