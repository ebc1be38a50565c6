"""Whether ids are exactly those of ``tokenizers``: every tokenizer, over nasty texts and over real ones.

``--tokenizers DIR`` takes real tokenizers: every folder DIR/NAME with a tokenizer.json (saved from a model's page on
the Hub). Beside them stand small ones, trained here, of every kind and of the kinds that go wrong. The truth is the
library's own ``encode_batch``, all texts of a batch at once. Ends with 1 if one document differs.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from measure import TESTS, machine, table
from texts import base_text

sys.path.insert(0, str(TESTS))

from fakes import tokenizers as small
from mistudio.corpus.encoders.choice import choose_encoder, compare_encoders, list_added_tokens
from mistudio.corpus.encoders.encoders import Texts
from mistudio.corpus.encoders.encoding import TokenIds
from mistudio.corpus.encoders.probe_texts import edge_case_texts
from mistudio.corpus.hub.tokenizer_files import TokenizerSource
from mistudio.corpus.tokenizers.tokenizer import LoadedTokenizer, load_tokenizer

ROWS = 2_000


class Truth:
    """The library called in the plainest way."""

    name = "encode_batch"

    def __init__(self, tokenizer: LoadedTokenizer) -> None:
        self._reference = tokenizer.reference

    def encode(self, texts: Texts) -> TokenIds:
        """The ids of every text, by way of lists."""
        made = [each.ids for each in self._reference.encode_batch(texts.to_pylist(), add_special_tokens=False)]
        offsets = np.cumsum([0, *map(len, made)])
        return TokenIds(np.array([number for ids in made for number in ids], np.int32), offsets)


def tokenizers_of(folder: Path | None, names: Sequence[str]) -> Iterator[tuple[str, LoadedTokenizer]]:
    """The real ones, then the trained ones; if any are named, only those."""
    for path in sorted(folder.absolute().glob("*/tokenizer.json")) if folder else ():
        if not names or path.parent.name in names:
            source = TokenizerSource(str(path))
            yield path.parent.name, load_tokenizer(source, token=None, cache_dir=path.parent, root=path.parent)
    for kind, make in small.KINDS.items():
        if not names or kind in names:
            yield f"trained: {kind}", small.load(make())


def checked(name: str, tokenizer: LoadedTokenizer, real: list[Texts]) -> tuple[list[str], int]:
    """A line of the table, and how many documents differ."""
    began = time.perf_counter()
    choice, truth = choose_encoder(tokenizer, real[0]), Truth(tokenizer)
    choosing = time.perf_counter() - began
    nasty = pa.array(edge_case_texts(list_added_tokens(tokenizer)))
    found = [
        compare_encoders(choice.encoder, truth, texts)
        for texts in [*(nasty.slice(at, 500) for at in range(0, len(nasty), 500)), *real]
    ]
    differing = sum(each.differences for each in found)
    texts = sum(each.texts for each in found)
    line = [
        name,
        choice.engine,
        f"{len(nasty):,}",
        f"{texts - len(nasty):,}",
        str(differing),
        f"{choosing:.1f}",
        choice.reason,
    ]
    return line, differing


def main() -> None:
    """Check them all, and print a table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--tokenizers", type=Path, help="a folder of folders that hold a tokenizer.json each")
    parser.add_argument("--text", type=Path, help="a Parquet file with a column `text`, instead of text that is made")
    parser.add_argument("--megabytes", type=int, default=20, help="of text")
    parser.add_argument("--names", nargs="*", default=[], help="of tokenizers, real or trained; all, if none is named")
    options = parser.parse_args()
    file = pq.ParquetFile(base_text(options.megabytes, options.text))
    real = [batch.column("text") for batch in file.iter_batches(ROWS, columns=["text"])]
    sys.stdout.write(f"{machine()}\n")
    header = ["tokenizer", "engine", "nasty texts", "documents", "differ", "seconds to choose", "why"]
    table("Ids beside those of `tokenizers`", header, [])
    differing = 0
    for name, tokenizer in tokenizers_of(options.tokenizers, options.names):
        line, count = checked(name, tokenizer, real)
        # Some take minutes: each line is there as soon as it is known.
        sys.stdout.write(f"| {' | '.join(line)} |\n")
        sys.stdout.flush()
        differing += count
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
