"""Recognizes folders that ``Dataset.save_to_disk`` or ``DatasetDict.save_to_disk`` wrote, by their state.json."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, cast

from mistudio.core.errors import Json, NoData, UnsupportedFormat

STATE: Final = "state.json"
SPLITS: Final = "dataset_dict.json"
_NOT_IN_NAMES: Final = re.compile(r"[^\w.]+")
_NOT_LISTED: Final = "The saved dataset does not list it: it is a cache of an earlier step."


@dataclass(frozen=True)
class SavedFiles:
    """The files of saved datasets with their split, in order, and why others beside them are left out."""

    splits: Mapping[str, str]
    left_out: Mapping[str, str]


def find_saved_files(paths: list[str], contents: Mapping[str, bytes]) -> SavedFiles | None:
    """Return the rows' files of the saved datasets among ``paths``; None if there is none.

    ``contents`` has the state.json and dataset_dict.json files. Raises NoData for a listed file that is missing,
    UnsupportedFormat for a saved selection of rows.
    """
    states = {path: state for path in paths if (state := _read_state(path, contents)) is not None}
    if not states:
        return None
    known, splits = set(paths), dict[str, str]()
    for path, state in states.items():
        folder = PurePosixPath(path).parent
        split = _name_split(folder, state, contents, is_only=len(states) == 1)
        for listed in _list_files(path, state):
            file = (folder / listed).as_posix()
            if file not in known:
                raise NoData(f"{path} lists {listed}, which is missing. Import the whole folder, or save it again.")
            splits[file] = split
    others = [path for path in paths if path not in splits and path.endswith(".arrow")]
    return SavedFiles(splits, dict.fromkeys(others, _NOT_LISTED))


def _read_state(path: str, contents: Mapping[str, bytes]) -> dict[str, Json] | None:
    if PurePosixPath(path).name != STATE or path not in contents:
        return None
    state = _load(contents[path])
    return state if isinstance(state, dict) and isinstance(state.get("_data_files"), list) else None


def _load(content: bytes) -> Json:
    try:
        return cast("Json", json.loads(content))
    except (ValueError, RecursionError):
        return None


def _list_files(path: str, state: Mapping[str, Json]) -> list[str]:
    if state.get("_indices_data_files") or state.get("_indices_files"):
        raise UnsupportedFormat(
            f"{path} is of a selection of rows that an old version of datasets saved. Open it with "
            "datasets.load_from_disk, save it again with save_to_disk, and import that."
        )
    files = cast("list[Json]", state["_data_files"])
    return [str(file["filename"]) for file in files if isinstance(file, dict) and "filename" in file]


def _name_split(
    folder: PurePosixPath, state: Mapping[str, Json], contents: Mapping[str, bytes], *, is_only: bool
) -> str:
    """Return the split: the folder's name if it is one of a DatasetDict, else what the state says."""
    parent = (folder.parent / SPLITS).as_posix()
    listed = _load(contents[parent]) if parent in contents else None
    is_of_dict = isinstance(listed, dict) and folder.name in cast("list[Json]", listed.get("splits") or [])
    named = state.get("_split")
    name = folder.name if is_of_dict or not is_only else named if isinstance(named, str) else ""
    return _NOT_IN_NAMES.sub("_", name).strip("_.") or "train"
