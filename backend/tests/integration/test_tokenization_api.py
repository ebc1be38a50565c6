"""Tokenizations over HTTP, from the request to rows, ledger, audit and trace; with a tokenizer of our own."""

import asyncio
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from datasets import load_from_disk
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from fakes.cluster import BOTH_ENGINES, dump_records
from fakes.datasets import add_ready
from fakes.hub import Fault, Hub
from fakes.repositories import add_stories, story_rows
from fakes.running import RunningServer
from fakes.timing import TIMEOUT
from mistudio.core.config import Settings

TOKENIZER = "tokenizers/tiny"


def train(folder: Path) -> Tokenizer:
    """A byte-level BPE with BOS and EOS, whose template puts BOS before a text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([row["text"] for row in story_rows("train", 200)], trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    folder.mkdir(parents=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    return tokenizer


@pytest.fixture
def tokenizer(settings: Settings) -> Tokenizer:
    """The tokenizer, saved below DATA_DIR."""
    return train(settings.data_dir / TOKENIZER)


@pytest.fixture
async def dataset_id(server: RunningServer, hub: Hub, tokenizer: Tokenizer) -> str:
    """A ready dataset of 240 training rows and 30 for validation."""
    add_stories(hub)
    made = await server.download("lab/stories")
    await server.until(made["id"], "ready")
    return str(made["id"])


async def tokenize(server: RunningServer, dataset_id: str, **fields: object) -> Any:  # JSON of any kind
    """The tokenization that a request makes, once it is ready."""
    body = {"tokenizer": f"./{TOKENIZER}", **fields}
    answer = await server.http.post(f"/api/datasets/{dataset_id}/tokenize", json=body)
    assert 202 == answer.status_code, answer.text
    return await until(server, answer.json()["id"])


async def until(server: RunningServer, tokenization_id: str, status: str = "ready") -> Any:  # JSON of any kind
    """The tokenization once it has this status."""
    async with asyncio.timeout(TIMEOUT):
        while (found := await server.get(f"/api/tokenizations/{tokenization_id}"))["status"] != status:
            assert found["status"] in {"queued", "processing"}, found
            await asyncio.sleep(0.05)
    return found


@BOTH_ENGINES
async def test_from_the_request_to_the_rows_and_back(
    server: RunningServer, dataset_id: str, tokenizer: Tokenizer
) -> None:
    """Every row holds the reference's ids, the ledger balances, and a position leads to its text."""
    made = await tokenize(server, dataset_id, max_length=16)
    failed = [check["name"] for check in made["audit"]["checks"] if check["passed"] is False]
    assert (270, True, ["losses"]) == (made["num_rows"], made["ledger"]["balances"], failed)
    assert "tokens were not written" in made["warnings"][0]
    rows = load_from_disk(made["path"])
    expected = [tokenizer.encode(row["text"]).ids[:16] for row in story_rows("train", 240)]
    assert expected == rows["train"]["input_ids"][:]
    assert ["train", "validation"] == list(rows)
    assert [("train", 240, False), ("validation", 30, False)] == [tuple(split.values()) for split in made["splits"]]

    page = await server.get(f"/api/tokenizations/{made['id']}/rows", split="train", page=2, limit=10)
    assert (240, 10) == (page["pagination"]["total"], page["data"][0]["row"])
    assert expected[10] == [token["id"] for token in page["data"][0]["tokens"]]
    assert ["special", "data"] == [token["kind"] for token in page["data"][0]["tokens"][:2]]

    traced = await server.get(f"/api/tokenizations/{made['id']}/rows/10/trace", split="train", position=2)
    text = story_rows("train", 240)[10]["text"]
    source = traced["source"]
    assert isinstance(text, str)
    span = tokenizer.encode(text).offsets[2]
    assert (10, "train", text) == (source["row"], source["split"], source["text"])
    assert text[span[0] : span[1]].strip() == text[source["char_start"] : source["char_end"]].strip()
    assert "data/train-00000-of-00002.parquet" == source["file"]
    assert "lab/stories" == source["repo"]
    special = await server.get(f"/api/tokenizations/{made['id']}/rows/0/trace", position=0)
    assert (None, "special") == (special["source"], special["token"]["kind"])

    sample = await server.get(f"/api/datasets/{dataset_id}/samples/train/10", tokenization=made["id"])
    assert tokenizer.encode(text, add_special_tokens=False).ids == [token["id"] for token in sample["tokens"]]
    assert text == "".join(token["text"] for token in sample["tokens"])
    assert len(sample["tokens"]) == sample["token_count"]

    dataset = await server.get(f"/api/datasets/{dataset_id}")
    assert (made["path"], made["num_tokens"]) == (dataset["tokenized_path"], dataset["num_tokens"])
    assert "ready" == dataset["status"]
    assert {"datasets", "TransformerLens"} <= {snippet["title"] for snippet in made["usage"]}
    assert ["tiny"] == [model["name"] for model in await server.get("/api/models")]


