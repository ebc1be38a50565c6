"""Compare ids with those of ``tokenizers``: for every tokenizer, on edge cases, on real text, on all of Unicode.

``--tokenizers DIR`` takes real tokenizers: every folder DIR/NAME with a tokenizer.json (saved from a model's page on
the Hub). Small ones of every kind, and of the kinds that engines get wrong, are trained here beside them. The truth is
the library's own ``encode_batch`` on a whole batch of texts. ``--sweep`` adds every code point of Unicode in several
contexts, which takes minutes per tokenizer. The exit code is 1 if any text differs.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from common.measure import describe_machine, print_row, print_table
from common.texts import prepare_text
from fakes import tokenizers as small
from mistudio.corpus.encoders import Texts, TokenIds, choose_encoder
from mistudio.corpus.encoders.choice import Choice, compare_encoders, list_added_tokens
from mistudio.corpus.encoders.probe_texts import edge_case_texts
from mistudio.corpus.hub.tokenizer_files import TokenizerSource
from mistudio.corpus.tokenizers import LoadedTokenizer, load_tokenizer

ROWS = 2_000
EDGE_CASES = 500
CODE_POINTS = 20_000
SURROGATES = range(0xD800, 0xE000)
# Each line is a context of its own, because every tokenizer that splits texts by classes splits them at line breaks.
CONTEXTS = ("{0}", "a{0}\n {0}\n{0}1\n1{0}\n{0}{0}\n.{0}.\nA{0}Ba\n'{0}\n{0}'s\n  {0}  x\n\n{0}\n")


class Reference:
    """The library, called in the simplest way."""

    name = "encode_batch"

    def __init__(self, tokenizer: LoadedTokenizer) -> None:
        self._tokenizer = tokenizer.reference

    def encode(self, texts: Texts) -> TokenIds:
        """Return the ids of every text, by way of lists."""
        made = [each.ids for each in self._tokenizer.encode_batch(texts.to_pylist(), add_special_tokens=False)]
        offsets = np.cumsum([0, *map(len, made)])
        return TokenIds(np.array([number for ids in made for number in ids], np.int32), offsets)


@dataclass
class Result:
    """The texts of a tokenizer that were compared, and those with other ids."""

    texts: int = 0
    differing: list[str] = field(default_factory=list)

    def compare(self, choice: Choice, truth: Reference, texts: Texts) -> None:
        """Compare the ids of a batch."""
        found = compare_encoders(choice.encoder, truth, texts)
        self.texts += found.texts
        self.differing += [texts[place].as_py() for place in found.differing]


def list_tokenizers(folder: Path | None, names: Sequence[str]) -> Iterator[tuple[str, LoadedTokenizer]]:
    """Yield the real tokenizers, then the trained ones; if any are named, only those."""
    for path in sorted(folder.absolute().glob("*/tokenizer.json")) if folder else ():
        if not names or path.parent.name in names:
            source = TokenizerSource(str(path))
            yield path.parent.name, load_tokenizer(source, token=None, cache_dir=path.parent, root=path.parent)
    for kind, make in small.KINDS.items():
        if not names or kind in names:
            yield f"trained: {kind}", small.load(make())


def sweep_code_points() -> Iterator[Texts]:
    """Yield every code point but surrogates in every context, in batches."""
    points = [point for point in range(0x110000) if point not in SURROGATES]
    for start in range(0, len(points), CODE_POINTS):
        letters = [chr(point) for point in points[start : start + CODE_POINTS]]
        for context in CONTEXTS:
            yield pa.array([context.format(letter) for letter in letters], pa.string())


def check(name: str, tokenizer: LoadedTokenizer, real: list[Texts], *, is_sweep: bool) -> tuple[list[str], list[str]]:
    """Return a line of the table, and the texts that differ."""
    began = time.perf_counter()
    choice, truth = choose_encoder(tokenizer, real[0]), Reference(tokenizer)
    choosing = time.perf_counter() - began
    edge_cases = pa.array(edge_case_texts(list_added_tokens(tokenizer)))
    parts: list[Iterator[Texts]] = [
        (edge_cases.slice(start, EDGE_CASES) for start in range(0, len(edge_cases), EDGE_CASES)),
        iter(real),
        sweep_code_points() if is_sweep else iter(()),
    ]
    results = []
    for batches in parts:
        result = Result()
        for texts in batches:
            result.compare(choice, truth, texts)
        results.append(result)
    differing = [text for result in results for text in result.differing]
    counts = [f"{result.texts:,}" for result in results]
    return [name, choice.engine, *counts, str(len(differing)), f"{choosing:.1f}", choice.reason], differing


def main() -> None:
    """Check all tokenizers, and print a table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--tokenizers", type=Path, help="a folder of folders that hold a tokenizer.json each")
    parser.add_argument("--text", type=Path, help="a Parquet file with a column `text`, instead of generated text")
    parser.add_argument("--megabytes", type=int, default=20, help="of text")
    parser.add_argument("--names", nargs="*", default=[], help="of tokenizers, real or trained; all by default")
    parser.add_argument("--sweep", action="store_true", help="also compare every code point of Unicode in contexts")
    options = parser.parse_args()
    file = pq.ParquetFile(prepare_text(options.megabytes, options.text))
    real = [batch.column("text") for batch in file.iter_batches(ROWS, columns=["text"])]
    sys.stdout.write(f"{describe_machine()}\n")
    header = ["tokenizer", "engine", "edge cases", "documents", "sweep texts", "differ", "seconds to choose", "why"]
    print_table("Ids compared with those of `tokenizers`", header, [])
    differing: list[str] = []
    for name, tokenizer in list_tokenizers(options.tokenizers, options.names):
        line, texts = check(name, tokenizer, real, is_sweep=options.sweep)
        # Some tokenizers take minutes, so each line is printed as soon as it is known.
        print_row(line)
        differing += texts
    for text in differing[:20]:
        sys.stdout.write(f"differs: {text[:80]!a}\n")
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
