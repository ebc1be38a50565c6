"""A staging folder keeps the work of a call with the same plan, and nothing of any other."""

from pathlib import Path

import pytest

from mistudio.corpus.tokenize.staging import Staging


def test_only_the_same_plan_continues(tmp_path: Path) -> None:
    """Another plan starts with an empty folder; the lock stays."""
    staging = Staging(tmp_path)
    (tmp_path / ".lock").touch()
    staging.claim(b"one")
    part = staging.parts("train")
    part.mkdir()
    staging.claim(b"one")
    assert (True, True) == (part.exists(), staging.has_plan(b"one"))
    staging.claim(b"two")
    assert (False, False, True) == (part.exists(), staging.has_plan(b"one"), (tmp_path / ".lock").exists())


def test_a_helper_finds_no_plan_after_the_end(tmp_path: Path) -> None:
    """It must not create the folder again."""
    with pytest.raises(FileNotFoundError):
        Staging(tmp_path / "gone").has_plan(b"one")
    assert not (tmp_path / "gone").exists()


def test_the_first_failure_is_kept(tmp_path: Path) -> None:
    """Until the scratch files are removed, which leaves the result."""
    staging = Staging(tmp_path)
    staging.claim(b"one")
    staging.parts("train").mkdir()
    assert staging.read_failure() is None
    staging.record_failure("a panic")
    staging.record_failure("another")
    assert "a panic" == staging.read_failure()
    staging.remove_scratch()
    assert ["train"] == [path.name for path in tmp_path.iterdir()]


def test_no_folder_of_a_split_is_in_another(tmp_path: Path) -> None:
    """Even a split named like a working folder has its own."""
    staging = Staging(tmp_path)
    folders = [staging.shards]
    for name in ("source", "reports", "ordered", "train"):
        folders += [
            staging.parts(name),
            staging.source_rows(name),
            staging.ordered_parts(name),
            staging.reports(name),
            staging.shuffle_reports(name),
        ]
    assert len(folders) == len(set(folders))
    assert not [one for one in folders for other in folders if one != other and one in other.parents]
