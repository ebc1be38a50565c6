"""What the names of local files say: whether they can be read and how, and which split they belong to."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final

from mistudio.core.errors import UnsupportedFile, ValidationFailed
from mistudio.corpus.formats.byte_stream import COMPRESSIONS, plain_suffix
from mistudio.corpus.hub.plan_types import Format
from mistudio.utils.text import plural

FORMATS: Final[Mapping[str, Format]] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".txt": "text",
    ".parquet": "parquet",
    ".arrow": "arrow",
}
_PACKED_WITHIN: Final = frozenset({".parquet", ".arrow"})
_ACCEPTED: Final = ".csv, .tsv, .json, .jsonl, .txt, .parquet and .arrow, the text ones also with .gz or .zst"
_MAX_NAME: Final = 1024
_MAX_PART: Final = 255
# The words by which ``datasets``, too, tells splits apart.
_SPLIT_WORDS: Final[Mapping[str, str]] = {
    "train": "train", "training": "train",
    "validation": "validation", "valid": "validation", "val": "validation", "dev": "validation",
    "test": "test", "testing": "test", "eval": "test", "evaluation": "test",
}  # fmt: skip
_USUAL_ORDER: Final = ("train", "validation", "test")
_SHARD: Final = re.compile(r"(\w+)-\d{1,5}-of-\d{1,5}", re.ASCII)
_PARTS: Final = re.compile(r"([-_. ]+)")
_WORDS: Final = re.compile(r"[a-z]+")


def checked_name(name: str) -> str:
    """A file's name or path below the folder that was given, with ``/`` between its parts.

    Raises ValidationFailed for what cannot be a name. It is a label only: files are stored under names of our own.
    """
    path = name.replace("\\", "/")
    parts = path.split("/")
    if not path.strip() or len(path) > _MAX_NAME or any(len(part) > _MAX_PART for part in parts):
        raise ValidationFailed(f"A file name has 1 to {_MAX_PART} characters, its path up to {_MAX_NAME}.")
    if any(part.strip() in {"", ".", ".."} for part in parts) or not path.isprintable():
        raise ValidationFailed(f"“{_shown(path)}” is not the name of a file.")
    return path


def _shown(name: str) -> str:
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name[:100])


def format_of(name: str) -> Format:
    """How the file is read, by its name's ending. Raises UnsupportedFile, which says what is accepted."""
    kind = FORMATS.get(suffix := plain_suffix(name))
    if kind is None:
        raise UnsupportedFile(f"“{name}” is of a kind that cannot be imported. Accepted: {_ACCEPTED}.")
    if suffix in _PACKED_WITHIN and PurePosixPath(name.lower()).suffix in COMPRESSIONS:
        raise UnsupportedFile(f"“{name}” is packed twice: unpack it to {suffix} first.")
    return kind


def split_of(name: str) -> str:
    """The split that a file belongs to: as shards are named, else by a word of its name or its folders', else train."""
    path = PurePosixPath(name)
    stem = _stem(path)
    if shard := _SHARD.fullmatch(stem):
        return shard[1]
    for part in (stem, *reversed(path.parent.parts)):
        for word in _WORDS.findall(part.lower()):
            if word in _SPLIT_WORDS:
                return _SPLIT_WORDS[word]
    return "train"


def ordered_splits(splits: Iterable[str]) -> tuple[str, ...]:
    """Each once: train, validation, test, then others by name."""
    found = set(splits)
    return (*(split for split in _USUAL_ORDER if split in found), *sorted(found - set(_USUAL_ORDER)))


def dataset_name(names: Sequence[str]) -> str:
    """What a dataset of these files is called, if nobody says: their folder's name, what their names share, or all."""
    paths = [PurePosixPath(name) for name in names]
    folders = {path.parts[0] for path in paths if len(path.parts) > 1}
    if len(folders) == 1 and all(len(path.parts) > 1 for path in paths) and split_of(f"{min(folders)}/x") == "train":
        return min(folders)
    stems = [_stem(path) for path in paths]
    titles = {_title(stem) for stem in stems}
    if len(titles) == 1 and (title := titles.pop()):
        return title
    return stems[0] if len(stems) == 1 else f"{stems[0]} and {plural(len(stems) - 1, 'more file')}"


def _title(stem: str) -> str:
    """What stands before the name's split or number: ``stories`` of ``stories-train-00001``."""
    parts = _PARTS.split(stem)
    end = next((at for at, part in enumerate(parts) if part.isdigit() or part.lower() in _SPLIT_WORDS), len(parts))
    return "".join(parts[:end]).rstrip("-_. ")


def _stem(path: PurePosixPath) -> str:
    name = path.name
    packed = path.suffix.lower() in COMPRESSIONS
    return PurePosixPath(path.stem).stem if packed and len(name) > len(path.suffix) else path.stem