async def test_contexts_and_positions_lead_to_documents(server: RunningServer, dataset_id: str) -> None:
    """Random windows and the positions of a sequence have their documents, files and commits."""
    made = await tokenize(server, dataset_id, max_length=16)
    address = f"/api/tokenizations/{made['id']}"
    contexts = await server.get(f"{address}/contexts", length=4, n=5, seed=1, split="train")
    assert [4] * 5 == [len(context["tokens"]) for context in contexts]
    wanted = [token["id"] for token in contexts[0]["tokens"]]
    found = await server.get(f"{address}/positions", ids=",".join(map(str, wanted)), limit=100)
    assert found["pagination"]["total"] >= len(found["data"]) > 0
    assert all(wanted == [token["id"] for token in each["tokens"]] for each in found["data"])
    (origin, *_) = found["data"][0]["origins"]
    assert ("lab/stories", True) == (origin["repo"], origin["file"].startswith("data/train-"))
    for query in ("ids=", "ids=a", "ids=1&split=dev"):
        assert 422 == (await server.http.get(f"{address}/positions?{query}")).status_code


async def test_vocabulary_by_frequency_and_in_context(server: RunningServer, dataset_id: str) -> None:
    """The counts are those of the statistics; a search finds text and id; each context has its token."""
    made = await tokenize(server, dataset_id, max_length=16, begin_of_row_token="bos")
    address = f"/api/tokenizations/{made['id']}/vocabulary"
    statistics = await server.get(f"/api/datasets/{dataset_id}/statistics", tokenization=made["id"])
    most = (await server.get(address, limit=5))["data"]
    assert [(each["id"], each["text"], each["count"]) for each in most] == [
        (each["id"], each["text"], each["count"]) for each in statistics["tokens"]["most_frequent"][:5]
    ]
    for each in most:
        assert each["count"] == sum(split["count"] for split in each["splits"])
    never, least = [(await server.get(address, order=order)) for order in ("never", "least")]
    assert least["pagination"]["total"] == statistics["tokens"]["unique_tokens"]
    assert all(each["count"] == each["inserted"] == 0 for each in never["data"])
    found = (await server.get(address, search=most[0]["text"].upper()))["data"]
    assert most[0] in found
    assert most[1] in (await server.get(address, search=str(most[1]["id"])))["data"]
    contexts = await server.get(f"{address}/{most[0]['id']}/contexts", window=3, limit=7, page=2)
    assert contexts["pagination"]["total"] == most[0]["count"]
    assert [most[0]["id"]] * 7 == [each["tokens"][each["at"]]["id"] for each in contexts["data"]]
    assert all(len(each["tokens"]) <= 7 for each in contexts["data"])
    assert contexts["token"] == most[0]
    begin = next(each["id"] for each in statistics["tokens"]["special_tokens"] if each["count"])
    inserted = await server.get(f"{address}/{begin}/contexts", split="train")
    assert inserted["data"][0]["tokens"][0]["kind"] == "special"
    for query, status in (("999999999/contexts", 404), ("5/contexts?split=dev", 422), ("5/contexts?window=65", 422)):
        assert status == (await server.http.get(f"{address}/{query}")).status_code


