"""One contender of `make bench-tokenize`, in a process of its own: says seconds, tokens and its peak of memory.

Arguments, as JSON: contender, dataset folder, tokenizer folder, target folder, tokens that the limit
writes. What is imported before the clock starts is the same for all: the tokenizer is loaded within the time of each.
"""

import json
import sys
import time
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from common.measure import peak_bytes


def raw_files(dataset: Path) -> list[Path]:
    """The files of the store."""
    return sorted((dataset / "raw").glob("*.parquet"))


def with_map(dataset: Path, tokenizer: Path, target: Path, _tokens: int) -> int:
    """``datasets.map`` in two processes, and save_to_disk: the script of today."""
    import datasets
    from tokenizers import Tokenizer

    datasets.disable_progress_bars()
    loaded = Tokenizer.from_file(str(tokenizer / "tokenizer.json"))

    def encode(batch: dict[str, list[str]]) -> dict[str, list[list[int]]]:
        return {"input_ids": [each.ids for each in loaded.encode_batch_fast(batch["text"], add_special_tokens=False)]}

    paths = [str(path) for path in raw_files(dataset)]
    data = datasets.load_dataset("parquet", data_files=paths, split="train", cache_dir=str(target / "cache"))
    made = data.map(encode, batched=True, batch_size=1000, num_proc=2, remove_columns=data.column_names)
    made.save_to_disk(str(target / "saved"))
    return int(sum(len(lists.values) for lists in made.data.column("input_ids").chunks))


def with_library(dataset: Path, tokenizer: Path, target: Path, _tokens: int) -> int:
    """``tokenizers.encode_batch_fast``, and Arrow written as we write it."""
    from tokenizers import Tokenizer

    loaded = Tokenizer.from_file(str(tokenizer / "tokenizer.json"))
    schema, tokens = pa.schema([("input_ids", pa.list_(pa.int32()))]), 0
    with pa.OSFile(str(target / "out.arrow"), "wb") as sink, pa.ipc.new_stream(sink, schema) as writer:
        for path in raw_files(dataset):
            for batch in pq.ParquetFile(path).iter_batches(1000, columns=["text"]):
                encoded = loaded.encode_batch_fast(batch.column(0).to_pylist(), add_special_tokens=False)
                ids = pa.array([each.ids for each in encoded], pa.list_(pa.int32()))
                writer.write_batch(pa.RecordBatch.from_arrays([ids], schema=schema))
                tokens += len(ids.values)
    return tokens


def limit(dataset: Path, _tokenizer: Path, target: Path, tokens: int) -> int:
    """Reading the Parquet, and writing so many ids as Arrow: nothing is encoded."""
    schema, written = pa.schema([("input_ids", pa.list_(pa.int32()))]), 0
    files = [pq.ParquetFile(path) for path in raw_files(dataset)]
    share = tokens / max(1, sum(file.metadata.num_rows for file in files))
    rows = 0
    with pa.OSFile(str(target / "out.arrow"), "wb") as sink, pa.ipc.new_stream(sink, schema) as writer:
        for batch in chain.from_iterable(file.iter_batches(1000, columns=["text"]) for file in files):
            rows += len(batch)
            count = round(rows * share) - written
            lists = pa.ListArray.from_arrays(pa.array([0, count], pa.int32()), pa.array(np.zeros(count, np.int32)))
            writer.write_batch(pa.RecordBatch.from_arrays([lists], schema=schema))
            written += count
    return written


CONTENDERS = {"map": with_map, "library": with_library, "limit": limit}


def main() -> None:
    """Run it."""
    contender, dataset, tokenizer, target, count = (json.loads(argument) for argument in sys.argv[1:])
    began = time.perf_counter()
    tokens = CONTENDERS[contender](Path(dataset), Path(tokenizer), Path(target), count)
    figures = {"seconds": time.perf_counter() - began, "tokens": tokens, "peak": peak_bytes()}
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    main()
