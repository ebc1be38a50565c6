"""``mistudio serve``: a token of its own, and a Unix socket."""

import stat
from pathlib import Path
from subprocess import Popen

import httpx2
import pytest

from fakes.shell import Shell


def first_line(process: Popen[str]) -> str:
    """The announcement of the server."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_token_is_made_and_the_link_logs_in(tmp_path: Path) -> None:
    """Other users of the machine are refused; commands of this user find the token."""
    shell = Shell(tmp_path)
    with shell.process("serve", "--port", "0", "--auth") as process:
        url, _, token = first_line(process).removeprefix("miStudio is at ").partition("/#token=")
        assert len(token) >= 32
        assert 401 == httpx2.get(f"{url}/api/datasets").status_code
        assert 200 == httpx2.get(f"{url}/api/datasets", headers={"Authorization": f"Bearer {token}"}).status_code
        assert 0o600 == stat.S_IMODE((shell.data_dir / "server.token").stat().st_mode)
        assert [] == shell.json("ls")
        process.terminate()
        process.wait()
    assert not (shell.data_dir / "server.token").exists()


def test_a_unix_socket_is_served(tmp_path: Path) -> None:
    """Only this user can open it; commands use it; a socket that a killed server left is replaced."""
    shell, path = Shell(tmp_path), tmp_path / "studio.sock"
    with shell.process("serve", "--uds", str(path)) as process:
        assert f"miStudio is at unix:{path}" == first_line(process)
        assert 0o600 == stat.S_IMODE(path.stat().st_mode)
        with httpx2.Client(transport=httpx2.HTTPTransport(uds=str(path)), base_url="http://localhost") as http:
            assert 200 == http.get("/api/health").status_code
        assert [] == shell.json("ls")
        process.kill()
        process.wait()
    assert path.is_socket()
    with shell.process("serve", "--uds", str(path)) as process:
        assert f"miStudio is at unix:{path}" == first_line(process)


@pytest.mark.parametrize("name", ["", "none/studio.sock"])
def test_a_file_that_cannot_be_a_socket_is_refused(tmp_path: Path, name: str) -> None:
    """In one sentence: a folder, and one that is not there."""
    answer = Shell(tmp_path).run("serve", "--uds", str(tmp_path / name), code=1)
    assert "Cannot listen on" in answer.stderr
