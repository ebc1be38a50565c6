"""How many tokens of each document are written, and the document at which ``max_tokens`` is reached."""

from pathlib import Path

import numpy as np
import pytest

from mistudio.corpus.documents.batches import RowBatch
from mistudio.corpus.documents.row_figures import DOCUMENT, HELD_OUT, NO_TEXT, RowFigures, SourceRows
from mistudio.corpus.encoders.encoding import TokenIds
from mistudio.corpus.tokenize.token_budget import TokenBudget, WriteRule, limit_batch
from mistudio.corpus.tokenized.manifest import RowCut

ALL = WriteRule(0, None, None)
LENGTHS = np.array([4, 9, 3, 2], np.int64)
KINDS = np.array([DOCUMENT, HELD_OUT, DOCUMENT, DOCUMENT], np.uint8)


@pytest.mark.parametrize(
    ("rule", "distinct", "written"),
    [
        (ALL, [0, 2, 4, 9], [0, 2, 4, 9]),
        (WriteRule(3, None, None), [0, 0, 4, 9], [0, 0, 4, 9]),
        (WriteRule(0, 4, None), [0, 2, 4, 4], [0, 2, 4, 4]),
        # Windows 0 to 4, 3 to 7 and 6 to 9: the tokens 3 and 6 are in two of them.
        (WriteRule(3, 4, 3), [0, 0, 4, 9], [0, 0, 4, 11]),
    ],
)
def test_a_rule_drops_cuts_and_repeats(rule: WriteRule, distinct: list[int], written: list[int]) -> None:
    """Short documents have nothing; tokens in two windows count twice."""
    lengths = np.array([0, 2, 4, 9], np.int64)
    assert distinct == rule.count_distinct(lengths).tolist()
    assert written == rule.count_written(lengths).tolist()
    assert distinct == [rule.count_covered(int(length), count) for length, count in zip(distinct, written, strict=True)]


@pytest.mark.parametrize(
    ("tokens", "cut", "left"),
    [(1, RowCut(10, 1), 0), (4, RowCut(10, 4), 0), (5, RowCut(12, 1), 0), (9, RowCut(13, 2), 0), (10, None, 1)],
)
def test_the_cut_is_the_document_that_reaches_the_limit(tokens: int, cut: RowCut | None, left: int) -> None:
    """Held-out documents are not counted."""
    budget = TokenBudget(ALL, tokens)
    assert cut == budget.find_cut(10, KINDS, LENGTHS)
    assert left == budget.tokens


@pytest.mark.parametrize("tokens", range(1, 12))
def test_skipped_rows_are_spent_as_if_they_were_encoded_again(tmp_path: Path, tokens: int) -> None:
    """A call that goes on after a kill comes to the same limit; a spent budget ends before the next split."""
    rows = SourceRows(tmp_path / "rows", len(LENGTHS))
    rows.write(0, RowFigures(LENGTHS, LENGTHS, LENGTHS, KINDS))
    whole, resumed = TokenBudget(ALL, tokens), TokenBudget(ALL, tokens)
    expected = whole.find_cut(0, KINDS, LENGTHS)
    found = resumed.skip(rows, 2) or resumed.find_cut(2, KINDS[2:], LENGTHS[2:])
    assert (expected, whole.tokens) == (found, resumed.tokens)
    if expected:
        assert RowCut(-1, 0) == resumed.skip(rows, 4)
    rows.close()


def test_a_batch_is_limited_to_the_rows_before_one() -> None:
    """The texts' ids stay where they are."""
    figures = np.array([1, 2, 3], np.int64)
    batch = RowBatch(5, figures, figures, np.array([DOCUMENT, NO_TEXT, DOCUMENT], np.uint8))
    encoded = TokenIds(np.arange(6, dtype=np.int32), np.array([0, 2, 2, 6], np.int64))
    limited, ids = limit_batch(batch, encoded, 7)
    assert (5, [1, 2], [DOCUMENT, NO_TEXT]) == (limited.first_row, limited.characters.tolist(), limited.kinds.tolist())
    assert [2, 0] == ids.lengths.tolist()
    same, _ids = limit_batch(batch, encoded, 100)
    assert 3 == len(same.kinds)
