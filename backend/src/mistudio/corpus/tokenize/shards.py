"""Encode a large dataset in shards, by any number of processes on shared storage.

A shard is a range of whole row groups. One process writes the tokenization in the order of the rows. It encodes the
shard that it needs next, unless another process has encoded it or is doing so. So rows are made and packed in one place
by one rule, and helpers only make that process faster: none of them has to come, and all of them may die.

A shard that a helper encoded is an Arrow file that appears complete. The process that encodes a shard holds the lock of
a file, which the kernel releases with the process. The lock files exist from the start, so a helper that arrives too
late creates nothing in a folder that is being removed.
"""

import fcntl
import json
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, TypeAlias

import numpy as np
import pyarrow as pa

from mistudio.core.records import as_json, from_json
from mistudio.corpus.documents.batches import BatchSize, HeldOutRule, RowBatch, TextBatch, TextReader, read_batches
from mistudio.corpus.encoders.encoding import Encoder, TokenIds
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.tokenizers.unknown_text import TextNotInVocabulary
from mistudio.utils.file_utils import atomic_path, ensure_dir, write_bytes_atomic
from mistudio.utils.prefetch import prefetch

EncodedBatch: TypeAlias = tuple[RowBatch, TokenIds]

_LIST: Final = "shards.json"
_WAIT_SECONDS: Final = 0.05
_SCHEMA: Final = pa.schema(
    [
        ("ids", pa.list_(pa.int32())),
        ("characters", pa.int64()),
        ("text_bytes", pa.int64()),
        ("kinds", pa.uint8()),
    ]
)


class EngineFailed(RuntimeError):
    """The engine of a helper failed on a document; the process that records failures must encode the shard."""


@dataclass(frozen=True)
class ShardPolicy:
    """How to share work: about ``shard_bytes`` of text per shard; ``request_helpers(count)`` is called once."""

    shard_bytes: int
    request_helpers: Callable[[int], None]


@dataclass(frozen=True)
class Shard:
    """Rows ``first_row`` to ``stop_row`` of a split: whole row groups."""

    number: int
    split: str
    first_row: int
    stop_row: int


@dataclass(frozen=True)
class BatchEncoder:
    """Encodes the texts of one tokenization; ``failure`` returns why the engine failed, None if it did not."""

    reader: TextReader
    encoder: Encoder
    held_out: HeldOutRule
    failure: Callable[[], str | None]
    batch_bytes: int | None = None

    def batches(self, split: str, first_row: int, stop_row: int | None = None) -> Generator[EncodedBatch]:
        """Yield these rows in order, encoded; the next texts are read meanwhile."""
        size = BatchSize(self.batch_bytes)
        texts = read_batches(
            self.reader, split, first_row=first_row, stop_row=stop_row, size=size, held_out=self.held_out
        )
        with closing(prefetch(texts)) as coming:
            for batch in coming:
                began = time.perf_counter()
                encoded = self._encode(batch, split)
                size.adapt(time.perf_counter() - began)
                yield batch, encoded

    def _encode(self, batch: TextBatch, split: str) -> TokenIds:
        try:
            return self.encoder.encode(batch.texts)
        except TextNotInVocabulary as error:
            raise error.locate(split, batch.first_row + error.place) from error


