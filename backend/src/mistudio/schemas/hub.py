"""Shapes of the preflight: what a repository holds, before anything is fetched."""

from typing import Literal

from pydantic import Field

from mistudio.schemas.common import Bytes, Shape
from mistudio.schemas.dataset import SplitResponse


class HubColumn(Shape):
    """A column as the dataset card declares it."""

    name: str
    type: str


class HubDatasetResponse(Shape):
    """A dataset repository of the Hub at one commit, and whether it fits on the disk.

    ``config`` is the chosen one, null while one must be chosen; sizes and splits are of that config. ``access`` says
    whether the given token may fetch files.
    """

    repo_id: str
    revision: str
    config: str | None
    default_config: str | None
    configs: list[str]
    splits: list[SplitResponse]
    num_files: int
    size_bytes: Bytes
    format: str | None
    columns: list[HubColumn]
    gated: bool
    private: bool
    access: Literal["granted", "login_required", "request_required"]
    license: str | None
    description: str | None
    fetch_bytes: Bytes | None = Field(description="What the asked part would fetch; null if unknown.")
    fetch_rows: int | None
    fetch_files: int | None
    fetch_is_exact: bool = Field(description="Whether they are read from footers, not estimated.")
    needed_bytes: Bytes
    free_bytes: Bytes
    fits: bool
    existing_dataset_id: str | None
