"""One contender of `make bench-tokenize`, in a process of its own: says seconds, tokens and its peak of memory.

Arguments, as JSON: contender, dataset folder, tokenizer folder, target folder. What is imported and loaded before the
clock starts is the same for all: the tokenizer is loaded within the time of each.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from measure import peak_bytes


def raw_files(dataset: Path) -> list[Path]:
    """The files of the store."""
    return sorted((dataset / "raw").glob("*.parquet"))


def ours(dataset: Path, tokenizer: Path, target: Path) -> int:
    """Our whole job, the choice of the engine and the audit included."""
    from mistudio.corpus.store import DatasetStore
    from mistudio.corpus.token_sample import engines_for
    from mistudio.corpus.tokenize import tokenize_dataset
    from mistudio.corpus.tokenize_settings import TokenizeSettings, resolve
    from mistudio.corpus.tokenizer_files import TokenizerSource
    from mistudio.corpus.tokenizers import load_tokenizer
    from mistudio.corpus.work import Unwatched

    loaded = load_tokenizer(TokenizerSource(str(tokenizer)), token=None, cache_dir=target, root=tokenizer.parent)
    store = DatasetStore(dataset)
    settings = TokenizeSettings(tokenizer=str(tokenizer), truncation=False, add_special_tokens=False)
    engines = engines_for(loaded, store, settings, resolve(settings, loaded, dataset=store.manifest))
    manifest = tokenize_dataset(
        dataset,
        target / "staging",
        target / "tok",
        settings=settings,
        tokenizer=loaded,
        engines=engines,
        work=Unwatched(),
    )
    sys.stderr.write(f"{tokenizer.name}: {manifest.engine.name}; {manifest.engine.reason}\n")
    return manifest.ledger.data_tokens


def with_map(dataset: Path, tokenizer: Path, target: Path) -> int:
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


def with_library(dataset: Path, tokenizer: Path, target: Path) -> int:
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


def limit(dataset: Path, tokenizer: Path, target: Path) -> int:
    """Reading the Parquet, and writing as many bytes of Arrow as a tokenization has: nothing is encoded."""
    del tokenizer
    schema, tokens = pa.schema([("input_ids", pa.list_(pa.int32()))]), 0
    with pa.OSFile(str(target / "out.arrow"), "wb") as sink, pa.ipc.new_stream(sink, schema) as writer:
        for path in raw_files(dataset):
            for batch in pq.ParquetFile(path).iter_batches(1000, columns=["text"]):
                count = sum(map(len, (batch.column(0).buffers()[2],))) // 4
                offsets = np.array([0, count], np.int32)
                values = pa.array(np.zeros(count, np.int32))
                lists = pa.ListArray.from_arrays(pa.array(offsets), values)
                writer.write_batch(pa.RecordBatch.from_arrays([lists], schema=schema))
                tokens += count
    return tokens


CONTENDERS = {"ours": ours, "map": with_map, "library": with_library, "limit": limit}


def main() -> None:
    """Run it."""
    contender, dataset, tokenizer, target = (json.loads(argument) for argument in sys.argv[1:])
    began = time.perf_counter()
    tokens = CONTENDERS[contender](Path(dataset), Path(tokenizer), Path(target))
    figures = {"seconds": time.perf_counter() - began, "tokens": tokens, "peak": peak_bytes()}
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    main()
