"""From any position of any written row back to the characters that it came from, their file and their commit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from mistudio.corpus.documents.batches import TextReader
from mistudio.corpus.store.manifest import Manifest, RawFile, SourceRecord
from mistudio.corpus.tokenized.audit_sample import pieces_of, written_length
from mistudio.corpus.tokenized.manifest import TokenizedManifest
from mistudio.corpus.tokenized.store import TokenRow

Kind: TypeAlias = Literal["data", "special", "padding"]
# The spans of a text's tokens, without special ones, as (start, end) in characters.
Spans: TypeAlias = Callable[[str], Sequence[tuple[int, int]]]

_AROUND: Final = 200


@dataclass(frozen=True)
class TraceSource:
    """Where a token came from: characters ``char_start`` to ``char_end`` of the document in source row ``row``.

    ``text`` is the document around it, from character ``text_start`` on. ``source`` is the file of the source, None
    where it is not known which one it was.
    """

    split: str
    row: int
    char_start: int
    char_end: int
    text: str
    text_start: int
    source: SourceRecord | None


@dataclass(frozen=True)
class Trace:
    """One position: its id, what it is, and where it came from (None for what is not data)."""

    token: int
    kind: Kind
    source: TraceSource | None


def kinds_of(row: TokenRow, manifest: TokenizedManifest) -> list[Kind]:
    """What stands at each position of the row."""
    kinds: list[Kind] = ["special"] * len(row.ids)
    for piece in pieces_of(row, manifest):
        kinds[piece.position : piece.position + piece.length] = ["data"] * piece.length
    end = written_length(row, manifest)
    kinds[end:] = ["padding"] * (len(kinds) - end)
    return kinds


def trace(
    row: TokenRow,
    position: int,
    *,
    split: str,
    manifest: TokenizedManifest,
    dataset: Manifest,
    reader: TextReader,
    spans: Spans,
) -> Trace:
    """Where position ``position`` of ``row`` of the written split came from.

    ``reader`` reads the dataset's texts as they were tokenized. Raises IndexError if the row has no such position.
    """
    if not 0 <= position < len(row.ids):
        raise IndexError(f"Row {row.row} has positions 0 to {len(row.ids) - 1}.")
    token, kind = int(row.ids[position]), kinds_of(row, manifest)[position]
    held = [p for p in pieces_of(row, manifest) if p.position <= position < p.position + p.length]
    if kind != "data" or not held:
        return Trace(token, kind, None)
    piece, source = held[0], manifest.split(split).source
    (text,) = reader.rows(source, [piece.row])
    start, end = spans(text)[piece.token_start + position - piece.position]
    first = max(0, start - _AROUND)
    record = source_of(dataset, source, piece.row)
    return Trace(token, kind, TraceSource(source, piece.row, start, end, text[first : end + _AROUND], first, record))


def source_of(dataset: Manifest, split: str, row: int) -> SourceRecord | None:
    """The file of the source that a row came from."""
    files = next(each.files for each in dataset.splits if each.name == split)
    for file in files:
        if row < file.rows:
            return _record(dataset, file)
        row -= file.rows
    return None


def _record(dataset: Manifest, file: RawFile) -> SourceRecord | None:
    kept = [source for source in dataset.sources if file.kept and source.sha256 == file.sha256]
    if kept:
        return kept[0]
    files = [each for split in dataset.splits for each in split.files]
    # Files of the store are in the order of their sources; where one serves several splits, the order does not tell.
    return dataset.sources[files.index(file)] if len(files) == len(dataset.sources) else None
