"""A fake tokenizer and its engines, for tests of what happens to ids; it needs no files."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from fakes.corpora import make_dataset
from mistudio.corpus.encoders import TokenIds
from mistudio.corpus.monitor import Monitor, NullMonitor
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.tokenize import Engines, TokenizeOrder, tokenize_dataset
from mistudio.corpus.tokenized.manifest import EngineRecord, TokenizedManifest

WORDS: Final = 61
BOS: Final = 61
EOS: Final = 62
PAD: Final = 63
SEP: Final = 64


@dataclass(frozen=True)
class FakeSpecial:
    """The id in each role."""

    bos: int | None = BOS
    eos: int | None = EOS
    pad: int | None = PAD
    unk: int | None = None
    sep: int | None = None
    cls: int | None = None
    mask: int | None = None

    @property
    def all_ids(self) -> Sequence[int]:
        """The ids that exist."""
        return sorted({token for token in (self.bos, self.eos, self.pad, self.unk, self.sep) if token is not None})


@dataclass(frozen=True)
class FakeTemplate:
    """The ids around a text; none by default."""

    prefix: tuple[int, ...] = ()
    suffix: tuple[int, ...] = ()


@dataclass(frozen=True)
class FakeTokenizer:
    """Facts about a tokenizer that a test can choose."""

    repo: str | None = "fake/tokenizer"
    commit: str | None = "c" * 40
    fingerprint: str = "f" * 64
    vocab_size: int = 65
    model_max_length: int | None = None
    special: FakeSpecial = field(default_factory=FakeSpecial)
    template: FakeTemplate = field(default_factory=FakeTemplate)
    chat_template: str | None = None
    chat_hash: str | None = None
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def token_of(character: str) -> int:
    """Return the id of one character."""
    return ord(character) % WORDS


class CharacterEncoder:
    """Encodes each character as one token: its code point modulo the number of words."""

    name = "characters 1"

    def encode(self, texts: pa.StringArray | pa.LargeStringArray) -> TokenIds:
        """Return the ids of every text; a null counts as an empty text."""
        values = [value or "" for value in texts.to_pylist()]
        ids = np.array([token_of(character) for value in values for character in value], np.int32)
        return TokenIds(ids, np.concatenate([[0], np.cumsum([len(value) for value in values], dtype=np.int64)]))


def make_fake_engines(encoder: CharacterEncoder | None = None) -> Engines:
    """Return engines with ``encoder`` (default: the fake one) and the fake reference."""
    encoder = encoder or CharacterEncoder()
    return Engines(
        encoder=encoder,
        reference=CharacterEncoder(),
        record=EngineRecord(encoder.name, "it is the only one"),
        decode=lambda documents: ["".join(map(chr, ids)) for ids in documents],
    )


def make_varied_dataset(folder: Path) -> Path:
    """Write a dataset of two splits in three files; some of its documents are empty or null. Return its folder."""
    chance = np.random.default_rng(3)
    texts = [None if n % 19 == 5 else f"{n} " * int(size) for n, size in enumerate(chance.integers(0, 12, 300))]
    rows = [{"text": text} for text in texts]
    make_dataset(folder, {"train": [rows[:120], rows[120:250]], "test": [rows[250:]]})
    return folder


def make_order(
    dataset: Path,
    folder: Path,
    settings: TokenizeSettings,
    *,
    tokenizer: FakeTokenizer | None = None,
    encoder: CharacterEncoder | None = None,
    batch_bytes: int | None = 1,
    part_bytes: int = 4_000,
    monitor: Monitor | None = None,
) -> TokenizeOrder:
    """Return an order whose staging folder is ``folder / "staging"``."""
    return TokenizeOrder(
        dataset=dataset,
        staging=folder / "staging",
        settings=settings,
        tokenizer=tokenizer or FakeTokenizer(),
        engines=make_fake_engines(encoder),
        monitor=monitor or NullMonitor(),
        part_bytes=part_bytes,
        batch_bytes=batch_bytes,
    )


def tokenize_into(
    dataset: Path,
    folder: Path,
    settings: TokenizeSettings,
    *,
    tokenizer: FakeTokenizer | None = None,
    encoder: CharacterEncoder | None = None,
    batch_bytes: int | None = 1,
    part_bytes: int = 4_000,
    monitor: Monitor | None = None,
) -> TokenizedManifest:
    """Tokenize ``dataset`` into ``folder / "tok"``."""
    order = make_order(
        dataset,
        folder,
        settings,
        tokenizer=tokenizer,
        encoder=encoder,
        batch_bytes=batch_bytes,
        part_bytes=part_bytes,
        monitor=monitor,
    )
    return tokenize_dataset(order, folder / "tok")
