"""What each step of a cleaning kept and dropped, counted by reason, with examples."""

from dataclasses import dataclass, field
from typing import Final

MAX_EXAMPLES: Final = 10


@dataclass(frozen=True)
class Example:
    """A row that a step dropped, or kept; ``duplicate_of`` is the row that stays in its place."""

    row: int
    reason: str | None = None
    duplicate_of: int | None = None


@dataclass(frozen=True)
class Cluster:
    """Rows that are near duplicates of each other; the first one stays."""

    size: int
    rows: tuple[int, ...]


@dataclass
class StepLedger:
    """The rows that came to a step, stayed, and left by reason: ``rows`` = ``kept`` + the sum of ``dropped``."""

    kind: str
    rows: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    examples_kept: list[Example] = field(default_factory=list)
    examples_dropped: list[Example] = field(default_factory=list)
    clusters: list[Cluster] = field(default_factory=list)

    @property
    def kept(self) -> int:
        """The number of rows that stayed."""
        return self.rows - sum(self.dropped.values())

    def to_manifest(self) -> dict[str, str | int | dict[str, int]]:
        """Return the counts as a manifest records them."""
        return {"kind": self.kind, "rows": self.rows, "kept": self.kept, "dropped": dict(sorted(self.dropped.items()))}

    def count(self, reason: str, rows: int = 1) -> None:
        """Add dropped rows."""
        if rows:
            self.dropped[reason] = self.dropped.get(reason, 0) + rows

    def show_kept(self, row: int) -> None:
        """Take an example of what stayed, unless there are enough."""
        if len(self.examples_kept) < MAX_EXAMPLES:
            self.examples_kept.append(Example(row))

    def show_dropped(self, row: int, reason: str, duplicate_of: int | None = None) -> None:
        """Take an example of what left, unless there are enough of its reason."""
        alike = sum(example.reason == reason for example in self.examples_dropped)
        if alike < MAX_EXAMPLES:
            self.examples_dropped.append(Example(row, reason, duplicate_of))
