"""Conversations of every shape, from JSON Lines to the text of a chat template, as ``transformers`` renders them."""

import json
from pathlib import Path

import datasets
import pytest

from fakes import tokenizers as small
from mistudio.corpus.documents.batches import TextReader
from mistudio.corpus.ingest.ingest import ingest_file
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.manifest import IngestedFile, SourceRecord, write_manifest
from mistudio.corpus.store.manifest_builder import make_manifest
from mistudio.corpus.tokenize.encoder_trial import make_chat_renderer

TEMPLATE = (
    "{% for m in messages %}<{{ m.role }}>{% if 'tool_calls' in m %}{% for call in m.tool_calls %}"
    "{{ call.function.name }} {{ call.function.arguments | tojson }}{% endfor %}{% endif %}"
    "{% if m.content is string %}{{ m.content }}{% elif m.content is defined %}{{ m.content | tojson }}{% endif %}"
    "{% if m.reasoning_content %}({{ m.reasoning_content }}){% endif %}{% endfor %}"
)


def call(name: str, **arguments: object) -> dict[str, object]:
    """Return a message that calls a tool."""
    calls = [{"function": {"name": name, "arguments": arguments}}]
    return {"role": "assistant", "content": None, "tool_calls": calls}


ASK = {"role": "user", "content": "Weather in Oslo?"}
PARTS = {"role": "user", "content": [{"type": "text", "text": "What is this?"}, {"type": "image", "url": "a.png"}]}


def build(rows: list[dict[str, object]], folder: Path) -> DatasetStore:
    """Make a dataset of rows."""
    source, raw = folder / "train.jsonl", folder / "raw" / "train.parquet"
    raw.parent.mkdir()
    source.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    report = ingest_file(source, raw, format="json", label=source.name, monitor=NullMonitor())
    file = IngestedFile("train", "raw/train.parquet", report, SourceRecord(source.name, 1, ""))
    write_manifest(folder, make_manifest([file], source="local", splits=["train"]))
    return DatasetStore(folder)


@pytest.mark.parametrize(
    "talks",
    [
        [[ASK, call("weather", city="Oslo")], [ASK, call("add", a=2, b=[3, "x"])]],
        [[ASK, call("weather", city="Oslo")], [ASK, call("weather", city="Bergen")]],
        [[ASK, PARTS], [PARTS]],
        [[{**ASK, "name": None}], [{**ASK, "name": "Ada"}]],
        [[{**ASK, "thinking": "hm"}], [ASK]],
        [[ASK, call("f")], [ASK, {"role": "tool", "content": "3", "tool_call_id": "1"}]],
        [[{"role": "user", "content": "5"}, {"role": "user", "content": ["a"]}]],
    ],
)
def test_templates_see_the_messages_that_transformers_shows_them(
    talks: list[list[dict[str, object]]], tmp_path: Path
) -> None:
    """Arguments of different shape, content in parts, absent and null keys; the stored rows equal those of the file."""
    store = build([{"messages": talk} for talk in talks], tmp_path)
    assert talks == [row.values["messages"] for row in store.page("train", offset=0, limit=9)]
    config = {**small.CONFIG, "chat_template": TEMPLATE}
    tokenizer = small.load(small.train_byte_level(), config=config)
    theirs = small.load_with_transformers(small.make_files(small.train_byte_level(), config=config), tmp_path)
    reader = TextReader(store, "messages", render_chat=make_chat_renderer(tokenizer, store))
    texts = [text for group in store.groups() for text in reader.texts(group).to_pylist()]
    assert [theirs.apply_chat_template(talk, tokenize=False) for talk in talks] == texts


def test_datasets_reads_the_raw_file_alike(tmp_path: Path) -> None:
    """As its own type Json, with the values of the source file."""
    rows: list[dict[str, object]] = [
        {"messages": [ASK, call("weather", city="Oslo")], "meta": {"a": 1}, "either": "5"},
        {"messages": [ASK], "meta": {"b": [1, {"c": None}]}, "either": ["x"]},
        {"messages": [], "meta": {}, "either": None},
    ]
    build(rows, tmp_path)
    loaded = datasets.Dataset.from_parquet(str(tmp_path / "raw" / "train.parquet"), cache_dir=str(tmp_path / "cache"))
    expected = {"messages": datasets.List(datasets.Json()), "meta": datasets.Json(), "either": datasets.Json()}
    assert (expected, rows) == (dict(loaded.features), list(loaded))
    theirs = datasets.load_dataset("json", data_files=str(tmp_path / "train.jsonl"), cache_dir=str(tmp_path / "own"))
    assert expected == dict(theirs["train"].features)


def test_sharegpt_is_rendered_with_the_roles_of_templates(tmp_path: Path) -> None:
    """The conversation column tells which of its roles are mapped."""
    talk = [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}, {"from": "observation", "value": "3"}]
    store = build([{"conversations": talk}], tmp_path)
    tokenizer = small.load(small.train_byte_level(), config={**small.CONFIG, "chat_template": TEMPLATE})
    reader = TextReader(store, "conversations", render_chat=make_chat_renderer(tokenizer, store))
    assert ["<user>Hi<assistant>Hello<tool>3"] == reader.rows("train", [0])
    assert ("human", "gpt", "observation") == store.manifest.text.mapped_roles


def test_a_path_is_the_text_column(tmp_path: Path) -> None:
    """The id does not win; rows, texts and figures are those of the path."""
    rows: list[dict[str, object]] = [{"id": str(n), "translation": {"en": "The mill", "de": "Mühle"}} for n in range(3)]
    store = build(rows, tmp_path)
    assert ("translation.en", 24) == (store.manifest.text_source, store.manifest.text.characters)
    reader = TextReader(store, "translation.de")
    assert ["Mühle"] * 3 == [text for group in store.groups() for text in reader.texts(group).to_pylist()]
    assert ["Mühle"] == reader.rows("train", [1])
