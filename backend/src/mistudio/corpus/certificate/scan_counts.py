"""The counts over all rows of tokenized data."""

from collections import Counter
from dataclasses import dataclass, field

from mistudio.corpus.arrays import Ints
from mistudio.corpus.certificate.vocabulary import Vocabulary


@dataclass
class StartCounts:
    """What rows or documents begin with: a letter after a space, a small letter, the middle of a word."""

    starts: int = 0
    resumes: int = 0
    small: int = 0
    continues: int = 0

    def add(self, ids: Ints, vocabulary: Vocabulary) -> None:
        """Count the first tokens ``ids``, which are in the vocabulary."""
        self.starts += len(ids)
        self.resumes += int(vocabulary.resumes[ids].sum())
        self.small += int(vocabulary.is_small[ids].sum())
        self.continues += int(vocabulary.continues[ids].sum())


@dataclass
class ScanCounts:
    """Counts over all rows; ``has_mask`` and ``is_stream`` are of the data, the others count rows or positions.

    In ``pairs_inside`` of the ``pairs`` of neighbours in a row, the second token continues a word. ``row_pairs`` are
    the last token of a row and the first of the next.
    """

    rows: int = 0
    tokens: int = 0
    content: int = 0
    null_rows: int = 0
    empty_rows: int = 0
    has_mask: bool = False
    is_stream: bool = False
    largest: int = -1
    outside: int = 0
    outside_content: int = 0
    padded_rows: int = 0
    padding: int = 0
    unmasked: int = 0
    hidden: int = 0
    row_begun: int = 0
    doubled_rows: int = 0
    doubled_starts: int = 0
    documents: int = 0
    documents_begun: int = 0
    rows_with_separator: int = 0
    row_ended: int = 0
    special_in_text: int = 0
    pairs: int = 0
    pairs_inside: int = 0
    row_pairs: int = 0
    row_pairs_inside: int = 0
    outside_values: Counter[int] = field(default_factory=Counter)
    lengths: Counter[int] = field(default_factory=Counter)
    document_starts: StartCounts = field(default_factory=StartCounts)
    rows_after_short: StartCounts = field(default_factory=StartCounts)
    rows_after_full: StartCounts = field(default_factory=StartCounts)
