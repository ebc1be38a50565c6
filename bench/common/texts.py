"""Generates text with the statistics of real text, the same each time.

Words have natural lengths and frequencies in seven scripts, one of them written without spaces. Documents have
log-normal lengths, with quotes, brackets and line breaks. The text compresses about as well as real text, so rates
measured on it are within a few per cent of those on real text.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from common import DATA

WORDS: Final = 30_000
BATCH_DOCUMENTS: Final = 10_000
_ZIPF: Final = 1.0 / (np.arange(WORDS) + 2.7) ** 1.05
_LATIN: Final = "etaoinshrdlucmfwypvbgkjqxz"
_ENDS: Final = [" ", ", ", ". ", ".\n\n", " (", ") ", ' "', '" ', " [", "] ", "\n"]
_END_SHARES: Final = [0.82, 0.06, 0.06, 0.01, 0.007, 0.007, 0.009, 0.009, 0.002, 0.002, 0.014]

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Script:
    """Letters, the most frequent first; the mean number of letters in a word; the share of the documents."""

    name: str
    letters: str
    mean_length: float
    share: float
    has_spaces: bool = True


def _span(first: int, count: int) -> str:
    return "".join(map(chr, range(first, first + count)))


SCRIPTS: Final = (
    Script("latin", _LATIN, 4.7, 0.55),
    Script("accented", _LATIN + "áéíóúäöüßçñèê", 5.6, 0.15),
    Script("cyrillic", _span(0x430, 32), 5.9, 0.10),
    Script("greek", _span(0x3B1, 25), 5.5, 0.04),
    Script("arabic", _span(0x628, 35), 4.4, 0.05),
    Script("devanagari", _span(0x905, 69), 4.2, 0.04),
    Script("han", _span(0x4E00, 3000), 1.6, 0.07, has_spaces=False),
)


def _vocabulary(script: Script, chance: np.random.Generator) -> pa.Array:
    """Return words, the most frequent first; frequent words are shorter on average."""
    growth = np.linspace(0.5, 1.6, WORDS)
    lengths = 1 + chance.poisson(np.maximum(0.2, script.mean_length * growth - 1))
    weights = 1.0 / np.arange(2, len(script.letters) + 2) ** 0.8
    picks = chance.choice(len(script.letters), size=int(lengths.sum()), p=weights / weights.sum())
    letters, stops = np.array(list(script.letters))[picks], np.cumsum(lengths)
    words = pa.array(["".join(letters[stop - n : stop]) for stop, n in zip(stops, lengths, strict=True)])
    return _with_phrases(words, " " if script.has_spaces else "", chance)


def _with_phrases(words: pa.Array, separator: str, chance: np.random.Generator) -> pa.Array:
    """Replace every other word after the first hundred by a fixed phrase: without phrases text compresses too badly."""
    members = [words.take(pa.array(_draw(_ZIPF, WORDS, chance))) for _word in range(5)]
    is_phrase = (np.arange(WORDS) > 100) & (np.arange(WORDS) % 2 == 0)
    return pc.if_else(pa.array(is_phrase), pc.binary_join_element_wise(*members, separator), words)


def _draw(shares: npt.NDArray[np.floating[Any]], count: int, chance: np.random.Generator) -> Numbers:
    return np.searchsorted(np.cumsum(shares / shares.sum()), chance.random(count)).astype(np.int64)


def _documents(script: Script, words: pa.Array, count: int, chance: np.random.Generator) -> pa.Array:
    lengths = np.clip(chance.lognormal(4.3, 1.0, count), 3, 20_000).astype(np.int64)
    total = int(lengths.sum())
    ends = np.array(_END_SHARES)
    if not script.has_spaces:
        ends[0], ends[1] = 0.0, 0.12
    separators = pa.array([*_ENDS, ""]).take(
        pa.array(_draw(np.append(ends, 0.0 if script.has_spaces else 0.7), total, chance))
    )
    pieces = pc.binary_join_element_wise(words.take(pa.array(_draw(_ZIPF, total, chance))), separators, "")
    offsets = pa.array(np.concatenate(([0], np.cumsum(lengths))).astype(np.int32))
    return pc.utf8_trim_whitespace(pc.binary_join(pa.ListArray.from_arrays(offsets, pieces), ""))


def generate_batches(seed: int = 1) -> Iterator[pa.Table]:
    """Yield endless tables of ``text`` and ``source``, about 10,000 documents each, the same for the same seed."""
    chance = np.random.default_rng(seed)
    vocabularies = [_vocabulary(script, chance) for script in SCRIPTS]
    while True:
        parts = []
        for script, words in zip(SCRIPTS, vocabularies, strict=True):
            texts = _documents(script, words, round(BATCH_DOCUMENTS * script.share), chance)
            parts.append(pa.table({"text": texts, "source": pa.array([f"made/{script.name}"] * len(texts))}))
        table = pa.concat_tables(parts).combine_chunks()
        yield table.take(pa.array(chance.permutation(len(table))))


def count_text_bytes(table: pa.Table) -> int:
    """Return the UTF-8 bytes of all texts."""
    return int(pc.sum(pc.binary_length(table["text"])).as_py())


def make_once(path: Path, make: Callable[[Path], None]) -> Path:
    """Return ``path``, made by ``make`` unless an earlier run made it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"unfinished-{path.name}")
        make(unfinished)
        unfinished.rename(path)
    return path


def prepare_text(megabytes: int, file: Path | None) -> Path:
    """Return a Parquet file with about this much text: the beginning of ``file``, or generated text."""

    def make(path: Path) -> None:
        source = _read_text(file) if file else generate_batches()
        length = 0
        with pq.ParquetWriter(path, pa.schema([("text", pa.string()), ("source", pa.string())])) as writer:
            for table in source:
                writer.write_table(table.select(["text", "source"]), row_group_size=BATCH_DOCUMENTS)
                if (length := length + count_text_bytes(table)) >= megabytes * 1_000_000:
                    break

    name = re.sub(r"\W", "_", str(file.resolve())) if file else "made"
    return make_once(DATA / "text" / f"{name}-{megabytes}.parquet", make)


def _read_text(path: Path) -> Iterator[pa.Table]:
    for batch in pq.ParquetFile(path).iter_batches(BATCH_DOCUMENTS, columns=["text"]):
        table = pa.table(batch)
        yield table.append_column("source", pa.array(["given"] * len(table)))
