"""The layout: which paths it gives, which are formats on disk that older versions wrote."""

from pathlib import Path

import pytest

from fakes.corpora import make_dataset
from mistudio.corpus.store.layout import DatasetLayout


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("manifest", "manifest.json"),
        ("raw", "raw"),
        ("index", "index"),
        ("index_manifest", "index/manifest.json"),
        ("tokenizations", "tokenized"),
        ("source", "source"),
        ("reports", "reports"),
    ],
)
def test_paths_on_disk_stay_as_they_are(name: str, path: str) -> None:
    """A dataset that an older version stored is found by these very paths."""
    assert Path("/data/ds") / path == getattr(DatasetLayout(Path("/data/ds")), name)


def test_each_tokenization_has_a_folder() -> None:
    """It is named by its id."""
    layout = DatasetLayout(Path("ds"))
    assert Path("ds/tokenized/tok_1") == layout.tokenized("tok_1")
    assert layout.tokenizations == layout.tokenized("tok_1").parent


def test_manifests_list_relative_paths(tmp_path: Path) -> None:
    """The same path whatever the folder is called; one outside has none."""
    layout = DatasetLayout(tmp_path / "ds")
    manifest = make_dataset(layout.folder, {"train": [[{"text": "one"}]]})
    (listed,) = manifest.splits[0].files
    assert listed.path == layout.relative(layout.raw / "train-00000-of-00001.parquet")
    assert (layout.folder / listed.path).is_file()
    with pytest.raises(ValueError, match="ds"):
        layout.relative(tmp_path / "other.parquet")
