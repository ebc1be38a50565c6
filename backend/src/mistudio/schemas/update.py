"""Shapes of updates: what a newer commit of a dataset's repository changes."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from mistudio.schemas.common import Bytes, HubToken, Shape

MOST_LISTED_FILES = 1_000


class FileChangeResponse(Shape):
    """A file that differs. ``rows`` are those that it has in this dataset."""

    path: str
    split: str
    change: Literal["added", "changed", "removed"]
    size_bytes: Bytes = Field(description="At the newer commit; of a removed file, at the old one.")
    rows: int | None


class UpdateResponse(Shape):
    """The newest commit of the main branch, and how its files differ from those of the dataset."""

    commit: str
    is_newer: bool = Field(description="Whether it is another commit than the dataset's.")
    files: list[FileChangeResponse] = Field(description=f"At most {MOST_LISTED_FILES:,}.")
    changed_files: int = Field(description="All files that differ.")
    unchanged_files: int
    fetch_bytes: Bytes | None = Field(description="What an update fetches; null for a part of a repository.")


class UpdateRequest(BaseModel):
    """The token is held in memory for this job only."""

    model_config = ConfigDict(extra="forbid")

    access_token: HubToken = None
