"""Layouts: which files make up which split of which config."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from mistudio.core.errors import LoadingScript, NoData, UnsupportedFormat
from mistudio.corpus.hub.layout import ExportLayout, read_layout
from mistudio.corpus.hub.virtual_files import PREFIX, remove_virtual_files


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty planning folder."""
    with TemporaryDirectory(prefix=PREFIX) as path:
        yield Path(path)
        remove_virtual_files(Path(path))


def test_file_names_decide_without_a_card(folder: Path) -> None:
    """Splits come in the library's order, and files that belong to none are left out."""
    layout = read_layout("ada/tales", ["test.txt", "train-1.txt", "train-0.txt", ".gitattributes"], {}, folder)

    assert (("default",), "default") == (layout.configs, layout.default)
    config = layout.read("default")
    assert ("text", {}) == (config.format, config.options)
    assert {"train": ("train-0.txt", "train-1.txt"), "test": ("test.txt",)} == dict(config.splits)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("data/train-00000-of-00001.parquet", "parquet"),
        ("train.jsonl", "json"),
        ("train.jsonl.zst", "json"),
        ("train.json", "json"),
        ("train.csv.gz", "csv"),
        ("train.txt", "text"),
        ("train.arrow", "arrow"),
    ],
)
def test_a_format_is_recognised_by_its_suffix(folder: Path, path: str, expected: str) -> None:
    """Compressed or not."""
    config = read_layout("ada/tales", [path], {}, folder).read("default")
    assert (expected, {"train": (path,)}) == (config.format, dict(config.splits))


def test_tsv_has_a_tab_as_its_separator(folder: Path) -> None:
    """The reader's options say so."""
    config = read_layout("ada/tales", ["train.tsv"], {}, folder).read("default")
    assert ("csv", {"sep": "\t"}) == (config.format, config.options)


@pytest.mark.parametrize("data_dir", [".", "./", "./data", "data/.", "data"])
def test_a_folder_of_the_card_may_be_written_in_any_way(folder: Path, data_dir: str) -> None:
    """Its files are those of the repository."""
    card = f"---\nconfigs:\n- {{config_name: one, data_dir: {data_dir}}}\n---\n".encode()
    layout = read_layout("ada/tales", ["README.md", "data/train.jsonl"], {"README.md": card}, folder)
    assert {"train": ("data/train.jsonl",)} == dict(layout.read("one").splits)


def test_each_config_has_its_own_format(folder: Path) -> None:
    """The library itself reads all configs in the format of the first one."""
    card = b"""---
configs:
- {config_name: one, data_files: a.csv, sep: ";"}
- {config_name: two, data_files: b.jsonl}
---
"""
    layout = read_layout("ada/tales", ["README.md", "a.csv", "b.jsonl"], {"README.md": card}, folder)

    assert (("one", "two"), None) == (layout.configs, layout.default)
    one, two = layout.read("one"), layout.read("two")
    assert ("csv", {"sep": ";"}) == (one.format, one.options)
    assert ("json", {"train": ("b.jsonl",)}) == (two.format, dict(two.splits))


@pytest.mark.parametrize(
    ("paths", "error"),
    [
        (["tales.py", "train.csv"], LoadingScript),
        ([".gitattributes"], NoData),
        (["train/cat.png"], UnsupportedFormat),
        (["all.zip"], UnsupportedFormat),
    ],
)
def test_what_the_library_cannot_read_as_text_is_refused(
    folder: Path, paths: list[str], error: type[Exception]
) -> None:
    """Each error names the repository."""
    with pytest.raises(error, match="ada/tales"):
        read_layout("ada/tales", paths, {}, folder).read("default")


def test_an_export_is_read_by_its_paths() -> None:
    """Train comes first, then validation and test, then other splits; a partial split keeps its mark."""
    layout = ExportLayout(
        [
            "en/test/0000.parquet",
            "en/dev/0000.parquet",
            "en/train/0001.parquet",
            "en/train/0000.parquet",
            "de/partial-train/0000.parquet",
            "README.md",
        ]
    )

    assert (("de", "en"), None) == (layout.configs, layout.default)
    english = layout.read("en")
    assert ["train", "test", "dev"] == list(english.splits)
    assert ("en/train/0000.parquet", "en/train/0001.parquet") == english.splits["train"]
    assert ["partial_train"] == list(layout.read("de").splits)


@pytest.mark.parametrize(("configs", "default"), [(["only"], "only"), (["default", "other"], "default")])
def test_an_exports_default_config(configs: list[str], default: str) -> None:
    """The only one, or the one of this name."""
    assert default == ExportLayout(f"{config}/train/0000.parquet" for config in configs).default
