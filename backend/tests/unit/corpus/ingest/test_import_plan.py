"""Plans of imports: which files are rows of which split, how they are read, and why others are not."""

import gzip
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from fakes.corpora import arrow_bytes, json_lines, parquet_bytes
from fakes.planner import FakePlanner, stories_plan
from mistudio.core.errors import (
    ConfigRequired,
    InvalidRepository,
    MiStudioError,
    NoData,
    UnknownConfig,
    UnsupportedFormat,
)
from mistudio.corpus.formats.file_options import FileOptions
from mistudio.corpus.ingest.import_plan import ImportEntry, ImportPlan, OfferedFile, find_root, plan_import

JSONL = json_lines([{"text": "a tale"}])
CSV = b"text,label\none tale,1\n"
ARROW = arrow_bytes(pa.table({"text": ["a"]}))
CARD = (
    b"---\nconfigs:\n- config_name: en\n  data_files: en/*.csv\n  sep: ';'\n"
    b"- config_name: de\n  data_files: de/*.csv\n---\n"
)


def offer(files: Mapping[str, bytes]) -> list[OfferedFile]:
    """Return the files as an upload offers them."""
    return [OfferedFile(name, len(data), data[:65536], data[-65536:]) for name, data in files.items()]


async def make_plan(files: Mapping[str, bytes], config: str | None = None) -> ImportPlan:
    """Return the plan of an import of these files."""
    return await plan_import(FakePlanner(stories_plan()), offer(files), config)


async def plan_splits(*names: str) -> dict[str, str | None]:
    """Return the split of each file that is read, if the files have these names."""
    plan = await make_plan(dict.fromkeys(names, JSONL))
    return {entry.file: entry.split for entry in plan.entries if not entry.skipped}


async def plan_one(name: str, data: bytes) -> ImportEntry:
    """Return the entry of a single file."""
    (entry,) = (await make_plan({name: data})).entries
    return entry


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("d/part-00000-of-00002.jsonl", "d/part-00001-of-00002.jsonl"), ["train", "train"]),
        (("d/part-00000-1a2b-c000.json", "d/_SUCCESS"), ["train"]),
        (("d/train.csv", "d/LICENSE.txt", "d/metadata.json", "d/README.md"), ["train"]),
        (("d/a.txt", "d/LICENSE", "d/NOTICE.txt", "d/CHANGELOG.md"), ["train"]),
        (("d/data/chat_v2-00000-of-00001.jsonl", "d/data/tool-use-00000-of-00001.jsonl"), ["chat_v2", "tool_use"]),
        (("d/train/a.jsonl", "d/val.jsonl", "d/notes.txt"), ["train"]),
        (("d/a.jsonl", "d/test.jsonl"), ["test"]),
        (("train/a.jsonl", "val.jsonl", "notes.txt"), ["train", "validation", "train"]),
        (("stories-train.jsonl", "stories-dev.jsonl"), ["train", "validation"]),
        (("d/latest.jsonl", "d/contest.jsonl"), ["train", "train"]),
        (("a.txt", "test/b.txt", "c.csv"), ["train", "test", "train"]),
        (("train/a.jsonl",), ["train"]),
        (("test/a.jsonl", "test/b.jsonl"), ["test", "test"]),
        (("日本/日本語.jsonl",), ["train"]),
        (("d/a [1].jsonl", "d/b*.jsonl"), ["train", "train"]),
    ],
)
async def test_names_give_the_splits_that_datasets_gives(names: tuple[str, ...], expected: list[str]) -> None:
    """Files beside the data are no rows; files that were given one by one are all read."""
    found = await plan_splits(*names)
    assert expected == [found[name] for name in names if name in found]


async def test_each_file_that_is_left_out_has_a_reason() -> None:
    """Also the one that datasets drops without a word."""
    names = [
        "d/data.jsonl",
        "d/other.csv",
        "d/LICENSE",
        "d/state.json",
        "d/.cache/x.jsonl",
        "d/image.png",
        "d/README.md",
    ]
    plan = await make_plan(dict.fromkeys(names, JSONL))
    reasons = {entry.file: entry.reason for entry in plan.entries if entry.skipped}
    assert {
        "d/other.csv": "The split train is read as json: one split has files of one format.",
        "d/LICENSE": "Its name is that of a licence or a note, not of data.",
        "d/state.json": "Its name is that of a file of metadata, not of data.",
        "d/.cache/x.jsonl": "It is hidden, or in a hidden folder.",
        "d/image.png": "Files of this kind are not read.",
        "d/README.md": "It is a card, not data.",
    } == reasons
    left = await make_plan({"d/train.csv": CSV, "d/notes.txt": b"x"})
    assert ["Its name tells no split, unlike those of the files that are read."] == [
        entry.reason for entry in left.entries if entry.skipped
    ]


