"""Mixtures over the API, on both engines: preview, realised shares, identity, kills, deleted parts."""

import asyncio
import os
import signal
from typing import Any

import pyarrow.parquet as pq
import pytest

from fakes.cluster import BOTH_ENGINES
from fakes.hub import Hub
from fakes.parts import add_parquet
from fakes.running import RunningServer
from mistudio.core.config import Settings
from mistudio.corpus.store.manifest import read_manifest, verify


async def add_two(server: RunningServer, hub: Hub, rows: int = 200) -> tuple[str, str]:
    """The ids of two datasets from the Hub."""
    add_parquet(hub, files=2, rows=rows)
    ids = []
    for count in (rows * 2, rows):
        made = await server.download("lab/groups", amount={"kind": "rows", "rows": count})
        ids.append((await server.until(made["id"], "ready"))["id"])
    return ids[0], ids[1]


async def post(server: RunningServer, path: str, status: int, **body: object) -> Any:
    """The JSON of a POST that must be answered so."""
    answer = await server.http.post(f"/api/datasets/{path}", json=body)
    assert status == answer.status_code, answer.text
    return answer.json()


def shares_of(one: str, two: str, **more: object) -> dict[str, Any]:
    """A request for three quarters of one and one quarter of two."""
    parts = [{"dataset": one, "share": 0.75, "label": "one"}, {"dataset": two, "share": 0.25, "label": "two"}]
    return {"parts": parts, **more}


@BOTH_ENGINES
async def test_a_mixture_by_rows(server: RunningServer, hub: Hub, settings: Settings) -> None:
    """The preview says what comes, and that comes; the same again is refused; parts may be deleted afterwards."""
    one, two = await add_two(server, hub)
    request = shares_of(one, two, name="blend", total=100, seed=5)
    preview = await post(server, "mix/preview", 200, **request)
    assert (100, [75, 25], [75, 25]) == (
        preview["total"],
        [part["target"] for part in preview["parts"]],
        [part["rows"] for part in preview["parts"]],
    )
    made = await post(server, "mix", 202, **request)
    assert ("derived", "processing", "mix") == (made["source"], made["status"], made["job"]["kind"])
    ready = await server.until(made["id"], "ready")
    assert (100, "blend", "text", 100.0) == (
        ready["num_samples"],
        ready["name"],
        ready["text_column"],
        ready["progress"],
    )
    mixture = ready["metadata"]["mixture"]
    assert [("one", 75, 0.75), ("two", 25, 0.25)] == [
        (part["label"], part["rows"], part["share"]) for part in mixture["parts"]
    ]
    assert [one, two] == [parent["id"] for parent in ready["parents"]]
    again = await post(server, "mix", 409, **{**request, "name": "other"})
    assert ("exists", ready["id"]) == (again["code"], again["dataset_id"])
    assert made["id"] != (await post(server, "mix", 202, **{**request, "seed": 6}))["id"]
    for dataset_id in (one, two):
        assert 204 == (await server.http.delete(f"/api/datasets/{dataset_id}")).status_code
    samples = await server.get(f"/api/datasets/{ready['id']}/samples")
    assert {"one", "two"} == {row["columns"]["source"] for row in samples["data"]}
    assert [] == verify(settings.datasets_dir / ready["id"])
    assert 200 == (await server.http.get(f"/api/datasets/{ready['id']}/croissant")).status_code


@BOTH_ENGINES
async def test_a_mixture_by_tokens(server: RunningServer, hub: Hub) -> None:
    """The job counts tokens that no tokenization has counted; with one, the preview knows them."""
    one, two = await add_two(server, hub)
    sample = (await post(server, "sample", 202))["id"]
    await server.until(sample, "ready")
    by_name = shares_of(one, two, by="tokens", tokenizer="./tokenizers/sample-bpe", total=900)
    assert [None, None] == [part["target"] for part in (await post(server, "mix/preview", 200, **by_name))["parts"]]
    counted = await server.until((await post(server, "mix", 202, **by_name))["id"], "ready")
    made = await post(server, f"{two}/tokenize", 202, tokenizer="./tokenizers/sample-bpe")
    while (await server.get(f"/api/tokenizations/{made['id']}"))["status"] != "ready":
        await asyncio.sleep(0.05)
    tokens = (await server.get(f"/api/tokenizations/{made['id']}"))["num_tokens"]
    parts = counted["metadata"]["mixture"]["parts"]
    assert tokens == parts[1]["available_amount"]
    assert abs(parts[0]["share"] - 0.75) < 0.05
    by_tokenization = shares_of(one, two, by="tokens", tokenization=made["id"], total=900)
    preview = await post(server, "mix/preview", 200, **by_tokenization)
    assert [None, tokens] == [part["available"] for part in preview["parts"]]
    assert 409 == (await server.http.post("/api/datasets/mix", json=by_tokenization)).status_code


