"""Finds the files of a tokenized dataset in a folder, or takes the one file that is named."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mistudio.core.errors import InvalidData, NoData
from mistudio.corpus.certificate.columnar_rows import read_columnar
from mistudio.corpus.certificate.flat_tokens import FlatOptions, read_flat, read_indexed
from mistudio.corpus.certificate.token_batch import DataFile, FileKind, TokenBatch

_SUFFIXES: Final[dict[str, FileKind]] = {
    ".arrow": "arrow",
    ".parquet": "parquet",
    ".bin": "flat",
    ".npy": "flat",
    ".ds": "flat",
}
DATA_SUFFIXES: Final = (*_SUFFIXES, ".idx")
_MAX_FILES: Final = 100_000
_STATE: Final = "state.json"
_SMALL_BYTES: Final = 64 << 20


def find_data_files(path: Path) -> list[DataFile]:
    """Return the data files at ``path``, in order. Raises NoData if there are none."""
    if path.is_file():
        found = [_describe(path, path.name)]
    else:
        found = [_describe(each, each.relative_to(path).as_posix()) for each in _list_files(path)]
    known = [file for file in found if file is not None]
    if not known:
        raise NoData(
            f"There are no tokens at {path.name}. Name a folder of datasets.save_to_disk, .parquet, .arrow, .bin, "
            ".npy or .ds files."
        )
    return known


def read_batches(file: DataFile, *, column: str | None, options: FlatOptions) -> Iterator[TokenBatch]:
    """Yield the rows of a file. Raises InvalidData, UnknownColumn."""
    if file.kind == "flat":
        return read_flat(file, options)
    return read_indexed(file) if file.kind == "indexed" else read_columnar(file, column)


def _describe(path: Path, label: str) -> DataFile | None:
    kind = _SUFFIXES.get(path.suffix.lower())
    if kind is None:
        return None
    if path.suffix == ".bin" and path.with_suffix(".idx").is_file():
        kind = "indexed"
    return DataFile(path, label, kind)


def _list_files(folder: Path) -> Iterator[Path]:
    """Yield the files below ``folder``; where a saved dataset lists its files, only these, and in that order."""
    entries = sorted(folder.iterdir())[:_MAX_FILES]
    listed = _read_state(folder) if any(entry.name == _STATE for entry in entries) else None
    if listed is not None:
        yield from listed
        return
    yield from (entry for entry in entries if entry.is_file())
    for entry in entries:
        if entry.is_dir() and not entry.is_symlink() and not entry.name.startswith("."):
            yield from _list_files(entry)


def read_small(path: Path) -> bytes:
    """Return the content of a file beside the data. Raises ValueError if it is far too large."""
    if path.stat().st_size > _SMALL_BYTES:
        raise ValueError("too large")
    return path.read_bytes()


def _read_state(folder: Path) -> list[Path]:
    path = folder / _STATE
    try:
        files = [str(entry["filename"]) for entry in json.loads(read_small(path))["_data_files"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidData(f"{folder.name}/{_STATE} does not list the data files. Save the dataset again.") from error
    found = [folder / name for name in files]
    if any(not name or "/" in name or "\\" in name or "\0" in name for name in files):
        raise InvalidData(f"{folder.name}/{_STATE} names a file outside its folder. Save the dataset again.")
    return found
