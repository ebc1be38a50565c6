"""Compare tokenizing with what users do today; `make bench-tokenize`.

Our figure is for the whole job over HTTP, from the request to ready: it includes the start of its process, the choice
of an encoder and the audit. The contenders each run in a process of their own: (a) ``datasets.map`` in two processes
with ``save_to_disk``; (b) ``tokenizers.encode_batch_fast`` with a writer like ours; (c) the limit, reading the Parquet
and writing as many ids as Arrow. Each one's time includes loading the tokenizer. Rates are of text.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from common import DATA
from common.measure import describe_machine, print_table, process_command, run
from common.texts import make_once, prepare_text
from common.tokenize_api import TokenizeFigures, TokenizeServer, serve_texts

_TRAINED_KINDS = ("BPE", "WordPiece", "Unigram")
_TRAINING_TEXTS = 8_000
_UNKNOWN = "[UNK]"
_RATES = ["", "ours MB/s", "(a) map", "(b) library", "(c) limit", "times (a)", "times (b)", "of (c)"]
_COMPARISON = [*_RATES, "peak MB", "(a) without its two processes", "(b)"]
_ALONE = ["", "MB/s", "peak MB"]


def train_tokenizer(base: Path, kind: str) -> Path:
    """Return a folder with a tokenizer trained on the text."""

    def make(folder: Path) -> None:
        folder.mkdir()
        tokenizer, trainer = _prepare_training(kind)
        texts = pq.ParquetFile(base).read_row_group(0, columns=["text"])["text"][:_TRAINING_TEXTS].to_pylist()
        tokenizer.train_from_iterator(texts, trainer)
        tokenizer.save(str(folder / "tokenizer.json"))

    return make_once(DATA / "tokenizers" / f"trained-{kind}-{base.stem}", make)


def _prepare_training(kind: str) -> tuple[Tokenizer, trainers.Trainer]:
    if kind == "BPE":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        letters = pre_tokenizers.ByteLevel.alphabet()
        return tokenizer, trainers.BpeTrainer(vocab_size=32_000, initial_alphabet=letters, show_progress=False)
    if kind == "WordPiece":
        tokenizer = Tokenizer(models.WordPiece(unk_token=_UNKNOWN))
        tokenizer.normalizer, tokenizer.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
        return tokenizer, trainers.WordPieceTrainer(vocab_size=30_000, special_tokens=[_UNKNOWN], show_progress=False)
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizers.NFKC(), pre_tokenizers.Metaspace()
    return tokenizer, trainers.UnigramTrainer(
        vocab_size=16_000, unk_token=_UNKNOWN, special_tokens=[_UNKNOWN], show_progress=False
    )


def run_contender(name: str, dataset: Path, tokenizer: Path, *, tokens: int = 0) -> dict[str, Any]:  # JSON
    """Run a contender once, and return its figures."""
    with tempfile.TemporaryDirectory(dir=DATA) as target:
        usage = run(process_command("tokenize_job", name, str(dataset), str(tokenizer), target, tokens))
    figures: dict[str, Any] = json.loads(usage.output)  # JSON
    return figures


async def compare_contenders(server: TokenizeServer, folder: Path, size: int) -> tuple[list[str], list[str]]:
    """Return a row of the table of rates, and one of where our time goes."""
    ours = await server.tokenize(folder)
    tokens = ours.record["num_tokens"]
    others = {name: run_contender(name, server.folder, folder, tokens=tokens) for name in ("map", "library", "limit")}
    if {figures["tokens"] for figures in others.values()} != {tokens}:
        raise SystemExit(f"{folder.name}: the contenders do not agree on the number of tokens.")
    seconds = [ours.seconds, *(figures["seconds"] for figures in others.values())]
    rates = [f"{size / each / 1e6:.1f}" for each in seconds]
    times = [f"{seconds[1] / ours.seconds:.1f}", f"{seconds[2] / ours.seconds:.1f}", f"{seconds[3] / ours.seconds:.0%}"]
    peaks = [f"{peak / 1e6:.0f}" for peak in (ours.peak, *(others[name]["peak"] for name in ("map", "library")))]
    return [folder.name, *rates, *times, *peaks], _time_row(folder.name, ours)


async def measure_ours(server: TokenizeServer, folder: Path, size: int) -> tuple[list[str], list[str]]:
    """Return the same rows without the contenders."""
    ours = await server.tokenize(folder)
    rates = [folder.name, f"{size / ours.seconds / 1e6:.1f}", f"{ours.peak / 1e6:.0f}"]
    return rates, _time_row(folder.name, ours)


def _time_row(name: str, ours: TokenizeFigures) -> list[str]:
    parts = [f"{part:.2f}" for part in ours.parts]
    return [name, f"{ours.seconds:.2f}", *parts, f"{ours.statistics * 1000:.1f}", ours.record["engine"]]


async def measure_tokenizers(
    texts: Sequence[Path], folders: Sequence[Path], *, is_alone: bool
) -> tuple[list[tuple[list[str], list[str]]], int]:
    """Return the rows of every tokenizer, and the bytes of the text."""
    measure, rows = measure_ours if is_alone else compare_contenders, []
    with tempfile.TemporaryDirectory(dir=DATA) as scratch:
        async with serve_texts(texts, Path(scratch)) as server:
            for folder in folders:
                rates, times = await measure(server, folder, server.text_bytes)
                # The tables take minutes: this shows how far the benchmark is.
                sys.stderr.write(f"{' | '.join(rates)} || {' | '.join(times)}\n")
                rows.append((rates, times))
            return rows, server.text_bytes


def parse_options() -> argparse.Namespace:
    """Return the options of the command line."""
    text = "Parquet files with a column `text` instead of generated text"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=150, help="of text, from each file")
    parser.add_argument("--text", type=Path, nargs="*", help=text)
    parser.add_argument("--tokenizers", type=Path, help="a folder with a folder per tokenizer.json")
    parser.add_argument("--names", nargs="*", default=["gpt2", "llama3_1", "gemma3"], help="of those folders")
    parser.add_argument("--trained", nargs="*", choices=_TRAINED_KINDS, default=[], help="kinds to train on the text")
    parser.add_argument("--alone", action="store_true", help="without the contenders, for large texts")
    return parser.parse_args()


def main() -> None:
    """Measure every tokenizer and print the tables."""
    options = parse_options()
    sys.stdout.write(f"{describe_machine()}\n")
    texts = [prepare_text(options.megabytes, file) for file in options.text or [None]]
    folders = [options.tokenizers.resolve() / name for name in options.names] if options.tokenizers else []
    kinds = options.trained or ([] if folders else ["BPE"])
    folders += [train_tokenizer(texts[0], kind) for kind in kinds]
    rows, size = asyncio.run(measure_tokenizers(texts, folders, is_alone=options.alone))
    header = _ALONE if options.alone else _COMPARISON
    print_table(f"Tokenizing {size / 1e6:.0f} MB of text", header, [rates for rates, _times in rows])
    seconds = ["seconds in all", "until the response", "until rows are encoded", "all rows", "the rest"]
    header = ["", *seconds, "statistics, ms at most", "encoder"]
    print_table("Where our time goes", header, [times for _rates, times in rows])


if __name__ == "__main__":
    main()
