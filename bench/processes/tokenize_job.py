"""Tokenize as one contender of `make bench-tokenize`, and print seconds, tokens and peak memory as JSON.

The arguments are the contender; the folders of the dataset, the tokenizer and the target; and the number of tokens that
``limit`` writes. The clock starts after imports that are the same for all, and before a contender loads its tokenizer.
"""

import json
import sys
import time
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from common.measure import peak_memory


def raw_files(dataset: Path) -> list[Path]:
    """Return the files of the store."""
    return sorted((dataset / "raw").glob("*.parquet"))


def run_map(dataset: Path, tokenizer: Path, target: Path, _tokens: int) -> int:
    """Run ``datasets.map`` in two processes, then ``save_to_disk``, as users do today."""
    import datasets
    from tokenizers import Tokenizer

    datasets.disable_progress_bars()
    loaded = Tokenizer.from_file(str(tokenizer / "tokenizer.json"))

    def encode(batch: dict[str, list[str]]) -> dict[str, list[list[int]]]:
        return {"input_ids": [each.ids for each in loaded.encode_batch_fast(batch["text"], add_special_tokens=False)]}

    paths = [str(path) for path in raw_files(dataset)]
    data = datasets.load_dataset("parquet", data_files=paths, split="train", cache_dir=str(target / "cache"))
    tokenized = data.map(encode, batched=True, batch_size=1000, num_proc=2, remove_columns=data.column_names)
    tokenized.save_to_disk(str(target / "saved"))
    return int(sum(len(lists.values) for lists in tokenized.data.column("input_ids").chunks))


def run_library(dataset: Path, tokenizer: Path, target: Path, _tokens: int) -> int:
    """Run ``tokenizers.encode_batch_fast``, and write Arrow as we write it."""
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


def run_limit(dataset: Path, _tokenizer: Path, target: Path, tokens: int) -> int:
    """Read the Parquet and write this many ids as Arrow, without encoding."""
    schema = pa.schema([("input_ids", pa.list_(pa.int32()))])
    files = [pq.ParquetFile(path) for path in raw_files(dataset)]
    share = tokens / max(1, sum(file.metadata.num_rows for file in files))
    rows = written_tokens = 0
    with pa.OSFile(str(target / "out.arrow"), "wb") as sink, pa.ipc.new_stream(sink, schema) as writer:
        for batch in chain.from_iterable(file.iter_batches(1000, columns=["text"]) for file in files):
            rows += len(batch)
            count = round(rows * share) - written_tokens
            lists = pa.ListArray.from_arrays(pa.array([0, count], pa.int32()), pa.array(np.zeros(count, np.int32)))
            writer.write_batch(pa.RecordBatch.from_arrays([lists], schema=schema))
            written_tokens += count
    return written_tokens


CONTENDERS = {"map": run_map, "library": run_library, "limit": run_limit}


def main() -> None:
    """Run the contender."""
    contender, dataset, tokenizer, target, count = (json.loads(argument) for argument in sys.argv[1:])
    start = time.perf_counter()
    tokens = CONTENDERS[contender](Path(dataset), Path(tokenizer), Path(target), count)
    figures = {"seconds": time.perf_counter() - start, "tokens": tokens, "peak": peak_memory()}
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    main()
