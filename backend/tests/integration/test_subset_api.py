"""Subsets over the API, on both engines: preview, ledger, identity, kills, deleted parents, refusals."""

import asyncio
import os
import signal
from itertools import pairwise
from typing import Any

import pytest

from fakes.cluster import BOTH_ENGINES
from fakes.hub import Hub
from fakes.parts import add_parquet
from fakes.running import RunningServer
from mistudio.core.config import Settings
from mistudio.corpus.store.manifest import read_manifest, verify


async def add_one(server: RunningServer, hub: Hub, rows: int = 200) -> str:
    """The id of a dataset from the Hub."""
    add_parquet(hub, files=2, rows=rows)
    made = await server.download("lab/groups")
    return str((await server.until(made["id"], "ready"))["id"])


async def post(server: RunningServer, path: str, status: int, **body: object) -> Any:
    """The JSON of a POST that must be answered so."""
    answer = await server.http.post(f"/api/datasets/{path}", json=body)
    assert status == answer.status_code, answer.text
    return answer.json()


async def count_samples(server: RunningServer, dataset_id: str, **request: str | int) -> int:
    """How many samples a search finds, once all are counted."""
    async with asyncio.timeout(30):
        while True:
            answer = await server.get(f"/api/datasets/{dataset_id}/samples", **request)
            if answer["search"]["exact_total"]:
                return int(answer["pagination"]["total"])
            await asyncio.sleep(0.02)


@BOTH_ENGINES
async def test_a_search_becomes_a_dataset(server: RunningServer, hub: Hub, settings: Settings) -> None:
    """As the preview and the samples say; the same again is refused; the parent may be deleted afterwards."""
    parent = await add_one(server, hub)
    request = {"search": "7", "mode": "exact", "split": "train"}
    found = await count_samples(server, parent, **request)
    preview = await post(server, f"{parent}/subset/preview", 200, **request)
    assert (found, found) == (preview["matched"], preview["taken"])
    assert all("7" in row["text"] for row in preview["kept"])
    assert all("7" not in row["text"] for row in preview["dropped"])
    made = await post(server, f"{parent}/subset", 202, **request)
    assert ("derived", "processing", "subset") == (made["source"], made["status"], made["job"]["kind"])
    ready = await server.until(made["id"], "ready")
    assert (found, "text", 100.0, "groups, train, “7”") == (
        ready["num_samples"],
        ready["text_column"],
        ready["progress"],
        ready["name"],
    )
    subset = ready["metadata"]["subset"]
    assert {"search": "7", "mode": "exact", "split": "train"} == subset["request"]
    assert [stage["kept"] for stage in subset["stages"]] == [found]
    assert [parent] == [each["id"] for each in ready["parents"]]
    again = await post(server, f"{parent}/subset", 409, **request, name="other")
    assert ("exists", ready["id"]) == (again["code"], again["dataset_id"])
    assert 204 == (await server.http.delete(f"/api/datasets/{parent}")).status_code
    samples = await server.get(f"/api/datasets/{ready['id']}/samples", limit=100)
    assert all("7" in row["text"] for row in samples["data"])
    assert [] == verify(settings.datasets_dir / ready["id"])


@BOTH_ENGINES
async def test_steps_and_a_split(server: RunningServer, hub: Hub) -> None:
    """The ledger leads from all rows to those of both splits; a subset of a subset works."""
    parent = await add_one(server, hub)
    steps = [{"kind": "drop_regex", "pattern": "[0-4]$"}, {"kind": "split", "share": 0.25, "seed": 1}]
    made = await post(server, f"{parent}/subset", 202, steps=steps, share=0.5, seed=3)
    ready = await server.until(made["id"], "ready")
    stages = ready["metadata"]["subset"]["stages"]
    assert ["filter", "share", "drop_regex"] == [stage["kind"] for stage in stages]
    for before, stage in pairwise(stages):
        assert [before["kept"]] * 2 == [stage["rows"], stage["kept"] + sum(stage["dropped"].values())]
    assert stages[-1]["kept"] == ready["num_samples"] == sum(split["num_rows"] for split in ready["splits"])
    assert ["train", "validation"] == [split["name"] for split in ready["splits"]]
    second = await post(server, f"{ready['id']}/subset", 202, split="validation", rows=5)
    assert 5 == (await server.until(second["id"], "ready"))["num_samples"]