async def test_limits_windows_and_columns(server: RunningServer, dataset_id: str) -> None:
    """Each is part of the identity and of the ledger; what cannot work is refused with its field."""
    settings = {"max_length": 12, "packing": "windows", "stride": 5, "min_tokens": 8, "max_tokens": 500}
    made = await tokenize(server, dataset_id, **settings, extra_columns=["document_id"])
    ledger = made["ledger"]
    assert (500, True) == (ledger["data_tokens"], ledger["balances"])
    assert min(ledger["repeated"], ledger["unused"]) > 0
    assert "document_id" in load_from_disk(made["path"])["train"].column_names
    other = await tokenize(server, dataset_id, **settings)
    assert other["id"] != made["id"]
    body = {"tokenizer": made["tokenizer"], **settings}
    for changes, field in (
        ({"stride": 13}, "stride"),
        ({"packing": "off"}, "stride"),
        ({"max_tokens": 0}, "max_tokens"),
    ):
        answer = await server.http.post(f"/api/datasets/{dataset_id}/tokenize", json={**body, **changes})
        assert 422 == answer.status_code
        assert field in answer.json()["errors"][0]["field"]


async def test_statistics_and_what_if_are_those_of_the_real_run(
    server: RunningServer, dataset_id: str, tokenizer: Tokenizer
) -> None:
    """Exact figures per split and in all; what another max_length would cost equals a run with it."""
    counts = [len(tokenizer.encode(row["text"], add_special_tokens=False).ids) for row in story_rows("train", 240)]
    made = await tokenize(server, dataset_id)
    statistics = await server.get(f"/api/datasets/{dataset_id}/statistics", tokenization=made["id"])
    train_split = statistics["splits"][0]
    assert (240, sum(counts), max(counts)) == tuple(
        train_split["tokens"][name] for name in ("samples", "tokens", "maximum")
    )
    assert 240 == sum(part["count"] for part in train_split["tokens"]["linear_bins"])
    assert made["num_tokens"] == statistics["tokens"]["tokens"]

    cut = await tokenize(server, dataset_id, max_length=8)
    asked = await server.get(f"/api/datasets/{dataset_id}/what-if", tokenization=made["id"], max_length=8)
    ragged = asked["options"][0]["ragged"]
    assert not asked["estimate"]
    assert [cut["ledger"][name] for name in ("data_tokens", "truncated", "special_tokens", "positions")] == [
        ragged[name] for name in ("data_tokens", "truncated", "special_tokens", "positions")
    ]
    estimate = await server.get(f"/api/datasets/{dataset_id}/what-if", tokenizer=f"./{TOKENIZER}", max_length=8)
    assert ragged == estimate["options"][0]["ragged"]


@BOTH_ENGINES
async def test_equal_settings_are_one_tokenization_and_others_are_independent(
    server: RunningServer, dataset_id: str
) -> None:
    """The same again, for all that matters, names the first; deleting one leaves its sibling.

    The dataset follows the newest.
    """
    first = await tokenize(server, dataset_id, max_length=16)
    for idle in ({}, {"keep_last_partial": True, "return_attention_mask": False}):
        again = await server.http.post(
            f"/api/datasets/{dataset_id}/tokenize", json={"tokenizer": f"./{TOKENIZER}", "max_length": 16, **idle}
        )
        assert (409, "exists", first["id"]) == (
            again.status_code,
            again.json()["code"],
            again.json()["tokenization_id"],
        )
    second = await tokenize(server, dataset_id, packing="concat", max_length=32)
    assert [second["id"], first["id"]] == [
        record["id"] for record in await server.get(f"/api/datasets/{dataset_id}/tokenizations")
    ]
    assert 204 == (await server.http.delete(f"/api/tokenizations/{second['id']}")).status_code
    assert not Path(second["path"]).exists()
    assert Path(first["path"]).is_dir()
    dataset = await server.get(f"/api/datasets/{dataset_id}")
    assert first["path"] == dataset["tokenized_path"]
    assert 404 == (await server.http.get(f"/api/tokenizations/{second['id']}")).status_code


