"""The texts of a split as batches that are worth encoding: read ahead, measured, and told which are held out.

How much is encoded at once follows from how long the last time took: a cancel shall be heard within a second, whether
the tokenizer does a hundred megabytes a second or one. What comes out does not depend on it.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mistudio.core.errors import Json
from mistudio.corpus.arrays import Ints
from mistudio.corpus.documents.row_figures import DOCUMENT, HELD_OUT, NO_TEXT
from mistudio.corpus.formats.utf8_repair import python_values
from mistudio.corpus.store.dataset_store import DatasetStore, GroupRef
from mistudio.corpus.store.sample import render_cell
from mistudio.corpus.tokenizers.chat_template import ConversationRefused

RenderChat: TypeAlias = Callable[[Sequence[Mapping[str, Json]]], str]

_SECONDS: Final = 0.25
_FIRST: Final = 1 << 20
_LEAST: Final = 1 << 18
_MOST: Final = 16 << 20
_HASHES: Final = 1 << 64


@dataclass(frozen=True, eq=False)
class RowBatch:
    """Figures of the source rows ``first_row`` and the following."""

    first_row: int
    characters: Ints
    text_bytes: Ints
    kinds: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class TextBatch(RowBatch):
    """Such rows with their texts, null where there is none."""

    texts: pa.StringArray


class BatchSize:
    """How many bytes of text to encode at once: ``fixed``, or what a quarter of a second is enough for."""

    def __init__(self, fixed: int | None = None) -> None:
        self._is_fixed = fixed is not None
        self.bytes = _FIRST if fixed is None else fixed

    def took(self, seconds: float) -> None:
        """Encoding a batch took so long: the next ones are to take about a quarter of a second."""
        if self._is_fixed:
            return
        factor = min(2.0, max(0.25, _SECONDS / max(seconds, 1e-6)))
        self.bytes = int(min(_MOST, max(_LEAST, self.bytes * factor)))


@dataclass(frozen=True)
class HeldOut:
    """Which documents are held out: a share of them, chosen by a seeded hash of the text.

    So documents with equal texts fall on the same side, whatever split they are in, and another order of the rows
    changes nothing.
    """

    fraction: float
    seed: int

    def kinds(self, texts: pa.StringArray) -> NDArray[np.uint8]:
        """The kind of each text; null has none."""
        kinds = np.where(texts.is_null().to_numpy(zero_copy_only=False), NO_TEXT, DOCUMENT).astype(np.uint8)
        if self.fraction:
            chosen = [text is not None and self._has(text) for text in texts.cast(pa.binary()).to_pylist()]
            kinds[np.array(chosen, bool)] = HELD_OUT
        return kinds

    def _has(self, text: bytes) -> bool:
        digest = hashlib.blake2b(text, digest_size=8, salt=self.seed.to_bytes(8, "little")).digest()
        return int.from_bytes(digest, "little") < self.fraction * _HASHES


class TextReader:
    """Reads the texts of one column; conversations are rendered, by ``render_chat`` if it is given.

    A conversation that it refuses is named, by a ConversationRefused of its own.
    """

    def __init__(self, store: DatasetStore, column: str, *, render_chat: RenderChat | None = None) -> None:
        self._store = store
        self._column = column
        self._render_chat = render_chat

    def groups(self, split: str) -> Iterator[GroupRef]:
        """All row groups of the split, in order."""
        return self._store.groups(split)

    def texts(self, group: GroupRef) -> pa.StringArray:
        """The texts of a row group, null where there is none."""
        if self._render_chat is None:
            return self._store.texts(group, column=self._column)
        table = self._store.read(group, columns=[self._column])
        if self._column not in table.column_names:
            return pa.nulls(group.rows, pa.string())
        cells = python_values(table.column(self._column).combine_chunks())
        texts = [self._text(cell, group.split, row) for row, cell in enumerate(cells, group.first_row)]
        return pa.array(texts, pa.string())

    def rows(self, split: str, numbers: Sequence[int]) -> list[str]:
        """The texts of these rows, in the order asked; empty where there is none."""
        rows = self._store.rows(split, numbers, columns=[self._column])
        return [self._text(row.values.get(self._column), split, row.row) or "" for row in rows]

    def _text(self, cell: object, split: str, row: int) -> str | None:
        if cell is None:
            return None
        if self._render_chat is None:
            return render_cell(cell)
        try:
            return self._render_chat(messages_of(cell))
        except ConversationRefused as error:
            where = f"Row {row} of split “{split}”, counted from 0"
            raise ConversationRefused(error.reason, where=where) from error


def text_batches(
    reader: TextReader,
    split: str,
    *,
    first_row: int,
    stop_row: int | None = None,
    size: BatchSize,
    held_out: HeldOut,
) -> Iterator[TextBatch]:
    """The split's rows from ``first_row`` on, in order, about ``size.bytes`` of text at a time, whole row groups.

    ``stop_row``, where a row group begins, is the first row that is left out; None: all come.
    """
    parts: list[pa.StringArray] = []
    start, pending = first_row, 0
    for group in reader.groups(split):
        if group.first_row + group.rows <= first_row:
            continue
        if stop_row is not None and group.first_row >= stop_row:
            break
        texts = reader.texts(group).slice(max(0, first_row - group.first_row))
        parts.append(texts)
        pending += texts.get_total_buffer_size()
        if pending >= size.bytes:
            yield _batch(parts, start, held_out)
            start, parts, pending = group.first_row + group.rows, [], 0
    if parts:
        yield _batch(parts, start, held_out)


def _batch(parts: list[pa.StringArray], first_row: int, held_out: HeldOut) -> TextBatch:
    texts = parts[0] if len(parts) == 1 else pa.concat_arrays(parts)
    return TextBatch(
        first_row,
        texts=texts,
        characters=_numbers(pc.utf8_length(texts)),
        text_bytes=_numbers(pc.binary_length(texts)),
        kinds=held_out.kinds(texts),
    )


def messages_of(cell: object) -> list[Mapping[str, Json]]:
    """A conversation's messages as chat templates expect them: ``role`` and ``content``, whatever they are called."""
    messages = cell if isinstance(cell, list) else []
    found = [cast("dict[str, Json]", message) for message in messages if isinstance(message, dict)]
    return [
        {
            **message,
            "role": message.get("role", message.get("from")),
            "content": message.get("content", message.get("value")),
        }
        for message in found
    ]


def _numbers(array: pa.Array) -> Ints:
    return np.asarray(array.fill_null(0).to_numpy(zero_copy_only=False), dtype=np.int64)
