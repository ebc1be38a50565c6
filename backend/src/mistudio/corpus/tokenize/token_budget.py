"""How many tokens of each document are written, and the document at which ``max_tokens`` is reached.

Both follow from the documents' lengths alone, so neither batches nor kills affect them.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mistudio.corpus.arrays import Ints
from mistudio.corpus.documents.batches import RowBatch
from mistudio.corpus.documents.row_figures import DOCUMENT, SourceRows
from mistudio.corpus.encoders.encoding import TokenIds
from mistudio.corpus.spec.resolve import ResolvedSettings
from mistudio.corpus.spec.settings import TokenizeSettings
from mistudio.corpus.tokenize.windows import count_covered, count_window_tokens
from mistudio.corpus.tokenized.manifest import RowCut


@dataclass(frozen=True)
class WriteRule:
    """What is written of a document: nothing below ``min_tokens``; up to ``room``, if it is not None.

    With a ``stride``, its windows of ``room`` tokens are written instead.
    """

    min_tokens: int
    room: int | None
    stride: int | None

    @classmethod
    def from_settings(cls, settings: TokenizeSettings, resolved: ResolvedSettings) -> Self:
        """Return the rule of a tokenization."""
        has_room = settings.is_windowed or settings.is_truncated
        return cls(settings.min_tokens, resolved.room if has_room else None, resolved.stride)

    def count_distinct(self, tokens: Ints) -> Ints:
        """Return how many tokens of each document are written, each counted once."""
        kept = tokens if self.room is None or self.stride is not None else np.minimum(tokens, self.room)
        return np.where(tokens < self.min_tokens, 0, kept)

    def count_written(self, tokens: Ints) -> Ints:
        """Return how many tokens of each document are written; tokens in two windows count twice."""
        kept = self.count_distinct(tokens)
        if self.room is None or self.stride is None:
            return kept
        return np.where(kept > 0, count_window_tokens(kept, room=self.room, stride=self.stride), 0)

    def count_covered(self, tokens: int, written: int) -> int:
        """Return how many different tokens of a document its first ``written`` tokens are."""
        if self.room is None or self.stride is None:
            return written
        return count_covered(tokens, written, room=self.room, stride=self.stride)


@dataclass(frozen=True)
class SplitLimit:
    """A split in which max_tokens was reached, or before which it was (row -1).

    Rows from ``read_rows`` on were not even read.
    """

    cut: RowCut
    read_rows: int


class TokenBudget:
    """The tokens that may still be written, in the order of the documents; held-out documents do not count."""

    def __init__(self, rule: WriteRule, tokens: int) -> None:
        self._rule = rule
        self.tokens = tokens

    def find_cut(self, first_row: int, kinds: NDArray[np.uint8], lengths: Ints) -> RowCut | None:
        """Spend the tokens of the next rows, and return where they reach the limit, None if they do not."""
        written = np.where(kinds == DOCUMENT, self._rule.count_written(lengths), 0)
        total = np.cumsum(written)
        if not len(total) or total[-1] < self.tokens:
            self.tokens -= int(total[-1]) if len(total) else 0
            return None
        index = int(np.searchsorted(total, self.tokens))
        left = self.tokens - int(total[index] - written[index])
        self.tokens = 0
        return RowCut(first_row + index, left)

    def skip(self, rows: SourceRows, stop_row: int) -> RowCut | None:
        """Spend the tokens of the rows before ``stop_row``, which an earlier call has encoded.

        Return where they reach the limit: row -1 if it was reached before this split.
        """
        if not self.tokens:
            return RowCut(-1, 0)
        for start, block in rows.blocks():
            if start >= stop_row:
                break
            count = min(stop_row - start, len(block.kinds))
            if cut := self.find_cut(start, block.kinds[:count], block.tokens[:count]):
                return cut
        return None


def limit_batch(batch: RowBatch, encoded: TokenIds, stop_row: int) -> tuple[RowBatch, TokenIds]:
    """Return the rows of a batch before ``stop_row``."""
    count = min(len(batch.kinds), stop_row - batch.first_row)
    figures = (batch.characters[:count], batch.text_bytes[:count], batch.kinds[:count])
    return RowBatch(batch.first_row, *figures), TokenIds(encoded.ids, encoded.offsets[: count + 1])
