"""Exports of tokenizations: each format is read back, by its own library where it is at hand, and has the same rows."""

import json
import struct
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from datasets import DatasetDict, load_dataset, load_from_disk

from fakes.tokenizing import make_varied_dataset, tokenize_into
from mistudio.core.errors import InvalidData, JobCancelled, UnknownColumn, UnknownSplit, ValidationFailed
from mistudio.corpus.export.build import export_tokenization
from mistudio.corpus.export.plan import TOKEN_FORMATS, ExportFormat, ExportLayout, ExportPlan, ExportRecord
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.spec import TokenizeSettings
from mistudio.corpus.tokenized.store import TokenizedStore
from mistudio.utils.file_utils import sha256_file

KINDS = {
    "packed": TokenizeSettings(tokenizer="fake", max_length=8, packing="concat"),
    "padded": TokenizeSettings(tokenizer="fake", max_length=16, padding="max_length"),
    "ragged": TokenizeSettings(tokenizer="fake", max_length=16),
}


@pytest.fixture(scope="module", params=KINDS)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a tokenization of each kind, in several files."""
    place = tmp_path_factory.mktemp("export")
    tokenize_into(make_varied_dataset(place / "ds"), place, KINDS[request.param], part_bytes=1_500)
    return place / "tok"


def export(
    folder: Path, target: Path, format_: ExportFormat, columns: tuple[str, ...] | None = None
) -> tuple[Path, ExportRecord]:
    """Export all splits; return the folder of the files and the record."""
    splits = tuple(split.name for split in TokenizedStore.open(folder).manifest.splits)
    plan = ExportPlan(format=format_, splits=splits, columns=columns)
    layout = ExportLayout(target)
    return layout.files, export_tokenization(folder, layout, plan, monitor=NullMonitor())


def read_rows(folder: Path, *, padding: bool = True) -> dict[str, list[list[int]]]:
    """Return the ids of every row, by split."""
    store = TokenizedStore.open(folder)
    found: dict[str, list[list[int]]] = {}
    for split in store.manifest.splits:
        rows = store.rows(split.name, offset=0, limit=split.rows)
        keep = [
            np.ones(len(row.ids), np.bool_) if padding or row.mask is None else row.mask.astype(np.bool_)
            for row in rows
        ]
        found[split.name] = [row.ids[mask].tolist() for row, mask in zip(rows, keep, strict=True)]
    return found


def test_parquet_is_read_by_datasets(folder: Path, tmp_path: Path) -> None:
    """With all columns."""
    files, record = export(folder, tmp_path / "out", "parquet")
    expected = read_rows(folder)
    found = load_dataset(
        "parquet",
        data_files={split: [str(path) for path in sorted(files.glob(f"{split}-*"))] for split in expected},
        cache_dir=str(tmp_path / "cache"),
    )
    assert {split: list(found[split]["input_ids"]) for split in expected} == expected
    assert record.rows == sum(map(len, expected.values()))
    assert record.notes == ()


def test_arrow_is_loaded_from_disk(folder: Path, tmp_path: Path) -> None:
    """As a DatasetDict with the features of the tokenization."""
    files, _record = export(folder, tmp_path / "out", "arrow")
    found, whole = load_from_disk(str(files)), load_from_disk(str(folder))
    assert isinstance(found, DatasetDict)
    assert isinstance(whole, DatasetDict)
    assert found["train"].features == whole["train"].features
    assert {split: list(found[split]["input_ids"]) for split in found} == read_rows(folder)


def test_megatron_has_every_row_without_padding(folder: Path, tmp_path: Path) -> None:
    """The index is read by its published layout."""
    files, record = export(folder, tmp_path / "out", "bin")
    for split, rows in read_rows(folder, padding=False).items():
        assert read_megatron(files / split) == rows
    assert any("Left out" in note for note in record.notes)


def read_megatron(stem: Path) -> list[list[int]]:
    """Read a pair of files as Megatron-LM does."""
    index = stem.with_suffix(".idx").read_bytes()
    assert index[:9] == b"MMIDIDX\x00\x00"
    version, code, count, documents = struct.unpack_from("<QBQQ", index, 9)
    assert (version, documents) == (1, count + 1)
    kind = {8: np.uint16, 4: np.int32}[code]
    lengths = np.frombuffer(index, np.int32, count, 34)
    starts = np.frombuffer(index, np.int64, count, 34 + 4 * count)
    ends = np.frombuffer(index, np.int64, documents, 34 + 12 * count)
    assert len(index) == 34 + 12 * count + 8 * documents
    assert ends.tolist() == list(range(documents))
    data = stem.with_suffix(".bin").read_bytes()
    return [np.frombuffer(data, kind, n, at).tolist() for n, at in zip(lengths.tolist(), starts.tolist(), strict=True)]


def test_numpy_files_are_arrays_or_arrays_with_offsets(folder: Path, tmp_path: Path) -> None:
    """NumPy reads them, mapped."""
    files, _record = export(folder, tmp_path / "out", "npy")
    for split, rows in read_rows(folder).items():
        ids = np.load(files / f"{split}.input_ids.npy", mmap_mode="r", allow_pickle=False)
        if ids.ndim == 2:
            assert ids.tolist() == rows
            continue
        offsets = np.load(files / f"{split}.offsets.npy", allow_pickle=False)
        assert [part.tolist() for part in np.split(ids, offsets[1:-1])] == rows


def test_mosaic_shards_have_every_row(folder: Path, tmp_path: Path) -> None:
    """They are read by the published layout; rows without tokens are left out, and counted."""
    files, record = export(folder, tmp_path / "out", "mds")
    for split, rows in read_rows(folder).items():
        full = [row for row in rows if row]
        assert read_mosaic(files / split) == full
        left = len(rows) - len(full)
        assert bool(left) == any(f"{left:,} rows of split {split}" in note for note in record.notes)


def read_mosaic(folder: Path) -> list[list[int]]:
    """Read shards as mosaicml-streaming does."""
    found: list[list[int]] = []
    for shard in json.loads((folder / "index.json").read_text())["shards"]:
        data = (folder / shard["raw_data"]["basename"]).read_bytes()
        assert len(data) == shard["raw_data"]["bytes"]
        count = int(np.frombuffer(data, np.uint32, 1)[0])
        bounds = np.frombuffer(data, np.uint32, count + 1, 4).tolist()
        assert (count, bounds[-1]) == (shard["samples"], len(data))
        found += [read_mosaic_row(data[start:end], shard)["input_ids"].tolist() for start, end in pairwise(bounds)]
    return found


def read_mosaic_row(data: bytes, shard: dict[str, Sequence[str | int | None]]) -> dict[str, np.ndarray]:
    """Return the columns of a row."""
    varying = sum(size is None for size in shard["column_sizes"])
    sizes, at = iter(np.frombuffer(data, np.uint32, varying).tolist()), 4 * varying
    found = {}
    for name, encoding, size in zip(*(shard[f"column_{key}"] for key in ("names", "encodings", "sizes")), strict=True):
        part = data[at : at + int(size or 0)] if size else data[at : at + (length := next(sizes))]
        at += int(size) if size else length
        if size:
            found[str(name)] = np.frombuffer(part, np.int64)
            continue
        assert part[0] >> 2 == 1
        kind = [np.uint8, np.uint16, np.uint32][part[0] & 3]
        width = np.dtype(kind).itemsize
        values = np.frombuffer(part[1 + width :], str(encoding).partition(":")[2])
        assert np.frombuffer(part[1 : 1 + width], kind)[0] == len(values)
        found[str(name)] = values
    assert at == len(data)
    return found


@pytest.mark.parametrize("format_", TOKEN_FORMATS)
def test_files_are_listed_with_their_hashes(folder: Path, tmp_path: Path, format_: ExportFormat) -> None:
    """All of them; and a finished export is kept as it is."""
    files, record = export(folder, tmp_path / "out", format_)
    present = {path.relative_to(files).as_posix(): sha256_file(path) for path in files.rglob("*") if path.is_file()}
    assert {file.path: file.sha256 for file in record.files} == present
    assert all((files / file.path).stat().st_size == file.bytes for file in record.files)
    assert export(folder, tmp_path / "out", format_)[1] == record


@pytest.mark.parametrize("format_", TOKEN_FORMATS)
def test_a_kill_anywhere_leaves_no_trace(tmp_path: Path, format_: ExportFormat) -> None:
    """The next try begins anew and ends with the same files."""
    settings = KINDS["packed"]
    tokenize_into(make_varied_dataset(tmp_path / "ds"), tmp_path, settings, part_bytes=1_500)
    _files, expected = export(tmp_path / "tok", tmp_path / "whole", format_)
    splits = tuple(split.name for split in TokenizedStore.open(tmp_path / "tok").manifest.splits)
    plan, steps = ExportPlan(format=format_, splits=splits), 1
    with pytest.raises(JobCancelled):
        export_tokenization(tmp_path / "tok", ExportLayout(tmp_path / "cut"), plan, monitor=Stopping(steps))
    while not ExportLayout(tmp_path / "cut").record.exists():
        steps += 1
        with suppress(JobCancelled):
            export_tokenization(tmp_path / "tok", ExportLayout(tmp_path / "cut"), plan, monitor=Stopping(steps))
    assert steps > 2
    assert export(tmp_path / "tok", tmp_path / "cut", format_)[1] == expected


class Stopping(NullMonitor):
    """Cancels at a checkpoint."""

    def __init__(self, steps: int) -> None:
        self._steps = steps

    def checkpoint(self) -> None:
        """Raise at the last step."""
        self._steps -= 1
        if not self._steps:
            raise JobCancelled("cancelled")


def test_columns_and_splits_are_chosen(folder: Path, tmp_path: Path) -> None:
    """What is not there, or does not fit, is refused."""
    files, _record = export(folder, tmp_path / "out", "parquet", ("input_ids",))
    assert pa.parquet.read_schema(next(files.glob("*.parquet"))).names == ["input_ids"]
    with pytest.raises(UnknownColumn, match="There is no column “nowhere”"):
        export(folder, tmp_path / "a", "parquet", ("nowhere",))
    names = TokenizedStore.open(folder).manifest.settings
    wrong = "segments" if names.is_packed else "row"
    with pytest.raises(ValidationFailed, match=f"The format npy does not hold column “{wrong}”"):
        export(folder, tmp_path / "b", "npy", (wrong,))
    plan = ExportPlan(format="npy", splits=("nowhere",))
    with pytest.raises(UnknownSplit):
        export_tokenization(folder, ExportLayout(tmp_path / "c"), plan, monitor=NullMonitor())


def test_a_file_that_was_cut_is_refused(tmp_path: Path) -> None:
    """Before a row of it is written."""
    tokenize_into(make_varied_dataset(tmp_path / "ds"), tmp_path, KINDS["packed"], part_bytes=1_500)
    path = next((tmp_path / "tok").rglob("*.arrow"))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InvalidData):
        export(tmp_path / "tok", tmp_path / "out", "npy")
