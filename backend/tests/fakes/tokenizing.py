"""A small tokenizer for tests of what is made of ids: words and white space, a few special tokens, no file to load."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from mistudio.corpus.encoders.encoding import TokenIds
from mistudio.corpus.monitor import Monitor, NullMonitor
from mistudio.corpus.spec.settings import TokenizeSettings
from mistudio.corpus.tokenize.request import Engines, TokenizeOrder
from mistudio.corpus.tokenize.tokenize import tokenize_dataset
from mistudio.corpus.tokenized.manifest import EngineRecord, TokenizedManifest

WORDS: Final = 61
BOS: Final = 61
EOS: Final = 62
PAD: Final = 63
SEP: Final = 64


@dataclass(frozen=True)
class FakeSpecial:
    """The ids that have a role."""

    bos: int | None = BOS
    eos: int | None = EOS
    pad: int | None = PAD
    unk: int | None = None
    sep: int | None = None
    cls: int | None = None
    mask: int | None = None

    @property
    def all_ids(self) -> Sequence[int]:
        """Those that are there."""
        return sorted({token for token in (self.bos, self.eos, self.pad, self.sep) if token is not None})


@dataclass(frozen=True)
class FakeTemplate:
    """Nothing around a text unless it is said."""

    prefix: tuple[int, ...] = ()
    suffix: tuple[int, ...] = ()


@dataclass(frozen=True)
class FakeTokenizer:
    """Facts that a test may choose."""

    repo: str | None = "fake/tokenizer"
    commit: str | None = "c" * 40
    fingerprint: str = "f" * 64
    vocab_size: int = 65
    model_max_length: int | None = None
    special: FakeSpecial = field(default_factory=FakeSpecial)
    template: FakeTemplate = field(default_factory=FakeTemplate)
    chat_template: str | None = None


def token_of(character: str) -> int:
    """The id of one character."""
    return ord(character) % WORDS


class CharacterEncoder:
    """One token per character, its code point modulo the number of words."""

    name = "characters 1"

    def encode(self, texts: pa.StringArray | pa.LargeStringArray) -> TokenIds:
        """The ids of every text; a null is an empty text."""
        values = [value or "" for value in texts.to_pylist()]
        ids = np.array([token_of(character) for value in values for character in value], np.int32)
        return TokenIds(ids, np.concatenate([[0], np.cumsum([len(value) for value in values], dtype=np.int64)]))


def fake_engines(encoder: CharacterEncoder | None = None) -> Engines:
    """The fake encoder on both sides."""
    encoder = encoder or CharacterEncoder()
    return Engines(
        encoder=encoder,
        reference=CharacterEncoder(),
        record=EngineRecord(encoder.name, "it is the only one"),
        decode=lambda documents: ["".join(map(chr, ids)) for ids in documents],
    )


def tokenized(
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
    """Tokenize into ``folder / "tok"``."""
    order = TokenizeOrder(
        dataset=dataset,
        staging=folder / "staging",
        settings=settings,
        tokenizer=tokenizer or FakeTokenizer(),
        engines=fake_engines(encoder),
        monitor=monitor or NullMonitor(),
        part_bytes=part_bytes,
        batch_bytes=batch_bytes,
    )
    return tokenize_dataset(order, folder / "tok")
