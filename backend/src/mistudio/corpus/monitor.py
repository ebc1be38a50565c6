"""How long work tells of itself, and how it is stopped: the one seam between the engine and whoever runs it."""

from typing import Protocol


class Monitor(Protocol):
    """Handed to everything that takes long; safe to call from any thread, cheap enough to call for every buffer."""

    def report(self, done: int, total: int, phase: str) -> None:
        """So much of ``phase`` is done, in the phase's own unit (bytes or rows); ``total`` 0 means not known."""
        ...

    def checkpoint(self) -> None:
        """Raise JobCancelled if the work was cancelled; call at least once a second."""
        ...


class NullMonitor:
    """Work that nobody watches and nobody cancels: for tests and notebooks."""

    def report(self, done: int, total: int, phase: str) -> None:
        """Tell nobody."""

    def checkpoint(self) -> None:
        """Go on."""
