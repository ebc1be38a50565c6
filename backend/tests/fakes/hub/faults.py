"""Faults that a test can switch on between client and Hub."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

Origin = Literal["api", "files"]


@dataclass(frozen=True)
class Fault:
    """A fault of requests whose unquoted path matches ``path`` (a shell pattern, or a part of the path).

    The first ``skip`` matching requests pass, the next ``times`` fail (None: all). Offsets count a body's sent bytes;
    ``rate`` is in bytes a second per connection; ``headers`` replace those of an answer.
    """

    path: str = "*"
    method: str | None = None
    origin: Origin | None = None
    times: int | None = None
    skip: int = 0
    status: int | None = None
    retry_after: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    rate: float | None = None
    delay: float = 0.0
    drop_after: int | None = None
    stall_after: int | None = None
    stall_seconds: float = 60.0
    corrupt: bool = False
    truncate_to: int | None = None
    no_range: bool = False
    etag: str | None = None
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Faults:
    """The faults of one Hub; all its connections share their counts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active: list[tuple[Fault, list[int]]] = []

    def add(self, fault: Fault) -> None:
        """Switch on ``fault``; of several that match, the first one applies."""
        with self._lock:
            self._active.append((fault, [0]))

    def clear(self) -> None:
        """Switch off all faults."""
        with self._lock:
            self._active.clear()

    def match(self, origin: Origin, method: str, path: str) -> Fault | None:
        """Count this request, and return the fault that applies to it."""
        with self._lock:
            for fault, seen in self._active:
                if not _matches(fault, origin, method, path):
                    continue
                seen[0] += 1
                if seen[0] > fault.skip and (fault.times is None or seen[0] <= fault.skip + fault.times):
                    return fault
        return None


def _matches(fault: Fault, origin: Origin, method: str, path: str) -> bool:
    return (
        fault.origin in (None, origin)
        and fault.method in (None, method)
        and (fnmatchcase(path, fault.path) or fault.path in path)
    )
