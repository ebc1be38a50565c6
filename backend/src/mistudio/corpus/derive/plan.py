"""The plan of a subset, which its job follows at every attempt."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mistudio.core.errors import Json
from mistudio.corpus.search.query import SearchMode
from mistudio.corpus.store.subset_record import ParentRecord
from mistudio.corpus.store.text_source import TextSource, make_source


@dataclass(frozen=True, kw_only=True)
class ParentText:
    """A dataset that is read, and the column or template that its texts are read from."""

    record: ParentRecord
    text_column: str | None
    text_template: str | None

    @property
    def text(self) -> TextSource:
        """Where its texts are."""
        return make_source(self.text_column, self.text_template) or ""


@dataclass(frozen=True, kw_only=True)
class RowFilter:
    """Which rows of the parent match. ``mode`` None is no search; ``least`` and ``most`` bound the tokens of a row.

    ``where`` are conditions on columns, each as JSON.
    """

    split: str | None = None
    mode: SearchMode | None = None
    text: str = ""
    case: bool = False
    least: int | None = None
    most: int | None = None
    tokenization_id: str | None = None
    where: tuple[str, ...] = ()

    @property
    def has_lengths(self) -> bool:
        """Whether rows are chosen by their number of tokens."""
        return self.least is not None or self.most is not None


@dataclass(frozen=True, kw_only=True)
class RowChoice:
    """Which of the matching rows are taken: at most one of the fields is set, besides ``seed``.

    ``ids`` has row numbers by split, ``ranges`` places among the matching rows, from the first to before the second.
    ``count`` takes the first rows, or, with a seed, rows that it draws. ``share`` is written as it was asked for.
    """

    ids: Mapping[str, tuple[int, ...]] | None = None
    ranges: tuple[tuple[int, int], ...] | None = None
    count: int | None = None
    share: str | None = None
    seed: int | None = None


@dataclass(frozen=True, kw_only=True)
class SubsetPlan:
    """A subset: the rows that match, of these the ones that are taken, and the steps that they go through, as JSON.

    ``references`` are the datasets that steps compare the rows with. ``recipe`` and ``step_names`` are as in a
    ``SubsetRecord``, empty if a parent has no recipe.
    """

    parent: ParentText
    request: Mapping[str, Json]
    filter: RowFilter = field(default_factory=RowFilter)
    choice: RowChoice = field(default_factory=RowChoice)
    steps: tuple[Json, ...] = ()
    references: tuple[ParentText, ...] = ()
    recipe: tuple[tuple[str, Json], ...] = ()
    step_names: tuple[str, ...] = ()
