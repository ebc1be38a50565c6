"""Search over HTTP: modes, filters, highlights and errors."""

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
class SearchServer:
    """A running server, and the addresses of the same samples with and without an index."""

    server: RunningServer
    dataset_id: str
    indexed: str
    bare: str
    tokenization: str
    unready: str


@pytest.fixture
async def api(settings: Settings) -> AsyncIterator[SearchServer]:
    """Run a server with two datasets of the same rows and with tokenizations; one dataset has an index."""
    async with running_server(settings) as server:
        parts = server.parts
        ids = [await add_ready(parts.database, parts.storage, ROWS) for _copy in range(2)]
        tokens = {"train": list(range(120))}
        ready = [await add_tokenization(parts.database, parts.storage, dataset_id, tokens) for dataset_id in ids]
        unready = await add_tokenization(
            parts.database, parts.storage, ids[0], tokens, status=TokenizationStatus.PROCESSING
        )
        await asyncio.to_thread(build_index, parts.storage.folder(ids[0]), monitor=NullMonitor(), heap_bytes=15_000_000)
        indexed, bare = (f"/api/datasets/{dataset_id}/samples" for dataset_id in ids)
        yield SearchServer(server, ids[0], indexed, bare, ready[0], unready)


def summarize(answer: Any) -> tuple[int, list[tuple[str, int]]]:  # JSON
    """Return the total, and split and row of each sample."""
    return answer["pagination"]["total"], [(sample["split"], sample["row"]) for sample in answer["data"]]


async def test_every_mode_and_filter_over_http(api: SearchServer) -> None:
    """Totals, rows and highlights are the same with and without an index."""
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
    for query, total, rows, highlights in cases:
        for address in (api.indexed, api.bare):
            answer = await api.server.get(address, limit=2, **query)
            assert (total, rows, True) == (*summarize(answer), answer["search"]["exact_total"]), query
            assert highlights == [
                sample["text"][start:stop] for sample in answer["data"][:1] for start, stop in sample["marks"]
            ]
            assert (total > 2) == answer["pagination"]["has_next"]


async def test_token_counts_are_those_of_the_newest_tokenization(api: SearchServer) -> None:
    """In pages and in one sample; rows of splits that it lacks have none."""
    answer = await api.server.get(api.indexed, page=3, limit=41)
    assert [*range(82, 120), None, None, None] == [sample["token_count"] for sample in answer["data"]]
    assert api.tokenization == answer["search"]["tokenization_id"]
    one = await api.server.get(f"{api.indexed}/train/7")
    assert (7, []) == (one["token_count"], one["marks"])


async def test_invalid_searches_are_errors(api: SearchServer) -> None:
    """Invalid patterns, unknown names and values out of range; the message names the problem."""
    refused: list[tuple[dict[str, object], int, str, str]] = [
        ({"search": "a(", "mode": "regex"}, 422, "invalid_pattern", "missing )"),
        ({"search": "(?=a)", "mode": "regex"}, 422, "invalid_pattern", "(?="),
        ({"search": "x", "split": "none"}, 422, "unknown_split", "train, test"),
        ({"split": "none"}, 422, "unknown_split", "train, test"),
        ({"min_tokens": 1, "tokenization": "tok_none"}, 404, "not_found", "tok_none"),
        ({"tokenization": api.unready}, 409, "not_ready", "once it is ready"),
        ({"search": "x" * 10_000}, 422, "validation_error", "search"),
        ({"search": "x", "mode": "fuzzy"}, 422, "validation_error", "mode"),
        ({"search": "x", "page": 0}, 422, "validation_error", "page"),
        ({"search": "x", "limit": 101}, 422, "validation_error", "limit"),
        ({"min_tokens": -1}, 422, "validation_error", "min_tokens"),
    ]
    for query, status, code, word in refused:
        answer = await api.server.http.get(api.indexed, params={name: str(value) for name, value in query.items()})
        assert (status, code) == (answer.status_code, answer.json()["code"])
        assert word in answer.text


async def test_searches_without_hits_are_empty_pages(api: SearchServer) -> None:
    """So are pages beyond the last one; without a text, every sample is a hit."""
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
    for query in empty:
        for address in (api.indexed, api.bare):
            assert [] == (await api.server.get(address, **query))["data"]
    for mode in ("words", "exact", "regex"):
        assert 123 == (await api.server.get(api.indexed, search="", mode=mode))["pagination"]["total"]
    noted = await api.server.get(api.indexed, search="->")
    assert (0, True) == (noted["pagination"]["total"], "exact" in noted["search"]["note"])


async def test_token_filters_need_a_tokenization(settings: Settings) -> None:
    """Without one, the error names the field."""
    async with running_server(settings) as server:
        dataset_id = await add_ready(server.parts.database, server.parts.storage, ROWS)
        answer = await server.http.get(f"/api/datasets/{dataset_id}/samples", params={"max_tokens": "5"})
        assert (422, "max_tokens") == (answer.status_code, answer.json()["errors"][0]["field"])


async def test_only_an_index_sorts_by_relevance(api: SearchServer) -> None:
    """The answer tells whether the index was used; a small dataset is scanned for patterns."""
    best = await api.server.get(api.indexed, search="the", sort="relevance", limit=1)
    assert (True, "relevance", [("test", 0)]) == (best["search"]["index"], best["search"]["sort"], summarize(best)[1])
    filtered = await api.server.get(api.indexed, search="the", sort="relevance", min_tokens=5, max_tokens=6)
    assert (2, [("train", 5), ("train", 6)]) == (summarize(filtered)[0], sorted(summarize(filtered)[1]))
    bare = await api.server.get(api.bare, search="the", sort="relevance", limit=1)
    assert (False, "row") == (bare["search"]["index"], bare["search"]["sort"])
    # A scan of so little data takes less time than a query of the index.
    assert not (await api.server.get(api.indexed, search="foo_bar()", mode="exact"))["search"]["index"]


async def test_a_page_past_the_deadline_is_partial_and_its_total_follows(settings: Settings) -> None:
    """The page has the hits found so far; the count continues, and a later request has the total."""
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
    """The connection closes during the search; the server is soon idle and answers others."""
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


async def test_a_deleted_dataset_is_closed(api: SearchServer) -> None:
    """A search in it is refused as not found."""
    await api.server.get(api.indexed, search="the")
    assert 204 == (await api.server.http.delete(f"/api/datasets/{api.dataset_id}")).status_code
    answer = await api.server.http.get(api.indexed, params={"search": "the"})
    assert (404, "not_found") == (answer.status_code, json.loads(answer.text)["code"])
