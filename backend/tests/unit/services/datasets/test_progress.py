"""The progress of a download or import in its dataset's record."""

import pytest

from mistudio.core.states import DatasetStatus
from mistudio.models import Dataset
from mistudio.schemas.job import JobPhase
from mistudio.services.datasets.progress import update_progress


@pytest.mark.parametrize(
    ("phase", "status"),
    [
        ("plan", DatasetStatus.DOWNLOADING),
        ("download", DatasetStatus.DOWNLOADING),
        ("ingest", DatasetStatus.PROCESSING),
        ("statistics", DatasetStatus.PROCESSING),
        ("finish", DatasetStatus.PROCESSING),
    ],
)
def test_a_phase_decides_the_status(phase: JobPhase, status: DatasetStatus) -> None:
    """A download is processing once what was fetched is read."""
    dataset = Dataset(status=DatasetStatus.DOWNLOADING, progress=0.0)
    update_progress(dataset, 40.0, phase)
    assert (status, 40.0) == (dataset.status, dataset.progress)


def test_a_dataset_that_is_not_being_made_stays_as_it_is() -> None:
    """A late report of a job changes nothing."""
    dataset = Dataset(status=DatasetStatus.READY, progress=100.0)
    update_progress(dataset, 40.0, "ingest")
    assert (DatasetStatus.READY, 100.0) == (dataset.status, dataset.progress)
