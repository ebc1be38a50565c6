"""Which engine makes the ids of a tokenization: the fast one where it earns its place, else the reference.

It earns it anew each time: by the gate (a tokenizer of a tested kind), by the probe (built-in hard texts and this
tokenizer's own added tokens) and by a sample of the very dataset. One difference anywhere, and the reference does all.
We say on how many documents both agreed; more nobody can say.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

import numpy as np
import pyarrow as pa

from mistudio.core.errors import Json
from mistudio.corpus.encoders.compatibility import composes, refusal, word_marks
from mistudio.corpus.encoders.encoders import FastEncoder, ReferenceEncoder, Texts
from mistudio.corpus.encoders.encoding import Encoded, Encoder
from mistudio.corpus.encoders.probe_texts import probe_texts
from mistudio.corpus.encoders.word_encoder import WordEncoder
from mistudio.corpus.tokenizers.tokenizer import LoadedTokenizer, without_normalizer

Sample: TypeAlias = "Texts | Callable[[], Texts]"

# What a library of Rust raises where it panics is of a class that cannot be imported, and no Exception.
_PANICS: Final = "pyo3_runtime"


@dataclass(frozen=True)
class Choice:
    """The engine for a job, its name and version, and in words why it and no other."""

    encoder: "ReferenceEncoder | GuardedEncoder"
    engine: str
    reason: str


@dataclass(frozen=True)
class Trial:
    """How the fast engine did on a tokenizer before it saw a document: agreed on ``hard_texts``, or was ``refused``.

    ``fast`` is None where it was, and ``refused`` then says in words why.
    """

    reference: ReferenceEncoder
    fast: Encoder | None
    hard_texts: int = 0
    refused: str = ""


@dataclass(frozen=True)
class Comparison:
    """How many texts were encoded by both, and which of them (by position) came out differently."""

    texts: int
    differing: tuple[int, ...]

    @property
    def differences(self) -> int:
        """How many texts came out differently."""
        return len(self.differing)


class _FastEngineFailed(Exception):
    """The fast engine gave no answer."""


class GuardedEncoder:
    """The fast engine in a job: a batch on which it breaks off goes to the reference, which is right by definition.

    ``failure`` says in words why it broke off first, None while it has not.
    """

    def __init__(self, fast: Encoder, reference: Encoder) -> None:
        self._fast = fast
        self._reference = reference
        self.failure: str | None = None

    @property
    def name(self) -> str:
        """The fast engine's."""
        return self._fast.name

    def encode(self, texts: Texts) -> Encoded:
        """The ids of every text; a null is read as an empty text. Uses all cores, and blocks."""
        try:
            with _failures():
                return self._fast.encode(texts)
        except _FastEngineFailed as error:
            self.failure = self.failure or str(error)
            return self._reference.encode(texts)


def try_fast_engine(tokenizer: LoadedTokenizer) -> Trial:
    """Load the fast engine and probe it, as far as that can be done before there are documents. Blocks."""
    reference = ReferenceEncoder(tokenizer.reference)
    if why := _refusal(tokenizer):
        return Trial(reference, None, refused=f"The reference: {why}.")
    try:
        fast = _load(tokenizer, reference)
        probe = pa.array(probe_texts(added_tokens(tokenizer)), pa.string())
        why = _difference(fast, reference, probe, "built-in hard texts")
    except _FastEngineFailed as error:
        return Trial(reference, None, refused=_failed(error))
    return Trial(reference, None, refused=why) if why else Trial(reference, fast, hard_texts=len(probe))


def choose_encoder(tokenizer: LoadedTokenizer, sample: Sample, *, trial: Trial | None = None) -> Choice:
    """The fast engine if it agrees with the reference wherever it is asked, on ``sample`` among others; else that.

    ``trial`` is that of this tokenizer, where it was made already. A ``sample`` that has to be read is read while the
    engine is loaded, and not at all where the gate is shut.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="sample") as beside:
        is_hopeless = trial.fast is None if trial else _refusal(tokenizer) is not None
        reading = None if is_hopeless else beside.submit(_read, sample)
        made = trial or try_fast_engine(tokenizer)
        if reading is None or made.fast is None:
            return Choice(made.reference, made.reference.name, made.refused)
        return _compared(tokenizer, made, made.fast, reading.result())


def _compared(tokenizer: LoadedTokenizer, trial: Trial, fast: Encoder, documents: Texts) -> Choice:
    reference = trial.reference
    try:
        why = _difference(fast, reference, documents, "sampled documents")
    except _FastEngineFailed as error:
        why = _failed(error)
    if why:
        return Choice(reference, reference.name, why)
    is_partial = isinstance(fast, FastEncoder) and composes(tokenizer)
    scope = ", for documents without marks to compose; the reference has the others" if is_partial else ""
    counts = f"{trial.hard_texts:,} hard texts and {len(documents):,} sampled documents"
    return Choice(GuardedEncoder(fast, reference), fast.name, f"Agrees with {reference.name} on {counts}{scope}.")


def _failed(error: _FastEngineFailed) -> str:
    return f"The reference: the fast engine failed ({error})."


def _difference(fast: Encoder, reference: Encoder, texts: Texts, what: str) -> str | None:
    with _failures():
        found = compare(fast, reference, texts)
    if not found.differences:
        return None
    return f"The reference: the fast engine differs on {found.differences:,} of {found.texts:,} {what}."


def _read(sample: Sample) -> Texts:
    return sample() if callable(sample) else sample


def compare(encoder: Encoder, reference: Encoder, texts: Texts) -> Comparison:
    """Encode ``texts`` with both engines."""
    ours, theirs = encoder.encode(texts), reference.encode(texts)
    if np.array_equal(ours.offsets, theirs.offsets) and np.array_equal(ours.ids, theirs.ids):
        return Comparison(len(texts), ())
    return Comparison(len(texts), tuple(place for place in range(len(texts)) if not _same(ours, theirs, place)))


def added_tokens(tokenizer: LoadedTokenizer) -> Sequence[str]:
    """The added tokens as they are written in texts, in the order of their file."""
    added = cast("list[dict[str, Json]]", tokenizer.outline.get("added_tokens") or [])
    return [content for token in added if isinstance(content := token.get("content"), str) and content]


def _same(ours: Encoded, theirs: Encoded, place: int) -> bool:
    one, other = (made.ids[made.offsets[place] : made.offsets[place + 1]] for made in (ours, theirs))
    return np.array_equal(one, other)


def _refusal(tokenizer: LoadedTokenizer) -> str | None:
    return refusal(tokenizer) if word_marks(tokenizer) is None else None


def _load(tokenizer: LoadedTokenizer, reference: ReferenceEncoder) -> Encoder:
    with _failures():
        if (marks := word_marks(tokenizer)) is not None:
            return WordEncoder(reference, marks=marks)
        if composes(tokenizer):
            return FastEncoder(without_normalizer(tokenizer.json), beside=reference)
        return FastEncoder(tokenizer.json, beside=None)


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except (RuntimeError, ValueError, OverflowError, ImportError) as error:
        raise _FastEngineFailed(str(error).splitlines()[0] if str(error) else type(error).__name__) from error
    except BaseException as error:
        if type(error).__module__ != _PANICS:
            raise
        raise _FastEngineFailed("it broke off") from error
