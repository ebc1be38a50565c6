"""The plan file of a download or import."""

from pathlib import Path

import pytest

from fakes.planner import stories_plan
from mistudio.corpus.hub.plan_types import DownloadPlan
from mistudio.corpus.ingest.local_files import LocalFile, LocalPlan
from mistudio.services.storage.plan_file import PLAN_NAME, read_plan, write_plan

LOCAL = LocalPlan((LocalFile("a.csv", "00000", "train", 7, "a" * 64),), "file")


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    """The folder is created if missing."""
    write_plan(tmp_path / "hub", stories_plan())
    write_plan(tmp_path / "local", LOCAL)
    assert stories_plan() == read_plan(DownloadPlan, tmp_path / "hub")
    assert LOCAL == read_plan(LocalPlan, tmp_path / "local")


@pytest.mark.parametrize("content", [None, b"", b"[]", b"{}", b"\xff", b'{"files": 1}'])
def test_a_plan_that_is_missing_or_damaged_is_none(tmp_path: Path, content: bytes | None) -> None:
    """So that the job plans again, or says that it cannot."""
    if content is not None:
        (tmp_path / PLAN_NAME).write_bytes(content)
    assert read_plan(DownloadPlan, tmp_path) is None
    assert read_plan(LocalPlan, tmp_path) is None
