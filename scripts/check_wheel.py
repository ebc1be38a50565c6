"""Uses the wheel as somebody does who has nothing else: a new environment, an empty HOME, no Node, no repository.

The packages come through pip, from its cache where it has one. After that no network is to be had: the sample is made
and tokenized without a server, the server is started and asked for its panel, its reference and its list, and the
package is asked for the data.
"""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Exit code 1, with what went wrong, if any step fails."""
    (wheel,) = (ROOT / "backend" / "dist").glob("*.whl")
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        cache = run([sys.executable, "-m", "pip", "cache", "dir"], dict(os.environ)).strip()
        kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "LANG"))}
        environment = {**kept, "HOME": str(folder / "home"), "PATH": "/usr/bin:/bin", "PIP_CACHE_DIR": cache}
        (folder / "home").mkdir()
        subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
        programs = folder / "venv" / "bin"
        run([str(programs / "pip"), "install", "--quiet", "--disable-pip-version-check", str(wheel)], environment)
        say(f"installed after {time.monotonic() - began:.0f} s")
        mistudio = str(programs / "mistudio")
        environment |= NO_NETWORK
        for command in COMMANDS:
            say(run([mistudio, *command], environment, folder))
        check_server(mistudio, environment, folder)
        say(run([str(programs / "python"), "-c", PYTHON], environment, folder))
    say(f"The wheel works, {time.monotonic() - began:.0f} s.")
    return 0


# Whoever asks for another machine is sent where nobody answers.
NOWHERE = "http://127.0.0.1:9"
NO_NETWORK = {
    "HF_ENDPOINT": NOWHERE,
    **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), NOWHERE),
    "no_proxy": "127.0.0.1",
}
COMMANDS = (
    ("download", "sample"),
    ("what-if", "Sample stories", "--tokenizer", "sample", "--max-length", "128"),
    ("tokenize", "Sample stories", "sample", "--max-length", "128"),
    ("verify", "Sample stories"),
    ("doctor",),
)
PAGES = (
    ("/", "<div"),
    ("/api/docs", "/swagger-ui/swagger-ui-bundle.js"),
    ("/swagger-ui/swagger-ui-bundle.js", "SwaggerUIBundle"),
    ("/api/datasets", "Sample stories"),
)
PYTHON = """
from pathlib import Path
from mistudio import open_dataset

(folder,) = (Path.home() / ".local/share/mistudio/datasets").iterdir()
data = open_dataset(folder.name)
print(len(data), data.splits, next(data.rows("test"))["title"])
(tokenization,) = data.tokenizations
print(data.lengths(tokenization, "test").shape, next(data.tokens(tokenization, "test"))[:8])
"""


def check_server(mistudio: str, environment: dict[str, str], folder: Path) -> None:
    """Start the server, and see that it has the panel, the reference and the sample."""
    command = [mistudio, "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=folder, encoding="utf-8") as server:
        assert server.stdout is not None  # noqa: S101 (it is a pipe)
        url = server.stdout.readline().strip().removeprefix("miStudio is at ")
        try:
            for path, wanted in PAGES:
                with urllib.request.urlopen(f"{url}{path}") as answer:  # noqa: S310 (our own server)
                    if wanted not in answer.read().decode():
                        raise SystemExit(f"{path} does not have {wanted}.")
        finally:
            server.terminate()


def run(command: list[str], environment: dict[str, str], folder: Path | None = None) -> str:
    """What the command says; ends this program where it fails."""
    done = subprocess.run(command, env=environment, cwd=folder, stdout=subprocess.PIPE, encoding="utf-8", check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}.")
    return done.stdout


def say(text: str) -> None:
    """A line, at once."""
    sys.stdout.write(f"{text.strip()}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
