"""Near duplicates, compared with the exact Jaccard similarity of n-grams."""

import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from mistudio.corpus.cleaning import CleaningContext, clean
from mistudio.corpus.cleaning.clusters import Clusters
from mistudio.corpus.cleaning.documents import Documents, Duplicates
from mistudio.corpus.cleaning.ledger import Cluster
from mistudio.corpus.cleaning.near_duplicates import NearDeduplicator, choose_band_size
from mistudio.corpus.cleaning.steps import DedupNear

WORDS = [f"word{number}" for number in range(3_000)]


def deduplicate(texts: list[str | None], step: DedupNear, folder: Path, batch: int = 100) -> Duplicates:
    """The near duplicates of the texts."""
    deduplicator = NearDeduplicator(step, folder)
    for start in range(0, len(texts), batch):
        some = texts[start : start + batch]
        deduplicator.collect(Documents(pa.array(some, pa.string()), np.arange(start, start + len(some))))
    found = deduplicator.find_duplicates()
    deduplicator.close()
    assert not list(folder.iterdir())
    return found


def shingle(text: str, size: int) -> set[tuple[str, ...]]:
    """The n-grams of a text of plain words."""
    words = text.split()
    return {tuple(words[start : start + size]) for start in range(len(words) - size + 1)}


def make_pairs(count: int) -> list[tuple[str, str]]:
    """Texts of 80 words, each with a copy in which up to 15 words differ."""
    chance = random.Random(2)
    pairs = []
    for number in range(count):
        words = chance.choices(WORDS, k=80)
        copy = list(words)
        for place in chance.sample(range(80), number % 16):
            copy[place] = chance.choice(WORDS)
        pairs.append((" ".join(words), " ".join(copy)))
    return pairs


def test_recall_and_precision_against_exact_jaccard(tmp_path: Path) -> None:
    """Pairs well above the threshold are found, those well below are not; the estimate has an error of about 0.04."""
    pairs = make_pairs(1_600)
    texts: list[str | None] = [text for pair in pairs for text in pair]
    found = set(deduplicate(texts, DedupNear(threshold=0.7, ngram=2), tmp_path).rows.tolist())
    similar = [len(a & b) / len(a | b) for a, b in ((shingle(one, 2), shingle(other, 2)) for one, other in pairs)]
    above = [2 * place + 1 in found for place, jaccard in enumerate(similar) if jaccard >= 0.82]
    below = [2 * place + 1 in found for place, jaccard in enumerate(similar) if jaccard < 0.55]
    assert min(len(above), len(below)) > 200
    assert sum(above) / len(above) > 0.98
    assert not any(below)
    # The originals have nothing in common.
    assert not any(row % 2 == 0 for row in found)


def test_the_result_depends_on_nothing_but_texts_and_step(tmp_path: Path) -> None:
    """The same seed gives the same rows in batches of any size."""
    texts: list[str | None] = [text for pair in make_pairs(200) for text in pair]
    step = DedupNear(threshold=0.7, ngram=3, seed=9)
    first, again = deduplicate(texts, step, tmp_path), deduplicate(texts, step, tmp_path, 7)
    assert np.array_equal(first.rows, again.rows)
    assert np.array_equal(first.first_rows, again.first_rows)


def test_texts_without_words_are_no_duplicates(tmp_path: Path) -> None:
    """Texts shorter than an n-gram are compared as a whole; case, accents and punctuation do not count."""
    texts: list[str | None] = ["", None, "...", "Naïve text", "other", "...", "naive, text!", "", "other text"]
    found = deduplicate(texts, DedupNear(), tmp_path)
    assert ([6], [3]) == (found.rows.tolist(), found.first_rows.tolist())
    assert not len(deduplicate(["", None], DedupNear(), tmp_path).rows)
    assert not len(deduplicate([], DedupNear(), tmp_path).rows)


def test_clusters_are_shown(tmp_path: Path) -> None:
    """The largest cluster comes first, with its first row, which stays."""
    texts = ["a b c", "d e f", "A b c", "d e f.", "g", "a, b c"]
    cleaning = clean(lambda: [pa.array(texts)], [DedupNear()], CleaningContext(tmp_path, lambda: None))
    (ledger,) = cleaning.ledgers
    assert [0, 1, 4] == cleaning.rows.tolist()
    assert [Cluster(3, (0, 2, 5)), Cluster(2, (1, 3))] == ledger.clusters
    assert {"near_duplicate": 3} == ledger.dropped


def test_the_first_document_is_the_root_of_its_cluster() -> None:
    """Clusters grow together by any of their documents."""
    clusters = Clusters(6)
    clusters.join(np.array([5, 4, 3]), np.array([4, 3, 1]))
    clusters.join(np.array([0]), np.array([2]))
    assert [1, 1, 0] == clusters.find_roots_of(np.array([5, 3, 2])).tolist()
    assert [0, 1, 0, 1, 1, 1] == clusters.find_roots().tolist()


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.8, 0.95, 1.0])
def test_bands_find_pairs_at_the_threshold(threshold: float) -> None:
    """A pair at the threshold shares a band with a probability of at least 0.98; so do all with shorter signatures."""
    size = choose_band_size(threshold, 128)
    assert 1 - (1 - threshold**size) ** (128 // size) >= 0.98
    assert choose_band_size(threshold, 16) >= 1
