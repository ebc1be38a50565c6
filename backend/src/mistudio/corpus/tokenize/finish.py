"""What stands beside the data files of a tokenization, and its books, counted when all rows have been written."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mistudio.core.errors import TokensLost
from mistudio.corpus.arrays import Ints
from mistudio.corpus.documents.row_figures import DOCUMENT, HELD_OUT, NO_TEXT, SourceRows
from mistudio.corpus.spec.resolve import ResolvedSettings
from mistudio.corpus.spec.settings import TokenizerFacts, TokenizeSettings
from mistudio.corpus.tokenize.arrow_columns import Columns, dataset_dict, dataset_info, dataset_state
from mistudio.corpus.tokenize.packing_rules import SeparatorTokens
from mistudio.corpus.tokenize.part_writer import PartWriter
from mistudio.corpus.tokenize.rows import Position
from mistudio.corpus.tokenized.ledger import Ledger
from mistudio.corpus.tokenized.lengths import NAME as LENGTHS
from mistudio.corpus.tokenized.manifest import TokenFile, TokenizedSplit
from mistudio.corpus.tokenized.statistics import LengthCounts, TokenFigures, TokenStatistics
from mistudio.utils.file_utils import sha256_file, write_bytes_atomic

LENGTH_COUNTS: Final = "length_counts.npy"
HELD_OUT_ROWS: Final = "held_out.npy"


@dataclass(frozen=True, eq=False)
class SplitRecord:
    """A split as it goes into the manifest, and the figures by which several are added up."""

    split: TokenizedSplit
    figures: TokenFigures


@dataclass(frozen=True, eq=False)
class WrittenSplit:
    """A split whose rows are all in parts: ``rows`` counted them in order, ``files`` are where they are now."""

    name: str
    source: str
    kind: int
    rows: PartWriter
    files: PartWriter
    names: Sequence[str]


def finish_split(folder: Path, name: str, parts: PartWriter, columns: Columns, *, fingerprint: str) -> list[str]:
    """Name the parts and write what ``datasets`` needs beside them; gives the files' names, in order."""
    names = parts.name_parts()
    write_bytes_atomic(folder / name / "dataset_info.json", dataset_info(columns))
    write_bytes_atomic(folder / name / "state.json", dataset_state(names, split=name, fingerprint=fingerprint))
    return names


def split_record(
    folder: Path,
    written: WrittenSplit,
    rows: SourceRows,
    *,
    resolved: ResolvedSettings,
    settings: TokenizeSettings,
    tokenizer: TokenizerFacts,
) -> SplitRecord:
    """Count one split; writes its ``lengths.npy`` and ``length_counts.npy``. Raises TokensLost."""
    counted = _Counted(written, rows, resolved, settings)
    counted.count(folder)
    ledger, figures = counted.ledger(), counted.figures()
    ledger.require_balance(written.name)
    if counted.kept.tokens != ledger.data_tokens or int(figures.tokens.sum()) != ledger.data_tokens:
        raise TokensLost(
            f"Split “{written.name}” has {ledger.data_tokens:,} tokens, its documents {counted.kept.tokens:,}."
        )
    statistics = figures.statistics(vocab_size=tokenizer.vocab_size, special_ids=tokenizer.special.all_ids)
    files = tuple(
        TokenFile(f"{written.name}/{name}", part.rows, part.size, part.sha256)
        for name, part in zip(written.names, written.files.parts, strict=True)
    )
    split = TokenizedSplit(
        name=written.name,
        source=written.source,
        is_held_out=written.kind == HELD_OUT,
        rows=written.files.written.rows,
        files=files,
        ledger=ledger,
        statistics=statistics,
    )
    return SplitRecord(split, figures)


def total_record(
    folder: Path, records: Sequence[SplitRecord], tokenizer: TokenizerFacts
) -> tuple[Ledger, TokenStatistics, dict[str, str]]:
    """Books and figures of all splits but the held-out ones, and the hashes of all files that are not data files."""
    write_bytes_atomic(folder / "dataset_dict.json", dataset_dict([record.split.name for record in records]))
    main = [record for record in records if not record.split.is_held_out]
    figures = TokenFigures.total([record.figures for record in main])
    statistics = figures.statistics(vocab_size=tokenizer.vocab_size, special_ids=tokenizer.special.all_ids)
    beside = ("dataset_info.json", "state.json", LENGTHS, LENGTH_COUNTS, HELD_OUT_ROWS)
    paths = ["dataset_dict.json", *(f"{record.split.name}/{name}" for record in records for name in beside)]
    others = {path: sha256_file(folder / path) for path in paths if (folder / path).exists()}
    return Ledger.total(record.split.ledger for record in main), statistics, others


