"""Calculate what a max_length would cost before a run: ragged, padded and packed rows, from lengths alone.

A real run cuts its rows by the same arithmetic, so it would have exactly these figures.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

import numpy as np

from mistudio.corpus.arrays import Ints
from mistudio.corpus.spec.resolve import resolve_settings
from mistudio.corpus.spec.settings import TokenizerFacts, TokenizeSettings
from mistudio.corpus.store.manifest import Manifest
from mistudio.corpus.tokenize.packing_rules import SeparatorTokens, count_packed_rows
from mistudio.corpus.tokenize.split_counter import HELD_OUT_ROWS, LENGTH_COUNTS
from mistudio.corpus.tokenized.length_counts import LengthCounts
from mistudio.corpus.tokenized.lengths import LENGTHS, UNREAD
from mistudio.corpus.tokenized.manifest import TokenizedManifest
from mistudio.corpus.tokenized.saved_arrays import load_array

_BLOCK: Final = 1 << 20
_ID_BYTES: Final = 4
_MASK_BYTES: Final = 1
# An offset and the source row of a row; a segment of a packed row.
_ROW_BYTES: Final = 12
_SEGMENT_BYTES: Final = 20


@dataclass(frozen=True, kw_only=True)
class WhatIfLayout:
    """The figures of one way to write the rows; ``size_bytes`` is the size of the columns without Arrow's framing."""

    rows: int
    positions: int
    data_tokens: int
    special_tokens: int
    padding: int
    truncated: int
    dropped: int
    size_bytes: int

    def scale(self, factor: float) -> Self:
        """Return the figures for ``factor`` times the documents."""
        return type(self)(**{name: round(value * factor) for name, value in vars(self).items()})


@dataclass(frozen=True)
class WhatIfOption:
    """One max_length; ``documents_fit`` counts the documents that fit into a row of their own."""

    max_length: int
    documents_fit: int
    ragged: WhatIfLayout
    padded: WhatIfLayout
    packed: WhatIfLayout


@dataclass(frozen=True)
class WhatIf:
    """The figures of several max_lengths, counted on ``documents_counted`` documents and scaled to ``documents``."""

    documents: int
    documents_counted: int
    source_tokens: int
    options: tuple[WhatIfOption, ...]


