"""Shapes of jobs."""

from typing import Final, Literal

from mistudio.core.states import JobState
from mistudio.schemas.common import Percent, Shape, Timestamp

JobKind = Literal["download", "import", "extend", "update", "mix", "subset", "tokenize", "index", "profile", "export"]
# The jobs that make a dataset.
DATASET_JOBS: Final = frozenset({"download", "import", "extend", "update", "mix", "subset"})
JobPhase = Literal[
    "plan", "download", "ingest", "statistics", "tokenizing", "indexing", "profiling", "exporting", "finish"
]
Unit = Literal["bytes", "rows"]


class JobResponse(Shape):
    """One piece of work. ``not_before`` is set while it waits for a retry; ``total`` 0 means not known yet."""

    id: str
    kind: JobKind
    dataset_id: str
    tokenization_id: str | None
    state: JobState
    phase: JobPhase | None
    done: int
    total: int
    unit: Unit
    progress: Percent
    attempt: int
    max_attempts: int
    not_before: Timestamp | None
    cancel_requested: bool
    error_code: str | None
    error_message: str | None
    created_at: Timestamp
    started_at: Timestamp | None
    finished_at: Timestamp | None
