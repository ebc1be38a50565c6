"""Shapes of Socket.IO messages: one tagged union per channel, and the snapshot that answers a subscribe."""

from typing import Annotated, Literal

from pydantic import Field, RootModel

from mistudio.schemas.common import Bytes, Percent, Shape, Timestamp
from mistudio.schemas.dataset import DatasetDetail, DatasetListResponse, DatasetResponse
from mistudio.schemas.job import JobPhase, Unit

Scope = Literal["dataset", "tokenization", "index", "columns", "export"]


class ScopedEvent(Shape):
    """The fields of every event on a dataset's channel. A client changes only the record that ``scope`` names."""

    scope: Scope
    seq: int
    dataset_id: str
    tokenization_id: str | None = None
    job_id: str
    progress: Percent
    status: str


class ProgressEvent(ScopedEvent):
    """Work makes progress. ``rate`` is in units per second; ``not_before`` is set while the job waits for a retry."""

    type: Literal["progress"] = "progress"
    phase: JobPhase
    done: int
    total: int
    unit: Unit
    rate: float | None
    eta_seconds: float | None
    attempt: int
    not_before: Timestamp | None = None
    waiting_for: str | None = Field(default=None, description="Why it waits: the message of the last attempt's error.")


class CompletedEvent(ScopedEvent):
    """Work succeeded."""

    type: Literal["completed"] = "completed"
    num_samples: int | None
    num_tokens: int | None = None
    size_bytes: Bytes | None


class ErrorEvent(ScopedEvent):
    """Work failed; the ``code`` ``cancelled`` means that the user cancelled it, and is shown neutrally."""

    type: Literal["error"] = "error"
    error: str
    code: str
    retryable: bool


class DatasetEvent(RootModel[Annotated[ProgressEvent | CompletedEvent | ErrorEvent, Field(discriminator="type")]]):
    """Any event on ``datasets/{id}/progress``."""


class DatasetCreated(Shape):
    """A dataset was added to the list."""

    type: Literal["created"] = "created"
    dataset_id: str
    seq: int
    dataset: DatasetResponse


class DatasetChanged(Shape):
    """A dataset of the list changed its status or its figures."""

    type: Literal["changed"] = "changed"
    dataset_id: str
    seq: int
    dataset: DatasetResponse


class DatasetDeleted(Shape):
    """A dataset was deleted from the list."""

    type: Literal["deleted"] = "deleted"
    dataset_id: str
    seq: int


class DatasetListEvent(
    RootModel[Annotated[DatasetCreated | DatasetChanged | DatasetDeleted, Field(discriminator="type")]]
):
    """Any event on ``datasets``."""


class DatasetSnapshot(Shape):
    """The answer to a subscribe to ``datasets/{id}/progress``: the dataset at event ``seq``, null if there is none."""

    channel: str
    seq: int
    dataset: DatasetDetail | None


class DatasetListSnapshot(Shape):
    """The answer to a subscribe to ``datasets``: the first page, newest first."""

    channel: str
    list: DatasetListResponse


class SubscribeRefused(Shape):
    """The answer to a subscribe to a channel that does not exist."""

    channel: str
    error: str
