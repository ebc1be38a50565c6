"""Runs the test Hub alone, for browser tests, benchmarks and manual tests; it prints its address as the first line."""

import argparse
import threading
from pathlib import Path

from fakes.hub.repository import Kind
from fakes.hub.server import Hub


def find_repositories(root: Path) -> list[Path]:
    """Return every folder ``root/namespace/name``, and every tokenizer's ``root/name``."""
    bare = [path.parent for path in root.glob("*/tokenizer.json")]
    return sorted([*bare, *(folder for folder in root.glob("*/*") if folder.is_dir())])


def main() -> None:
    """Serve every ``DIR/namespace/name`` as a dataset, or as a model if it (or a ``DIR/name``) has a tokenizer.json."""
    parser = argparse.ArgumentParser(prog="fakes.hub", description=main.__doc__)
    parser.add_argument("--root", type=Path, required=True, help="folder of the repositories")
    parser.add_argument("--port", type=int, default=0, help="port of the API; 0 takes any")
    parser.add_argument("--rate", type=float, default=None, help="bytes a second and connection")
    parser.add_argument("--gated", action="append", default=[], metavar="REPO", help="a repository that is gated")
    parser.add_argument("--private", action="append", default=[], metavar="REPO", help="a repository that is private")
    parser.add_argument("--token", action="append", default=[], help="a token with access to everything")
    parser.add_argument("--fault", action="append", default=[], metavar="PATH=STATUS", help="paths that always fail")
    options = parser.parse_args()
    hub = Hub(rate=options.rate)
    ids = []
    for folder in find_repositories(options.root):
        repo_id = folder.relative_to(options.root).as_posix()
        kind: Kind = "models" if (folder / "tokenizer.json").exists() else "datasets"
        hub.add(repo_id, folder, kind=kind, gated=repo_id in options.gated, private=repo_id in options.private)
        ids.append(repo_id)
    for token in options.token:
        hub.add_token(token, *ids)
    for fault in options.fault:
        path, _, status = fault.rpartition("=")
        hub.fault(path, status=int(status))
    hub.start(port=options.port)
    print(hub.url, flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        hub.stop()


if __name__ == "__main__":
    main()
