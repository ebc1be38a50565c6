"""Tells the format and the dataset's name from the names of local files."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final

from mistudio.core.errors import UnsupportedFile, ValidationFailed
from mistudio.corpus.formats.byte_stream import COMPRESSIONS, plain_suffix
from mistudio.corpus.hub.plan_types import Format
from mistudio.utils.text import format_count

FORMATS: Final[Mapping[str, Format]] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".txt": "text",
    # What is in the archive decides.
    ".zip": "text",
    ".parquet": "parquet",
    ".arrow": "arrow",
}
_COMPRESSED_INSIDE: Final = frozenset({".parquet", ".arrow"})
_ACCEPTED_FORMATS: Final = (
    ".csv, .tsv, .json, .jsonl, .txt, .parquet and .arrow, the text ones also with .gz or .zst or in a .zip"
)
_MAX_NAME: Final = 1024
_MAX_PART: Final = 255
# ``datasets`` tells splits apart by the same words.
_SPLIT_WORDS: Final[Mapping[str, str]] = {
    "train": "train", "training": "train",
    "validation": "validation", "valid": "validation", "val": "validation", "dev": "validation",
    "test": "test", "testing": "test", "eval": "test", "evaluation": "test",
}  # fmt: skip
_SPLIT_ORDER: Final = ("train", "validation", "test")
_SEPARATORS: Final = re.compile(r"([-_. ]+)")
_WORDS: Final = re.compile(r"[a-z]+")


def normalize_file_name(name: str) -> str:
    """Return a file's name, or its path below the imported folder, with ``/`` between its parts.

    Raises ValidationFailed if it is no valid name. The name is only a label: files are stored under other names.
    """
    path = name.replace("\\", "/")
    parts = path.split("/")
    if not path.strip() or len(path) > _MAX_NAME or any(len(part) > _MAX_PART for part in parts):
        raise ValidationFailed(
            f"The file name “{_shorten(path)}” has an invalid length: use 1 to {_MAX_PART} characters for each part "
            f"and at most {_MAX_NAME} for the whole path."
        )
    if any(part.strip() in {"", ".", ".."} for part in parts) or not path.isprintable():
        raise ValidationFailed(f"“{_shorten(path)}” is not a valid file name. Rename the file and import it again.")
    return path


def _shorten(name: str) -> str:
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name[:100])


def detect_format(name: str) -> Format:
    """Return the format that the name's ending stands for. Raises UnsupportedFile, which lists the accepted ones."""
    file_format = FORMATS.get(suffix := plain_suffix(name))
    if file_format is None:
        raise UnsupportedFile(f"“{name}” has a format that cannot be imported. Accepted: {_ACCEPTED_FORMATS}.")
    if suffix in _COMPRESSED_INSIDE and PurePosixPath(name.lower()).suffix in COMPRESSIONS:
        raise UnsupportedFile(f"“{name}” is compressed twice. Decompress it to {suffix} and import it again.")
    return file_format


def find_format(name: str) -> Format | None:
    """Return the format that the name's ending stands for; None if it stands for none."""
    try:
        return detect_format(name)
    except UnsupportedFile:
        return None


def is_split_word(name: str) -> bool:
    """Return whether a folder of this name holds the files of a split other than train."""
    words = _WORDS.findall(name.lower())
    return next((_SPLIT_WORDS[word] for word in words if word in _SPLIT_WORDS), "train") != "train"


def has_split_word(name: str) -> bool:
    """Return whether a path has the name of any split, also of train."""
    return any(word in _SPLIT_WORDS for word in _WORDS.findall(name.lower()))


def order_splits(splits: Iterable[str]) -> tuple[str, ...]:
    """Return each split once: train, validation, test, then the others by name."""
    names = set(splits)
    return (*(split for split in _SPLIT_ORDER if split in names), *sorted(names - set(_SPLIT_ORDER)))


def suggest_dataset_name(names: Sequence[str]) -> str:
    """Return a name for a dataset of these files: of their folder, else what they share, else the first file's."""
    paths = [PurePosixPath(name) for name in names]
    folders = {path.parts[0] if len(path.parts) > 1 else "" for path in paths}
    if len(folders) == 1 and (folder := folders.pop()) and not is_split_word(folder):
        return folder
    stems = [_get_stem(path) for path in paths]
    titles = {_get_title(stem) for stem in stems}
    if len(titles) == 1 and (title := titles.pop()):
        return title
    return stems[0] if len(stems) == 1 else f"{stems[0]} and {format_count(len(stems) - 1, 'more file')}"


def _get_title(stem: str) -> str:
    """Return what precedes the split or number: ``stories`` of ``stories-train-00001``."""
    parts = _SEPARATORS.split(stem)
    end = next((at for at, part in enumerate(parts) if part.isdigit() or part.lower() in _SPLIT_WORDS), len(parts))
    return "".join(parts[:end]).rstrip("-_. ")


def _get_stem(path: PurePosixPath) -> str:
    name = path.name
    is_compressed = path.suffix.lower() in COMPRESSIONS
    return PurePosixPath(path.stem).stem if is_compressed and len(name) > len(path.suffix) else path.stem