def cut_shards(store: DatasetStore, splits: Sequence[str], shard_bytes: int) -> list[Shard]:
    """Return the shards of these splits, each of about ``shard_bytes`` of text."""
    rows_each = max(1, shard_bytes * store.manifest.rows // max(1, store.manifest.text.utf8_bytes or 0))
    shards: list[Shard] = []
    for split in splits:
        start = stop = 0
        for group in store.groups(split):
            stop = group.first_row + group.rows
            if stop - start >= rows_each:
                shards.append(Shard(len(shards), split, start, stop))
                start = stop
        if stop > start:
            shards.append(Shard(len(shards), split, start, stop))
    return shards


class Shards:
    """The shards of one tokenization, in a folder of its staging; the module's docstring explains them."""

    def __init__(self, folder: Path, shards: Sequence[Shard]) -> None:
        self._folder = folder
        self._shards = shards

    def __len__(self) -> int:
        return len(self._shards)

    @classmethod
    def prepare(cls, folder: Path, shards: Sequence[Shard]) -> Self:
        """Return the shards for the process that writes; files of an earlier call stay if its shards were the same."""
        listed, kept = json.dumps([as_json(shard) for shard in shards]).encode(), ensure_dir(folder) / _LIST
        if not kept.exists() or kept.read_bytes() != listed:
            for old in folder.iterdir():
                old.unlink()
            for shard in shards:
                (folder / f"{shard.number:05d}.lock").touch()
            write_bytes_atomic(kept, listed)
        return cls(folder, shards)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Return the shards for a helper. Raises FileNotFoundError if there are none, or no longer."""
        return cls(folder, [from_json(Shard, shard) for shard in json.loads((folder / _LIST).read_bytes())])

    def batches(
        self, split: str, first_row: int, *, encoder: BatchEncoder, monitor: Monitor
    ) -> Generator[EncodedBatch]:
        """Yield the rows of a split from ``first_row`` on, in order, encoded by any process."""
        remaining = [shard for shard in self._shards if shard.split == split and shard.stop_row > first_row]
        for index, shard in enumerate(remaining):
            start = max(first_row, shard.first_row)
            yield from self._shard_batches(shard, remaining[index + 1 :], start, encoder, monitor)

    def encode_missing(self, begin: int, *, encoder: BatchEncoder, monitor: Monitor) -> int:
        """Encode the shards that no process encodes, from number ``begin`` on, and return how many these were.

        Raises EngineFailed, and FileNotFoundError after the tokenization was finished or given up.
        """
        encoded = 0
        while self._encode_one([*self._shards[begin:], *self._shards[:begin]], encoder, monitor, is_helper=True):
            encoded += 1
        return encoded

    def _shard_batches(
        self, shard: Shard, later: Sequence[Shard], first_row: int, encoder: BatchEncoder, monitor: Monitor
    ) -> Generator[EncodedBatch]:
        """Yield one shard; while another process encodes it, encode one of the ``later`` shards."""
        while not self._file(shard).exists():
            with self._claim(shard) as is_mine:
                if is_mine and not self._file(shard).exists():
                    yield from encoder.batches(shard.split, first_row, shard.stop_row)
                    self._mark(shard).touch()
                    return
            if not is_mine and not self._encode_one(later, encoder, monitor, is_helper=False):
                monitor.checkpoint()
                time.sleep(_WAIT_SECONDS)
        yield from self._read(shard, first_row)

    def _encode_one(
        self, candidates: Sequence[Shard], encoder: BatchEncoder, monitor: Monitor, *, is_helper: bool
    ) -> bool:
        """Encode the first of the candidates that nobody encodes; return whether there was one."""
        for shard in candidates:
            if self._is_done(shard):
                continue
            with self._claim(shard) as is_mine:
                if is_mine and not self._is_done(shard):
                    self._write(shard, encoder, monitor, is_helper=is_helper)
                    return True
        return False

    def _write(self, shard: Shard, encoder: BatchEncoder, monitor: Monitor, *, is_helper: bool) -> None:
        with atomic_path(self._file(shard)) as path, pa.OSFile(str(path), "wb") as file:
            with pa.ipc.new_file(file, _SCHEMA) as writer:
                for batch, encoded in encoder.batches(shard.split, shard.first_row, shard.stop_row):
                    monitor.checkpoint()
                    writer.write_batch(_to_record_batch(batch, encoded))
            if is_helper and (why := encoder.failure()):
                raise EngineFailed(why)

    def _read(self, shard: Shard, first_row: int) -> Iterator[EncodedBatch]:
        with pa.memory_map(str(self._file(shard))) as source:
            reader, row = pa.ipc.open_file(source), shard.first_row
            for number in range(reader.num_record_batches):
                record = reader.get_batch(number)
                before, row = row, row + record.num_rows
                if row > first_row:
                    yield _from_record_batch(record.slice(max(0, first_row - before)), max(first_row, before))

    @contextmanager
    def _claim(self, shard: Shard) -> Iterator[bool]:
        """Hold the lock of the shard; yields False if another process holds it."""
        with (self._folder / f"{shard.number:05d}.lock").open("r+b") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    def _is_done(self, shard: Shard) -> bool:
        return self._file(shard).exists() or self._mark(shard).exists()

    def _file(self, shard: Shard) -> Path:
        return self._folder / f"{shard.number:05d}.arrow"

    def _mark(self, shard: Shard) -> Path:
        """Return the file that says that the writing process encoded the shard itself, without a shard file."""
        return self._folder / f"{shard.number:05d}.done"


def _to_record_batch(batch: RowBatch, encoded: TokenIds) -> pa.RecordBatch:
    ids = encoded.ids[encoded.offsets[0] : encoded.offsets[-1]]
    offsets = (encoded.offsets - encoded.offsets[0]).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(offsets), pa.array(ids))
    figures = [pa.array(batch.characters), pa.array(batch.text_bytes), pa.array(batch.kinds)]
    return pa.RecordBatch.from_arrays([lists, *figures], schema=_SCHEMA)


def _from_record_batch(record: pa.RecordBatch, first_row: int) -> EncodedBatch:
    lists = record.column("ids")
    offsets = lists.offsets.to_numpy().astype(np.int64)
    ids = lists.values.to_numpy()[offsets[0] : offsets[-1]]
    characters, text_bytes, kinds = (record.column(name).to_numpy() for name in ("characters", "text_bytes", "kinds"))
    batch = RowBatch(first_row, characters=characters, text_bytes=text_bytes, kinds=kinds)
    return batch, TokenIds(ids, offsets - offsets[0])