@dataclass(frozen=True, eq=False)
class Lengths:
    """Tokens per document: as counts, and in order per split. ``held_out`` marks the documents to leave out."""

    counts: LengthCounts
    splits: Sequence[Ints]
    held_out: Sequence[Path] = ()

    def blocks(self, split: int) -> Iterator[Ints]:
        """Yield the lengths of one split in order, without held-out documents."""
        has_held_out = bool(self.held_out) and self.held_out[split].exists()
        held_out = load_array(self.held_out[split], dimensions=1, mode="r") if has_held_out else None
        lengths = self.splits[split]
        for start in range(0, len(lengths), _BLOCK):
            block = np.asarray(lengths[start : start + _BLOCK], np.int64)
            is_read = block != UNREAD
            if held_out is not None:
                bits = np.unpackbits(held_out[start // 8 : (start + len(block) + 7) // 8])[: len(block)]
                is_read &= bits == 0
            yield block[is_read]


def read_lengths(folder: Path, manifest: TokenizedManifest) -> Lengths:
    """Return the lengths in the tokenization in ``folder``, of all splits except held-out ones; files are mapped.

    Raises DataMissing.
    """
    names = [split.name for split in manifest.splits if not split.is_held_out]
    return Lengths(
        LengthCounts.merge([_read_counts(folder / name / LENGTH_COUNTS) for name in names]),
        [load_array(folder / name / LENGTHS, dimensions=1, mode="r") for name in names],
        [folder / name / HELD_OUT_ROWS for name in names],
    )


def _read_counts(path: Path) -> LengthCounts:
    return LengthCounts.from_array(load_array(path, dimensions=2).astype(np.int64))


def wrap_sample(lengths: Ints) -> Lengths:
    """Return the lengths of a sample of documents, as one split."""
    return Lengths(LengthCounts.from_lengths(lengths), [lengths])


def calculate_what_if(
    lengths: Lengths,
    max_lengths: Sequence[int],
    *,
    settings: TokenizeSettings,
    tokenizer: TokenizerFacts,
    dataset: Manifest,
    documents: int | None = None,
) -> WhatIf:
    """Return the figures of each of ``max_lengths``, with these settings otherwise.

    ``documents`` is the number of all documents if ``lengths`` are those of a sample. Raises ValidationFailed if a
    max_length leaves no room for text.
    """
    counted = lengths.counts.documents
    factor = documents / counted if documents is not None and counted else 1.0
    options = [_calculate_option(lengths, length, settings, tokenizer, dataset) for length in max_lengths]
    return WhatIf(
        documents=counted if documents is None else documents,
        documents_counted=counted,
        source_tokens=round(lengths.counts.tokens * factor),
        options=tuple(_scale_option(option, factor) for option in options),
    )


def _scale_option(option: WhatIfOption, factor: float) -> WhatIfOption:
    if factor == 1.0:
        return option
    layouts = (layout.scale(factor) for layout in (option.ragged, option.padded, option.packed))
    return WhatIfOption(option.max_length, round(option.documents_fit * factor), *layouts)


def _calculate_option(
    lengths: Lengths, max_length: int, settings: TokenizeSettings, tokenizer: TokenizerFacts, dataset: Manifest
) -> WhatIfOption:
    changed = replace(settings, max_length=max_length, truncation=True, padding="do_not_pad", stride=None)
    alone = resolve_settings(replace(changed, packing="off"), tokenizer, dataset=dataset)
    joined = resolve_settings(replace(changed, packing="concat"), tokenizer, dataset=dataset)
    ragged = _calculate_ragged(lengths.counts, len(alone.prefix) + len(alone.suffix), alone.room)
    fit = int(lengths.counts.counts[lengths.counts.lengths <= alone.room].sum())
    padded = _calculate_padded(ragged, max_length, has_mask=settings.return_attention_mask)
    packed = _calculate_packed(lengths, SeparatorTokens.from_settings(joined), settings)
    return WhatIfOption(max_length, fit, ragged, padded, packed)


def _calculate_ragged(counts: LengthCounts, frame: int, room: int) -> WhatIfLayout:
    rows, data = counts.documents, counts.clip(room).tokens
    positions = data + rows * frame
    return WhatIfLayout(
        rows=rows,
        positions=positions,
        data_tokens=data,
        special_tokens=rows * frame,
        padding=0,
        truncated=counts.tokens - data,
        dropped=0,
        size_bytes=positions * _ID_BYTES + rows * _ROW_BYTES,
    )


def _calculate_padded(ragged: WhatIfLayout, max_length: int, *, has_mask: bool) -> WhatIfLayout:
    positions = ragged.rows * max_length
    size = _ID_BYTES + (_MASK_BYTES if has_mask else 0)
    return replace(
        ragged,
        positions=positions,
        padding=positions - ragged.positions,
        size_bytes=positions * size + ragged.rows * _ROW_BYTES,
    )


def _calculate_packed(lengths: Lengths, tokens: SeparatorTokens, settings: TokenizeSettings) -> WhatIfLayout:
    counts = [count_packed_rows(lengths.blocks(split), tokens) for split in range(len(lengths.splits))]
    rows, positions = sum(count.rows for count in counts), sum(count.positions for count in counts)
    dropped = sum(count.partial_data for count in counts)
    if settings.keep_last_partial:
        rows += sum(count.partial > 0 for count in counts)
        positions += sum(count.partial for count in counts)
        dropped = 0
    data = lengths.counts.tokens - dropped
    pieces = lengths.counts.documents + rows
    return WhatIfLayout(
        rows=rows,
        positions=positions,
        data_tokens=data,
        special_tokens=positions - data,
        padding=0,
        truncated=0,
        dropped=dropped,
        size_bytes=positions * _ID_BYTES + rows * _ROW_BYTES + pieces * _SEGMENT_BYTES,
    )
