"""Trace any position of any written row back to its characters, their file and their commit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from mistudio.corpus.documents.batches import TextReader
from mistudio.corpus.store.manifest import Manifest, RawFile, SourceRecord
from mistudio.corpus.tokenized.audit_sample import count_unpadded, list_data_spans
from mistudio.corpus.tokenized.manifest import TokenizedManifest
from mistudio.corpus.tokenized.store import TokenRow

Kind: TypeAlias = Literal["data", "special", "padding"]
# Returns the (start, end) in characters of each token of a text, without special tokens.
FindCharacters: TypeAlias = Callable[[str], Sequence[tuple[int, int]]]

_AROUND: Final = 200


@dataclass(frozen=True)
class TextSpan:
    """Characters ``char_start`` to ``char_end`` of the document in source row ``row``.

    ``text`` is an excerpt of the document around them, from character ``text_start`` on.
    """

    split: str
    row: int
    char_start: int
    char_end: int
    text: str
    text_start: int


@dataclass(frozen=True)
class TraceSource(TextSpan):
    """The origin of a token. ``source`` is the source file, None if it is not known."""

    source: SourceRecord | None


@dataclass(frozen=True)
class Trace:
    """One position: its id, its kind, and its origin (None unless it is data)."""

    token: int
    kind: Kind
    source: TraceSource | None


def list_kinds(row: TokenRow, manifest: TokenizedManifest) -> list[Kind]:
    """Return the kind of each position of the row."""
    kinds: list[Kind] = ["special"] * len(row.ids)
    for span in list_data_spans(row, manifest):
        kinds[span.position : span.position + span.length] = ["data"] * span.length
    end = count_unpadded(row, manifest)
    kinds[end:] = ["padding"] * (len(kinds) - end)
    return kinds


def trace_position(
    row: TokenRow,
    position: int,
    *,
    split: str,
    manifest: TokenizedManifest,
    dataset: Manifest,
    reader: TextReader,
    find_characters: FindCharacters,
) -> Trace:
    """Return the origin of position ``position`` in ``row`` of the written split.

    ``reader`` reads the dataset's texts as they were tokenized. Raises IndexError if the row has no such position.
    """
    if not 0 <= position < len(row.ids):
        raise IndexError(f"Row {row.row} has positions 0 to {len(row.ids) - 1}.")
    token, kind = int(row.ids[position]), list_kinds(row, manifest)[position]
    spans = [s for s in list_data_spans(row, manifest) if s.position <= position < s.position + s.length]
    if kind != "data" or not spans:
        return Trace(token, kind, None)
    span, source = spans[0], manifest.split(split).source
    (text,) = reader.rows(source, [span.row])
    start, end = find_characters(text)[span.token_start + position - span.position]
    first = max(0, start - _AROUND)
    record = find_source(dataset, source, span.row)
    return Trace(token, kind, TraceSource(source, span.row, start, end, text[first : end + _AROUND], first, record))


def find_source(dataset: Manifest, split: str, row: int) -> SourceRecord | None:
    """Return the source file of a row, None if it is not known."""
    files = next(each.files for each in dataset.splits if each.name == split)
    for file in files:
        if row < file.rows:
            return _find_record(dataset, file)
        row -= file.rows
    return None


def _find_record(dataset: Manifest, file: RawFile) -> SourceRecord | None:
    kept = [source for source in dataset.sources if file.kept and source.sha256 == file.sha256]
    if kept:
        return kept[0]
    files = [each for split in dataset.splits for each in split.files]
    # The store lists its files in the order of their sources, unless one source has rows in several splits.
    return dataset.sources[files.index(file)] if len(files) == len(dataset.sources) else None