@BOTH_ENGINES
async def test_kills_do_not_change_a_byte(server: RunningServer, hub: Hub, settings: Settings) -> None:
    """The process of the job is killed twice; the next attempt goes on, and the files are the same."""
    one, two = await add_two(server, hub, rows=2_000)
    request = shares_of(one, two, by="bytes", seed=1)
    first = await server.until((await post(server, "mix", 202, **request))["id"], "ready")
    files = read_manifest(settings.datasets_dir / first["id"]).splits[0].files
    assert 204 == (await server.http.delete(f"/api/datasets/{first['id']}")).status_code
    made = await post(server, "mix", 202, **request)
    for _ in range(2):
        await asyncio.sleep(0.15)
        for process_id in server.process_ids():
            os.kill(process_id, signal.SIGKILL)
    ready = await server.until(made["id"], "ready")
    assert files == read_manifest(settings.datasets_dir / ready["id"]).splits[0].files


async def test_a_cancelled_mixture_is_retried(server: RunningServer, hub: Hub) -> None:
    """Its retry begins as processing; asked for again, it is retried, too."""
    one, two = await add_two(server, hub)
    request = shares_of(one, two, by="bytes", seed=2)
    made = await post(server, "mix", 202, **request)
    await server.http.post(f"/api/datasets/{made['id']}/cancel")
    now = await server.get(f"/api/datasets/{made['id']}")
    if now["status"] == "error":
        assert "cancelled" == now["error_code"]
        again = await post(server, "mix", 202, **request)
        assert (made["id"], "processing") == (again["id"], again["status"])
    await server.until(made["id"], "ready")


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({"total": 10_000}, 422, "Choose a total of at most"),
        ({"parts": []}, 422, "at least 2"),
        ({"by": "tokens"}, 422, "needs a tokenizer or a tokenization"),
        ({"tokenizer": "gpt2"}, 422, "needs a tokenizer or a tokenization"),
        ({"by": "tokens", "tokenization": "tok_none"}, 404, "no tokenization tok_none"),
        ({"total": 0}, 422, "greater than or equal to 1"),
    ],
)
async def test_refusals(server: RunningServer, hub: Hub, change: dict[str, Any], status: int, message: str) -> None:
    """Before a job starts, with what to do."""
    one, two = await add_two(server, hub)
    answer = await post(server, "mix", status, **{**shares_of(one, two), **change})
    assert message in str(answer)


async def test_parts_are_checked(server: RunningServer, hub: Hub) -> None:
    """Unknown datasets and splits, shares that do not add up, amounts in another unit."""
    one, two = await add_two(server, hub)
    there = {"dataset": one, "share": 0.5}
    for part, status, code in (
        ({"dataset": "ds_none", "share": 0.5}, 404, "not_found"),
        ({"dataset": two, "share": 0.5, "split": "none"}, 422, "unknown_split"),
        ({"dataset": two, "share": 0.2}, 422, "validation_error"),
        ({"dataset": two, "rows": 5}, 422, "validation_error"),
        ({"dataset": two, "tokens": 5}, 422, "validation_error"),
        ({"dataset": two}, 422, "validation_error"),
        ({"dataset": two, "share": 0.5, "max_repeats": 0}, 422, "validation_error"),
    ):
        assert code == (await post(server, "mix", status, parts=[there, part]))["code"], part


async def test_a_part_with_several_splits(server: RunningServer, hub: Hub, settings: Settings) -> None:
    """Two splits of one dataset are two parts, with labels of their own; without a split there is a choice."""
    hub.add("lab/splits", {"train.csv": b"text\na\nb\n", "test.csv": b"text\nc\nd\n"})
    made = await server.until((await server.download("lab/splits"))["id"], "ready")
    part = {"dataset": made["id"], "rows": 1}
    assert ["test", "train"] == sorted((await post(server, "mix", 422, parts=[part, part]))["choices"])
    parts = [{**part, "split": "train"}, {**part, "split": "test"}]
    ready = await server.until((await post(server, "mix", 202, parts=parts))["id"], "ready")
    [file] = read_manifest(settings.datasets_dir / ready["id"]).splits[0].files
    rows = pq.read_table(settings.datasets_dir / ready["id"] / file.path).to_pylist()
    assert {"lab/splits (train)", "lab/splits (test)"} == {row["source"] for row in rows}
