"""A large dataset's texts encoded in shards, by any number of processes on storage that they share.

A shard is a range of whole row groups. One process writes the tokenization, in the order of the rows; it makes the
shard that it needs next itself, unless another one has made it or is at it. So rows are made and packed in one place by
one rule, whoever encoded what, and helpers only make that place faster: all of them may die, or never come.

A shard that a helper made is an Arrow file that appears whole. Who makes a shard holds the lock of a file, which the
kernel lets go of with the process. Those files exist from the beginning, so that a helper that comes too late creates
nothing in a folder that is being removed.
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
from mistudio.corpus.documents.batches import BatchSize, HeldOutRule, RowBatch, TextReader, read_batches
from mistudio.corpus.encoders.encoding import Encoded, Encoder
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.utils.file_utils import atomic_path, ensure_dir, write_bytes_atomic
from mistudio.utils.prefetch import prefetch

EncodedBatch: TypeAlias = tuple[RowBatch, Encoded]

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


class EngineBrokeOff(RuntimeError):
    """A helper's engine broke off on a document: the shard is left to the process that keeps record of that."""


@dataclass(frozen=True)
class Sharing:
    """How work is shared: about ``shard_bytes`` of text at a time; ``ask`` calls for help with so many shards, once."""

    shard_bytes: int
    ask: Callable[[int], None]


@dataclass(frozen=True)
class Shard:
    """Rows ``first_row`` to ``stop_row`` of a split: whole row groups."""

    number: int
    split: str
    first_row: int
    stop_row: int


@dataclass(frozen=True)
class Encoding:
    """How texts of one tokenization become ids; ``failure`` says why the engine broke off, if it did."""

    reader: TextReader
    encoder: Encoder
    held_out: HeldOutRule
    failure: Callable[[], str | None]
    batch_bytes: int | None = None

    def batches(self, split: str, first_row: int, stop_row: int | None = None) -> Generator[EncodedBatch]:
        """These rows in order, encoded; the next texts are read meanwhile."""
        size = BatchSize(self.batch_bytes)
        texts = read_batches(
            self.reader, split, first_row=first_row, stop_row=stop_row, size=size, held_out=self.held_out
        )
        with closing(prefetch(texts)) as coming:
            for batch in coming:
                began = time.perf_counter()
                encoded = self.encoder.encode(batch.texts)
                size.adapt(time.perf_counter() - began)
                yield batch, encoded


