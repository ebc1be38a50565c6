"""The load of ``make soak`` runs on a server, and what grows is found."""

import asyncio
import random
from pathlib import Path
from typing import Final

from fakes import tokenizers as small
from fakes.hub import Hub
from fakes.running import RunningServer
from fakes.timing import wait_until
from fuzz.bench import TOKENIZER
from soak.growth import Moment, Record
from soak.load import Load, add_repositories

CLIENTS: Final = ("read", "search", "preview", "listen", "pass_through", "upload", "rebuild_index")


async def test_the_load_runs(server: RunningServer, hub: Hub) -> None:
    """Each client does its work, and no answer is a defect."""
    add_repositories(hub)
    hub.add(TOKENIZER, small.make_files(small.train_byte_level(), config=small.CONFIG), kind="models")
    load = Load(server.url, server.http, random.Random(1))
    await load.prepare()
    running = asyncio.create_task(load.run())
    await wait_until(lambda: running.done() or all(load.counts[name] for name in CLIENTS))
    running.cancel()
    ended = await asyncio.gather(running, return_exceptions=True)
    assert [asyncio.CancelledError] == [type(end) for end in ended]


def test_what_grows_is_found(tmp_path: Path) -> None:
    """After the first third a growth of more than 5 % is named; what only jumps about is not."""
    record = Record(tmp_path, 0)
    for number in range(30):
        values = {"memory": (200 + 10 * number) << 20, "descriptors": 40 + number % 2, "threads": 9}
        record.moments.append(Moment(float(number), values))
    assert ["memory grows from 345.0 MB to 445.0 MB"] == record.grown()
    assert "| 0.4 | 440.0 MB | 40 | 9 |" in record.report()
