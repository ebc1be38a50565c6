"""Conditions, order and figures of columns over HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from fakes.datasets import add_ready
from fakes.running import RunningServer, running_server
from fakes.timing import TIMEOUT
from mistudio.core.config import Settings

ROWS: dict[str, list[list[dict[str, object]]]] = {
    "train": [
        [
            {"text": f"Row {row} of cats", "n": row, "lang": ["en", "de", None][row % 3], "meta": {"score": row / 10}}
            for row in range(90)
        ]
    ],
    "test": [[{"text": "the end", "n": -1, "lang": "", "meta": None}]],
}


@pytest.fixture
async def server(settings: Settings) -> AsyncIterator[RunningServer]:
    """Run a server."""
    async with running_server(settings) as running:
        yield running


@pytest.fixture
async def dataset(server: RunningServer) -> str:
    """Add a ready dataset; return its address."""
    return f"/api/datasets/{await add_ready(server.parts.database, server.parts.storage, ROWS)}"


def rows_of(answer: Any) -> list[int]:  # JSON
    """Return the column n of the page's rows."""
    return [sample["columns"]["n"] for sample in answer["data"]]


async def ask(server: RunningServer, address: str, *where: list[object], **query: object) -> Any:  # JSON
    """List samples with conditions."""
    params = {name: str(value) for name, value in query.items()}
    conditions = [json.dumps(each) for each in where]
    answer = await server.http.get(f"{address}/samples", params={**params, "where": conditions})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_conditions_and_order(server: RunningServer, dataset: str) -> None:
    """They combine with each other, with search, split and pages; totals are exact."""
    first = await ask(server, dataset, ["lang", "=", "de"], ["meta.score", "<", 3], order_by="-n", limit=3)
    assert ([28, 25, 22], 10, True) == (rows_of(first), first["pagination"]["total"], first["search"]["exact_total"])
    assert "-n" == first["search"]["order_by"]
    last = await ask(server, dataset, ["lang", "=", "de"], ["meta.score", "<", 3], order_by="-n", limit=3, page=4)
    assert ([1], False) == (rows_of(last), last["pagination"]["has_next"])
    found = await ask(server, dataset, ["n", "in", [3, 4, 500]], search="cats", split="train")
    assert ([3, 4], "cats") == (rows_of(found), found["data"][0]["text"][slice(*found["data"][0]["marks"][0])])
    assert [-1] == rows_of(await ask(server, dataset, ["lang", "=", ""]))
    assert 30 == (await ask(server, dataset, ["lang", "is_null"]))["pagination"]["total"]
    assert [-1, 0] == rows_of(await ask(server, dataset, order_by="n", limit=2))


async def test_wrong_conditions_are_errors(server: RunningServer, dataset: str) -> None:
    """Each names the field, and says what would be right."""
    for params, code, field, words in (
        ({"where": "n>3"}, "validation_error", "where", "not a condition"),
        ({"where": '["m","=",3]'}, "unknown_column", "where", "Columns: text, n, lang, meta"),
        ({"where": '["n","=","x"]'}, "validation_error", "where", "give a number"),
        ({"order_by": "m"}, "unknown_column", "order_by", "There is no column"),
        ({"order_by": "meta"}, "validation_error", "order_by", "cannot be sorted"),
    ):
        answer = await server.http.get(f"{dataset}/samples", params=params)
        problem = answer.json()
        assert (422, code, field) == (answer.status_code, problem["code"], problem["errors"][0]["field"])
        assert words in problem["detail"]


async def test_a_sort_past_the_deadline_says_so(settings: Settings) -> None:
    """It may pass: fewer rows are sorted in less time."""
    async with running_server(settings.model_copy(update={"search_seconds": 1e-9})) as server:
        dataset_id = await add_ready(server.parts.database, server.parts.storage, ROWS)
        answer = await server.http.get(f"/api/datasets/{dataset_id}/samples", params={"order_by": "n"})
        assert (503, "unavailable") == (answer.status_code, answer.json()["code"])
        assert "Sorting" in answer.json()["detail"]


async def test_profiles_are_computed_on_request(server: RunningServer, dataset: str) -> None:
    """A job computes them once; then they are there at once, and a click on what they show finds the rows."""
    assert "none" == (await server.get(f"{dataset}/columns"))["state"]
    started = await server.http.post(f"{dataset}/columns")
    assert (202, "building") == (started.status_code, started.json()["state"])
    async with asyncio.timeout(TIMEOUT):
        while (answer := await server.get(f"{dataset}/columns"))["state"] != "ready":
            assert "building" == answer["state"]
            await asyncio.sleep(0.05)
    profiles = {each["name"]: each for each in answer["data"]}
    assert ["text", "n", "lang", "meta.score"] == list(profiles)
    lang = profiles["lang"]
    assert (91, 30, 3, True) == (lang["rows"], lang["nulls"], lang["distinct"], lang["distinct_is_exact"])
    assert [("de", 30), ("en", 30), ("", 1)] == [(each["value"], each["count"]) for each in lang["top"]]
    number = profiles["n"]
    assert ("value", -1, 89) == (number["measure"], number["min"], number["max"])
    for each in number["histogram"]:
        found = await ask(server, dataset, ["n", ">=", each["from"]], ["n", "<", each["to"]])
        assert each["count"] == found["pagination"]["total"]
    again = await server.http.post(f"{dataset}/columns")
    assert (202, answer) == (again.status_code, again.json())
    assert "ready" == (await server.get(dataset))["status"]


async def test_conditions_choose_the_rows_of_a_subset(server: RunningServer, dataset: str) -> None:
    """Preview and dataset have exactly the rows that the samples show; a wrong condition is refused before a job."""
    where: list[list[object]] = [["lang", "=", "de"], ["meta.score", "<", 3]]
    found = await ask(server, dataset, *where, limit=100)
    preview = await server.http.post(f"{dataset}/subset/preview", json={"where": where})
    assert (200, 10) == (preview.status_code, preview.json()["matched"])
    made = await server.http.post(f"{dataset}/subset", json={"where": where})
    assert 202 == made.status_code, made.text
    ready = await server.until(made.json()["id"], "ready")
    assert (10, where) == (ready["num_samples"], ready["metadata"]["subset"]["request"]["where"])
    assert rows_of(found) == rows_of(await server.get(f"/api/datasets/{ready['id']}/samples", limit=100))
    for wrong in (["lang", "=", 3], ["none", "is_null"], []):
        refused = await server.http.post(f"{dataset}/subset", json={"where": [wrong]})
        assert (422, "where") == (refused.status_code, refused.json()["errors"][0]["field"])