async def test_a_folder_is_read_by_its_card() -> None:
    """By the config that is asked for; the card's options are those of the reader."""
    files = {"mine/README.md": CARD, "mine/en/x.csv": b"text;label\na house, old;1\n", "mine/de/y.csv": CSV}
    with pytest.raises(
        ConfigRequired, match="The card of mine declares several configs and no default: en, de"
    ) as told:
        await make_plan(files)
    assert {"choices": ["en", "de"]} == told.value.extra
    with pytest.raises(UnknownConfig, match=r"no config “fr”\. Its configs: en, de"):
        await make_plan(files, "fr")
    plan = await make_plan(files, "en")
    assert ("en", ("en", "de")) == (plan.config, plan.configs)
    taken, card, other = plan.entries
    assert ("mine/en/x.csv", "train", "csv", ";") == (
        taken.file,
        taken.split,
        taken.format,
        taken.file_options.delimiter,
    )
    assert ("text", ("text", "label")) == (taken.text_column, taken.columns)
    assert "It is the card, which describes the files." == card.reason
    assert "It belongs to the config de." == other.reason


async def test_other_options_of_a_card_are_kept() -> None:
    """Those without a field of their own, and how text is cut into samples."""
    card = b"---\nconfigs:\n- config_name: default\n  data_files: '*.csv'\n  skiprows: 2\n---\n"
    plan = await make_plan({"d/README.md": card, "d/a.csv": b"x\ny\ntext\na\n"})
    assert {"skiprows": 2} == plan.entries[0].options
    card = b"---\nconfigs:\n- config_name: default\n  data_files: '*.txt'\n  sample_by: document\n---\n"
    plan = await make_plan({"d/README.md": card, "d/a.txt": b"x"})
    assert "document" == plan.entries[0].file_options.sample_by


@pytest.mark.parametrize(
    ("card", "error", "message"),
    [
        (b"---\nconfigs: [\n---\n", InvalidRepository, "line 2 of its YAML"),
        (b"---\nconfigs:\n- config_name: a\n  data_files: no.jsonl\n---\n", NoData, "no.jsonl"),
        (b"---\nconfigs:\n- config_name: a\n  data_files: ../b.jsonl\n---\n", UnsupportedFormat, "outside"),
    ],
)
async def test_a_card_that_cannot_be_followed_is_named(card: bytes, error: type[MiStudioError], message: str) -> None:
    """With the line or the file."""
    with pytest.raises(error, match=message):
        await make_plan({"d/README.md": card, "d/a.jsonl": JSONL})


def saved(folder: str, *files: str, **state: object) -> dict[str, bytes]:
    """Return what ``save_to_disk`` writes of one dataset."""
    described = {"_data_files": [{"filename": name} for name in files], "_split": None, **state}
    state_file = {f"{folder}/state.json": json.dumps(described).encode(), f"{folder}/dataset_info.json": b"{}"}
    return {**state_file, **{f"{folder}/{name}": ARROW for name in files}}


async def test_saved_datasets_are_recognized() -> None:
    """A dict gives each folder's split; caches beside the files are no rows, and files keep their order."""
    shards = ("data-00000-of-00002.arrow", "data-00001-of-00002.arrow")
    files = {
        "s/dataset_dict.json": b'{"splits": ["train", "held-out"]}',
        **saved("s/train", *shards),
        **saved("s/held-out", "data-00000-of-00001.arrow"),
        "s/train/cache-1f.arrow": ARROW,
    }
    plan = await make_plan(files)
    taken = [(entry.file, entry.split, entry.format) for entry in plan.entries if not entry.skipped]
    assert [
        *((f"s/train/{name}", "train", "arrow") for name in shards),
        ("s/held-out/data-00000-of-00001.arrow", "held_out", "arrow"),
    ] == taken
    reasons = {entry.file: entry.reason for entry in plan.entries if entry.skipped}
    assert "The saved dataset does not list it: it is a cache of an earlier step." == reasons["s/train/cache-1f.arrow"]


@pytest.mark.parametrize(("split", "expected"), [(None, "train"), ("test", "test")])
async def test_a_single_saved_dataset_has_the_split_that_it_states(split: str | None, expected: str) -> None:
    """Or is train."""
    plan = await make_plan(saved("s", "data-00000-of-00001.arrow", _split=split))
    assert expected == plan.entries[0].split