class _Counted:
    """One pass over the source rows of a split."""

    def __init__(
        self, written: WrittenSplit, rows: SourceRows, resolved: ResolvedSettings, settings: TokenizeSettings
    ) -> None:
        self._written, self._rows, self._resolved, self._settings = written, rows, resolved, settings
        self.source = self.kept = LengthCounts.merged([])
        self._nulls = self._characters = self._bytes = self._held_out = self._held_documents = 0

    def count(self, folder: Path) -> None:
        """Read all rows; the source split's own lengths are written on the way."""
        is_main = self._written.kind == DOCUMENT
        target = folder / self._written.name
        lengths = _array(target / LENGTHS, np.uint32, self._rows.rows) if is_main else None
        holds_out = is_main and self._settings.heldout_fraction > 0
        held = _array(target / HELD_OUT_ROWS, np.uint8, -(-self._rows.rows // 8)) if holds_out else None
        kept, source = [], []
        for start, block in self._rows.blocks():
            mine = block.kinds == self._written.kind
            tokens = block.tokens[mine]
            numbers = np.flatnonzero(mine) + start
            source.append(LengthCounts.of(tokens))
            kept.append(LengthCounts.of(self._kept_of(tokens, numbers)))
            self._characters += int(block.characters[mine].sum())
            self._bytes += int(block.text_bytes[mine].sum())
            others = block.kinds == HELD_OUT
            self._nulls += int((block.kinds == NO_TEXT).sum())
            self._held_out += int(block.tokens[others].sum())
            self._held_documents += int(others.sum())
            if lengths is not None:
                lengths[start : start + len(mine)] = block.tokens
            if held is not None:
                # Blocks are of a multiple of eight rows.
                held[start // 8 : start // 8 + -(-len(mine) // 8)] = np.packbits(others)
        self.source, self.kept = LengthCounts.merged(source), LengthCounts.merged(kept)
        np.save(target / LENGTH_COUNTS, self.source.array)

    def _kept_of(self, tokens: Ints, numbers: Ints) -> Ints:
        if not self._settings.is_packed:
            return np.minimum(tokens, self._resolved.room) if self._settings.truncation else tokens
        if self._settings.keep_last_partial:
            return tokens
        end: Position = self._written.rows.position
        slots = SeparatorTokens.of(self._resolved)
        inside = np.clip(end.offset - slots.separators - len(slots.prefix), 0, tokens)
        return np.where(numbers < end.row, tokens, np.where(numbers == end.row, inside, 0))

    def ledger(self) -> Ledger:
        """The books of the split."""
        is_main = self._written.kind == DOCUMENT
        written, files = self._written.rows.written, self._written.files.written
        held = self._held_out if is_main else 0
        cut = self._settings.truncation and not self._settings.is_packed
        truncated = self.source.tokens - self.source.clipped(self._resolved.room).tokens if cut else 0
        empty = int(self.source.counts[self.source.lengths == 0].sum())
        return Ledger(
            documents=self.source.documents + (self._held_documents if is_main else 0),
            null_documents=self._nulls if is_main else 0,
            empty_documents=empty,
            source_tokens=self.source.tokens + held,
            data_tokens=written.data_tokens,
            truncated=truncated,
            dropped=written.dropped,
            held_out=held,
            special_tokens=sum(written.added),
            padding=files.padding,
            positions=files.positions,
        )

    def figures(self) -> TokenFigures:
        """The figures of the split."""
        put_in: dict[int, int] = {}
        for kind, count in zip(self._written.rows.added, self._written.rows.written.added, strict=True):
            put_in[kind.id] = put_in.get(kind.id, 0) + count
        return TokenFigures(
            source=self.source,
            tokens=self._written.rows.data_counts,
            added=put_in,
            characters=self._characters,
            text_bytes=self._bytes,
        )


def _array(path: Path, kind: type[np.unsignedinteger], length: int) -> NDArray[np.unsignedinteger]:
    """An array in a file, to be written in pieces; of no length it cannot be mapped, and there is nothing to write."""
    if not length:
        np.save(path, np.zeros(0, kind))
        return np.zeros(0, kind)
    return np.lib.format.open_memmap(path, mode="w+", dtype=kind, shape=(length,))
