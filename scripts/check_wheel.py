"""Installs and uses the wheel as a new user does: a new environment, an empty HOME, no Node, no repository.

pip installs the packages, from its cache if possible. After that the network is cut off. Commands create the sample
and tokenize it without a server. Then a server must serve its panel, its API reference and its list, and Python code
must read the data.
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
    """Run every step; the first one that fails ends the program with its error."""
    (wheel,) = (ROOT / "backend" / "dist").glob("*.whl")
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        cache = run([sys.executable, "-m", "pip", "cache", "dir"], dict(os.environ)).strip()
        inherited = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "LANG"))}
        environment = {**inherited, "HOME": str(folder / "home"), "PATH": "/usr/bin:/bin", "PIP_CACHE_DIR": cache}
        (folder / "home").mkdir()
        subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
        programs = folder / "venv" / "bin"
        run([str(programs / "pip"), "install", "--quiet", "--disable-pip-version-check", str(wheel)], environment)
        print_line(f"installed after {time.monotonic() - start:.0f} s")
        mistudio = str(programs / "mistudio")
        environment |= NO_NETWORK
        for command in COMMANDS:
            print_line(run([mistudio, *command], environment, folder))
        check_server(mistudio, environment, folder)
        print_line(run([str(programs / "python"), "-c", PYTHON], environment, folder))
    print_line(f"The wheel works, {time.monotonic() - start:.0f} s.")
    return 0


# Requests to other machines go to a port where nothing listens.
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
    """Start the server, and check that it serves the panel, the API reference and the sample."""
    command = [mistudio, "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=folder, encoding="utf-8") as server:
        assert server.stdout is not None  # noqa: S101 (it is a pipe)
        url = server.stdout.readline().strip().removeprefix("miStudio is at ")
        try:
            for path, text in PAGES:
                with urllib.request.urlopen(f"{url}{path}") as response:  # noqa: S310 (our own server)
                    if text not in response.read().decode():
                        raise SystemExit(f"{path} does not contain {text}.")
        finally:
            server.terminate()


def run(command: list[str], environment: dict[str, str], folder: Path | None = None) -> str:
    """Run the command and return its output; ends this program if it fails."""
    result = subprocess.run(command, env=environment, cwd=folder, stdout=subprocess.PIPE, encoding="utf-8", check=False)
    if result.returncode:
        raise SystemExit(f"{' '.join(command)} failed with exit code {result.returncode}.")
    return result.stdout


def print_line(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text.strip()}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
