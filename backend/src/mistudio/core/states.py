"""The statuses of each record and the transitions between them.

The models refuse every other transition, and a test compares these tables with the documentation.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from mistudio.core.errors import InvalidTransition


class DatasetStatus(StrEnum):
    """The status of a dataset."""

    DOWNLOADING = "downloading"
    PROCESSING = "processing"
    READY = "ready"
    ERROR = "error"


class TokenizationStatus(StrEnum):
    """The status of a tokenization."""

    QUEUED = "queued"
    PROCESSING = "processing"
    READY = "ready"
    ERROR = "error"
    CANCELLED = "cancelled"


class IndexState(StrEnum):
    """The state of a dataset's full-text index."""

    NONE = "none"
    BUILDING = "building"
    READY = "ready"
    ERROR = "error"


class JobState(StrEnum):
    """The state of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


State = TypeVar("State", DatasetStatus, TokenizationStatus, IndexState, JobState)

# A job that finds its work done, by an earlier try that was cut off, makes its record ready without a step between.
DATASET_TRANSITIONS: Mapping[DatasetStatus, frozenset[DatasetStatus]] = {
    DatasetStatus.DOWNLOADING: frozenset({DatasetStatus.PROCESSING, DatasetStatus.READY, DatasetStatus.ERROR}),
    DatasetStatus.PROCESSING: frozenset({DatasetStatus.READY, DatasetStatus.ERROR}),
    DatasetStatus.READY: frozenset(),
    DatasetStatus.ERROR: frozenset({DatasetStatus.DOWNLOADING, DatasetStatus.PROCESSING}),
}
TOKENIZATION_TRANSITIONS: Mapping[TokenizationStatus, frozenset[TokenizationStatus]] = {
    TokenizationStatus.QUEUED: frozenset(
        {
            TokenizationStatus.PROCESSING,
            TokenizationStatus.READY,
            TokenizationStatus.ERROR,
            TokenizationStatus.CANCELLED,
        }
    ),
    TokenizationStatus.PROCESSING: frozenset(
        {TokenizationStatus.READY, TokenizationStatus.ERROR, TokenizationStatus.CANCELLED}
    ),
    TokenizationStatus.READY: frozenset(),
    TokenizationStatus.ERROR: frozenset({TokenizationStatus.QUEUED}),
    TokenizationStatus.CANCELLED: frozenset({TokenizationStatus.QUEUED}),
}
INDEX_TRANSITIONS: Mapping[IndexState, frozenset[IndexState]] = {
    IndexState.NONE: frozenset({IndexState.BUILDING, IndexState.READY, IndexState.ERROR}),
    IndexState.BUILDING: frozenset({IndexState.READY, IndexState.ERROR, IndexState.NONE}),
    IndexState.READY: frozenset({IndexState.BUILDING, IndexState.ERROR, IndexState.NONE}),
    IndexState.ERROR: frozenset({IndexState.BUILDING, IndexState.READY, IndexState.NONE}),
}
JOB_TRANSITIONS: Mapping[JobState, frozenset[JobState]] = {
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.FAILED, JobState.CANCELLED}),
    JobState.RUNNING: frozenset({JobState.QUEUED, JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED}),
    JobState.SUCCEEDED: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELLED: frozenset(),
}
ACTIVE_JOB_STATES = (JobState.QUEUED, JobState.RUNNING)
WORKING_DATASET_STATUSES = (DatasetStatus.DOWNLOADING, DatasetStatus.PROCESSING)


def check_transition(
    table: Mapping[State, frozenset[State]], present: State, wanted: State, *, local: bool = False
) -> State:
    """Return ``wanted`` if ``table`` allows the step from ``present``, or if they are the same.

    A dataset in error restarts where it began: a download at downloading, a local import at processing. Raises
    InvalidTransition, which names both states.
    """
    if present == wanted:
        return wanted
    wrong_start = present is DatasetStatus.ERROR and (wanted is DatasetStatus.PROCESSING) is not local
    if wanted not in table[present] or wrong_start:
        raise InvalidTransition(f"The status {present.value} cannot change to {wanted.value}.")
    return wanted
