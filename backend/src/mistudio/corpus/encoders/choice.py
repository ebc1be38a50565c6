"""Choose the engine of a tokenization: the fast one if it passes every check, else the reference.

Each job checks anew: the compatibility rules (a tokenizer of a tested kind), a probe (built-in texts and the
tokenizer's own added tokens), and a sample of the dataset. One difference anywhere, and the reference encodes
everything. The result names how many documents both engines agreed on; that is evidence, not a guarantee.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

import numpy as np
import pyarrow as pa

from mistudio.core.errors import Json
from mistudio.corpus.encoders.compatibility import (
    explain_refusal,
    find_word_marks,
    has_composing_normalizer,
    splits_by_class,
)
from mistudio.corpus.encoders.encoders import Exclusion, FastEncoder, ReferenceEncoder, Texts
from mistudio.corpus.encoders.encoding import Encoder, TokenIds
from mistudio.corpus.encoders.probe_texts import probe_texts
from mistudio.corpus.encoders.unicode_tables import has_equal_classes
from mistudio.corpus.encoders.word_encoder import WordEncoder
from mistudio.corpus.tokenizers.definition import remove_normalizer
from mistudio.corpus.tokenizers.tokenizer import LoadedTokenizer

Sample: TypeAlias = "Texts | Callable[[], Texts]"

# A Rust library that panics raises a class that cannot be imported and is no Exception.
_PANICS: Final = "pyo3_runtime"
_NEWER_CHARACTERS: Final = Exclusion("characters that Unicode 17.0 added", has_equal_classes, is_rare=True)


@dataclass(frozen=True)
class Choice:
    """The engine for a job, its name and version, and the reason in words."""

    encoder: "ReferenceEncoder | GuardedEncoder"
    engine: str
    reason: str


@dataclass(frozen=True)
class Trial:
    """The result of the fast engine on a tokenizer without any document.

    It agreed on ``probe_count`` probe texts; otherwise ``fast`` is None and ``refusal`` says why, as a sentence.
    """

    reference: ReferenceEncoder
    fast: Encoder | None
    probe_count: int = 0
    refusal: str = ""


@dataclass(frozen=True)
class Comparison:
    """How many texts both engines encoded, and the positions of those with different ids."""

    texts: int
    differing: tuple[int, ...]

    @property
    def differences(self) -> int:
        """How many texts have different ids."""
        return len(self.differing)


class _FastEngineFailed(Exception):
    """The fast engine gave no answer."""


class GuardedEncoder:
    """The fast engine in a job; the reference encodes each batch on which it fails.

    ``failure`` is the reason of the first failure in words, None while there is none.
    """

    def __init__(self, fast: Encoder, reference: Encoder) -> None:
        self._fast = fast
        self._reference = reference
        self.failure: str | None = None

    @property
    def name(self) -> str:
        """The name of the fast engine."""
        return self._fast.name

    def encode(self, texts: Texts) -> TokenIds:
        """Return the ids of every text; a null counts as an empty text. Uses all cores, and blocks."""
        try:
            with _translate_failures():
                return self._fast.encode(texts)
        except _FastEngineFailed as error:
            self.failure = self.failure or str(error)
            return self._reference.encode(texts)


def try_fast_engine(tokenizer: LoadedTokenizer) -> Trial:
    """Load the fast engine and probe it, which needs no document. Blocks."""
    reference = ReferenceEncoder(tokenizer.reference)
    if why := _find_obstacle(tokenizer):
        return Trial(reference, None, refusal=_explain_reference(why))
    try:
        fast = _load_fast_engine(tokenizer, reference)
        probe = pa.array(probe_texts(list_added_tokens(tokenizer)), pa.string())
        why = _explain_differences(fast, reference, probe, "probe texts")
    except _FastEngineFailed as error:
        why = _explain_failure(error)
    return Trial(reference, None, refusal=why) if why else Trial(reference, fast, probe_count=len(probe))


def choose_encoder(tokenizer: LoadedTokenizer, sample: Sample, *, trial: Trial | None = None) -> Choice:
    """Return the fast engine if it agrees with the reference on the probe and on ``sample``, else the reference.

    ``trial`` is the result of ``try_fast_engine`` on this tokenizer, if there is one. A callable ``sample`` is called
    while the engine loads, and not at all if the engine cannot be used.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="sample") as thread:
        is_refused = trial.fast is None if trial else _find_obstacle(tokenizer) is not None
        reading = None if is_refused else thread.submit(_read_sample, sample)
        made = trial or try_fast_engine(tokenizer)
        if reading is None or made.fast is None:
            return Choice(made.reference, made.reference.name, made.refusal)
        return _choose_by_documents(made, made.fast, reading.result())


