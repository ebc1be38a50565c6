"""Compare the ids of our encoders with those of ``tokenizers``, over edge cases and real texts; `make bench-exact`.

``--tokenizers DIR`` adds real tokenizers: every folder DIR/NAME with a tokenizer.json. Small tokenizers are trained for
every kind, and for the kinds that are hard to get right. The reference is the library's own ``encode_batch`` over all
texts of a batch at once. The exit code is 1 if one document differs.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from common.measure import describe_machine, print_row, print_table
from common.texts import prepare_text
from fakes import tokenizers as small
from mistudio.corpus.encoders.choice import choose_encoder, compare_encoders, list_added_tokens
from mistudio.corpus.encoders.encoders import Texts
from mistudio.corpus.encoders.encoding import TokenIds
from mistudio.corpus.encoders.probe_texts import edge_case_texts
from mistudio.corpus.hub.tokenizer_files import TokenizerSource
from mistudio.corpus.tokenizers.tokenizer import LoadedTokenizer, load_tokenizer

ROWS = 2_000


class Reference:
    """The library, called in the simplest way."""

    name = "encode_batch"

    def __init__(self, tokenizer: LoadedTokenizer) -> None:
        self._tokenizer = tokenizer.reference

    def encode(self, texts: Texts) -> TokenIds:
        """Return the ids of every text."""
        ids = [each.ids for each in self._tokenizer.encode_batch(texts.to_pylist(), add_special_tokens=False)]
        offsets = np.cumsum([0, *map(len, ids)])
        return TokenIds(np.array([number for each in ids for number in each], np.int32), offsets)


def load_tokenizers(folder: Path | None, names: Sequence[str]) -> Iterator[tuple[str, LoadedTokenizer]]:
    """Yield the real tokenizers, then the trained ones; only those in ``names`` if there are any."""
    for path in sorted(folder.absolute().glob("*/tokenizer.json")) if folder else ():
        if not names or path.parent.name in names:
            source = TokenizerSource(str(path))
            yield path.parent.name, load_tokenizer(source, token=None, cache_dir=path.parent, root=path.parent)
    for kind, make in small.KINDS.items():
        if not names or kind in names:
            yield f"trained: {kind}", small.load(make())


def check_tokenizer(name: str, tokenizer: LoadedTokenizer, real: list[Texts]) -> tuple[list[str], int]:
    """Return a row of the table, and the number of documents that differ."""
    start = time.perf_counter()
    choice, reference = choose_encoder(tokenizer, real[0]), Reference(tokenizer)
    seconds = time.perf_counter() - start
    edge_cases = pa.array(edge_case_texts(list_added_tokens(tokenizer)))
    comparisons = [
        compare_encoders(choice.encoder, reference, texts)
        for texts in [*(edge_cases.slice(at, 500) for at in range(0, len(edge_cases), 500)), *real]
    ]
    differences = sum(comparison.differences for comparison in comparisons)
    documents = sum(comparison.texts for comparison in comparisons) - len(edge_cases)
    counts = [f"{len(edge_cases):,}", f"{documents:,}", str(differences), f"{seconds:.1f}"]
    return [name, choice.engine, *counts, choice.reason], differences


def parse_options() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokenizers", type=Path, help="a folder with a folder per tokenizer.json")
    parser.add_argument("--text", type=Path, help="a Parquet file with a column `text` instead of generated text")
    parser.add_argument("--megabytes", type=int, default=20, help="of text")
    parser.add_argument("--names", nargs="*", default=[], help="of tokenizers, real or trained (default: all)")
    return parser.parse_args()


def main() -> None:
    """Check every tokenizer, and print a table."""
    options = parse_options()
    file = pq.ParquetFile(prepare_text(options.megabytes, options.text))
    real = [batch.column("text") for batch in file.iter_batches(ROWS, columns=["text"])]
    sys.stdout.write(f"{describe_machine()}\n")
    header = ["tokenizer", "encoder", "edge cases", "documents", "differ", "seconds to choose", "why"]
    print_table("Ids compared with those of `tokenizers`", header, [])
    total = 0
    for name, tokenizer in load_tokenizers(options.tokenizers, options.names):
        row, differences = check_tokenizer(name, tokenizer, real)
        # A tokenizer may take minutes: its row appears at once.
        print_row(row)
        total += differences
    sys.exit(1 if total else 0)


if __name__ == "__main__":
    main()
