"""Counts how many units each row of a part has: tokens of a tokenizer, bytes of text, or one per row."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mistudio.core.errors import DataMissing, InvalidData, UnsupportedVersion
from mistudio.corpus.arrays import Counts, write_array
from mistudio.corpus.encoders.encoding import Encoder
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.corpus.store.text_source import TextSource, make_source
from mistudio.corpus.tokenized.lengths import UNKNOWN, TokenLengths
from mistudio.corpus.tokenized.manifest import read_tokenized_manifest
from mistudio.utils.file_utils import atomic_path

_BATCH_BYTES: Final = 4 << 20

MakeEncoder = Callable[[pa.StringArray], Encoder]
Report = Callable[[int], None]


def count_rows_of(store: DatasetStore, split: str) -> Counts:
    """Return one unit for each row."""
    return np.ones(store.num_rows(split), np.int64)


def count_bytes_of(store: DatasetStore, split: str, *, monitor: Monitor, report: Report) -> Counts:
    """Return the UTF-8 bytes of each row's text; a null has none."""
    counts = np.zeros(store.num_rows(split), np.int64)
    for group in store.groups(split):
        monitor.checkpoint()
        lengths = pc.binary_length(store.texts(group)).fill_null(0)
        counts[group.first_row : group.first_row + group.rows] = lengths.to_numpy(zero_copy_only=False)
        report(group.first_row + group.rows)
    return counts


def find_known_tokens(store: DatasetStore, split: str, fingerprint: str) -> Counts | None:
    """Return the tokens of each row's text if a tokenization of the dataset has counted all; else None."""
    for folder in sorted(DatasetLayout(store.folder).tokenizations.glob("tok_*")):
        with suppress(DataMissing, InvalidData, UnsupportedVersion):
            if _fits(folder, store.text, fingerprint):
                first, end = store.ids(split)
                counts = TokenLengths(folder, store).between(first, end)
                if not (counts == UNKNOWN).any():
                    return counts
    return None


def _fits(folder: Path, text: TextSource, fingerprint: str) -> bool:
    """Return whether a tokenization encoded the same texts by the same tokenizer."""
    manifest = read_tokenized_manifest(folder)
    settings = manifest.settings
    same_text = make_source(settings.text_column, settings.text_template) == text
    return manifest.tokenizer.fingerprint == fingerprint and same_text and not settings.apply_chat_template


def count_tokens_of(
    store: DatasetStore, split: str, *, make_encoder: MakeEncoder, monitor: Monitor, report: Report
) -> Counts:
    """Encode each row's text and return its tokens, without special ones; the first texts choose the encoder."""
    counts, done = np.zeros(store.num_rows(split), np.int64), 0
    encoder: Encoder | None = None
    for texts in _batch_texts(store, split):
        monitor.checkpoint()
        encoder = encoder or make_encoder(texts)
        lengths = encoder.encode(texts).lengths
        counts[done : done + len(texts)] = lengths
        done += len(texts)
        report(done)
    return counts


def _batch_texts(store: DatasetStore, split: str) -> Iterator[pa.StringArray]:
    pending: list[pa.StringArray] = []
    for group in store.groups(split):
        pending.append(store.texts(group).cast(pa.string()))
        if sum(texts.nbytes for texts in pending) >= _BATCH_BYTES:
            yield pa.concat_arrays(pending)
            pending = []
    if pending:
        yield pa.concat_arrays(pending)


def keep_counts(path: Path, count: Callable[[], Counts]) -> Counts:
    """Return the counts in the file ``path``; an attempt that finds none counts, and writes them."""
    with suppress(OSError, ValueError):
        kept: Counts = np.load(path, allow_pickle=False)
        return kept
    counts = count()
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        write_array(file, counts)
    return counts
