"""The server's secrets stay in the server: no child process has them, and no log shows them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fakes.hub import Hub
from fakes.process import find_processes, server_process
from fakes.repositories import add_large
from fakes.timing import wait_until
from mistudio.core.child_environment import child_environment
from mistudio.core.config import Settings
from mistudio.utils.processes import start_module

# These tests are about how child processes start.
pytestmark = pytest.mark.usefixtures("real_starts")

API_TOKEN = "api-token-5f0c"
SECRETS = {"MISTUDIO_API_TOKEN": API_TOKEN, "MISTUDIO_SECRET_KEY": "sealing-5f0c", "CLOUD_PASSWORD": "cloud-5f0c"}


@contextmanager
def _standard_error(file: int) -> Iterator[None]:
    """Let child processes write their errors to this file."""
    kept = os.dup(2)
    os.dup2(file, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


async def test_children_and_logs_have_no_secret_of_the_server(settings: Settings, hub: Hub, tmp_path: Path) -> None:
    """Neither the planner, nor a job, nor the log at its most talkative level."""
    hub.rate = 1e5
    add_large(hub)
    hub.add_token("hf_typedByTheUser")
    settings = settings.model_copy(update={"spare_process": True})
    log = tmp_path / "server.log"
    variables = {**SECRETS, "MISTUDIO_LOG_LEVEL": "debug"}
    async with server_process(settings, log, variables) as server:
        server.http.headers["Authorization"] = f"Bearer {API_TOKEN}"
        async with server.socket(auth={"token": API_TOKEN}, headers={"Authorization": f"Bearer {API_TOKEN}"}) as client:
            await client.call("subscribe", {"channel": "datasets"})
            await server.download("lab/large", access_token="hf_typedByTheUser")
            await wait_until(lambda: len(find_processes(settings.data_dir)) >= 3)
        environments = [Path(f"/proc/{found}/environ").read_bytes() for found in find_processes(settings.data_dir)]
    children = [one for one in environments if b"MISTUDIO_PORT" not in one and b"MISTUDIO_SPARE_PROCESS" not in one]
    assert len(environments) - 1 == len(children)
    for secret in (*SECRETS.values(), "hf_typedByTheUser"):
        assert not any(secret.encode() in one for one in children)
        assert secret not in log.read_text(encoding="utf-8")


async def test_a_child_logs_in_the_servers_format_before_its_first_job(settings: Settings, tmp_path: Path) -> None:
    """A process on standby that cannot read its order says so in a line of JSON."""
    log = tmp_path / "child.log"
    variables = child_environment(settings.model_copy(update={"log_format": "json"}))
    with log.open("wb") as errors, _standard_error(errors.fileno()):
        child = await start_module("mistudio.workers.child", variables, line_bytes=1 << 16)
        assert child.stdin is not None
        child.stdin.write(b"no order\n")
        await child.wait()
    assert '{"error"' in log.read_text(encoding="utf-8").splitlines()[-1]
