"""The progress of a dataset's download or import."""

from typing import Final

from mistudio.core.states import WORKING_DATASET_STATUSES, DatasetStatus
from mistudio.models import Dataset, utc_now
from mistudio.schemas.job import JobPhase

_PROCESSING_PHASES: Final[frozenset[JobPhase]] = frozenset({"ingest", "statistics", "finish"})


def update_progress(dataset: Dataset, progress: float, phase: JobPhase) -> None:
    """Set the progress, in per cent, of a dataset that is being made; a dataset in any other status stays as it is.

    The first phase that reads what was fetched turns a download into ``processing``.
    """
    if dataset.status not in WORKING_DATASET_STATUSES:
        return
    dataset.progress = progress
    dataset.updated_at = utc_now()
    if phase in _PROCESSING_PHASES:
        dataset.status = DatasetStatus.PROCESSING
