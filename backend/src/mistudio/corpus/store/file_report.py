"""Figures of an ingested file and its columns, as reports and manifests store them."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from mistudio.corpus.formats.reading import Reading

ColumnKind: TypeAlias = Literal["text", "conversation", "other"]


@dataclass(frozen=True)
class ColumnReport:
    """Figures of one column. ``type`` is the name that Arrow gives it.

    The last four are None for kind ``other``. ``characters`` and ``utf8_bytes`` are sums over the texts, where a
    conversation counts as rendered. ``empty`` counts texts of no characters, ``invalid`` texts that were not UTF-8.
    ``is_label`` means that the texts look like identifiers or addresses. ``fields`` are those of a struct or a JSON
    column that hold text, named by their path (``translation.en``); of these, ``is_field`` is true.
    ``incomplete`` counts the texts of a template in which a placeholder is null.
    ``mapped_roles`` are the roles of a conversation that have another name in a chat template.
    """

    name: str
    type: str
    kind: ColumnKind
    nulls: int
    characters: int | None = None
    utf8_bytes: int | None = None
    empty: int | None = None
    invalid: int | None = None
    incomplete: int | None = None
    is_label: bool = False
    is_field: bool = False
    mapped_roles: tuple[str, ...] = ()
    fields: tuple["ColumnReport", ...] = ()


@dataclass(frozen=True)
class FileReport:
    """Figures of one raw file. ``bytes`` is its size; ``kept`` means that it is its source file, byte for byte.

    ``reading`` says how the source file was read; None means as its name and format say.
    """

    rows: int
    bytes: int
    sha256: str
    kept: bool
    columns: tuple[ColumnReport, ...]
    reading: Reading | None = None
