"""Count what the written rows of a tokenization contain, and compare them with the reference."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mistudio.corpus.encoders.encoding import Encoder
from mistudio.corpus.tokenized.audit_sample import AuditBatch, count_unpadded
from mistudio.corpus.tokenized.manifest import TokenizedManifest
from mistudio.corpus.tokenized.store import Span, TokenRow

Decode: TypeAlias = Callable[[Sequence[Sequence[int]]], Sequence[str]]


@dataclass
class AuditCounts:
    """What the examined rows contain: rows with a property, ids outside the vocabulary, documents that differ.

    ``lossy`` of the ``round_trips`` documents do not decode to their text.
    """

    rows: int = 0
    empty_rows: int = 0
    begun: int = 0
    doubled: int = 0
    badly_padded: int = 0
    outside: int = 0
    documents: int = 0
    differences: int = 0
    round_trips: int = 0
    lossy: int = 0

    def count_row(self, row: TokenRow, manifest: TokenizedManifest) -> None:
        """Count the properties of one written row."""
        bos, vocab_size = manifest.tokenizer.special["bos"], manifest.tokenizer.vocab_size
        length = count_unpadded(row, manifest)
        ids = row.ids[:length]
        self.badly_padded += not _is_well_padded(row, length, manifest.resolved.pad)
        self.rows += 1
        self.empty_rows += not len(ids)
        self.outside += int(((row.ids < 0) | (row.ids >= vocab_size)).sum())
        self.begun += bool(len(ids) and ids[0] == find_start_token(manifest))
        self.doubled += int(bos is not None and ((ids[:-1] == bos) & (ids[1:] == bos)).any())

    def compare_documents(
        self, batch: AuditBatch, manifest: TokenizedManifest, reference: Encoder, decode: Decode | None
    ) -> None:
        """Encode the documents of the batch again and compare; ``decode`` is None for a lossy tokenizer."""
        encoded = reference.encode(pa.array(list(batch.texts.values()), pa.string()))
        starts = encoded.offsets.tolist()
        expected = {number: encoded.ids[starts[place] : starts[place + 1]] for place, number in enumerate(batch.texts)}
        self.documents += len(expected)
        self.differences += len(
            {span.row for row, span in batch.spans if not _is_equal(row, span, expected[span.row], manifest)}
        )
        if decode is not None:
            decoded = decode([ids.tolist() for ids in expected.values()])
            self.round_trips += len(decoded)
            self.lossy += sum(one != other for one, other in zip(decoded, batch.texts.values(), strict=True))


def find_start_token(manifest: TokenizedManifest) -> int | None:
    """Return the id with which every row must begin, None without one."""
    resolved = manifest.resolved
    return resolved.begin_of_row if resolved.begin_of_row is not None else next(iter(resolved.prefix), None)


def _is_well_padded(row: TokenRow, length: int, pad: int | None) -> bool:
    """Return whether only padding follows the first ``length`` positions, and the mask, if any, agrees."""
    is_data = np.arange(len(row.ids)) < length
    is_masked = row.mask is None or np.array_equal(row.mask, is_data)
    return length <= len(row.ids) and is_masked and bool((row.ids[length:] == pad).all())


def _is_equal(row: TokenRow, span: Span, ids: NDArray[np.int32], manifest: TokenizedManifest) -> bool:
    """Return whether the written ids of a span are those that ``ids``, its whole document, has there."""
    stop = span.token_start + span.length
    if row.source is not None and not row.is_cut:
        # An unpacked row holds its document from the start, as far as there is room.
        stop = min(manifest.resolved.room, len(ids)) if manifest.settings.is_truncated else len(ids)
    return np.array_equal(ids[span.token_start : stop], row.ids[span.position : span.position + span.length])
