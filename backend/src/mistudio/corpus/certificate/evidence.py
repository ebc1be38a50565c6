"""What the checks of a certificate judge, and the figures that several of them use."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from mistudio.corpus.arrays import Counts
from mistudio.corpus.certificate.content import RowForm
from mistudio.corpus.certificate.expectations import Expectations
from mistudio.corpus.certificate.places import Place, Places, show_place
from mistudio.corpus.certificate.record import Check, Example, Scope, Status
from mistudio.corpus.certificate.reencoding import Reencoding
from mistudio.corpus.certificate.scan_counts import ScanCounts, StartCounts
from mistudio.corpus.certificate.token_order import OrderFigures
from mistudio.corpus.certificate.vocabulary import Flags, Vocabulary
from mistudio.corpus.tokenizers import LoadedTokenizer

_PACKED_SHARE: Final = 0.8
_SEPARATED_SHARE: Final = 0.2
_MIDDLE_SHARE: Final = 0.3
_CASED_SHARE: Final = 0.01


@dataclass(frozen=True, eq=False, kw_only=True)
class Evidence:
    """Everything that was counted. ``duplicates`` are equal rows, those compared, and places of one of them.

    ``unreadable`` are sentences; ``narrow_files`` are those whose integers are too small for the vocabulary.
    """

    tokenizer: LoadedTokenizer
    vocabulary: Vocabulary
    expected: Expectations
    form: RowForm
    counts: ScanCounts
    frequencies: Counts
    places: Places
    reencoding: Reencoding
    order: OrderFigures
    duplicates: tuple[int, int]
    is_duplicates_sampled: bool
    duplicate_places: Sequence[Place]
    files: int
    narrow_files: int = 0
    unreadable: Sequence[str] = ()
    sampled_rows: int = 0
    scope: Scope = field(default="all")

    @cached_property
    def filled_rows(self) -> int:
        """Rows that are not empty."""
        return self.counts.rows - self.counts.empty_rows

    @cached_property
    def full_rows(self) -> int:
        """Rows that are as long as the longest."""
        return self.counts.lengths.get(self.form.full_length, 0)

    @cached_property
    def is_packed(self) -> bool:
        """Whether documents were joined and cut into rows of one length."""
        if self.expected.is_packed is not None:
            return self.expected.is_packed
        if self.counts.is_stream:
            return True
        filled = max(1, self.filled_rows)
        is_even = self.full_rows / filled >= _PACKED_SHARE
        is_separated = self.counts.rows_with_separator / filled >= _SEPARATED_SHARE
        return is_even and (is_separated or self.find_middle_share(self.counts.rows_after_full) >= _MIDDLE_SHARE)

    @cached_property
    def is_cased(self) -> bool:
        """Whether the texts have capitals, so that a small letter at a beginning says something."""
        return self._share_of(self.vocabulary.is_upper) >= _CASED_SHARE

    def find_middle_share(self, starts: StartCounts) -> float:
        """Return the share of these starts that look like the middle of a text."""
        if not starts.starts:
            return 0.0
        if self.vocabulary.adds_space:
            return starts.small / starts.starts if self.is_cased else 0.0
        return (starts.resumes + starts.continues) / starts.starts

    def show(self, kind: str) -> tuple[Example, ...]:
        """Return the examples of a kind."""
        return self.show_places(self.places.get(kind))

    def show_places(self, places: Sequence[Place]) -> tuple[Example, ...]:
        """Return these places with the text around them."""
        return tuple(show_place(place, self.tokenizer) for place in places)

    def name_token(self, token: int | None) -> str:
        """Return a token as people read it: “<s>” (id 1)."""
        if token is None:
            return "no token"
        known = self.tokenizer.reference.id_to_token(token) if 0 <= token < self.vocabulary.size else None
        return f"id {token}" if known is None else f"“{known}” (id {token})"

    def _share_of(self, flags: Flags) -> float:
        total = int(self.frequencies.sum())
        return float(self.frequencies[flags].sum()) / total if total else 0.0


def make_check(
    name: str, title: str, status: Status, detail: str, *, scope: Scope = "all", examples: tuple[Example, ...] = ()
) -> Check:
    """Return a check; examples are kept only where something is wrong."""
    return Check(name, title, status, detail, scope, examples if status in ("warning", "failed") else ())


def share(part: int, whole: int) -> str:
    """Return a share as people read it."""
    return f"{part / whole:.2%}" if whole else "0%"
