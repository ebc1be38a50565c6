"""What a max_length would cost, before it is run: ragged, padded and packed rows side by side, from lengths alone.

The same arithmetic cuts the rows of a real run, so the figures are those that a run with these settings would have.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from mistudio.corpus.arrays import Ints
from mistudio.corpus.spec.resolve import resolve
from mistudio.corpus.spec.settings import TokenizerFacts, TokenizeSettings
from mistudio.corpus.store.manifest import Manifest
from mistudio.corpus.tokenize.finish import HELD_OUT_ROWS, LENGTH_COUNTS
from mistudio.corpus.tokenize.packing_rules import SeparatorTokens, count_packed
from mistudio.corpus.tokenized.lengths import NAME as LENGTHS
from mistudio.corpus.tokenized.manifest import TokenizedManifest
from mistudio.corpus.tokenized.statistics import LengthCounts

_BLOCK: Final = 1 << 20
_ID_BYTES: Final = 4
_MASK_BYTES: Final = 1
# An offset and the source row; a segment of a packed row.
_ROW_BYTES: Final = 12
_SEGMENT_BYTES: Final = 20


@dataclass(frozen=True, kw_only=True)
class WhatIfLayout:
    """What one way of writing the rows comes to; ``size_bytes`` is that of the columns, without Arrow's framing."""

    rows: int
    positions: int
    data_tokens: int
    special_tokens: int
    padding: int
    truncated: int
    dropped: int
    size_bytes: int

    def scaled(self, factor: float) -> "WhatIfLayout":
        """The same for so many times the documents."""
        return WhatIfLayout(**{name: round(value * factor) for name, value in vars(self).items()})


@dataclass(frozen=True)
class WhatIfOption:
    """One max_length. ``documents_fit``: documents that are not cut in a row of their own."""

    max_length: int
    documents_fit: int
    ragged: WhatIfLayout
    padded: WhatIfLayout
    packed: WhatIfLayout


@dataclass(frozen=True)
class WhatIf:
    """What several settings would cost; all from ``documents_counted`` documents, scaled to ``documents``."""

    documents: int
    documents_counted: int
    source_tokens: int
    options: tuple[WhatIfOption, ...]


@dataclass(frozen=True, eq=False)
class Lengths:
    """Tokens per document: counted, and in order, per split, in blocks."""

    counts: LengthCounts
    splits: Sequence[Ints]
    held_out: Sequence[Path] = ()

    def blocks(self, split: int) -> Iterator[Ints]:
        """The documents of one split in order, those left out that are held out."""
        held = np.load(self.held_out[split], mmap_mode="r") if self.held_out and self.held_out[split].exists() else None
        lengths = self.splits[split]
        for start in range(0, len(lengths), _BLOCK):
            block = np.asarray(lengths[start : start + _BLOCK], np.int64)
            if held is not None:
                bits = np.unpackbits(held[start // 8 : (start + len(block) + 7) // 8])[: len(block)]
                block = block[bits == 0]
            yield block


def lengths_of(folder: Path, manifest: TokenizedManifest) -> Lengths:
    """Those of the tokenization in ``folder``, of all splits but the held-out ones; long ones are mapped, not read."""
    names = [split.name for split in manifest.splits if not split.is_held_out]
    return Lengths(
        LengthCounts.merged([LengthCounts.of_array(np.load(folder / name / LENGTH_COUNTS)) for name in names]),
        [np.load(folder / name / LENGTHS, mmap_mode="r") for name in names],
        [folder / name / HELD_OUT_ROWS for name in names],
    )


def sampled_lengths(lengths: Ints) -> Lengths:
    """Of a sample of documents, as if they were one split."""
    return Lengths(LengthCounts.of(lengths), [lengths])


def what_if(
    lengths: Lengths,
    max_lengths: Sequence[int],
    *,
    settings: TokenizeSettings,
    tokenizer: TokenizerFacts,
    dataset: Manifest,
    documents: int | None = None,
) -> WhatIf:
    """What each of ``max_lengths`` comes to with otherwise these settings.

    ``documents``: how many there are, where ``lengths`` are those of a sample. Raises ValidationFailed where a
    max_length leaves no room.
    """
    counted = lengths.counts.documents
    factor = documents / counted if documents is not None and counted else 1.0
    options = [_option(lengths, length, settings, tokenizer, dataset) for length in max_lengths]
    return WhatIf(
        documents=counted if documents is None else documents,
        documents_counted=counted,
        source_tokens=round(lengths.counts.tokens * factor),
        options=tuple(_scaled(option, factor) for option in options),
    )


def _scaled(option: WhatIfOption, factor: float) -> WhatIfOption:
    if factor == 1.0:
        return option
    layouts = (layout.scaled(factor) for layout in (option.ragged, option.padded, option.packed))
    return WhatIfOption(option.max_length, round(option.documents_fit * factor), *layouts)


def _option(
    lengths: Lengths, max_length: int, settings: TokenizeSettings, tokenizer: TokenizerFacts, dataset: Manifest
) -> WhatIfOption:
    asked = replace(settings, max_length=max_length, truncation=True, padding="do_not_pad")
    alone = resolve(replace(asked, packing="off"), tokenizer, dataset=dataset)
    joined = resolve(replace(asked, packing="concat"), tokenizer, dataset=dataset)
    ragged = _ragged(lengths.counts, len(alone.prefix) + len(alone.suffix), alone.room)
    fit = int(lengths.counts.counts[lengths.counts.lengths <= alone.room].sum())
    padded = _padded(ragged, max_length, has_mask=settings.return_attention_mask)
    return WhatIfOption(max_length, fit, ragged, padded, _packed(lengths, SeparatorTokens.of(joined), settings))


def _ragged(counts: LengthCounts, frame: int, room: int) -> WhatIfLayout:
    rows, data = counts.documents, counts.clipped(room).tokens
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


def _padded(ragged: WhatIfLayout, max_length: int, *, has_mask: bool) -> WhatIfLayout:
    positions = ragged.rows * max_length
    size = _ID_BYTES + (_MASK_BYTES if has_mask else 0)
    return replace(
        ragged,
        positions=positions,
        padding=positions - ragged.positions,
        size_bytes=positions * size + ragged.rows * _ROW_BYTES,
    )


def _packed(lengths: Lengths, slots: SeparatorTokens, settings: TokenizeSettings) -> WhatIfLayout:
    counts = [count_packed(lengths.blocks(split), slots) for split in range(len(lengths.splits))]
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