def _choose_by_documents(trial: Trial, fast: Encoder, documents: Texts) -> Choice:
    reference = trial.reference
    try:
        why = _explain_differences(fast, reference, documents, "sampled documents")
    except _FastEngineFailed as error:
        why = _explain_failure(error)
    if why:
        return Choice(reference, reference.name, why)
    counts = f"{trial.probe_count:,} probe texts and {len(documents):,} documents"
    reason = f"Verified against {reference.name} on {counts}.{_describe_exclusions(fast)}"
    return Choice(GuardedEncoder(fast, reference), fast.name, reason)


def _describe_exclusions(fast: Encoder) -> str:
    """Return a sentence on the documents that the reference encodes, if ordinary datasets have some."""
    exclusions = fast.exclusions if isinstance(fast, FastEncoder) else ()
    texts = [exclusion.texts for exclusion in exclusions if not exclusion.is_rare]
    return f" The reference encodes documents with {' or '.join(texts)}." if texts else ""


def _explain_reference(why: str) -> str:
    return f"The fast engine was not used: {why}."


def _explain_failure(error: _FastEngineFailed) -> str:
    return _explain_reference(f"it failed ({error})")


def _explain_differences(fast: Encoder, reference: Encoder, texts: Texts, what: str) -> str | None:
    with _translate_failures():
        found = compare_encoders(fast, reference, texts)
    if not found.differences:
        return None
    return _explain_reference(f"its ids differ on {found.differences:,} of {found.texts:,} {what}")


def _read_sample(sample: Sample) -> Texts:
    return sample() if callable(sample) else sample


def compare_encoders(encoder: Encoder, reference: Encoder, texts: Texts) -> Comparison:
    """Encode ``texts`` with both engines and compare the ids."""
    ours, theirs = encoder.encode(texts), reference.encode(texts)
    if np.array_equal(ours.offsets, theirs.offsets) and np.array_equal(ours.ids, theirs.ids):
        return Comparison(len(texts), ())
    return Comparison(len(texts), tuple(place for place in range(len(texts)) if not _is_equal_at(place, ours, theirs)))


def list_added_tokens(tokenizer: LoadedTokenizer) -> Sequence[str]:
    """Return the added tokens as texts contain them, in the order of their file."""
    added = cast("list[dict[str, Json]]", tokenizer.outline.get("added_tokens") or [])
    return [content for token in added if isinstance(content := token.get("content"), str) and content]


def _is_equal_at(place: int, ours: TokenIds, theirs: TokenIds) -> bool:
    one, other = (made.ids[made.offsets[place] : made.offsets[place + 1]] for made in (ours, theirs))
    return np.array_equal(one, other)


def _find_obstacle(tokenizer: LoadedTokenizer) -> str | None:
    return explain_refusal(tokenizer) if find_word_marks(tokenizer) is None else None


def _load_fast_engine(tokenizer: LoadedTokenizer, reference: ReferenceEncoder) -> Encoder:
    with _translate_failures():
        if (marks := find_word_marks(tokenizer)) is not None:
            return WordEncoder(reference, marks=marks)
        exclusions = [_NEWER_CHARACTERS] if splits_by_class(tokenizer) else []
        if not has_composing_normalizer(tokenizer):
            return FastEncoder(tokenizer.json, reference=reference, exclusions=exclusions)
        exclusions.append(Exclusion("marks to compose", reference.is_composed, is_rare=False))
        return FastEncoder(remove_normalizer(tokenizer.json), reference=reference, exclusions=exclusions)


@contextmanager
def _translate_failures() -> Iterator[None]:
    try:
        yield
    except (RuntimeError, ValueError, OverflowError, ImportError) as error:
        raise _FastEngineFailed(str(error).splitlines()[0] if str(error) else type(error).__name__) from error
    except BaseException as error:
        if type(error).__module__ != _PANICS:
            raise
        raise _FastEngineFailed("a panic of the library") from error
