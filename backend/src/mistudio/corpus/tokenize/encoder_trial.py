"""Sample the documents of a dataset, and choose the engines of a tokenization by the sample."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mistudio.core.errors import Json
from mistudio.corpus.documents.batches import RenderChat, TextReader
from mistudio.corpus.encoders.choice import Trial, choose_encoder
from mistudio.corpus.encoders.encoders import ReferenceEncoder
from mistudio.corpus.encoders.encoding import Encoder, TokenIds
from mistudio.corpus.spec.resolve import ResolvedSettings
from mistudio.corpus.spec.settings import TokenizeSettings
from mistudio.corpus.store.dataset_store import DatasetStore, GroupRef
from mistudio.corpus.tokenize.request import Engines
from mistudio.corpus.tokenized.manifest import EngineRecord
from mistudio.corpus.tokenizers.tokenizer import LoadedTokenizer
from mistudio.corpus.tokenizers.unknown_text import TextNotInVocabulary

SAMPLE: Final = 1_000
# Characters per document on which the engines are compared: a thousand whole books would take longer than the job.
_EXCERPT: Final = 4_096
_GROUPS: Final = 128


def make_chat_renderer(tokenizer: LoadedTokenizer, store: DatasetStore) -> RenderChat:
    """Return a function that renders conversations with the tokenizer's chat template.

    A template that writes the date writes the day on which the dataset was created, so every call renders the same.
    """
    return partial(_render, tokenizer, datetime.fromisoformat(store.manifest.created_at))


def _render(
    tokenizer: LoadedTokenizer,
    created: datetime,
    messages: Sequence[Mapping[str, Json]],
    tools: Sequence[Json] | None,
) -> str:
    return tokenizer.render_chat(messages, now=created, tools=tools)


def sample_texts(
    reader: TextReader, splits: Sequence[str], *, count: int = SAMPLE, seed: int = 0, excerpt: int | None = None
) -> pa.StringArray:
    """Return about ``count`` texts, or all if there are fewer: seeded, from row groups spread over the splits.

    A text of more than ``excerpt`` characters is cut to that many, from a random position.
    """
    chosen, total = _choose_groups(reader, splits, count)
    chance = np.random.default_rng(seed)
    parts = [pa.array([], pa.string())]
    for number, group in enumerate(chosen):
        wanted = -(-(count - sum(map(len, parts))) // (len(chosen) - number))
        texts = reader.texts(group).drop_null()
        rows = np.sort(chance.permutation(len(texts))[: len(texts) if total <= count else max(0, wanted)])
        some = texts.take(pa.array(rows))
        parts.append(some if excerpt is None else _cut_texts(some, excerpt, chance))
    return pa.concat_arrays(parts)


def _choose_groups(reader: TextReader, splits: Sequence[str], count: int) -> tuple[list[GroupRef], int]:
    """Return the row groups that a sample of ``count`` texts comes from, and the number of all rows."""
    groups = [group for split in splits for group in reader.groups(split)]
    total = sum(group.rows for group in groups)
    places = np.unique(np.linspace(0, max(0, len(groups) - 1), min(_GROUPS, len(groups)), dtype=np.int64))
    return (groups if total <= count else [groups[place] for place in places]), total


def encode_sample(encoder: Encoder, reader: TextReader, splits: Sequence[str], *, count: int) -> TokenIds:
    """Return the ids of a sample of texts. Raises TextNotInVocabulary, with the row of the text."""
    texts = sample_texts(reader, splits, count=count)
    try:
        return encoder.encode(texts)
    except TextNotInVocabulary as error:
        groups, _total = _choose_groups(reader, splits, count)
        for group in groups:
            place = pc.index(reader.texts(group), texts[error.place]).as_py()
            if place >= 0:
                raise error.locate(group.split, group.first_row + place) from error
        raise


def _cut_texts(texts: pa.StringArray, length: int, chance: np.random.Generator) -> pa.StringArray:
    is_long = pc.greater(pc.utf8_length(texts), length)
    cut = [_cut_text(text, length, chance) for text in texts.filter(is_long).to_pylist()]
    return pc.replace_with_mask(texts, is_long, pa.array(cut, pa.string()))


def _cut_text(text: str, length: int, chance: np.random.Generator) -> str:
    start = int(chance.integers(0, len(text) - length, endpoint=True))
    return text[start : start + length]


def choose_engines(
    tokenizer: LoadedTokenizer,
    store: DatasetStore,
    *,
    settings: TokenizeSettings,
    resolved: ResolvedSettings,
    trial: Trial | None = None,
) -> Engines:
    """Return the engines for this dataset: the fast one if it agrees with the reference on a sample of the documents.

    ``trial`` is the result of ``try_fast_engine`` on this tokenizer, if there is one.
    """
    render = make_chat_renderer(tokenizer, store) if settings.apply_chat_template else None
    reader = TextReader(store, resolved.source, render_chat=render, tools_column=resolved.tools_column)
    choice = choose_encoder(tokenizer, partial(sample_texts, reader, resolved.splits, excerpt=_EXCERPT), trial=trial)
    encoder = choice.encoder
    return Engines(
        encoder=encoder,
        reference=ReferenceEncoder(tokenizer.reference),
        record=EngineRecord(choice.engine, choice.reason),
        decode=tokenizer.decode_all,
        is_lossless=tokenizer.is_lossless,
        render_chat=render,
        packages=("pyarrow", "numpy", "tokenizers", "gigatoken"),
        failure=lambda: encoder.failure,
    )
