"""Reads the documents of a split in batches to encode, measures them, and marks those that are held out.

The size of a batch adapts to the time that the last one took, so that a cancel takes effect within a second, whether
the tokenizer encodes a hundred megabytes a second or one. The result does not depend on the size.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mistudio.core.errors import Json
from mistudio.corpus.arrays import Ints
from mistudio.corpus.documents.row_figures import DOCUMENT, HELD_OUT, NO_TEXT
from mistudio.corpus.store.conversations import render_value
from mistudio.corpus.store.dataset_store import DatasetStore, GroupRef, StoredRow
from mistudio.corpus.store.messages import normalize_messages, normalize_tools
from mistudio.corpus.store.text_path import get_value
from mistudio.corpus.store.text_source import TextSource, list_paths
from mistudio.corpus.store.text_template import TextTemplate
from mistudio.corpus.tokenizers.chat_template import ConversationRefused

RenderChat: TypeAlias = Callable[[Sequence[Mapping[str, Json]], Sequence[Json] | None], str]

_TARGET_SECONDS: Final = 0.25
_FIRST_BYTES: Final = 1 << 20
_MIN_BYTES: Final = 1 << 18
_MAX_BYTES: Final = 16 << 20
_HASH_RANGE: Final = 1 << 64


@dataclass(frozen=True, eq=False)
class RowBatch:
    """Figures of consecutive source rows, the first of which is ``first_row``."""

    first_row: int
    characters: Ints
    text_bytes: Ints
    kinds: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class TextBatch(RowBatch):
    """Rows with their texts; the text of a row without one is null."""

    texts: pa.StringArray


class BatchSize:
    """How many bytes of text to encode at once: ``fixed``, or what takes about a quarter of a second."""

    def __init__(self, fixed: int | None = None) -> None:
        self._is_fixed = fixed is not None
        self.bytes = _FIRST_BYTES if fixed is None else fixed

    def adapt(self, seconds: float) -> None:
        """Adapt the size to the ``seconds`` that the last batch took."""
        if self._is_fixed:
            return
        factor = min(2.0, max(0.25, _TARGET_SECONDS / max(seconds, 1e-6)))
        self.bytes = int(min(_MAX_BYTES, max(_MIN_BYTES, self.bytes * factor)))


@dataclass(frozen=True)
class HeldOutRule:
    """Which documents are held out: the share ``fraction``, chosen by a seeded hash of the text.

    Documents with equal texts are on the same side, in whichever split and order they come.
    """

    fraction: float
    seed: int

    def classify(self, texts: pa.StringArray) -> NDArray[np.uint8]:
        """Return the kind of each text: NO_TEXT for null, else DOCUMENT or HELD_OUT."""
        kinds = np.where(texts.is_null().to_numpy(zero_copy_only=False), NO_TEXT, DOCUMENT).astype(np.uint8)
        if self.fraction:
            chosen = [text is not None and self._is_held_out(text) for text in texts.cast(pa.binary()).to_pylist()]
            kinds[np.array(chosen, bool)] = HELD_OUT
        return kinds

    def _is_held_out(self, text: bytes) -> bool:
        digest = hashlib.blake2b(text, digest_size=8, salt=self.seed.to_bytes(8, "little")).digest()
        return int.from_bytes(digest, "little") < self.fraction * _HASH_RANGE


class TextReader:
    """Reads the texts of one column or template; conversations are rendered, by ``render_chat`` if it is given.

    ``render_chat`` gets the conversation's messages and, from the column ``tools_column``, the tools that it may call.
    If it refuses a conversation, the ConversationRefused that is raised names its row.
    """

    def __init__(
        self,
        store: DatasetStore,
        source: TextSource,
        *,
        render_chat: RenderChat | None = None,
        tools_column: str | None = None,
    ) -> None:
        self._store = store
        self._source = source
        self._render_chat = render_chat
        self._tools_column = tools_column

    def groups(self, split: str, *, first_row: int = 0) -> Iterator[GroupRef]:
        """Yield the row groups of the split that end after ``first_row``, in order."""
        return self._store.groups(split, first_row=first_row)

    def texts(self, group: GroupRef) -> pa.StringArray:
        """Return the text of each row of a row group, or null."""
        if self._render_chat is None or isinstance(self._source, TextTemplate):
            return self._store.texts(group, source=self._source)
        cells = self._store.cells(group, self._source)
        tools = [None] * len(cells) if self._tools_column is None else self._store.cells(group, self._tools_column)
        rows = enumerate(zip(cells, tools, strict=True), group.first_row)
        texts = [self._render_chat_row(cell, tool, group.split, row) for row, (cell, tool) in rows]
        return pa.array(texts, pa.string())

    def rows(self, split: str, numbers: Sequence[int]) -> list[str]:
        """Return the texts of rows, in the order of ``numbers``; the text of a row without one is empty."""
        columns = [*list_paths(self._source), *([self._tools_column] if self._tools_column else [])]
        rows = self._store.rows(split, numbers, columns=columns)
        return [self._render_row(row) or "" for row in rows]

    def _render_row(self, row: StoredRow) -> str | None:
        if isinstance(self._source, TextTemplate):
            return self._source.render(row.values)
        cell = get_value(row.values, self._source)
        if self._render_chat is None or cell is None:
            return None if cell is None else render_value(cell)
        tools = get_value(row.values, self._tools_column) if self._tools_column else None
        return self._render_chat_row(cell, tools, row.split, row.row)

    def _render_chat_row(self, cell: object, tools: object, split: str, row: int) -> str | None:
        if cell is None or self._render_chat is None:
            return None
        try:
            return self._render_chat(normalize_messages(cell), _read_tools(tools))
        except ConversationRefused as error:
            where = f"Row {row} of split “{split}”, counted from 0"
            raise ConversationRefused(error.reason, where=where) from error


def _read_tools(cell: object) -> Sequence[Json] | None:
    try:
        return normalize_tools(cell)
    except ValueError as error:
        raise ConversationRefused(str(error)) from error


def read_batches(
    reader: TextReader,
    split: str,
    *,
    first_row: int,
    stop_row: int | None = None,
    size: BatchSize,
    held_out: HeldOutRule,
) -> Iterator[TextBatch]:
    """Yield the split's rows from ``first_row`` on in order, in whole row groups of about ``size.bytes`` of text.

    ``stop_row``, which has to begin a row group, is excluded; None reads to the end.
    """
    parts: list[pa.StringArray] = []
    start, pending = first_row, 0
    for group in reader.groups(split, first_row=first_row):
        if stop_row is not None and group.first_row >= stop_row:
            break
        texts = reader.texts(group).slice(max(0, first_row - group.first_row))
        parts.append(texts)
        pending += texts.get_total_buffer_size()
        if pending >= size.bytes:
            yield _make_batch(parts, start, held_out)
            start, parts, pending = group.first_row + group.rows, [], 0
    if parts:
        yield _make_batch(parts, start, held_out)


def _make_batch(parts: list[pa.StringArray], first_row: int, held_out: HeldOutRule) -> TextBatch:
    texts = parts[0] if len(parts) == 1 else pa.concat_arrays(parts)
    return TextBatch(
        first_row,
        texts=texts,
        characters=_to_integers(pc.utf8_length(texts)),
        text_bytes=_to_integers(pc.binary_length(texts)),
        kinds=held_out.classify(texts),
    )


def _to_integers(array: pa.Array) -> Ints:
    return np.asarray(array.fill_null(0).to_numpy(zero_copy_only=False), dtype=np.int64)
