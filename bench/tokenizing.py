"""Tokenizing, side by side with what a user would do today; `make bench-tokenize`.

Each contender runs in a process of its own: our whole job with its choice of an engine and its audit; (a)
``datasets.map`` in two processes with ``save_to_disk``; (b) ``tokenizers.encode_batch_fast`` with a writer of ours; (c)
the limit, reading the Parquet and writing as much Arrow. Loading the tokenizer counts for each. Rates are of text.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from measure import DATA, machine, run, script, table
from mistudio.corpus.ingest import ingest_file
from mistudio.corpus.manifest import SourceRecord, TakenIn, make_manifest, write_manifest
from mistudio.corpus.work import Unwatched
from texts import base_text, made_once


def dataset_of(base: Path, scratch: Path) -> Path:
    """The text as a dataset of ours."""
    folder = scratch / "ds"
    (folder / "raw").mkdir(parents=True)
    source = scratch / base.name
    source.symlink_to(base.resolve())
    raw = "raw/train-00000-of-00001.parquet"
    report = ingest_file(source, folder / raw, format="parquet", label=base.name, work=Unwatched())
    record = SourceRecord(base.name, report.bytes, report.sha256)
    write_manifest(folder, make_manifest([TakenIn("train", raw, report, record)], source="local", splits=["train"]))
    return folder


def trained(base: Path) -> Path:
    """A byte-level BPE tokenizer of the text's own, where none is given."""

    def make(folder: Path) -> None:
        folder.mkdir()
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        texts = pq.ParquetFile(base).read_row_group(0, columns=["text"])["text"].to_pylist()
        trainer = trainers.BpeTrainer(
            vocab_size=32_000,
            special_tokens=["<|endoftext|>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        tokenizer.train_from_iterator(texts, trainer)
        tokenizer.save(str(folder / "tokenizer.json"))

    return made_once(DATA / "tokenizers" / "trained", make)


def measured(contender: str, dataset: Path, tokenizer: Path) -> dict[str, Any]:  # JSON
    """One run."""
    with tempfile.TemporaryDirectory(dir=DATA) as target:
        took = run(script("tokenize_job.py", contender, str(dataset), str(tokenizer), target))
    figures: dict[str, Any] = json.loads(took.output)  # JSON
    return figures


def main() -> None:
    """Measure every tokenizer and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=150, help="of text")
    parser.add_argument("--text", type=Path, help="a Parquet file with a column `text`, instead of text that is made")
    parser.add_argument("--tokenizers", type=Path, help="a folder of folders with a tokenizer.json each")
    parser.add_argument("--names", nargs="*", default=["gpt2", "llama3_1", "gemma3"], help="of those folders")
    options = parser.parse_args()
    sys.stdout.write(f"{machine()}\n")
    base = base_text(options.megabytes, options.text)
    size = pc.sum(pc.binary_length(pa.chunked_array(pq.read_table(base, columns=["text"])["text"]))).as_py()
    folders = [options.tokenizers / name for name in options.names] if options.tokenizers else [trained(base)]
    with tempfile.TemporaryDirectory(dir=DATA) as scratch:
        dataset = dataset_of(base, Path(scratch))
        rows = []
        for folder in folders:
            took = {name: measured(name, dataset, folder) for name in ("ours", "map", "library", "limit")}
            if len({took[name]["tokens"] for name in ("ours", "map", "library")}) != 1:
                raise SystemExit(f"{folder.name}: the contenders do not agree on the number of tokens.")
            rates = {name: size / figures["seconds"] / 1e6 for name, figures in took.items()}
            times = [f"{rates['ours'] / rates[name]:.1f}" for name in ("map", "library", "limit")]
            peak = took["ours"]["peak"] / 1e6
            rows.append([folder.name, *(f"{rate:.1f}" for rate in rates.values()), *times, f"{peak:.0f}"])
    header = ["", "ours MB/s", "(a) map", "(b) library", "(c) limit", "times (a)", "times (b)", "of (c)", "peak MB"]
    table(f"Tokenizing {size / 1e6:.0f} MB of text", header, rows)


if __name__ == "__main__":
    main()
