"""Read a tokenization batch by batch as one contender of `make bench-loader`, and print tokens per second as JSON.

The arguments are the contender, the tokenization's folder, a folder for copies in other formats, the rows of a batch,
the tokens of a row, the number of workers, whether rows are shuffled, and the least seconds to measure. The clock
starts with the first batch. Of every batch, each cache line is read once. If a library is missing, its name is printed.
"""

import json
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

_LINE_BYTES = 64


@dataclass(frozen=True)
class Reading:
    """What to read, and how."""

    folder: Path
    copies: Path
    batch_rows: int
    row_tokens: int
    workers: int
    is_shuffled: bool


def list_ids(folder: Path) -> Iterator[np.ndarray[Any, Any]]:
    """Yield the ids of each record batch of the training split, mapped."""
    for path in sorted((folder / "train").glob("*.arrow")):
        for batch in pa.ipc.open_stream(pa.memory_map(str(path))):
            yield batch.column("input_ids").values.to_numpy()


def read_limit(reading: Reading) -> Iterator[Any]:
    """Yield slices of the mapped ids in file order, as large as a batch."""
    size = reading.batch_rows * reading.row_tokens
    for ids in list_ids(reading.folder):
        for start in range(0, len(ids), size):
            yield ids[start : start + size]


def read_limit_as_int64(reading: Reading) -> Iterator[Any]:
    """Yield the same slices converted to int64, which is what a model takes."""
    for ids in read_limit(reading):
        yield ids.astype(np.int64)


def read_mistudio(reading: Reading) -> Iterable[Any]:
    """Yield the arrays of this project's loader."""
    return (batch["input_ids"] for batch in _open_batches(reading))


def read_mistudio_torch(reading: Reading) -> Iterable[Any]:
    """Yield the tensors of this project's loader, through torch's DataLoader."""
    from torch.utils.data import DataLoader

    loader = DataLoader(_open_batches(reading).torch(), batch_size=None, num_workers=reading.workers)
    return (batch["input_ids"] for batch in loader)


def _open_batches(reading: Reading) -> Any:  # Batches, which a missing package may hide from the type checker
    from mistudio.corpus.loader.batches import Batches, BatchOptions

    seed = 1 if reading.is_shuffled else None
    return Batches(reading.folder, "train", BatchOptions(batch_size=reading.batch_rows, shuffle_seed=seed))


def read_datasets(reading: Reading) -> Iterable[Any]:
    """Yield the tensors of ``datasets`` in its torch format, through torch's DataLoader."""
    from datasets import load_from_disk
    from torch.utils.data import DataLoader

    rows = load_from_disk(str(reading.folder / "train")).with_format("torch", columns=["input_ids"])
    options = {"batch_size": reading.batch_rows, "shuffle": reading.is_shuffled, "num_workers": reading.workers}
    return (batch["input_ids"] for batch in DataLoader(rows, **options))


def read_litdata(reading: Reading) -> Iterable[Any]:
    """Yield the tensors of litdata, from its own format for tokens."""
    from litdata import StreamingDataLoader, StreamingDataset
    from litdata.streaming.item_loader import TokensLoader

    target = reading.copies / "litdata"
    if not target.exists():
        _write_litdata(reading, target)
    loader = TokensLoader(block_size=reading.row_tokens)
    rows = StreamingDataset(str(target), item_loader=loader, shuffle=reading.is_shuffled)
    batches: Iterable[Any] = StreamingDataLoader(rows, batch_size=reading.batch_rows, num_workers=reading.workers)
    return batches


def _write_litdata(reading: Reading, target: Path) -> None:
    import torch
    from litdata.streaming.item_loader import TokensLoader
    from litdata.streaming.writer import BinaryWriter

    target.mkdir(parents=True)
    loader = TokensLoader(block_size=reading.row_tokens)
    writer = BinaryWriter(str(target), chunk_bytes="64MB", item_loader=loader)
    number = 0
    for ids in list_ids(reading.folder):
        for row in ids.reshape(-1, reading.row_tokens):
            writer.add_item(number, torch.from_numpy(row.copy()))
            number += 1
    writer.done()
    writer.merge()


def read_streaming(reading: Reading) -> Iterable[Any]:
    """Yield the tensors of mosaicml-streaming, from its own format."""
    from streaming import StreamingDataset
    from torch.utils.data import DataLoader

    target = reading.copies / "mds"
    if not target.exists():
        _write_mds(reading, target)
    rows = StreamingDataset(local=str(target), batch_size=reading.batch_rows, shuffle=reading.is_shuffled)
    loader = DataLoader(rows, batch_size=reading.batch_rows, num_workers=reading.workers)
    return (batch["tokens"] for batch in loader)


def _write_mds(reading: Reading, target: Path) -> None:
    from streaming import MDSWriter

    columns = {"tokens": f"ndarray:int32:{reading.row_tokens}"}
    with MDSWriter(out=str(target), columns=columns) as writer:
        for ids in list_ids(reading.folder):
            for row in ids.reshape(-1, reading.row_tokens):
                writer.write({"tokens": row.copy()})


CONTENDERS = {
    "limit": read_limit,
    "limit, int64": read_limit_as_int64,
    "mistudio": read_mistudio,
    "mistudio, torch": read_mistudio_torch,
    "datasets": read_datasets,
    "litdata": read_litdata,
    "streaming": read_streaming,
}


def measure(name: str, reading: Reading, least_seconds: float) -> dict[str, float]:
    """Return tokens per second, and per CPU second of this process; a pass that ends early is repeated."""
    tokens, total, start, start_cpu = 0, 0, 0.0, 0.0
    while True:
        for batch in CONTENDERS[name](reading):
            ids = np.asarray(batch).reshape(-1)
            total += int(ids[:: _LINE_BYTES // ids.itemsize].sum())
            if not start:
                start, start_cpu = time.perf_counter(), time.process_time()
                continue
            tokens += len(ids)
            if time.perf_counter() - start > least_seconds:
                wall, cpu = time.perf_counter() - start, time.process_time() - start_cpu
                return {"rate": tokens / wall, "cpu_rate": tokens / cpu, "sum": total}


def main() -> None:
    """Read as the arguments say."""
    name, folder, copies, batch_rows, row_tokens, workers, is_shuffled, seconds = map(json.loads, sys.argv[1:])
    reading = Reading(Path(folder), Path(copies), batch_rows, row_tokens, workers, is_shuffled)
    figures: dict[str, float] | dict[str, str]
    try:
        figures = measure(name, reading, seconds)
    except ModuleNotFoundError as error:
        figures = {"missing": error.name or str(error)}
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    main()
