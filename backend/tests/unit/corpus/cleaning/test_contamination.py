"""N-grams in common with another dataset, compared with sets of words."""

from collections.abc import Iterable
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistudio.core.errors import ValidationFailed
from mistudio.corpus.cleaning.contamination import ContaminationFilter
from mistudio.corpus.cleaning.documents import Documents
from mistudio.corpus.cleaning.ngrams import NGramHasher
from mistudio.corpus.cleaning.steps import Decontaminate
from mistudio.corpus.search.folding import fold

texts_lists = st.lists(st.none() | st.text(alphabet="abÄ .,日本", max_size=14), max_size=12)


def list_ngrams(text: str | None, size: int) -> list[tuple[str, ...]]:
    """The n-grams of a text."""
    words = fold(text or "").split()
    return [tuple(words[start : start + size]) for start in range(len(words) - size + 1)]


@settings(deadline=None)
@given(texts_lists, texts_lists, st.integers(1, 4), st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(1)]))
def test_shares_are_those_of_sets(
    texts: list[str | None], others: list[str | None], size: int, threshold: Fraction
) -> None:
    """A text goes if more than the threshold of its n-grams is in the other dataset."""
    step = Decontaminate(dataset="ds_other", ngram=size, threshold=float(threshold))
    halves = [pa.array(others[: len(others) // 2], pa.string()), pa.array(others[len(others) // 2 :], pa.string())]
    reasons = ContaminationFilter(step, halves).find_reasons(
        Documents(pa.array(texts, pa.string()), np.arange(len(texts)))
    )
    known = {gram for other in others for gram in list_ngrams(other, size)}
    grams = [list_ngrams(text, size) for text in texts]
    expected = [sum(gram in known for gram in some) > threshold * len(some) for some in grams]
    assert expected == [reason == "contaminated" for reason in reasons]


@settings(deadline=None)
@given(texts_lists, st.integers(1, 4))
def test_short_texts_may_be_one_ngram(texts: list[str | None], size: int) -> None:
    """Equal n-grams have equal hashes, different ones different hashes, and a text without words has none."""
    grams = NGramHasher(size, keeps_short=True).hash(pa.array(texts, pa.string()))
    hashes: dict[tuple[str, ...], int] = {}
    for place, text in enumerate(texts):
        words = tuple(fold(text or "").split())
        expected = list_ngrams(text, size) or ([words] if words else [])
        found = grams.hashes[grams.offsets[place] : grams.offsets[place + 1]].tolist()
        assert len(expected) == len(found)
        assert all(hashes.setdefault(gram, each) == each for gram, each in zip(expected, found, strict=True))
    assert len(hashes) == len(set(hashes.values()))


def test_a_dataset_with_too_many_ngrams_is_refused() -> None:
    """The error names the limit and a way out; the memory stays bounded until then."""

    def read() -> Iterable[pa.Array]:
        return (pa.array([f"a{number} b{number} c{number}"]) for number in range(100))

    with pytest.raises(ValidationFailed, match="more than 50 different n-grams"):
        ContaminationFilter(Decontaminate(dataset="ds_other", ngram=2), read(), max_ngrams=50, merge_at=10)