async def test_files_stay_mapped_until_the_tokenization_is_deleted(server: RunningServer, dataset_id: str) -> None:
    """A second page opens nothing; one that was made again is noticed; a deleted one is closed."""
    made = await tokenize(server, dataset_id)
    address = f"/api/tokenizations/{made['id']}"
    first = await server.get(f"{address}/rows")
    mapped = mappings(made["id"])
    assert mapped
    assert (first, mapped) == (await server.get(f"{address}/rows"), mappings(made["id"]))
    folder = Path(made["path"])
    shutil.copytree(folder, away := folder.with_name("away"))
    shutil.rmtree(folder)
    away.rename(folder)
    assert first == await server.get(f"{address}/rows")
    assert mappings(made["id"]).isdisjoint(mapped)
    assert 204 == (await server.http.delete(address)).status_code
    await server.parts.storage.close()
    assert set() == mappings(made["id"])


def mappings(tokenization_id: str) -> set[str]:
    """The files of this tokenization that this process has mapped, by inode, deleted ones too."""
    lines = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
    return {line.split()[4] for line in lines if f"/{tokenization_id}/" in line}


async def test_statistics_are_answered_without_the_data(server: RunningServer, dataset_id: str) -> None:
    """Exact figures of source and tokens, though the files of both are missing."""
    made = await tokenize(server, dataset_id)
    address = f"/api/datasets/{dataset_id}/statistics"
    before = [await server.get(address), await server.get(address, tokenization=made["id"])]
    folder = server.parts.storage.folder(dataset_id)
    away = folder.rename(folder.with_name("away"))
    assert before == [await server.get(address), await server.get(address, tokenization=made["id"])]
    assert made["num_tokens"] == before[1]["tokens"]["tokens"]
    away.rename(folder)


async def test_rows_without_a_text_are_no_documents_of_an_estimate(server: RunningServer, tokenizer: Tokenizer) -> None:
    """The sample is scaled to the rows that have a text."""
    text = "once upon a time"
    rows: list[dict[str, object]] = [{"text": None if row % 3 == 0 else text} for row in range(12_000)]
    dataset_id = await add_ready(server.parts.database, server.parts.storage, {"train": [rows]})
    found = await server.get(f"/api/datasets/{dataset_id}/what-if", tokenizer=f"./{TOKENIZER}", max_length=512)
    tokens = 8_000 * len(tokenizer.encode(text, add_special_tokens=False).ids)
    assert (True, 8_000, 5_000) == (found["estimate"], found["documents"], found["documents_counted"])
    assert (tokens, tokens) == (found["source_tokens"], found["options"][0]["ragged"]["data_tokens"])


async def test_a_token_that_the_tokenizer_lacks_is_refused_by_its_field(server: RunningServer, dataset_id: str) -> None:
    """With the field, and with what to do instead."""
    folder = server.parts.settings.data_dir / "tokenizers" / "bare"
    folder.mkdir()
    Tokenizer(models.BPE(vocab={"a": 0, "b": 1}, merges=[])).save(str(folder / "tokenizer.json"))
    path = f"/api/datasets/{dataset_id}/tokenize"
    refused = await server.http.post(path, json={"tokenizer": "./tokenizers/bare", "begin_of_row_token": "bos"})
    assert (422, "validation_error") == (refused.status_code, refused.json()["code"])
    message = "This tokenizer has no BOS token. Choose another one, an id, or “none”."
    assert [{"field": "begin_of_row_token", "message": message}] == refused.json()["errors"]
    assert [] == await server.get(f"/api/datasets/{dataset_id}/tokenizations")


