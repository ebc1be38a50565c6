"""Exact duplicates, compared with the simplest implementation."""

import random

import numpy as np
import pyarrow as pa

from mistudio.corpus.cleaning.documents import Documents
from mistudio.corpus.cleaning.exact_duplicates import ExactDeduplicator, find_equal, normalize_text
from mistudio.corpus.cleaning.steps import DedupExact


def find_by_brute_force(texts: list[str]) -> list[tuple[int, int]]:
    """Each text that came before, and where it came first."""
    firsts: dict[str, int] = {}
    return [(row, firsts[text]) for row, text in enumerate(texts) if firsts.setdefault(text, row) != row]


def make_texts(count: int) -> list[str]:
    """Texts of which about a half have been there, some with other case or blanks."""
    chance = random.Random(5)
    texts: list[str] = []
    for number in range(count):
        if texts and chance.random() < 0.5:
            text = chance.choice(texts)
            texts.append(chance.choice([text, text, text.upper(), f" {text.replace(' ', chr(0xA0))}\n", text + "."]))
        else:
            texts.append(f"text {number} é " + " ".join(chance.choices(["alpha", "beta", "Straße"], k=5)))
    return texts


def test_20_000_documents_are_as_by_brute_force() -> None:
    """Both ways of comparison find the same rows, each with the first that is equal."""
    texts = make_texts(20_000)
    for normalize in (False, True):
        deduplicator = ExactDeduplicator(DedupExact(normalize=normalize))
        for start in range(0, len(texts), 999):
            batch = texts[start : start + 999]
            deduplicator.collect(Documents(pa.array(batch), np.arange(start, start + len(batch))))
        found = deduplicator.find_duplicates()
        expected = find_by_brute_force(list(map(normalize_text, texts)) if normalize else texts)
        assert len(expected) > 5_000
        assert expected == list(zip(found.rows.tolist(), found.first_rows.tolist(), strict=True))


def test_both_halves_of_a_hash_count() -> None:
    """Equal first halves are no duplicates."""
    high = np.array([1, 1, 2, 1, 2, 1], np.uint64)
    low = np.array([7, 8, 7, 7, 7, 8], np.uint64)
    found = find_equal(high, low)
    assert [3, 4, 5] == found.rows.tolist()
    assert [0, 2, 1] == found.first_rows.tolist()


def test_normalized_texts() -> None:
    """Case, composed letters and blanks do not count; punctuation does."""
    assert normalize_text("  Stra\u00dfe\u00a0\n E\u0301 ") == "strasse é"
    assert normalize_text("a.") != normalize_text("a")
