"""Search as a client meets it: over HTTP, with filters, marks and refusals."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from fakes.datasets import add_ready, add_tokenization
from fakes.running import RunningServer, running_server
from mistudio.core.config import Settings
from mistudio.core.states import TokenizationStatus
from mistudio.corpus.monitor import NullMonitor
from mistudio.corpus.search.index_builder import build_index

ROWS: dict[str, list[list[dict[str, object]]]] = {
    "train": [[{"text": f"Row {row}: the naïve 日本 cat{row % 3}, 3.14", "n": row} for row in range(120)]],
    "test": [[{"text": "THE end. foo_bar()", "n": 0}, {"text": None, "n": 1}, {"text": "x" * 20_000 + " end", "n": 2}]],
}


@dataclass(frozen=True)
class Place:
    """A running server, and the addresses of a dataset's samples with and without an index."""

    server: RunningServer
    dataset_id: str
    indexed: str
    bare: str
    tokenization: str
    unready: str


@pytest.fixture
async def place(settings: Settings) -> AsyncIterator[Place]:
    """Two datasets of the same rows, one of which has an index, each with tokenizations."""
    async with running_server(settings) as server:
        parts = server.parts
        ids = [await add_ready(parts.database, parts.storage, ROWS) for _copy in range(2)]
        tokens = {"train": list(range(120))}
        made = [await add_tokenization(parts.database, parts.storage, dataset_id, tokens) for dataset_id in ids]
        unready = await add_tokenization(
            parts.database, parts.storage, ids[0], tokens, status=TokenizationStatus.PROCESSING
        )
        await asyncio.to_thread(build_index, parts.storage.folder(ids[0]), monitor=NullMonitor(), heap_bytes=15_000_000)
        indexed, bare = (f"/api/datasets/{dataset_id}/samples" for dataset_id in ids)
        yield Place(server, ids[0], indexed, bare, made[0], unready)


def shown(answer: Any) -> tuple[int, list[tuple[str, int]]]:  # JSON
    """The total and the places of the samples."""
    return answer["pagination"]["total"], [(sample["split"], sample["row"]) for sample in answer["data"]]


async def test_every_mode_and_filter_over_http(place: Place) -> None:
    """The same answers with an index and without: totals, rows, token counts, and marks in the text shown."""
    cases: list[tuple[dict[str, object], int, list[tuple[str, int]], list[str]]] = [
        ({"search": "naive cat1"}, 40, [("train", 1), ("train", 4)], ["naïve", "cat1"]),
        ({"search": '"row 1"'}, 1, [("train", 1)], ["Row 1"]),
        ({"search": "日本"}, 120, [("train", 0), ("train", 1)], ["日本"]),
        ({"search": "the -row"}, 1, [("test", 0)], ["THE"]),
        ({"search": "cat*", "split": "test"}, 0, [], []),
        ({"search": "foo_bar(", "mode": "exact"}, 1, [("test", 0)], ["foo_bar("]),
        ({"search": "the", "mode": "exact", "case": True}, 120, [("train", 0), ("train", 1)], ["the"]),
        ({"search": "THE", "mode": "exact"}, 121, [("train", 0), ("train", 1)], ["the"]),
        ({"search": r"^Row \d\d:", "mode": "regex"}, 90, [("train", 10), ("train", 11)], ["Row 10:"]),
        ({"search": "row", "mode": "regex"}, 0, [], []),
        ({"search": "cat2", "min_tokens": 100, "max_tokens": 104}, 2, [("train", 101), ("train", 104)], ["cat2"]),
        ({"min_tokens": 118}, 2, [("train", 118), ("train", 119)], []),
        ({"search": "  "}, 123, [("train", 0), ("train", 1)], []),
        ({"search": "end", "split": "test"}, 2, [("test", 0), ("test", 2)], ["end"]),
    ]
    for asked, total, rows, marked in cases:
        for address in (place.indexed, place.bare):
            answer = await place.server.get(address, limit=2, **asked)
            assert (total, rows, True) == (*shown(answer), answer["search"]["exact_total"]), asked
            assert marked == [
                sample["text"][start:stop] for sample in answer["data"][:1] for start, stop in sample["marks"]
            ]
            assert (total > 2) == answer["pagination"]["has_next"]


async def test_token_counts_are_of_the_newest_tokenization(place: Place) -> None:
    """On pages and in one sample; rows of splits that it lacks have none."""
    answer = await place.server.get(place.indexed, page=3, limit=41)
    assert [*range(82, 120), None, None, None] == [sample["token_count"] for sample in answer["data"]]
    assert place.tokenization == answer["search"]["tokenization_id"]
    one = await place.server.get(f"{place.indexed}/train/7")
    assert (7, []) == (one["token_count"], one["marks"])


