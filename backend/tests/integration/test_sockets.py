"""Socket.IO: snapshots, order, scope, throttling, access."""

import asyncio
from typing import Any

import pytest
from socketio.exceptions import ConnectionError as Refused

from fakes.cluster import BOTH_ENGINES
from fakes.hub import Hub
from fakes.repositories import add_large, add_stories
from fakes.running import RunningServer, running_server
from fakes.timing import wait_until
from mistudio.core.config import Settings

pytestmark = BOTH_ENGINES


async def test_a_download_is_reported_from_its_snapshot_to_its_end(server: RunningServer, hub: Hub) -> None:
    """Numbers grow by one from the snapshot on, progress never goes back, the last event is the completion."""
    hub.rate = 5e5
    add_large(hub)
    events: list[Any] = []  # events as JSON
    listed: list[Any] = []
    async with server.socket() as client:
        client.on("datasets", listed.append)
        assert "list" in await client.call("subscribe", {"channel": "datasets"})
        dataset = await server.download("lab/large")
        channel = f"datasets/{dataset['id']}/progress"
        client.on(channel, events.append)
        snapshot = await client.call("subscribe", {"channel": channel})
        assert (dataset["id"], snapshot["seq"]) == (snapshot["dataset"]["id"], snapshot["dataset"]["seq"])
        await server.until(dataset["id"], "ready")
        await wait_until(lambda: events and events[-1]["type"] == "completed" and len(listed) == 3)
    numbers = [event["seq"] for event in events if event["seq"] > snapshot["seq"]]
    assert list(range(snapshot["seq"] + 1, snapshot["seq"] + 1 + len(numbers))) == numbers
    progress = [event["progress"] for event in events]
    assert sorted(progress) == progress
    assert ("completed", "ready", 100.0) == tuple(events[-1][key] for key in ("type", "status", "progress"))
    assert {"dataset"} == {event["scope"] for event in events}
    moving = [event for event in events if event["type"] == "progress"]
    assert len(moving) >= 5
    assert any(event["rate"] and event["eta_seconds"] is not None for event in moving)
    assert ["created", "changed", "changed"] == [event["type"] for event in listed]


async def test_at_most_ten_progress_events_a_second(server: RunningServer, hub: Hub) -> None:
    """However fast the bytes arrive."""
    hub.rate = 1e6
    add_large(hub, files=2)
    events: list[float] = []
    dataset = await server.download("lab/large")
    channel = f"datasets/{dataset['id']}/progress"
    async with server.socket() as client:
        client.on(channel, lambda event: events.append(asyncio.get_running_loop().time()))
        await client.call("subscribe", {"channel": channel})
        await server.until(dataset["id"], "ready")
    seconds = events[-1] - events[0]
    assert len(events) <= 11 * (seconds + 1)


async def test_unknown_channels_and_rubbish_are_refused(server: RunningServer, hub: Hub) -> None:
    """With a response; the connection stays open."""
    async with server.socket() as client:
        for data in (None, 7, {}, {"channel": 7}, {"channel": ""}, {"channel": "x" * 300}, {"channel": "nope"}):
            assert "error" in await client.call("subscribe", data)
        gone = await client.call("subscribe", {"channel": "datasets/ds_none/progress"})
        assert gone["dataset"] is None
        assert "list" in await client.call("subscribe", {"channel": "datasets"})


async def test_a_deletion_reaches_subscribers_of_the_list_only(server: RunningServer, hub: Hub) -> None:
    """One client is subscribed, another one no longer is."""
    add_stories(hub)
    dataset = await server.until((await server.download("lab/stories"))["id"], "ready")
    heard: list[Any] = []  # events as JSON
    missed: list[Any] = []
    async with server.socket() as one, server.socket() as other:
        one.on("datasets", heard.append)
        other.on("datasets", missed.append)
        for client in (one, other):
            await client.call("subscribe", {"channel": "datasets"})
        await other.emit("unsubscribe", {"channel": "datasets"})
        await other.call("subscribe", {"channel": "datasets/ds_none/progress"})
        assert 204 == (await server.http.delete(f"/api/datasets/{dataset['id']}")).status_code
        await wait_until(lambda: heard)
    assert [("deleted", dataset["id"])] == [(event["type"], event["dataset_id"]) for event in heard]
    assert heard[0]["seq"] > dataset["seq"]
    assert [] == missed


async def test_sockets_need_the_servers_token(settings: Settings) -> None:
    """A wrong or missing token is refused at the connection."""
    base = Settings(data_dir=settings.data_dir, host="0.0.0.0", api_token="a long secret")
    async with running_server(base) as server:
        for auth in (None, {"token": "wrong"}):
            with pytest.raises(Refused):
                async with server.socket(auth=auth):
                    pass
        async with server.socket(auth={"token": "a long secret"}) as client:
            assert client.connected


async def test_sockets_of_other_sites_are_refused(server: RunningServer) -> None:
    """A page of another origin cannot listen."""
    with pytest.raises(Refused):
        async with server.socket(headers={"Origin": "http://evil.test"}):
            pass
