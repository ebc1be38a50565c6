"""What ``/proc`` says of the processes of a studio: which they are, and what they hold."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

Kind = Literal["server", "job", "planner"]
_MODULES: Final[dict[str, Kind]] = {"mistudio.workers.child": "job", "mistudio.corpus.hub.planner_child": "planner"}
_KINDS: Final[tuple[Kind, ...]] = ("job", "planner")


@dataclass(frozen=True)
class Member:
    """A process of a studio."""

    pid: int
    kind: Kind


@dataclass(frozen=True)
class Figures:
    """What a process holds: bytes of memory, open files, threads; and the processor's time that it has used."""

    resident: int
    descriptors: int
    threads: int
    seconds: float


def members_of(data_dir: Path, *, server: int) -> list[Member]:
    """Return the processes that were given this DATA_DIR; ``server`` is the number of the server, which is known."""
    found = [Member(server, "server")] if server else []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) not in (server, os.getpid()):
            kind = _kind(entry, f"DATA_DIR={data_dir}".encode())
            if kind is not None:
                found.append(Member(int(entry.name), kind))
    return found


def _kind(entry: Path, variable: bytes) -> Kind | None:
    try:
        if variable not in (entry / "environ").read_bytes().split(b"\0"):
            return None
        arguments = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
        name = (entry / "comm").read_text().strip()
        is_leader = os.getsid(int(entry.name)) == int(entry.name)
    except OSError:
        return None
    started = next((kind for module, kind in _MODULES.items() if module in arguments), None)
    # One that was forked shows the arguments of the process that forked it, and a name that it was given.
    forked = next((kind for kind in _KINDS if kind == name), None)
    return started or (forked if is_leader else None)


def figures_of(pid: int) -> Figures | None:
    """Return what a process holds; None where it is gone."""
    try:
        lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        # What follows the name, which is in brackets and may hold anything.
        times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        descriptors = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except (OSError, ValueError):
        return None
    if "VmRSS" not in lines:
        return None
    seconds = sum(map(int, times)) / os.sysconf("SC_CLK_TCK")
    return Figures(_bytes(lines["VmRSS"]), descriptors, int(lines["Threads"]), seconds)


def _bytes(said: str) -> int:
    return int(said.split(maxsplit=1)[0]) * 1024