async def test_what_cannot_be_asked_is_said(place: Place) -> None:
    """Broken patterns, unknown names, too much: a sentence. Nothing found, nothing asked, beyond the end: empty."""
    refused: list[tuple[dict[str, object], int, str, str]] = [
        ({"search": "a(", "mode": "regex"}, 422, "invalid_pattern", "missing )"),
        ({"search": "(?=a)", "mode": "regex"}, 422, "invalid_pattern", "(?="),
        ({"search": "x", "split": "none"}, 422, "unknown_split", "train, test"),
        ({"split": "none"}, 422, "unknown_split", "train, test"),
        ({"min_tokens": 1, "tokenization": "tok_none"}, 404, "not_found", "tok_none"),
        ({"tokenization": place.unready}, 409, "not_ready", "once it is ready"),
        ({"search": "x" * 10_000}, 422, "validation_error", "search"),
        ({"search": "x", "mode": "fuzzy"}, 422, "validation_error", "mode"),
        ({"search": "x", "page": 0}, 422, "validation_error", "page"),
        ({"search": "x", "limit": 101}, 422, "validation_error", "limit"),
        ({"min_tokens": -1}, 422, "validation_error", "min_tokens"),
    ]
    for asked, status, code, word in refused:
        answer = await place.server.http.get(place.indexed, params={name: str(value) for name, value in asked.items()})
        assert (status, code) == (answer.status_code, answer.json()["code"])
        assert word in answer.text
    empty: list[dict[str, object]] = [
        {"search": "the", "page": 1_000_000_000, "limit": 100},
        {"search": "the", "page": 1_000_000_000, "limit": 100, "sort": "relevance"},
        {"search": "the", "mode": "exact", "page": 99},
        {"search": "\x00\x01\x1f", "mode": "exact"},
        {"search": "\x00\x01\ufffe", "mode": "words"},
        {"search": "nowhere\nto\tbe\rfound"},
        {"min_tokens": 9, "max_tokens": 3},
        {"search": "((((", "mode": "exact"},
        {"search": "\x00\x07", "mode": "regex"},
        {"search": "yz" * 2_048, "mode": "regex"},
    ]
    for asked in empty:
        for address in (place.indexed, place.bare):
            assert [] == (await place.server.get(address, **asked))["data"]
    # Nothing asked for is nothing left out.
    for mode in ("words", "exact", "regex"):
        assert 123 == (await place.server.get(place.indexed, search="", mode=mode))["pagination"]["total"]
    noted = await place.server.get(place.indexed, search="->")
    assert (0, True) == (noted["pagination"]["total"], "exact" in noted["search"]["note"])


async def test_token_filters_need_a_tokenization(settings: Settings) -> None:
    """Before there is one, the field at fault is named."""
    async with running_server(settings) as server:
        dataset_id = await add_ready(server.parts.database, server.parts.storage, ROWS)
        answer = await server.http.get(f"/api/datasets/{dataset_id}/samples", params={"max_tokens": "5"})
        assert (422, "max_tokens") == (answer.status_code, answer.json()["errors"][0]["field"])


async def test_the_index_says_that_it_answered_and_can_sort(place: Place) -> None:
    """Only where there is one; patterns without words are read."""
    best = await place.server.get(place.indexed, search="the", sort="relevance", limit=1)
    assert (True, "relevance", [("test", 0)]) == (best["search"]["index"], best["search"]["sort"], shown(best)[1])
    kept = await place.server.get(place.indexed, search="the", sort="relevance", min_tokens=5, max_tokens=6)
    assert (2, [("train", 5), ("train", 6)]) == (shown(kept)[0], sorted(shown(kept)[1]))
    bare = await place.server.get(place.bare, search="the", sort="relevance", limit=1)
    assert (False, "row") == (bare["search"]["index"], bare["search"]["sort"])
    # Reading the little that there is takes less time than asking.
    assert not (await place.server.get(place.indexed, search="foo_bar()", mode="exact"))["search"]["index"]


async def test_time_that_is_over_is_said_and_the_total_follows(settings: Settings) -> None:
    """An answer comes with what was found; the count goes on, and the same request again has it."""
    async with running_server(settings.model_copy(update={"search_seconds": 1e-9})) as server:
        dataset_id = await add_ready(server.parts.database, server.parts.storage, ROWS)
        address = f"/api/datasets/{dataset_id}/samples"
        first = await server.get(address, search="the", mode="exact")
        assert (True, []) == (first["search"]["partial"], first["data"])
        async with asyncio.timeout(20):
            while not (again := await server.get(address, search="the", mode="exact"))["search"]["exact_total"]:
                await asyncio.sleep(0.01)
        assert 121 == again["pagination"]["total"]


async def test_a_client_that_leaves_ends_its_search(settings: Settings) -> None:
    """The connection closes in the middle; the server is soon at rest and answers others."""
    rows = [[{"text": "word " * 2_000} for _row in range(250)] for _file in range(12)]
    async with running_server(settings) as server:
        dataset_id = await add_ready(server.parts.database, server.parts.storage, {"train": rows})
        host, port = server.url.removeprefix("http://").split(":")
        path = f"/api/datasets/{dataset_id}/samples?search=(w.*){{9}}zzz&mode=regex"
        for _client in range(6):
            _reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            await writer.drain()
            writer.close()
        searches = server.parts.samples.searches
        async with asyncio.timeout(20):
            answer = await server.get(f"/api/datasets/{dataset_id}/samples", search="word", limit=1)
            while searches.is_busy:
                await asyncio.sleep(0.01)
        assert 3_000 == answer["pagination"]["total"] or not answer["search"]["exact_total"]


async def test_a_deleted_dataset_is_let_go_of(place: Place) -> None:
    """Index and files are closed; a search for it says that it is gone."""
    await place.server.get(place.indexed, search="the")
    assert 204 == (await place.server.http.delete(f"/api/datasets/{place.dataset_id}")).status_code
    answer = await place.server.http.get(place.indexed, params={"search": "the"})
    assert (404, "not_found") == (answer.status_code, json.loads(answer.text)["code"])