async def test_impossible_requests_are_refused_at_their_field(server: RunningServer, dataset_id: str) -> None:
    """Each with its code; none leaves a record."""
    path = f"/api/datasets/{dataset_id}/tokenize"
    outside = server.parts.settings.data_dir.parent
    cases: list[tuple[dict[str, object], int, str, str]] = [
        ({"max_length": 1}, 422, "validation_error", "max_length"),
        ({"packing": "concat", "padding": "max_length"}, 422, "validation_error", "padding"),
        ({"begin_of_row_token": 100_000}, 422, "validation_error", "begin_of_row_token"),
        ({"document_separator_token": "sep"}, 422, "validation_error", "document_separator_token"),
        ({"splits": ["test"]}, 422, "unknown_split", "splits"),
        ({"text_column": "number"}, 422, "unknown_column", "text_column"),
        ({"tokenizer": str(outside)}, 422, "validation_error", "tokenizer"),
        ({"tokenizer": "../../etc"}, 422, "validation_error", "tokenizer"),
        ({"tokenizer": "./\0"}, 422, "validation_error", "tokenizer"),
        ({"tokenizer": f"./{'x' * 300}"}, 422, "validation_error", "tokenizer"),
        ({"tokenizer": "./tokenizers/none"}, 422, "no_tokenizer", "tokenizer"),
        ({"tokenizer": "lab/nothing"}, 404, "not_found", "tokenizer"),
        ({"apply_chat_template": True}, 422, "validation_error", "apply_chat_template"),
        ({"nonsense": 1}, 422, "validation_error", "nonsense"),
    ]
    for fields, status, code, field in cases:
        answer = await server.http.post(path, json={"tokenizer": f"./{TOKENIZER}", **fields})
        problem = answer.json()
        assert (status, code, field) == (answer.status_code, problem["code"], problem["errors"][0]["field"]), fields
    assert [] == await server.get(f"/api/datasets/{dataset_id}/tokenizations")
    missing = await server.http.post("/api/datasets/ds_none/tokenize", json={"tokenizer": "gpt2"})
    assert (404, "not_found", []) == (missing.status_code, missing.json()["code"], missing.json()["errors"])
    early = await server.http.get(f"/api/datasets/{dataset_id}/what-if")
    assert (409, "not_ready") == (early.status_code, early.json()["code"])


async def test_a_text_is_previewed_as_tokens(server: RunningServer, tokenizer: Tokenizer) -> None:
    """Ids, characters and what would be cut, for a text with characters of several bytes."""
    text = "once upon naïve 日本語"
    answer = await server.http.post(
        "/api/tokenize-preview", json={"tokenizer": f"./{TOKENIZER}", "text": text, "max_length": 6}
    )
    assert 200 == answer.status_code, answer.text
    preview = answer.json()
    ids = tokenizer.encode(text).ids
    assert (ids[:6], len(ids) - 1, len(ids) - 6) == (
        [token["id"] for token in preview["tokens"]],
        preview["count"],
        preview["truncated"],
    )
    assert "special" == preview["tokens"][0]["kind"]
    shown = [token["text"] for token in preview["tokens"] if token["kind"] == "data"]
    assert text.encode().startswith(b"".join(map(_bytes_of, shown)))


async def test_a_preview_is_the_row_that_a_tokenization_writes(server: RunningServer, dataset_id: str) -> None:
    """With the same settings for tokens around the text: the same ids, or the same refusal."""
    text = (await server.get(f"/api/datasets/{dataset_id}/samples/train/0"))["text"]
    fields: dict[str, object] = {"max_length": 300, "padding": "max_length", "add_special_tokens": False}
    fields |= {"begin_of_row_token": 7, "end_of_document_token": "eos"}
    made = await tokenize(server, dataset_id, **fields)
    asked = {"tokenizer": f"./{TOKENIZER}", "text": text, **fields}
    preview = (await server.http.post("/api/tokenize-preview", json=asked)).json()
    assert load_from_disk(made["path"])["train"][0]["input_ids"] == [token["id"] for token in preview["tokens"]]
    refused = await server.http.post("/api/tokenize-preview", json={**asked, "begin_of_row_token": "sep"})
    assert (422, ["begin_of_row_token"]) == (
        refused.status_code,
        [error["field"] for error in refused.json()["errors"]],
    )


