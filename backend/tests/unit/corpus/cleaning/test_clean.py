"""Cleaning: ledgers balance, order stays, nothing is lost, and each step sees what the earlier ones kept."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mistudio.corpus.cleaning import Cleaning, CleaningContext, CleaningStep, clean, count_passes
from mistudio.corpus.cleaning.steps import (
    Decontaminate,
    DedupExact,
    DedupNear,
    DropRegex,
    GopherQuality,
    LengthBounds,
    Quality,
)

Texts = list[str | None]

STEPS: list[CleaningStep] = [
    DedupExact(),
    DedupExact(normalize=True),
    DedupNear(ngram=1, threshold=0.7),
    LengthBounds(min_characters=2),
    LengthBounds(max_words=5),
    DropRegex(pattern="b+c"),
    Quality(gopher=GopherQuality(min_doc_words=2, min_stop_words=None)),
    Decontaminate(dataset="ds_other", ngram=2),
]
texts_lists = st.lists(st.none() | st.text(alphabet="abc A\n.", max_size=12), max_size=40)
step_lists = st.lists(st.sampled_from(STEPS), max_size=5)


def run(texts: Texts, steps: list[CleaningStep], folder: Path, batch: int = 7) -> Cleaning:
    """Clean the texts, which come in batches."""

    def read() -> Iterable[pa.Array]:
        return (pa.array(texts[start : start + batch], pa.string()) for start in range(0, len(texts), batch))

    def read_other(dataset: str) -> Iterable[pa.Array]:
        assert dataset == "ds_other"
        return [pa.array(["a b", None, "c. a b c"])]

    context = CleaningContext(folder, lambda: None, read_other, lambda rows: rows % 5 - 1)
    return clean(read, steps, context)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts_lists, step_lists, st.integers(1, 50))
def test_ledgers_balance_and_steps_follow_each_other(
    tmp_path: Path, texts: Texts, steps: list[CleaningStep], batch: int
) -> None:
    """Each step starts with what the one before kept; the last one's rows stay, and all is as if done one by one."""
    cleaning = run(texts, steps, tmp_path, batch)
    rows = len(texts)
    for ledger, step in zip(cleaning.ledgers, steps, strict=True):
        assert (step.kind, rows) == (ledger.kind, ledger.rows)
        assert ledger.rows == ledger.kept + sum(ledger.dropped.values())
        rows = ledger.kept
    assert rows == len(cleaning.rows)
    assert len(texts) == len(cleaning.is_kept)
    assert np.all(np.diff(cleaning.rows) > 0)
    one_by_one = np.arange(len(texts))
    for step in steps:
        one_by_one = one_by_one[run([texts[row] for row in one_by_one], [step], tmp_path).is_kept]
    assert one_by_one.tolist() == cleaning.rows.tolist()
    assert not list(tmp_path.iterdir())


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts_lists, st.lists(st.sampled_from(STEPS), min_size=1, max_size=3))
def test_examples_are_rows_that_a_step_kept_or_dropped(tmp_path: Path, texts: Texts, steps: list[CleaningStep]) -> None:
    """An example of a duplicate names an earlier row."""
    cleaning = run(texts, steps, tmp_path)
    for ledger in cleaning.ledgers:
        dropped = {example.row for example in ledger.examples_dropped}
        assert not cleaning.is_kept[sorted(dropped)].any()
        assert dropped.isdisjoint(example.row for example in ledger.examples_kept)
        assert {example.reason for example in ledger.examples_dropped} == set(ledger.dropped)
        for example in ledger.examples_dropped:
            assert example.duplicate_of is None or example.duplicate_of < example.row
    assert set(cleaning.rows[:10].tolist()) == {example.row for example in cleaning.ledgers[-1].examples_kept}


def test_reasons_are_counted(tmp_path: Path) -> None:
    """Each kind of step says why, and a null text counts as empty."""
    texts: Texts = ["a b", "a b", None, "", "xx", "A  b", "bbc", "a much longer text"]
    steps: list[CleaningStep] = [
        DedupExact(),
        DedupExact(normalize=True),
        LengthBounds(min_characters=1, max_words=3),
        DropRegex(pattern="B", case=False),
    ]
    cleaning = run(texts, steps, tmp_path)
    assert [
        {"duplicate": 2},
        {"duplicate": 1},
        {"min_characters": 1, "max_words": 1},
        {"pattern": 2},
    ] == [ledger.dropped for ledger in cleaning.ledgers]
    dropped = {"max_words": 1, "min_characters": 1}
    assert {"kind": "length", "rows": 5, "kept": 3, "dropped": dropped} == cleaning.ledgers[2].to_manifest()
    assert [4] == cleaning.rows.tolist()
    assert [(1, 0), (3, 2)] == [(each.row, each.duplicate_of) for each in cleaning.ledgers[0].examples_dropped]


def test_bounds_of_tokens_use_the_counts_of_rows(tmp_path: Path) -> None:
    """A row without a count is dropped, and says so."""
    cleaning = run(["a"] * 10, [LengthBounds(min_tokens=2)], tmp_path, 3)
    assert [3, 4, 8, 9] == cleaning.rows.tolist()
    assert {"no_tokens": 2, "min_tokens": 4} == cleaning.ledgers[0].dropped


def test_what_a_step_needs_must_be_there(tmp_path: Path) -> None:
    """A caller that has no token counts or no other datasets gets an error before any text is read."""
    context = CleaningContext(tmp_path, lambda: None)
    steps: list[CleaningStep] = [LengthBounds(max_tokens=5), Decontaminate(dataset="ds_other")]
    for step in steps:
        with pytest.raises(ValueError, match="need"):
            clean(list, [step], context)


@pytest.mark.parametrize("step", [DedupExact(), DedupNear(), LengthBounds(min_words=1)])
def test_a_cancelled_run_leaves_nothing(tmp_path: Path, step: CleaningStep) -> None:
    """The check ends a run between two batches."""

    def stop() -> None:
        raise KeyboardInterrupt

    source: Callable[[], Iterable[pa.Array]] = lambda: [pa.array(["a"])]  # noqa: E731
    with pytest.raises(KeyboardInterrupt):
        clean(source, [step], CleaningContext(tmp_path, stop))
    assert not list(tmp_path.iterdir())


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(step_lists)
def test_passes_are_counted(tmp_path: Path, steps: list[CleaningStep]) -> None:
    """The source is read as often as announced."""
    passes = []

    def read() -> Iterable[pa.Array]:
        passes.append(1)
        return [pa.array(["a b c"])]

    clean(read, steps, CleaningContext(tmp_path, lambda: None, lambda _dataset: []))
    assert count_passes(steps) == len(passes)
