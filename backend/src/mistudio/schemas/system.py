"""Shapes of the server's state: health, and use of the disk."""

from typing import Literal

from mistudio.schemas.common import Bytes, Shape
from mistudio.schemas.dataset import StoragePart


class DatasetStorage(Shape):
    """What one dataset uses of the disk."""

    dataset_id: str
    name: str
    size_bytes: Bytes
    parts: list[StoragePart]


class StorageResponse(Shape):
    """The disk that holds the data, and what each dataset uses of it."""

    path: str
    total_bytes: Bytes
    free_bytes: Bytes
    used_bytes: Bytes
    datasets: list[DatasetStorage]
    cache_bytes: Bytes
    trash_bytes: Bytes
    database_bytes: Bytes


class HealthResponse(Shape):
    """The process is alive."""

    status: Literal["ok"]
    version: str


class CheckResponse(Shape):
    """One part that the server needs."""

    ok: bool
    detail: str


class ReadyResponse(Shape):
    """Whether the server can do its work, and which part is down."""

    status: Literal["ok", "unavailable"]
    checks: dict[str, CheckResponse]
