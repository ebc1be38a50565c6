"""Tokenizing, side by side with what a user would do today; `make bench-tokenize`.

Ours is the whole job, from the request to ready, of a server that is asked over HTTP: the start of its process, the
choice of an engine and the audit are in it. Beside it, each in a process of its own: (a) ``datasets.map`` in two
processes with ``save_to_disk``; (b) ``tokenizers.encode_batch_fast`` with a writer of ours; (c) the limit, reading the
Parquet and writing as many ids as Arrow. Loading the tokenizer counts for each. Rates are of text.
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
from common.measure import machine, run, script, table
from common.texts import base_text, made_once
from common.tokenize_api import Bench, Tokenized, bench

_TRAINED = ("BPE", "WordPiece", "Unigram")
_MOST_TRAINED = 8_000
_UNKNOWN = "[UNK]"
_RATES = ["", "ours MB/s", "(a) map", "(b) library", "(c) limit", "times (a)", "times (b)", "of (c)"]
_COMPARED = [*_RATES, "peak MB", "(a) without its two processes", "(b)"]
_ALONE = ["", "MB/s", "peak MB"]


def trained(base: Path, kind: str) -> Path:
    """A tokenizer of the text's own."""

    def make(folder: Path) -> None:
        folder.mkdir()
        tokenizer, trainer = _untrained(kind)
        texts = pq.ParquetFile(base).read_row_group(0, columns=["text"])["text"][:_MOST_TRAINED].to_pylist()
        tokenizer.train_from_iterator(texts, trainer)
        tokenizer.save(str(folder / "tokenizer.json"))

    return made_once(DATA / "tokenizers" / f"trained-{kind}-{base.stem}", make)


def _untrained(kind: str) -> tuple[Tokenizer, trainers.Trainer]:
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


def measured(contender: str, dataset: Path, tokenizer: Path, *, tokens: int = 0) -> dict[str, Any]:  # JSON
    """One run of a contender."""
    with tempfile.TemporaryDirectory(dir=DATA) as target:
        took = run(script("tokenize_job", contender, str(dataset), str(tokenizer), target, tokens))
    figures: dict[str, Any] = json.loads(took.output)  # JSON
    return figures


async def compared(ours: Bench, folder: Path, size: int) -> tuple[list[str], list[str]]:
    """A line of the table of rates, and one of where our time goes."""
    made = await ours.tokenize(folder)
    tokens = made.record["num_tokens"]
    others = {name: measured(name, ours.folder, folder, tokens=tokens) for name in ("map", "library", "limit")}
    if {figures["tokens"] for figures in others.values()} != {tokens}:
        raise SystemExit(f"{folder.name}: the contenders do not agree on the number of tokens.")
    seconds = [made.seconds, *(figures["seconds"] for figures in others.values())]
    rates = [f"{size / each / 1e6:.1f}" for each in seconds]
    times = [f"{seconds[1] / made.seconds:.1f}", f"{seconds[2] / made.seconds:.1f}", f"{seconds[3] / made.seconds:.0%}"]
    peaks = [f"{peak / 1e6:.0f}" for peak in (made.peak, *(others[name]["peak"] for name in ("map", "library")))]
    line, parts = [folder.name, *rates, *times, *peaks], _parts(folder.name, made)
    # The tables come at the end, which takes minutes.
    sys.stderr.write(f"{' | '.join(line)} || {' | '.join(parts)}\n")
    return line, parts


def _parts(name: str, made: Tokenized) -> list[str]:
    parts = [f"{part:.2f}" for part in made.parts]
    return [name, f"{made.seconds:.2f}", *parts, f"{made.statistics * 1000:.1f}", made.record["engine"]]


async def alone(ours: Bench, folder: Path, size: int) -> tuple[list[str], list[str]]:
    """The same lines where nobody is beside us."""
    made = await ours.tokenize(folder)
    line, parts = [folder.name, f"{size / made.seconds / 1e6:.1f}", f"{made.peak / 1e6:.0f}"], _parts(folder.name, made)
    sys.stderr.write(f"{' | '.join(line)} || {' | '.join(parts)}\n")
    return line, parts


async def main() -> None:
    """Measure every tokenizer and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=150, help="of text, from each file")
    parser.add_argument(
        "--text", type=Path, nargs="*", help="Parquet files with a column `text`, not text that is made"
    )
    parser.add_argument("--tokenizers", type=Path, help="a folder of folders with a tokenizer.json each")
    parser.add_argument("--names", nargs="*", default=["gpt2", "llama3_1", "gemma3"], help="of those folders")
    parser.add_argument("--trained", nargs="*", choices=_TRAINED, default=[], help="tokenizers of the text's own")
    parser.add_argument("--alone", action="store_true", help="ours only, of text that would take the others too long")
    options = parser.parse_args()
    sys.stdout.write(f"{machine()}\n")
    texts = [base_text(options.megabytes, given) for given in options.text or [None]]
    folders = [options.tokenizers.resolve() / name for name in options.names] if options.tokenizers else []
    kinds = options.trained or ([] if folders else ["BPE"])
    folders += [trained(texts[0], kind) for kind in kinds]
    with tempfile.TemporaryDirectory(dir=DATA) as scratch:
        async with bench(texts, Path(scratch)) as ours:
            measure = alone if options.alone else compared
            lines = [await measure(ours, folder, ours.text_bytes) for folder in folders]
            _print(_ALONE if options.alone else _COMPARED, ours.text_bytes, lines)


def _print(header: Sequence[str], size: int, lines: Sequence[tuple[list[str], list[str]]]) -> None:
    table(f"Tokenizing {size / 1e6:.0f} MB of text", header, [line for line, _parts in lines])
    times = ["seconds in all", "until answered", "until rows are encoded", "all rows", "the rest"]
    parts = ["", *times, "statistics, ms at most", "engine"]
    table("Where our time goes", parts, [parts for _line, parts in lines])


if __name__ == "__main__":
    asyncio.run(main())
