"""Count the source rows of a written split: its ledger, its figures, and the length of every document."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mistudio.corpus.arrays import Ints, create_array, write_array
from mistudio.corpus.documents.row_figures import DOCUMENT, HELD_OUT, NO_TEXT, RowFigures, SourceRows
from mistudio.corpus.spec.resolve import ResolvedSettings
from mistudio.corpus.spec.settings import TokenizeSettings
from mistudio.corpus.tokenize.packing_rules import SeparatorTokens
from mistudio.corpus.tokenize.part_writer import PartWriter
from mistudio.corpus.tokenize.rows import Position
from mistudio.corpus.tokenize.token_budget import SplitLimit, WriteRule
from mistudio.corpus.tokenized.ledger import Ledger
from mistudio.corpus.tokenized.length_counts import LengthCounts
from mistudio.corpus.tokenized.lengths import LENGTHS, UNREAD
from mistudio.corpus.tokenized.manifest import RowCut
from mistudio.corpus.tokenized.statistics import TokenFigures

LENGTH_COUNTS: Final = "length_counts.npy"
HELD_OUT_ROWS: Final = "held_out.npy"


@dataclass(frozen=True, eq=False)
class SplitOutput:
    """A split whose rows are all in parts: ``rows`` counted them in order, ``files`` has the final parts.

    ``limit`` is None if every source row was read and used.
    """

    name: str
    source: str
    kind: int
    rows: PartWriter
    files: PartWriter
    names: Sequence[str]
    limit: SplitLimit | None = None

    @property
    def is_main(self) -> bool:
        """Whether it has the documents that were not held out."""
        return self.kind == DOCUMENT


class SplitCounter:
    """Counts a split in one pass over its source rows: call ``count`` first."""

    def __init__(
        self, output: SplitOutput, rows: SourceRows, resolved: ResolvedSettings, settings: TokenizeSettings
    ) -> None:
        self._output, self._rows, self._resolved, self._settings = output, rows, resolved, settings
        self.source = self.kept = LengthCounts.merge([])
        self._rule = WriteRule.from_settings(settings, resolved)
        self._nulls = self._characters = self._bytes = self._held_documents = 0
        self._held_out = self._held_out_source = 0
        self._truncated = self._filtered = self._filtered_documents = self._repeated = self._unused = 0

    def count(self, folder: Path) -> None:
        """Read all source rows, and write the arrays of their lengths into the split's folder below ``folder``."""
        target = folder / self._output.name
        is_main, count = self._output.is_main, self._rows.rows
        has_held_out = is_main and self._settings.heldout_fraction > 0
        lengths = create_array(target / LENGTHS, np.uint32, count) if is_main else None
        held_out = create_array(target / HELD_OUT_ROWS, np.uint8, -(-count // 8)) if has_held_out else None
        kept, source = [], []
        for start, block in self._rows.blocks():
            is_mine = block.kinds == self._output.kind
            tokens, numbers = block.tokens[is_mine], np.flatnonzero(is_mine) + start
            source.append(LengthCounts.from_lengths(tokens))
            kept.append(LengthCounts.from_lengths(self._count_kept(tokens, numbers)))
            self._count_block(start, block, is_mine)
            self._count_losses(tokens, numbers)
            if lengths is not None:
                is_read = np.arange(start, start + len(is_mine)) < self._read_rows
                lengths[start : start + len(is_mine)] = np.where(is_read, block.tokens, UNREAD)
            if held_out is not None:
                # Every block but the last has a multiple of eight rows.
                held_out[start // 8 : start // 8 + -(-len(is_mine) // 8)] = np.packbits(block.kinds == HELD_OUT)
        self.source, self.kept = LengthCounts.merge(source), LengthCounts.merge(kept)
        with (target / LENGTH_COUNTS).open("wb") as file:
            write_array(file, self.source.to_array())

    @property
    def _read_rows(self) -> int:
        return self._rows.rows if self._output.limit is None else self._output.limit.read_rows

    @property
    def _cut(self) -> RowCut | None:
        return None if self._output.limit is None else self._output.limit.cut

    def _count_block(self, start: int, block: RowFigures, is_mine: NDArray[np.bool_]) -> None:
        is_held_out = block.kinds == HELD_OUT
        self._characters += int(block.characters[is_mine].sum())
        self._bytes += int(block.text_bytes[is_mine].sum())
        # Rows that were not read look like rows without a text.
        self._nulls += int((block.kinds[: max(0, self._read_rows - start)] == NO_TEXT).sum())
        is_used = self._is_used(np.arange(start, start + len(is_held_out)))
        self._held_out_source += int(block.tokens[is_held_out].sum())
        self._held_out += int(block.tokens[is_held_out & is_used].sum())
        if self._output.is_main:
            self._unused += int(block.tokens[is_held_out & ~is_used].sum())
        self._held_documents += int(is_held_out.sum())

    def _count_kept(self, tokens: Ints, numbers: Ints) -> Ints:
        """Return how many tokens of each document were written, each once; ``numbers`` are the source rows."""
        tokens = self._count_used(tokens, numbers)
        if not self._settings.is_packed or self._settings.keep_last_partial:
            return tokens
        end: Position = self._output.rows.position
        separators = SeparatorTokens.from_settings(self._resolved)
        inside = np.clip(end.offset - separators.separators - len(separators.prefix), 0, tokens)
        return np.where(numbers < end.row, tokens, np.where(numbers == end.row, inside, 0))

    def _is_used(self, numbers: Ints) -> NDArray[np.bool_]:
        """Return which source rows come before max_tokens is reached, or reach it."""
        return np.ones(len(numbers), np.bool_) if self._cut is None else numbers <= self._cut.row

    def _count_used(self, tokens: Ints, numbers: Ints) -> Ints:
        """Return how many tokens of each document are for rows, each once, before the last row is dropped."""
        used = np.where(self._is_used(numbers), self._rule.count_distinct(tokens), 0)
        if self._cut is not None and self._output.is_main:
            for place in np.flatnonzero(numbers == self._cut.row):
                used[place] = self._rule.count_covered(int(tokens[place]), self._cut.tokens)
        return used

    def _count_losses(self, tokens: Ints, numbers: Ints) -> None:
        is_used, used = self._is_used(numbers), self._count_used(tokens, numbers)
        is_short = is_used & (tokens < self._settings.min_tokens)
        whole = np.where(is_short, tokens, self._rule.count_distinct(tokens))
        self._filtered += int(tokens[is_short].sum())
        self._filtered_documents += int(is_short.sum())
        self._truncated += int((tokens - whole)[is_used].sum())
        self._unused += int(np.where(is_used, np.where(is_short, 0, whole - used), tokens).sum())
        written = np.where(is_used, self._rule.count_written(tokens), 0)
        if self._cut is not None and self._output.is_main:
            written[numbers == self._cut.row] = self._cut.tokens
        self._repeated += int((written - used).sum())

    def make_ledger(self) -> Ledger:
        """Return the ledger of the split."""
        is_main = self._output.is_main
        written, files = self._output.rows.written, self._output.files.written
        held_out = self._held_out if is_main else 0
        return Ledger(
            documents=self.source.documents + (self._held_documents if is_main else 0),
            null_documents=self._nulls if is_main else 0,
            empty_documents=int(self.source.counts[self.source.lengths == 0].sum()),
            source_tokens=self.source.tokens + self._held_out_source if is_main else self.source.tokens,
            data_tokens=written.data_tokens,
            truncated=self._truncated,
            dropped=written.dropped,
            filtered=self._filtered,
            held_out=held_out,
            special_tokens=sum(written.added),
            padding=files.padding,
            positions=files.positions,
            repeated=self._repeated,
            unused=self._unused,
            filtered_documents=self._filtered_documents,
            unread_rows=self._rows.rows - self._read_rows if is_main else 0,
        )

    def make_figures(self) -> TokenFigures:
        """Return the figures of the split."""
        rows = self._output.rows
        inserted: dict[int, int] = {}
        for kind, count in zip(rows.inserted, rows.written.added, strict=True):
            inserted[kind.id] = inserted.get(kind.id, 0) + count
        return TokenFigures(
            source=self.source,
            tokens=rows.count_data(),
            inserted=inserted,
            characters=self._characters,
            text_bytes=self._bytes,
        )