def cut_shards(store: DatasetStore, splits: Sequence[str], shard_bytes: int) -> list[Shard]:
    """The shards of these splits, each of about so many bytes of text."""
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
    """The shards of one tokenization, in a folder of its staging; see the module."""

    def __init__(self, folder: Path, shards: Sequence[Shard]) -> None:
        self._folder = folder
        self._shards = shards

    def __len__(self) -> int:
        return len(self._shards)

    @classmethod
    def prepared(cls, folder: Path, shards: Sequence[Shard]) -> Self:
        """For the process that writes; shards that were made for an earlier call are kept, if they were cut alike."""
        listed, kept = json.dumps([as_json(shard) for shard in shards]).encode(), ensure_dir(folder) / _LIST
        if not kept.exists() or kept.read_bytes() != listed:
            for old in folder.iterdir():
                old.unlink()
            for shard in shards:
                (folder / f"{shard.number:05d}.lock").touch()
            write_bytes_atomic(kept, listed)
        return cls(folder, shards)

    @classmethod
    def found(cls, folder: Path) -> Self:
        """For a helper. Raises FileNotFoundError where nobody shares anything, or no longer."""
        return cls(folder, [from_json(Shard, shard) for shard in json.loads((folder / _LIST).read_bytes())])

    def encoded(self, split: str, first_row: int, *, encoding: Encoding, monitor: Monitor) -> Generator[EncodedBatch]:
        """The rows of a split from ``first_row`` on, in order, whoever makes them."""
        coming = [shard for shard in self._shards if shard.split == split and shard.stop_row > first_row]
        for index, shard in enumerate(coming):
            yield from self._one(shard, coming[index + 1 :], max(first_row, shard.first_row), encoding, monitor)

    def encode_missing(self, begin: int, *, encoding: Encoding, monitor: Monitor) -> int:
        """Make shards that nobody is at, from number ``begin`` on, until there are none; how many these were.

        Raises EngineBrokeOff, and FileNotFoundError once the tokenization is finished or given up.
        """
        made = 0
        while self._make_one([*self._shards[begin:], *self._shards[:begin]], encoding, monitor, is_helper=True):
            made += 1
        return made

    def _one(
        self, shard: Shard, later: Sequence[Shard], first_row: int, encoding: Encoding, monitor: Monitor
    ) -> Generator[EncodedBatch]:
        while not self._file(shard).exists():
            with self._claimed(shard) as is_mine:
                if is_mine and not self._file(shard).exists():
                    yield from encoding.batches(shard.split, first_row, shard.stop_row)
                    self._mark(shard).touch()
                    return
            if not is_mine and not self._make_one(later, encoding, monitor, is_helper=False):
                monitor.checkpoint()
                time.sleep(_WAIT_SECONDS)
        yield from self._read(shard, first_row)

    def _make_one(self, candidates: Sequence[Shard], encoding: Encoding, monitor: Monitor, *, is_helper: bool) -> bool:
        for shard in candidates:
            if self._is_done(shard):
                continue
            with self._claimed(shard) as is_mine:
                if is_mine and not self._is_done(shard):
                    self._make(shard, encoding, monitor, is_helper=is_helper)
                    return True
        return False

    def _make(self, shard: Shard, encoding: Encoding, monitor: Monitor, *, is_helper: bool) -> None:
        with atomic_path(self._file(shard)) as path, pa.OSFile(str(path), "wb") as file:
            with pa.ipc.new_file(file, _SCHEMA) as writer:
                for batch, encoded in encoding.batches(shard.split, shard.first_row, shard.stop_row):
                    monitor.checkpoint()
                    writer.write_batch(_record_batch(batch, encoded))
            if is_helper and (why := encoding.failure()):
                raise EngineBrokeOff(why)

    def _read(self, shard: Shard, first_row: int) -> Iterator[EncodedBatch]:
        with pa.memory_map(str(self._file(shard))) as source:
            reader, row = pa.ipc.open_file(source), shard.first_row
            for number in range(reader.num_record_batches):
                record = reader.get_batch(number)
                before, row = row, row + record.num_rows
                if row > first_row:
                    yield _encoded_batch(record.slice(max(0, first_row - before)), max(first_row, before))

    @contextmanager
    def _claimed(self, shard: Shard) -> Iterator[bool]:
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
        """There once the writing process made the shard itself, without a file."""
        return self._folder / f"{shard.number:05d}.done"


def _record_batch(batch: RowBatch, encoded: Encoded) -> pa.RecordBatch:
    ids = encoded.ids[encoded.offsets[0] : encoded.offsets[-1]]
    offsets = (encoded.offsets - encoded.offsets[0]).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(offsets), pa.array(ids))
    figures = [pa.array(batch.characters), pa.array(batch.text_bytes), pa.array(batch.kinds)]
    return pa.RecordBatch.from_arrays([lists, *figures], schema=_SCHEMA)


def _encoded_batch(record: pa.RecordBatch, first_row: int) -> EncodedBatch:
    lists = record.column("ids")
    offsets = lists.offsets.to_numpy().astype(np.int64)
    ids = lists.values.to_numpy()[offsets[0] : offsets[-1]]
    characters, text_bytes, kinds = (record.column(name).to_numpy() for name in ("characters", "text_bytes", "kinds"))
    batch = RowBatch(first_row, characters=characters, text_bytes=text_bytes, kinds=kinds)
    return batch, Encoded(ids, offsets - offsets[0])