async def test_token_counts(server: RunningServer, hub: Hub) -> None:
    """Rows by the counts of the newest tokenization, as the samples have them."""
    parent = await add_one(server, hub)
    refused = await post(server, f"{parent}/subset", 422, min_tokens=3)
    assert "tokenize it first" in refused["detail"]
    await server.until((await post(server, "sample", 202))["id"], "ready")
    made = await post(server, f"{parent}/tokenize", 202, tokenizer="./tokenizers/sample-bpe")
    while (await server.get(f"/api/tokenizations/{made['id']}"))["status"] != "ready":
        await asyncio.sleep(0.05)
    wanted = {"min_tokens": 4, "max_tokens": 60}
    found = await count_samples(server, parent, **wanted)
    ready = await server.until((await post(server, f"{parent}/subset", 202, **wanted))["id"], "ready")
    assert found == ready["num_samples"]
    assert made["id"] == ready["metadata"]["subset"]["request"]["tokenization"]


@BOTH_ENGINES
async def test_kills_do_not_change_a_byte(server: RunningServer, hub: Hub, settings: Settings) -> None:
    """The process of the job is killed twice; the next attempt goes on, and the files are the same."""
    parent = await add_one(server, hub, rows=3_000)
    request = {"share": 0.8, "seed": 1, "steps": [{"kind": "dedup_exact"}, {"kind": "split", "share": 0.1}]}
    first = await server.until((await post(server, f"{parent}/subset", 202, **request))["id"], "ready")
    splits = read_manifest(settings.datasets_dir / first["id"]).splits
    assert 204 == (await server.http.delete(f"/api/datasets/{first['id']}")).status_code
    made = await post(server, f"{parent}/subset", 202, **request)
    for _ in range(2):
        await asyncio.sleep(0.15)
        for process_id in server.process_ids():
            os.kill(process_id, signal.SIGKILL)
    ready = await server.until(made["id"], "ready")
    assert splits == read_manifest(settings.datasets_dir / ready["id"]).splits


async def test_a_failed_subset_is_retried(server: RunningServer, hub: Hub) -> None:
    """Without a row it fails and says why; asked for again, the same record begins again as processing."""
    parent = await add_one(server, hub)
    made = await post(server, f"{parent}/subset", 202, search="zebra")
    async with asyncio.timeout(30):
        while (now := await server.get(f"/api/datasets/{made['id']}"))["status"] != "error":
            await asyncio.sleep(0.02)
    assert ("no_data", "No row is left") == (now["error_code"], now["error_message"][:14])
    again = await post(server, f"{parent}/subset", 202, search="zebra")
    assert (made["id"], "processing") == (again["id"], again["status"])


async def test_chosen_rows(server: RunningServer, hub: Hub) -> None:
    """The record says how many were named; the manifest has them."""
    parent = await add_one(server, hub)
    made = await post(server, f"{parent}/subset", 202, ids={"train": [5, 3, 5]})
    ready = await server.until(made["id"], "ready")
    assert (2, {"num_ids": 3}) == (ready["num_samples"], ready["metadata"]["subset"]["request"])


@pytest.mark.parametrize(
    ("request_", "status", "message"),
    [
        ({"split": "none"}, 422, "has no split “none”. Splits: train."),
        ({"ids": {"none": [1]}}, 422, "has no split “none”"),
        ({"ids": {"train": [400]}}, 422, "has 400 rows, counted from 0; there is no row 400"),
        ({"search": "(", "mode": "regex"}, 422, "missing"),
        ({"share": 0.5, "rows": 3}, 422, "Give one of rows, share and ids"),
        ({"share": 0}, 422, "greater than 0"),
        ({"rows": 0}, 422, "greater than or equal to 1"),
        ({"rows": [[5, 5]]}, 422, "ends where it begins"),
        ({"ids": {"train": [1]}, "seed": 1}, 422, "A seed draws"),
        ({"min_tokens": 5, "max_tokens": 4}, 422, "no row could match"),
        ({"steps": [{"kind": "split", "share": 0.5}, {"kind": "dedup_exact"}]}, 422, "comes last"),
        ({"steps": [{"kind": "shine"}]}, 422, "shine"),
        ({"steps": [{"kind": "decontaminate", "dataset": "ds_none"}]}, 404, "no dataset ds_none"),
        ({"tokenization": "tok_none", "min_tokens": 1}, 404, "no tokenization tok_none"),
        ({"where": [["nowhere", "=", 1]]}, 422, "There is no column “nowhere”"),
        ({"whereabouts": []}, 422, "whereabouts"),
    ],
)
async def test_refusals(server: RunningServer, hub: Hub, request_: dict[str, Any], status: int, message: str) -> None:
    """Before a job starts, with what to do; the preview refuses the same."""
    parent = await add_one(server, hub)
    for path in ("subset", "subset/preview"):
        assert message in str(await post(server, f"{parent}/{path}", status, **request_))


async def test_a_dataset_is_not_compared_with_itself(server: RunningServer, hub: Hub) -> None:
    """It would lose all rows."""
    parent = await add_one(server, hub)
    step = {"kind": "decontaminate", "dataset": parent}
    assert "not the same" in str(await post(server, f"{parent}/subset", 422, steps=[step]))
