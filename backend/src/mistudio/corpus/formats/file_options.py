"""How one file is read: the options that a plan detects or a user sets, and that the readers take."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final, Literal, Self

from mistudio.core.errors import Json
from mistudio.corpus.formats.byte_stream import plain_suffix

FileFormat = Literal["parquet", "json", "csv", "text", "arrow"]

# The name of each option in the terms of the readers and of dataset cards, by format.
_READER_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "csv": {"encoding": "encoding", "delimiter": "delimiter", "quote": "quotechar"},
    "json": {"encoding": "encoding", "field": "field"},
    "text": {"encoding": "encoding", "sample_by": "sample_by"},
    "parquet": {},
    "arrow": {},
}
_DIALECT: Final = frozenset(("delimiter", "quote"))
_SYNONYMS: Final = {"sep": "delimiter"}


@dataclass(frozen=True)
class FileOptions:
    """How to read one file. None: the reader detects it, or the format has no such option."""

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    field: str | None = None
    sample_by: str | None = None

    @classmethod
    def from_reader_options(cls, file_format: FileFormat, options: Mapping[str, Json]) -> Self:
        """Return the options among a reader's options or those of a card."""
        named = {_SYNONYMS.get(name, name): value for name, value in options.items()}
        values = {ours: named.get(theirs) for ours, theirs in _READER_NAMES[file_format].items()}
        return cls(**{name: value for name, value in values.items() if isinstance(value, str)})

    def to_reader_options(self, file_format: FileFormat, detected: "FileOptions") -> dict[str, Json]:
        """Return the reader's options that apply and differ from ``detected``, which the reader detects itself.

        A reader that is given a part of a CSV dialect detects none of it, so all of it is returned or nothing.
        """
        names = _READER_NAMES[file_format]
        values = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        changed = {name for name, value in values.items() if value != getattr(detected, name)}
        if changed & _DIALECT:
            changed |= _DIALECT & values.keys()
        return {names[name]: values[name] for name in values if name in changed}

    def replace_missing(self, other: "FileOptions") -> "FileOptions":
        """Return these options, where None with those of ``other``."""
        names = [field.name for field in fields(self)]
        return FileOptions(**{name: getattr(self, name) or getattr(other, name) for name in names})


def default_options(file_format: FileFormat, label: str) -> FileOptions:
    """Return the options by which a file of this name is read if nothing else is said."""
    if file_format == "csv":
        delimiter = "\t" if plain_suffix(label) in {".tsv", ".tab"} else ","
        return FileOptions(encoding="utf-8", delimiter=delimiter, quote='"')
    if file_format == "text":
        return FileOptions(encoding="utf-8", sample_by="line")
    return FileOptions(encoding="utf-8") if file_format == "json" else FileOptions()


def strip_reader_options(file_format: FileFormat, options: Mapping[str, Json]) -> dict[str, Json]:
    """Return the reader's options that ``FileOptions`` has no field for."""
    known = {*_READER_NAMES[file_format].values(), *_SYNONYMS}
    return {name: value for name, value in options.items() if name not in known}
