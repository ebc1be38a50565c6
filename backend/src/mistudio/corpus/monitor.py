"""Progress reporting and cancellation: the interface between long work and the process that runs it."""

from typing import Protocol


class Monitor(Protocol):
    """Passed to everything that takes long; any thread may call it, and it is cheap enough for every buffer."""

    def report(self, done: int, total: int, phase: str) -> None:
        """Report how much of ``phase`` is done, in its own unit (bytes or rows); ``total`` 0 means unknown."""
        ...

    def checkpoint(self) -> None:
        """Raise JobCancelled if the work was cancelled; call it at least once a second."""
        ...


class NullMonitor:
    """Reports nothing and never cancels: for tests and notebooks."""

    def report(self, done: int, total: int, phase: str) -> None:
        """Do nothing."""

    def checkpoint(self) -> None:
        """Do nothing."""
