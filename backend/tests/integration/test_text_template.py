"""A text of several columns over HTTP: chosen at an import, changed afterwards, searched, tokenized and traced."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from fakes.cluster import BOTH_ENGINES
from fakes.running import RunningServer
from fakes.timing import TIMEOUT
from mistudio.core.config import Settings
from mistudio.corpus.store.manifest import read_manifest

pytestmark = BOTH_ENGINES

TEMPLATE = "{instruction}\n\n{output.text} ({output.n})"
ROWS: list[dict[str, object]] = [
    {"id": 0, "instruction": "Add two", "output": {"text": "four", "n": 4}, "note": "alpha"},
    {"id": 1, "instruction": None, "output": {"text": "silver", "n": None}, "note": "beta"},
    {"id": 2, "instruction": None, "output": None, "note": "gamma"},
    {"id": 3, "instruction": "", "output": {"text": "", "n": 0}, "note": "delta"},
]
TEXTS = ["Add two\n\nfour (4)", "\n\nsilver ()", "", "\n\n (0)"]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings by which every dataset gets an index, and a byte-level tokenizer below DATA_DIR."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=300, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(TEXTS, trainer)
    folder = settings.data_dir / "tokenizers" / "bytes"
    folder.mkdir(parents=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    return settings.model_copy(update={"search_index": "auto"})


async def upload(server: RunningServer, rows: Sequence[object] = ROWS, *, ends: str = "ready", **fields: str) -> Any:
    """The dataset of an import of these rows with these options, as JSON, once it is ready."""
    content = "".join(json.dumps(row) + "\n" for row in rows)
    answer = await server.http.post(
        "/api/datasets/upload", files=[("files", ("rows.jsonl", content.encode()))], data=fields
    )
    assert answer.status_code == 202, answer.text
    return await server.until(answer.json()["id"], ends)


async def patch(server: RunningServer, dataset_id: str, expected: int = 200, **fields: Any) -> Any:  # JSON
    """The answer to a change of these fields."""
    answer = await server.http.patch(f"/api/datasets/{dataset_id}", json=fields)
    assert answer.status_code == expected, answer.text
    return answer.json()


async def texts_of(server: RunningServer, dataset_id: str, **query: object) -> list[str]:
    """The texts of the samples that a query finds."""
    return [row["text"] for row in (await server.get(f"/api/datasets/{dataset_id}/samples", **query))["data"]]


async def until_indexed(server: RunningServer, dataset_id: str) -> Any:  # JSON
    """The dataset once its index is ready."""
    async with asyncio.timeout(TIMEOUT):
        while (dataset := await server.get(f"/api/datasets/{dataset_id}"))["index"]["state"] != "ready":
            await asyncio.sleep(0.02)
    return dataset


async def tokenize(server: RunningServer, dataset_id: str, expected: int = 202, **fields: Any) -> Any:  # JSON
    """The tokenization that a request makes, once it is ready; or the refusal."""
    body = {"tokenizer": "./tokenizers/bytes", "max_length": 64, **fields}
    answer = await server.http.post(f"/api/datasets/{dataset_id}/tokenize", json=body)
    assert answer.status_code == expected, answer.text
    if expected != 202:
        return answer.json()
    async with asyncio.timeout(TIMEOUT):
        while (record := await server.get(f"/api/tokenizations/{answer.json()['id']}"))["status"] != "ready":
            assert record["status"] in {"queued", "processing"}, record
            await asyncio.sleep(0.02)
    return record


async def row_texts(server: RunningServer, record: Any) -> list[str]:  # a tokenization as JSON
    """The texts of its rows, decoded."""
    page = await server.get(f"/api/tokenizations/{record['id']}/rows")
    return ["".join(token["text"] for token in row["tokens"]) for row in page["data"]]


async def test_an_import_by_a_template(server: RunningServer, settings: Settings) -> None:
    """The template makes the texts of samples, search, counts and tokens; the manifest has it."""
    dataset = await upload(server, text_template=TEMPLATE)
    assert (dataset["text_template"], dataset["text_column"]) == (TEMPLATE, None)
    counted = {name: dataset["metadata"][name] for name in ("null_texts", "empty_texts", "incomplete_texts")}
    assert counted == {"null_texts": 1, "empty_texts": 0, "incomplete_texts": 1}
    assert dataset["metadata"]["characters"] == sum(map(len, TEXTS))
    assert "a placeholder is null in 1 of 4 rows" in dataset["notices"][0]
    manifest = read_manifest(settings.data_dir / "datasets" / dataset["id"])
    assert (manifest.text_template, manifest.text_column) == (TEMPLATE, None)
    assert await texts_of(server, dataset["id"]) == TEXTS
    assert await texts_of(server, dataset["id"], search="four", mode="exact") == [TEXTS[0]]
    await until_indexed(server, dataset["id"])
    answer = await server.get(f"/api/datasets/{dataset['id']}/samples", search="silver")
    assert (answer["search"]["index"], [row["text"] for row in answer["data"]]) == (True, [TEXTS[1]])
    assert await texts_of(server, dataset["id"], search="alpha") == []
    record = await tokenize(server, dataset["id"])
    assert (record["settings"]["text_template"], record["resolved"]["text_template"]) == (TEMPLATE, TEMPLATE)
    assert [text.replace("Ġ", " ") for text in await row_texts(server, record)] == [TEXTS[0], TEXTS[1], TEXTS[3]]
    traced = await server.get(f"/api/tokenizations/{record['id']}/rows/1/trace", position=3)
    assert (traced["source"]["text"], traced["source"]["row"]) == (TEXTS[1], 1)
    sample = await server.get(f"/api/datasets/{dataset['id']}/samples/train/0", tokenization=record["id"])
    assert (sample["text"], "".join(token["text"] for token in sample["tokens"])) == (TEXTS[0], TEXTS[0])


async def test_the_text_can_be_changed_afterwards(server: RunningServer) -> None:
    """For viewing and search; the index is built again, the counts are counted again, tokenizations keep theirs."""
    dataset = await upload(server, text_column="note")
    await until_indexed(server, dataset["id"])
    first = await tokenize(server, dataset["id"])
    changed = await patch(server, dataset["id"], text_template=TEMPLATE)
    assert (changed["text_template"], changed["text_column"], changed["index"]["state"]) == (TEMPLATE, None, "none")
    figures = ("null_texts", "empty_texts", "invalid_texts", "incomplete_texts", "characters", "text_bytes")
    assert {changed["metadata"][name] for name in figures} == {None}
    assert await texts_of(server, dataset["id"]) == TEXTS
    indexed = await until_indexed(server, dataset["id"])
    assert [indexed["metadata"][name] for name in figures[:4]] == [1, 0, 0, 1]
    answer = await server.get(f"/api/datasets/{dataset['id']}/samples", search="silver")
    assert (answer["search"]["index"], answer["pagination"]["total"]) == (True, 1)
    assert await texts_of(server, dataset["id"], search="alpha") == []
    assert await row_texts(server, first) == [row["note"] for row in ROWS]
    sample = await server.get(f"/api/datasets/{dataset['id']}/samples/train/0", tokenization=first["id"])
    assert "column “note”" in sample["tokens_note"]
    second = await tokenize(server, dataset["id"])
    assert second["settings"]["text_template"] == TEMPLATE
    back = await patch(server, dataset["id"], text_column="output.text")
    assert (back["text_template"], back["text_column"]) == (None, "output.text")
    assert (back["metadata"]["null_texts"], back["metadata"]["empty_texts"]) == (1, 1)
    assert "chosen afterwards" in back["metadata"]["text_column_reason"]
    own = await patch(server, dataset["id"], text_column=None)
    assert (own["text_column"], own["metadata"]["text_column_reason"]) == ("note", "“note” was requested.")
    await until_indexed(server, dataset["id"])
    assert await texts_of(server, dataset["id"], search="alpha") == ["alpha"]
    unchanged = await patch(server, dataset["id"], text_column="note")
    assert unchanged["index"]["state"] == "ready"


async def test_a_record_can_be_edited(server: RunningServer) -> None:
    """Name, tags and note; fields that are left out stay, and nothing else may be given."""
    dataset = await upload(server)
    path = dataset["id"]
    changed = await patch(server, path, name="mine", tags=["a", " b ", "a"], note="two\nlines")
    assert (changed["name"], changed["tags"], changed["note"]) == ("mine", ["a", "b"], "two\nlines")
    changed = await patch(server, path, note="")
    assert (changed["name"], changed["tags"], changed["note"]) == ("mine", ["a", "b"], None)
    assert changed["seq"] > dataset["seq"]
    listed = await server.get("/api/datasets", search="mine")
    assert listed["data"][0]["tags"] == ["a", "b"]
    for wrong in ({"name": None}, {"name": " "}, {"tags": ["\x07"]}, {"tags": None}, {"other": 1}):
        refused = await patch(server, path, 422, **wrong)
        assert refused["errors"][0]["field"].split(".")[0] == next(iter(wrong))
    assert (await patch(server, "ds_none", 404, name="x"))["code"] == "not_found"


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ({"text_template": "{nothing}"}, "unknown_column", "There is no column “nothing”. Columns: id, instruction"),
        ({"text_template": "{output.none}"}, "unknown_column", "no column “output.none”"),
        ({"text_template": "{note.x}"}, "unknown_column", "no column “note.x”"),
        ({"text_template": "{note"}, "validation_error", "Character 1 of the template"),
        ({"text_template": "note"}, "validation_error", "names no column"),
        ({"text_column": "note", "text_template": "{note}"}, "validation_error", "not both"),
        ({"text_column": "id"}, "unknown_column", "holds no text"),
    ],
)
async def test_a_wrong_text_is_refused_at_its_field(
    server: RunningServer, text: dict[str, str], code: str, message: str
) -> None:
    """By a change and by a tokenization alike; what is wrong in itself, by an import and a download, too."""
    dataset = await upload(server)
    field = [*text][-1]
    changed = await patch(server, dataset["id"], 422, **text)
    for refused in (changed, await tokenize(server, dataset["id"], 422, **text)):
        assert (refused["code"], refused["errors"][0]["field"]) == (code, field), refused
        assert message in refused["errors"][0]["message"]
    if code == "validation_error":
        files = [("files", ("other.jsonl", b'{"note": "x"}\n'))]
        answer = await server.http.post("/api/datasets/upload", files=files, data=text)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
        answer = await server.http.post("/api/datasets/download", json={"repo_id": "a/b", **text})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_an_import_without_the_column_fails_and_can_be_mended(server: RunningServer) -> None:
    """The data has no such column: the error names those that it has, and another text lets a retry succeed."""
    dataset = await upload(server, text_template="{instruction} {missing}", ends="error")
    assert dataset["error_code"] == "unknown_column"
    assert "“missing”. Columns: id, instruction" in dataset["error_message"]
    await patch(server, dataset["id"], text_template="{instruction}!")
    answer = await server.http.post(f"/api/datasets/{dataset['id']}/retry")
    assert answer.status_code == 202
    await server.until(dataset["id"], "ready")
    assert await texts_of(server, dataset["id"]) == ["Add two!", "", "", "!"]


async def test_two_that_differ_in_the_text_are_two(server: RunningServer) -> None:
    """Column, path and template are part of a tokenization's identity; the same again is a 409 with its id."""
    dataset = await upload(server)
    texts: list[dict[str, Any]] = [
        {"text_column": "instruction"},
        {"text_column": "output.text"},
        {"text_template": "{instruction}"},
        {"text_template": "{instruction} "},
        {"text_template": TEMPLATE},
    ]
    made = [(await tokenize(server, dataset["id"], **text))["id"] for text in texts]
    assert len(set(made)) == len(texts)
    for text, known in zip(texts, made, strict=True):
        assert (await tokenize(server, dataset["id"], 409, **text))["tokenization_id"] == known
    # What the dataset is viewed by is what counts if a request names no text.
    await patch(server, dataset["id"], text_template=TEMPLATE)
    assert (await tokenize(server, dataset["id"], 409))["tokenization_id"] == made[-1]
