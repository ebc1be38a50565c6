"""``mistudio.core.database``: cancelled transactions, queries in threads, and stopped processes."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, select, text

from fakes.cluster import database_on
from fakes.records import add_dataset
from fakes.timing import TIMEOUT
from mistudio.core.database import Database
from mistudio.core.errors import Unavailable
from mistudio.core.migrations import upgrade
from mistudio.models import Dataset


async def test_a_cancel_at_any_step_cancels_the_task(async_db: Database) -> None:
    """At every step of a query the task ends as cancelled, never with an error that a caller might retry."""

    async def query() -> object:
        async with async_db.write() as session:
            return await session.scalar(text("SELECT 1"))

    ends = set()
    for steps in range(40):
        task = asyncio.create_task(query())
        for _step in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        (end,) = await asyncio.gather(task, return_exceptions=True)
        ends.add(type(end))
    assert ends <= {asyncio.CancelledError, int}
    assert 1 == await query()


async def test_a_cancelled_write_leaves_no_lock(tmp_path: Path) -> None:
    """Cancelled while it waits for the lock, it ends as cancelled and does not hold the lock."""
    path = tmp_path / "mistudio.db"
    database = Database(f"sqlite+aiosqlite:///{path}")
    async with database.read() as session:
        await session.execute(text("SELECT 1"))

    async def write() -> None:
        async with database.write() as session:
            await session.execute(text("CREATE TABLE never (number INTEGER)"))

    def interfere(_connection: Connection, _cursor: object, statement: str, *_others: object) -> None:
        """Cancel the task as soon as it waits for its BEGIN, then release the lock."""
        assert "BEGIN IMMEDIATE" == statement
        asyncio.get_running_loop().call_soon(task.cancel)
        asyncio.get_running_loop().call_soon(other.execute, "ROLLBACK")

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        event.listen(database.engine.sync_engine, "before_cursor_execute", interfere)
        task = asyncio.create_task(write())
        with pytest.raises(asyncio.CancelledError):
            await task
        other.execute("BEGIN IMMEDIATE")
        assert [] == other.execute("SELECT name FROM sqlite_master").fetchall()
    await database.close()


async def test_a_query_in_a_thread_sees_earlier_writes(async_db: Database) -> None:
    """On both databases, with many queries at once."""
    for number in range(3):
        await add_dataset(async_db, name=f"stories {number}")
        names = await asyncio.gather(
            *(async_db.ask(lambda session: session.scalars(select(Dataset.name)).all()) for _client in range(20))
        )
        assert [{f"stories {seen}" for seen in range(number + 1)}] * 20 == [set(seen) for seen in names]


async def test_a_query_to_a_dead_database_raises_unavailable() -> None:
    """The message is that of every other session."""
    database = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    with pytest.raises(Unavailable, match="does not answer"):
        await database.ask(lambda session: session.scalar(text("SELECT 1")))
    await database.close()


async def test_a_stopped_process_does_not_keep_its_locked_rows(postgres_url: str, tmp_path: Path) -> None:
    """PostgreSQL ends the session of a process that stops within a transaction, and the next one gets the row."""
    async with database_on("postgresql", tmp_path, postgres_url) as database:
        await upgrade(database)
        await add_dataset(database)
        locked_row = select(Dataset).with_for_update()
        stopping = Database(database.url, idle_seconds=0.1)

        async def stop() -> None:
            async with stopping.write() as stopped:
                await stopped.scalar(locked_row)
                async with asyncio.timeout(TIMEOUT), database.write() as session:
                    assert "stories" == (await session.scalars(locked_row)).one().name

        with pytest.raises(Unavailable):
            await stop()
        await stopping.close()
