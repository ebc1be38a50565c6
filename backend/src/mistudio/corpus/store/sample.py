"""A row as the Samples tab shows it: its text, and every other column as JSON, whatever it holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mistudio.core.errors import Json
from mistudio.corpus.formats.features import name_labels
from mistudio.corpus.store.conversations import render_value
from mistudio.corpus.store.dataset_store import StoredRow
from mistudio.corpus.store.json_values import CELL_LIMIT, WHOLE_TEXT_LIMIT, to_json_value
from mistudio.corpus.store.text_path import get_value
from mistudio.corpus.store.text_source import TextSource
from mistudio.corpus.store.text_template import TextTemplate

TEXT_LIMIT: Final = 10_000


@dataclass(frozen=True)
class Sample:
    """A row to show. ``char_count`` counts the whole text; if ``truncated``, ``text`` is only its beginning."""

    id: int
    split: str
    row: int
    text: str
    text_is_null: bool
    char_count: int
    truncated: bool
    columns: dict[str, Json]


def make_sample(
    row: StoredRow, source: TextSource, *, whole: bool = False, features: Mapping[str, Json] | None = None
) -> Sample:
    """Return the sample of ``row``; ``whole`` cuts only what has over a million characters. A missing text is empty.

    ``features`` name the class labels. A text column that holds more than text, such as the tool calls of a
    conversation, is among the columns too, and so are all columns of a template.
    """
    cell = source.render(row.values) if isinstance(source, TextTemplate) else get_value(row.values, source)
    text = render_value(cell)
    limit = None if whole else CELL_LIMIT
    most = WHOLE_TEXT_LIMIT if whole else TEXT_LIMIT
    is_plain = cell is None or isinstance(cell, str)
    named = {name: name_labels(value, (features or {}).get(name)) for name, value in row.values.items()}
    others = {name: value for name, value in named.items() if not (is_plain and name == source)}
    return Sample(
        id=row.id,
        split=row.split,
        row=row.row,
        text=text[:most],
        text_is_null=cell is None,
        char_count=len(text),
        truncated=len(text) > most,
        columns={name: to_json_value(value, cell_limit=limit) for name, value in others.items()},
    )
