"""Shapes of what is pushed over Socket.IO: one tagged union per channel, and the snapshot that answers a subscribe."""

from typing import Annotated, Literal

from pydantic import Field, RootModel

from mistudio.schemas.common import Bytes, Percent, Shape, Timestamp
from mistudio.schemas.dataset import DatasetDetail, DatasetListResponse, DatasetResponse
from mistudio.schemas.job import JobPhase, Unit

Scope = Literal["dataset", "tokenization", "index"]


class ScopedEvent(Shape):
    """What every event of a dataset's channel names. A reducer changes only the record that ``scope`` names."""

    scope: Scope
    seq: int
    dataset_id: str
    tokenization_id: str | None = None
    job_id: str
    progress: Percent
    status: str


class ProgressEvent(ScopedEvent):
    """Work goes on. ``rate`` is in units per second; ``not_before`` is set while the job waits to be tried again."""

    type: Literal["progress"] = "progress"
    phase: JobPhase
    done: int
    total: int
    unit: Unit
    rate: float | None
    eta_seconds: float | None
    attempt: int
    not_before: Timestamp | None = None
    waiting_for: str | None = Field(default=None, description="Why it waits: the message of the last try's error.")


class CompletedEvent(ScopedEvent):
    """Work ended well."""

    type: Literal["completed"] = "completed"
    num_samples: int | None
    num_tokens: int | None = None
    size_bytes: Bytes | None


class ErrorEvent(ScopedEvent):
    """Work ended; ``code`` ``cancelled`` is a person's wish, shown neutrally."""

    type: Literal["error"] = "error"
    error: str
    code: str
    retryable: bool


class DatasetEvent(RootModel[Annotated[ProgressEvent | CompletedEvent | ErrorEvent, Field(discriminator="type")]]):
    """Anything said on ``datasets/{id}/progress``."""


class DatasetCreated(Shape):
    """A dataset came into the list."""

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
    """A dataset left the list."""

    type: Literal["deleted"] = "deleted"
    dataset_id: str
    seq: int


class DatasetListEvent(
    RootModel[Annotated[DatasetCreated | DatasetChanged | DatasetDeleted, Field(discriminator="type")]]
):
    """Anything said on ``datasets``."""


class DatasetSnapshot(Shape):
    """The answer to a subscribe to ``datasets/{id}/progress``: the dataset as of event ``seq``; null: there is none."""

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
