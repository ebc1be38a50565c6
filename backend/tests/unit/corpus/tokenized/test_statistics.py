"""Statistics derive from counts of lengths and of ids, which can be added."""

import numpy as np

from mistudio.corpus.tokenized.length_counts import LengthCounts
from mistudio.corpus.tokenized.statistics import MOST, TokenCount, TokenFigures


def make_figures(documents: list[list[int]], inserted: dict[int, int]) -> TokenFigures:
    """Return the figures of documents of one byte per token."""
    ids = [token for document in documents for token in document]
    return TokenFigures(
        source=LengthCounts.from_lengths(np.array([len(document) for document in documents], np.int64)),
        tokens=np.bincount(np.array(ids, np.int64)),
        inserted=inserted,
        characters=len(ids),
        text_bytes=2 * len(ids),
    )


ONE = make_figures([[1, 1, 2], [], [5]], {9: 3})
OTHER = make_figures([[1, 9]], {9: 1, 8: 1})


def test_figures_of_splits_add_up() -> None:
    """The total is that of all documents together."""
    total, expected = TokenFigures.total([ONE, OTHER]), make_figures([[1, 1, 2], [], [5], [1, 9]], {9: 4, 8: 1})
    arguments = {"vocab_size": 10, "special_ids": [8, 9]}
    assert expected.summarize(**arguments) == total.summarize(**arguments)  # type: ignore[arg-type]  # of two types


def test_special_tokens_count_inside_the_text_and_inserted() -> None:
    """Every special id is listed once in order; the other figures count data only."""
    found = TokenFigures.total([ONE, OTHER]).summarize(vocab_size=10, special_ids=[9, 8, 9, 7])
    assert (TokenCount(7, 0), TokenCount(8, 1), TokenCount(9, 5)) == found.special_tokens
    assert (4, 6, 4, 0.4) == (found.samples, found.tokens, found.unique_tokens, found.vocab_share)
    assert (1.0, 2.0) == (found.characters_per_token, found.bytes_per_token)


def test_equally_frequent_tokens_are_in_order_of_their_ids() -> None:
    """The most and the least frequent are lists of at most twenty."""
    documents = [[token] * (2 if token % 2 else 1) for token in range(50)]
    found = make_figures(documents, {}).summarize(vocab_size=50, special_ids=[])
    assert [TokenCount(token, 2) for token in range(1, 50, 2)][:MOST] == list(found.most_frequent)
    assert [TokenCount(token, 1) for token in range(0, 50, 2)][:MOST] == list(found.least_frequent)


def test_no_documents_have_no_rates() -> None:
    """Nothing is divided by zero."""
    found = make_figures([], {}).summarize(vocab_size=0, special_ids=[])
    assert (0, 0.0, 0, None, None) == (
        found.samples,
        found.average,
        found.maximum,
        found.characters_per_token,
        found.bytes_per_token,
    )