def _bytes_of(shown: str) -> bytes:
    """What a token shows: characters, or the bytes of a part of one."""
    return re.sub(rb"\\x(..)", lambda found: bytes.fromhex(found[1].decode()), shown.encode())


@BOTH_ENGINES
async def test_a_tokenizer_of_the_hub_is_pinned_to_its_commit(
    server: RunningServer, dataset_id: str, hub: Hub, settings: Settings
) -> None:
    """A one-part name is found on the Hub, its commit is recorded, and a token is not kept anywhere."""
    content = (settings.data_dir / TOKENIZER / "tokenizer.json").read_text()
    repository = hub.add("tiny", {"tokenizer.json": content}, kind="models", gated=True)
    hub.add_token("hf_secret", "tiny")
    made = await tokenize(server, dataset_id, tokenizer="tiny", access_token="hf_secret")
    assert ("tiny", repository.resolve("main")) == (made["tokenizer"], made["tokenizer_revision"])
    if settings.is_embedded:
        assert b"hf_secret" not in (settings.data_dir / "mistudio.db").read_bytes()
    else:
        async with asyncio.timeout(TIMEOUT):
            # The worker drops the token when the job's process has ended, which is after the job has.
            while "mistudio:token" in (kept := await dump_records(settings)):
                await asyncio.sleep(0.05)
        assert made["id"] in kept
        assert "hf_secret" not in kept


async def test_a_cached_commit_needs_no_hub(
    server: RunningServer, dataset_id: str, hub: Hub, settings: Settings
) -> None:
    """A pinned tokenizer works while the Hub is down; a branch has to be looked up."""
    content = (settings.data_dir / TOKENIZER / "tokenizer.json").read_text()
    commit = hub.add("tiny", {"tokenizer.json": content}, kind="models").resolve("main")
    await tokenize(server, dataset_id, tokenizer="tiny")
    hub.faults.add(Fault(status=503))
    asked = len(hub.requests)
    made = await tokenize(server, dataset_id, tokenizer="tiny", revision=commit, max_length=16)
    preview = await server.http.post(
        "/api/tokenize-preview", json={"tokenizer": "tiny", "revision": commit, "text": ""}
    )
    assert ("ready", commit, 200) == (made["status"], made["tokenizer_revision"], preview.status_code)
    assert asked == len(hub.requests)


async def test_text_outside_a_vocabulary_without_unknown_token_is_refused_by_row(
    server: RunningServer, dataset_id: str, settings: Settings
) -> None:
    """For a job, a preview and an estimate, with one code and the word; nothing is an internal error."""
    words = Tokenizer(models.WordLevel({"one": 0}, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    folder = settings.data_dir / "tokenizers" / "words"
    folder.mkdir(parents=True)
    words.save(str(folder / "tokenizer.json"))
    name = "./tokenizers/words"

    answer = await server.http.post(f"/api/datasets/{dataset_id}/tokenize", json={"tokenizer": name})
    failed = await until(server, answer.json()["id"], "error")
    estimate = await server.http.get(f"/api/datasets/{dataset_id}/what-if", params={"tokenizer": name})
    preview = await server.http.post("/api/tokenize-preview", json={"tokenizer": name, "text": "one two"})
    covered = await server.http.post("/api/tokenize-preview", json={"tokenizer": name, "text": "one one"})

    assert "unknown_text" == failed["error_code"]
    assert failed["error_message"].startswith("Row 0 of split “train”, counted from 0: the text has “")
    assert [(422, "unknown_text")] * 2 == [(each.status_code, each.json()["code"]) for each in (estimate, preview)]
    assert "of split “train”" in estimate.json()["detail"]
    assert "“two”" in preview.json()["detail"]
    assert [0, 0] == [token["id"] for token in covered.json()["tokens"]]
