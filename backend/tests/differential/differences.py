"""How two readings differ: each difference by its kind, so that one example of each can be shown."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from differential.known import KnownDifference
from differential.readings import Reader, Reading
from differential.spec import RandomRepository
from harness.report import table

SAME: Final = "the same"
# Of a refusal's sentence what names files, rows and values differs each time.
_NAMES: Final = re.compile(r"“[^”]*”|'[^']*'|\"[^\"]*\"|\b\S+\.\w{2,7}(?:\.\w+)?\b|\S+/\S+|\d[\d,.]*")
_COLUMNS: Final = re.compile(r"Columns: .*")
_SHRINK_TRIES: Final = 60
_UNSAID: Final = ", and the dataset does not say so"


def compare(theirs: Reading, ours: Reading) -> str:
    """Return the outcome: ``SAME``, something that starts with ``fine:``, or the kind of the difference."""
    if ours.is_crash:
        return f"ours crashes: {_sign(ours.error)}"
    if theirs.error:
        return f"fine: datasets fails ({theirs.error}), ours {'refuses' if ours.error else 'reads'}"
    if ours.error:
        return f"ours refuses: {_sign(ours.error)}"
    if theirs.rows.keys() != ours.rows.keys():
        return "splits differ"
    for split, rows in theirs.rows.items():
        if len(rows) != len(ours.rows[split]):
            return f"{'fewer' if len(ours.rows[split]) < len(rows) else 'more'} rows"
    return _compare_values(theirs, ours)


def _compare_values(theirs: Reading, ours: Reading) -> str:
    if missing := theirs.columns - ours.columns:
        return f"columns missing ({_described(missing, theirs)})"
    if more := ours.columns - theirs.columns:
        return f"columns more ({_described(more, ours)})"
    for split, rows in theirs.rows.items():
        for row, own in zip(rows, ours.rows[split], strict=True):
            if row != own:
                return _cell_difference(row, own)
    return _compare_features(theirs, ours)


def _compare_features(theirs: Reading, ours: Reading) -> str:
    for name, feature in theirs.features.items():
        if feature != ours.features.get(name):
            return f"features: {feature} is {ours.features.get(name)} here"
    return SAME


def _described(names: frozenset[str], reading: Reading) -> str:
    """What is in such columns: their names say nothing of the kind."""
    values = [row[name] for rows in reading.rows.values() for row in rows for name in names if name in row]
    return "/".join(sorted({type(value).__name__ for value in values})) or "all null"


def _cell_difference(row: dict[str, object], own: dict[str, object]) -> str:
    for name in row.keys() | own.keys():
        one, other = row.get(name), own.get(name)
        if type(one) is not type(other):
            return f"values: {type(one).__name__} is {type(other).__name__} here"
        if one != other:
            return f"values: {type(one).__name__} differs"
    return "values: order of columns"


def _sign(error: str) -> str:
    plain = error.encode("ascii", "replace").decode().partition("got ")[0]
    return _NAMES.sub("…", _COLUMNS.sub("Columns: …", plain))[:160]


@dataclass
class Outcomes:
    """Collects outcomes; of each difference, by format and kind, the smallest example is kept."""

    read: Reader
    known: Sequence[KnownDifference]
    counts: Counter[str] = field(default_factory=Counter)
    differences: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], RandomRepository] = field(default_factory=dict)

    def add(self, repository: RandomRepository) -> None:
        """Read the repository both ways, and count how that ended."""
        outcome = self.compare(repository)
        is_difference = outcome != SAME and not outcome.startswith("fine:")
        key = (repository.kind, outcome)
        named = "a deliberate difference, which the dataset says" if self.is_known(key) else "a difference"
        self.counts[named if is_difference else outcome] += 1
        if is_difference:
            self.differences[key] += 1
            if key not in self.examples or len(repository.about()) < len(self.examples[key].about()):
                self.examples[key] = repository

    def compare(self, repository: RandomRepository) -> str:
        """Return the outcome of reading it both ways, with its own words if the dataset should say it and does not."""
        theirs, ours = self.read(repository)
        outcome = compare(theirs, ours)
        known = self._find(repository.kind, outcome)
        is_said = known is None or any(re.search(known.said, sentence) for sentence in ("", *ours.said))
        return outcome if is_said else f"{outcome}{_UNSAID}"

    def _find(self, kind: str, outcome: str) -> KnownDifference | None:
        return next((one for one in self.known if re.search(one.pattern, f"{kind} {outcome}")), None)

    def is_known(self, key: tuple[str, str]) -> bool:
        """Whether the table of known differences has it, and the dataset says so."""
        return not key[1].endswith(_UNSAID) and self._find(*key) is not None

    def new(self) -> list[tuple[str, str]]:
        """Return the differences that are not known."""
        return [key for key in self.differences if not self.is_known(key)]

    def shrunk(self, key: tuple[str, str]) -> RandomRepository:
        """Return a smallest repository that differs in the same way: what can be taken away is."""
        best, tries = self.examples[key], 0
        candidates: Iterator[RandomRepository] = best.smaller()
        while tries < _SHRINK_TRIES and (candidate := next(candidates, None)) is not None:
            tries += 1
            if candidate.shards and self.compare(candidate) == key[1]:
                best, candidates = candidate, candidate.smaller()
        return best

    def figures(self) -> str:
        """Return the outcomes as a table."""
        return table(("repositories", "outcome"), [(f"{count:,}", name) for name, count in self.counts.most_common()])

    def report(self) -> str:
        """Return the outcomes, and each difference with an example, as tables."""
        rows = [
            (key[0], key[1], str(count), "known" if self.is_known(key) else "NEW", self.shrunk(key).about())
            for key, count in sorted(self.differences.items(), key=lambda item: (item[0][1], -item[1]))
        ]
        return f"{self.figures()}\n\n{table(('format', 'difference', 'times', 'state', 'example'), rows)}"
