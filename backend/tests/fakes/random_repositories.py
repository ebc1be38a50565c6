"""Random small repositories, as people lay them out: formats, shards, schemas, splits, packings and cards."""

import bz2
import csv
import gzip
import io
import json
import lzma
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq
import yaml  # type: ignore[import-untyped]  # PyYAML ships no types
import zstandard
from hypothesis import strategies as st

Cell: TypeAlias = "str | int | float | bool | list[Cell] | dict[str, Cell] | None"
Rows: TypeAlias = "list[dict[str, Cell]]"

PACKINGS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.ZstdCompressor().compress,
}
# Texts that readers stumble over, beside whatever Hypothesis finds.
_ODD_TEXTS: Final = (
    "",
    " ",
    "NA",
    "null",
    "None",
    "1",
    "1.0",
    "true",
    "2020-01-01",
    'a "quote"',
    "a,b;c\td",
    "é — 日本 🙂",
)
_TEXTS: Final = st.one_of(
    st.sampled_from(_ODD_TEXTS),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12),
)
_CELLS: Final[Mapping[str, st.SearchStrategy[Cell]]] = {
    "text": _TEXTS,
    "whole": st.integers(-(2**40), 2**40),
    "number": st.floats(-1e6, 1e6, width=32).map(lambda value: round(value, 3)),
    "truth": st.booleans(),
    "words": st.lists(st.sampled_from(("a", "b", "")), max_size=3),
    "pair": st.fixed_dictionaries({"en": st.sampled_from(("one", "")), "de": st.sampled_from(("eins", "zwei"))}),
}
_FLAT: Final = ("text", "whole", "number", "truth")
_NAMES: Final = ("text", "content", "id", "label", "meta", "score")


@dataclass(frozen=True)
class RandomRepository:
    """Files by path, and what was drawn, for the report of a difference."""

    files: Mapping[str, bytes]
    about: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)


def _json_lines(rows: Rows) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _json_array(rows: Rows) -> bytes:
    return json.dumps(rows, ensure_ascii=False).encode()


def _delimited(rows: Rows, delimiter: str) -> bytes:
    sink = io.StringIO()
    writer = csv.DictWriter(sink, list(rows[0]) if rows else ["text"], delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return sink.getvalue().encode()


def _parquet(rows: Rows) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


def _arrow(rows: Rows) -> bytes:
    sink = io.BytesIO()
    table = pa.Table.from_pylist(rows)
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _text(rows: Rows) -> bytes:
    return "".join(f"{str(row['text']).replace(chr(10), ' ')}\n" for row in rows).encode()


@dataclass(frozen=True)
class _Kind:
    """A format: its ending, how rows become a file, and whether the file may be packed and its cells nested."""

    suffix: str
    write: Callable[[Rows], bytes]
    is_packed: bool = True
    is_nested: bool = True
    is_text_only: bool = False


KINDS: Final = (
    _Kind(".jsonl", _json_lines),
    _Kind(".json", _json_array),
    _Kind(".csv", lambda rows: _delimited(rows, ","), is_nested=False),
    _Kind(".tsv", lambda rows: _delimited(rows, "\t"), is_nested=False),
    _Kind(".parquet", _parquet, is_packed=False),
    _Kind(".arrow", _arrow, is_packed=False),
    _Kind(".txt", _text, is_nested=False, is_text_only=True),
)
# How the files of a split are called: {split}, {number} from 0, {count}, {end}.
_PATHS: Final = (
    "{split}-{number:05d}-of-{count:05d}{end}",
    "data/{split}-{number:05d}-of-{count:05d}{end}",
    "{split}/part-{number}{end}",
    "{split}/{number}{end}",
    "{split}_{number}{end}",
    "my-{split}-file-{number}{end}",
)
_SPLITS: Final = (
    ("train",),
    ("train", "test"),
    ("train", "validation", "test"),
    ("train", "dev"),
    ("training", "eval"),
)


@st.composite
def _schemas(draw: st.DrawFn, kind: _Kind) -> dict[str, str]:
    if kind.is_text_only:
        return {"text": "text"}
    choices = tuple(_CELLS) if kind.is_nested else _FLAT
    names = draw(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=4, unique=True))
    schema = {name: draw(st.sampled_from(choices)) for name in names}
    return {"text": "text", **schema} if "text" not in schema.values() else schema


@st.composite
def _rows(draw: st.DrawFn, schema: Mapping[str, str], *, may_be_null: bool) -> Rows:
    cells = {
        name: st.one_of(st.none(), _CELLS[kind]) if may_be_null and name != "text" else _CELLS[kind]
        for name, kind in schema.items()
    }
    return draw(st.lists(st.fixed_dictionaries(cells), min_size=1, max_size=5))


@st.composite
def repositories(draw: st.DrawFn) -> RandomRepository:
    """Draw a repository whose files hold up to five rows each."""
    kind = draw(st.sampled_from(KINDS))
    packing = draw(st.sampled_from(tuple(PACKINGS))) if kind.is_packed else ""
    splits = draw(st.sampled_from(_SPLITS))
    template = draw(st.sampled_from(_PATHS))
    schema = draw(_schemas(kind))
    files: dict[str, bytes] = {}
    by_split: dict[str, list[str]] = {}
    for split in splits:
        count = draw(st.integers(1, 3))
        for number in range(count):
            rows = draw(_rows(schema, may_be_null=kind.is_nested))
            path = template.format(split=split, number=number, count=count, end=kind.suffix + packing)
            files[path] = PACKINGS[packing](kind.write(rows))
            by_split.setdefault(split, []).append(path)
    card = draw(_cards(by_split))
    if card:
        files["README.md"] = card
    for stray in draw(st.lists(st.sampled_from(("LICENSE", ".gitattributes", "notes.md")), max_size=2, unique=True)):
        files[stray] = b"Nothing to be read as data.\n"
    return RandomRepository(files, f"{kind.suffix}{packing} {template} {splits} {schema} card={bool(card)}")


@st.composite
def _cards(draw: st.DrawFn, by_split: Mapping[str, Sequence[str]]) -> bytes:
    choice = draw(st.sampled_from(("none", "plain", "files", "configs")))
    if choice == "none":
        return b""
    meta: dict[str, object] = {"license": "mit"}
    listed = [{"split": split, "path": list(paths)} for split, paths in by_split.items()]
    if choice == "files":
        meta["configs"] = [{"config_name": "default", "data_files": listed}]
    elif choice == "configs":
        meta["configs"] = [
            {"config_name": "default", "default": True, "data_files": listed[:1]},
            {"config_name": "all", "data_files": listed},
        ]
    return f"---\n{yaml.safe_dump(meta)}---\n# A dataset\n".encode()
