"""``mistudio.core.states``: the transitions of each record, compared with docs/states.md."""

import itertools
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistudio.core.errors import InvalidTransition
from mistudio.core.states import (
    DATASET_TRANSITIONS,
    INDEX_TRANSITIONS,
    JOB_TRANSITIONS,
    TOKENIZATION_TRANSITIONS,
    DatasetStatus,
    IndexState,
    JobState,
    State,
    TokenizationStatus,
)
from mistudio.models import Dataset, Job, Tokenization

PAGE = Path(__file__).parents[4] / "docs" / "states.md"


def to_names(table: Mapping[State, frozenset[State]]) -> dict[str, set[str]]:
    """Return a table of transitions as plain names."""
    return {state.value: {other.value for other in following} for state, following in table.items()}


TABLES = {
    "Dataset": to_names(DATASET_TRANSITIONS),
    "Tokenization": to_names(TOKENIZATION_TRANSITIONS),
    "Index": to_names(INDEX_TRANSITIONS),
    "Job": to_names(JOB_TRANSITIONS),
}


def read_documented(section: str) -> dict[str, set[str]]:
    """Return the transitions that the page lists: each state with the states that may follow."""
    text = PAGE.read_text(encoding="utf-8").split(f"## {section}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|([^|]*)\|", text, re.MULTILINE)
    return {state: set(re.findall(r"`(\w+)`", following)) for state, following in rows}


@pytest.mark.parametrize("section", TABLES)
def test_documented_transitions_are_the_ones_of_the_code(section: str) -> None:
    """docs/states.md lists exactly the transitions that the models allow."""
    assert read_documented(section) == TABLES[section]


@pytest.mark.parametrize(("present", "wanted"), list(itertools.product(DatasetStatus, repeat=2)))
@pytest.mark.parametrize("source", ["huggingface", "local"])
def test_a_dataset_takes_every_allowed_step_and_refuses_every_other(
    present: DatasetStatus, wanted: DatasetStatus, source: str
) -> None:
    """Each pair of statuses, for downloads and local imports, is allowed, or refused without a change."""
    dataset = Dataset(source=source, status=present)
    restart = DatasetStatus.PROCESSING if source == "local" else DatasetStatus.DOWNLOADING
    following = {restart} if present is DatasetStatus.ERROR else DATASET_TRANSITIONS[present]
    if wanted in following or wanted is present:
        dataset.status = wanted
        assert dataset.status is wanted
    else:
        with pytest.raises(InvalidTransition):
            dataset.status = wanted
        assert dataset.status is present


@given(st.lists(st.sampled_from(JobState), max_size=8))
def test_an_ended_job_never_changes_again(path: list[JobState]) -> None:
    """A succeeded, failed or cancelled job keeps its state."""
    job = Job(state=JobState.QUEUED)
    for wanted in path:
        before = job.state
        try:
            job.state = wanted
        except InvalidTransition:
            assert job.state is before
        if not JOB_TRANSITIONS[before]:
            assert job.state is before


@pytest.mark.parametrize(("present", "wanted"), list(itertools.product(TokenizationStatus, repeat=2)))
def test_a_tokenization_follows_its_table(present: TokenizationStatus, wanted: TokenizationStatus) -> None:
    """Each pair of statuses is allowed, or refused."""
    record = Tokenization(status=present)
    if wanted in TOKENIZATION_TRANSITIONS[present] or wanted is present:
        record.status = wanted
        assert record.status is wanted
    else:
        with pytest.raises(InvalidTransition):
            record.status = wanted


@pytest.mark.parametrize(("present", "wanted"), list(itertools.product(IndexState, repeat=2)))
def test_an_index_follows_its_table(present: IndexState, wanted: IndexState) -> None:
    """Each pair of states is allowed or refused, and none changes the dataset's status."""
    dataset = Dataset(source="huggingface", status=DatasetStatus.READY)
    for step in {
        IndexState.NONE: [],
        IndexState.BUILDING: [IndexState.BUILDING],
        IndexState.READY: [IndexState.BUILDING, IndexState.READY],
        IndexState.ERROR: [IndexState.BUILDING, IndexState.ERROR],
    }[present]:
        dataset.index_state = step
    if wanted in INDEX_TRANSITIONS[present] or wanted is present:
        dataset.index_state = wanted
    else:
        with pytest.raises(InvalidTransition):
            dataset.index_state = wanted
    assert dataset.status is DatasetStatus.READY