async def test_an_incomplete_saved_dataset_is_refused() -> None:
    """A missing file is named; a selection of rows would bring rows that were not selected."""
    files = saved("s", "a.arrow", "b.arrow")
    del files["s/b.arrow"]
    with pytest.raises(NoData, match=r"state\.json lists b\.arrow, which is missing"):
        await make_plan(files)
    with pytest.raises(UnsupportedFormat, match="a selection of rows"):
        await make_plan(saved("s", "a.arrow", _indices_data_files=[{"filename": "indices.arrow"}]))


async def test_a_state_of_something_else_is_no_saved_dataset() -> None:
    """It is a file of metadata."""
    plan = await make_plan({"d/state.json": b"[1]", "d/a.jsonl": JSONL})
    assert ["d/a.jsonl"] == [entry.file for entry in plan.entries if not entry.skipped]


async def test_options_are_detected() -> None:
    """From the first bytes, also packed ones; nothing is detected of an empty file, which says so."""
    semicolons = await plan_one("a.csv", b"text;label\na, b;1\nc;2\n")
    assert FileOptions(encoding="utf-8", delimiter=";", quote='"') == semicolons.file_options
    wrapped = await plan_one("a.json", json.dumps({"version": 1, "data": [{"text": "a"}, {"text": "b"}]}).encode())
    assert "data" == wrapped.file_options.field
    assert "utf-16" == (await plan_one("a.txt", "é\n".encode("utf-16"))).file_options.encoding
    empty = await plan_one("a.jsonl", b"")
    assert ("It is empty, so it brings no rows.", False) == (empty.reason, empty.skipped)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b"id,text\n1,a tale\n2\n"),
        ("a.csv", b"id,text\n1,a\xff tale\n"),
        ("a.jsonl", b'{"id": 1, "text": "a tale"}\n' * 20_000 + b'{"id": "x", "text": "b"}\n'),
    ],
)
async def test_files_that_are_read_twice_have_a_preview(name: str, data: bytes) -> None:
    """Rows without all cells, damaged text, types that change."""
    entry = await plan_one(name, data)
    assert (("id", "text"), "text") == (entry.columns, entry.text_column)


async def test_a_packed_file_of_another_encoding_has_a_preview() -> None:
    """Its encoding is not among the options of the plan."""
    entry = await plan_one("a.txt.gz", gzip.compress("déjà vu\n".encode("latin-1")))
    assert ("text",) == entry.columns


async def test_columns_and_the_text_column_are_shown() -> None:
    """Of the first rows, or of the schema; what cannot be read is left open."""
    table = pa.table({"id": [1], "text": ["a"]})
    for name, data in (
        ("a.parquet", parquet_bytes(table)),
        ("a.arrow", arrow_bytes(table)),
        ("b.arrow", arrow_bytes(table, stream=False)),
        ("a.jsonl", json_lines([{"id": 1, "text": "a"}])),
    ):
        entry = await plan_one(name, data)
        assert (("id", "text"), "text") == (entry.columns, entry.text_column), name
    unclear = pa.table({"title": ["a"], "summary": ["b"]})
    assert (("title", "summary"), None) == _of(await plan_one("a.parquet", parquet_bytes(unclear)))
    assert ((), None) == _of(await plan_one("a.parquet", b"PAR1 and nothing"))
    large = io.BytesIO()
    large.write(b"PAR1" + bytes(200_000) + parquet_bytes(table)[4:])
    cut = OfferedFile("a.parquet", len(large.getvalue()), large.getvalue()[:65536], large.getvalue()[-65536:])
    plan = await plan_import(FakePlanner(stories_plan()), [replace(cut, head=b"")])
    assert ("id", "text") == plan.entries[0].columns


def _of(entry: ImportEntry) -> tuple[tuple[str, ...], str | None]:
    return entry.columns, entry.text_column


@pytest.mark.parametrize(
    ("names", "root"),
    [
        (["d/a.csv", "d/b/c.csv"], "d"),
        (["a.csv", "d/b.csv"], None),
        (["a/b.csv", "c/d.csv"], None),
        (["test/a.csv"], None),
        (["test/a.csv", "test/README.md"], "test"),
    ],
)
def test_the_imported_folder_is_the_root(names: list[str], root: str | None) -> None:
    """Unless its name is that of a split, as far as no card shows that it is a dataset."""
    assert root == find_root(names)


async def test_a_plan_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither virtual files nor real ones."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    await plan_splits("d/train.jsonl", "d/test.jsonl")
    assert [] == list(tmp_path.iterdir())
