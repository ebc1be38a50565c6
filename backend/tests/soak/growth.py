"""What a server holds over time, and whether it grows once it is warm."""

import sqlite3
import statistics
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from harness.processes import figures_of, members_of
from harness.report import table

# Of three parts of the time the first is for warming up; the means of the other two are compared.
_PARTS: Final = 3
_MOST_GROWTH: Final = 0.05
# Smaller steps are no growth: a connection or a thread more, a page or a row that happens to be there.
_LEAST: Final = {"memory": 8 << 20, "descriptors": 4, "threads": 3, "database": 1 << 20}
_LEAST_ROWS: Final = 10
_SHOWN: Final = 12


@dataclass(frozen=True)
class Moment:
    """All figures at one moment."""

    seconds: float
    values: dict[str, int]


@dataclass
class Record:
    """Figures over time."""

    data_dir: Path
    server: int
    moments: list[Moment] = field(default_factory=list)

    def note(self, seconds: float) -> None:
        """Take all figures now."""
        found = figures_of(self.server)
        assert found is not None, "the server is gone"
        values = {
            "memory": found.resident,
            "descriptors": found.descriptors,
            "threads": found.threads,
            "children": len(members_of(self.data_dir, server=self.server)) - 1,
            **_database(self.data_dir),
        }
        self.moments.append(Moment(seconds, values))

    def grown(self) -> list[str]:
        """Return what grows, with its figures."""
        third = len(self.moments) // _PARTS
        before, after = self.moments[third : 2 * third], self.moments[2 * third :]
        names = [name for name in self.moments[-1].values if name != "children"]
        return [found for name in names if (found := _growth(name, before, after))]

    def report(self) -> str:
        """Return figures of some moments, as a table."""
        names = list(self.moments[-1].values)
        step = max(1, len(self.moments) // _SHOWN)
        shown = [*self.moments[::step], self.moments[-1]]
        rows = [
            (f"{moment.seconds / 60:.1f}", *(_shown(name, moment.values.get(name, 0)) for name in names))
            for moment in shown
        ]
        return table(("minute", *names), rows)


def _growth(name: str, before: Sequence[Moment], after: Sequence[Moment]) -> str:
    one = statistics.mean(moment.values.get(name, 0) for moment in before)
    other = statistics.mean(moment.values.get(name, 0) for moment in after)
    least = _LEAST.get(name, _LEAST_ROWS)
    if other - one <= max(one * _MOST_GROWTH, least):
        return ""
    return f"{name} grows from {_shown(name, round(one))} to {_shown(name, round(other))}"


def _shown(name: str, value: int) -> str:
    return f"{value / (1 << 20):.1f} MB" if name in ("memory", "database") else f"{value:,}"


def _database(data_dir: Path) -> dict[str, int]:
    """Rows of each table, and the bytes of the file."""
    path = data_dir / "mistudio.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        # The names are those of the database itself.
        rows = {f"{name} rows": database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608
    rows.pop("alembic_version rows", None)
    files = data_dir.glob("mistudio.db*")
    return {**rows, "database": sum(file.stat().st_size for file in files)}
