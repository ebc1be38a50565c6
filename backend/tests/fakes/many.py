"""Waits for many downloads with one request at a time."""

import asyncio
from collections.abc import Iterable
from typing import Any

from fakes.running import Client
from fakes.timing import TIMEOUT


async def until_all_ended(server: Client, dataset_ids: Iterable[str], *, timeout: float = TIMEOUT) -> dict[str, Any]:
    """Return each dataset, at most a hundred, once all of them are ready or in error."""
    wanted = set(dataset_ids)
    async with asyncio.timeout(timeout):
        while True:
            listed = (await server.get("/api/datasets", limit=100))["data"]
            found = {dataset["id"]: dataset for dataset in listed if dataset["id"] in wanted}
            if all(dataset["status"] in {"ready", "error"} for dataset in found.values()):
                return found
            await asyncio.sleep(0.2)
