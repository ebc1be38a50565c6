"""A sample of a dataset's documents, spread over it, and the engines that are chosen by it."""

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
from mistudio.corpus.spec.resolve import ResolvedSettings
from mistudio.corpus.spec.settings import TokenizeSettings
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.tokenize.request import Engines
from mistudio.corpus.tokenized.manifest import EngineRecord
from mistudio.corpus.tokenizers.tokenizer import LoadedTokenizer

SAMPLE: Final = 1_000
# Characters of a document that the engines are compared on: a thousand books would take longer than the job.
_EXCERPT: Final = 4_096
_GROUPS: Final = 128


def chat_renderer(tokenizer: LoadedTokenizer, store: DatasetStore) -> RenderChat:
    """The tokenizer's chat template; a template that writes the date writes the day on which the dataset was made.

    So the same text comes out whenever it is rendered again.
    """
    return partial(_rendered, tokenizer, datetime.fromisoformat(store.manifest.created_at))


def _rendered(tokenizer: LoadedTokenizer, made: datetime, messages: Sequence[Mapping[str, Json]]) -> str:
    return tokenizer.render_chat(messages, now=made)


def sample_texts(
    reader: TextReader, splits: Sequence[str], *, count: int = SAMPLE, seed: int = 0, most: int | None = None
) -> pa.StringArray:
    """About ``count`` texts of the splits, or all if there are no more: seeded, from row groups spread over all.

    Of texts that are longer than ``most`` characters, so many from a random place.
    """
    groups = [group for split in splits for group in reader.groups(split)]
    total = sum(group.rows for group in groups)
    places = np.unique(np.linspace(0, max(0, len(groups) - 1), min(_GROUPS, len(groups)), dtype=np.int64))
    chosen = groups if total <= count else [groups[place] for place in places]
    chance = np.random.default_rng(seed)
    parts = [pa.array([], pa.string())]
    for number, group in enumerate(chosen):
        wanted = -(-(count - sum(map(len, parts))) // (len(chosen) - number))
        texts = reader.texts(group).drop_null()
        rows = np.sort(chance.permutation(len(texts))[: len(texts) if total <= count else max(0, wanted)])
        some = texts.take(pa.array(rows))
        parts.append(some if most is None else _cut(some, most, chance))
    return pa.concat_arrays(parts)


def _cut(texts: pa.StringArray, most: int, chance: np.random.Generator) -> pa.StringArray:
    is_long = pc.greater(pc.utf8_length(texts), most)
    cut = [_excerpt(text, most, chance) for text in texts.filter(is_long).to_pylist()]
    return pc.replace_with_mask(texts, is_long, pa.array(cut, pa.string()))


def _excerpt(text: str, most: int, chance: np.random.Generator) -> str:
    start = int(chance.integers(0, len(text) - most, endpoint=True))
    return text[start : start + most]


def engines_for(
    tokenizer: LoadedTokenizer,
    store: DatasetStore,
    *,
    settings: TokenizeSettings,
    resolved: ResolvedSettings,
    trial: Trial | None = None,
) -> Engines:
    """What a tokenization of this dataset uses: the fast engine where it agrees on a sample of these very documents.

    ``trial`` is that of this tokenizer, where it was made already.
    """
    render = chat_renderer(tokenizer, store) if settings.apply_chat_template else None
    reader = TextReader(store, resolved.text_column, render_chat=render)
    choice = choose_encoder(tokenizer, partial(sample_texts, reader, resolved.splits, most=_EXCERPT), trial=trial)
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
