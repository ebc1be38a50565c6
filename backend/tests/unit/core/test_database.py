"""What becomes of a transaction whose task is cancelled in the middle of it."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, select, text

from fakes.cluster import database_on
from fakes.pace import PATIENCE
from fakes.records import add_dataset
from mistudio.core.database import Database
from mistudio.core.errors import Unavailable
from mistudio.core.migrations import upgrade
from mistudio.models import Dataset


async def test_a_cancel_is_a_cancel_wherever_it_comes(async_db: Database) -> None:
    """At every step of a question: the task ends as cancelled, never with an error that somebody might wait out."""

    async def asked() -> object:
        async with async_db.write() as session:
            return await session.scalar(text("SELECT 1"))

    ends = set()
    for steps in range(40):
        task = asyncio.create_task(asked())
        for _step in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        (end,) = await asyncio.gather(task, return_exceptions=True)
        ends.add(type(end))
    assert ends <= {asyncio.CancelledError, int}
    assert 1 == await asked()


async def test_a_write_that_is_cancelled_is_cancelled_and_leaves_no_lock(tmp_path: Path) -> None:
    """Cancelled while it waits for the lock, it neither says that the database is gone, nor has the lock afterwards."""
    path = tmp_path / "mistudio.db"
    database = Database(f"sqlite+aiosqlite:///{path}")
    async with database.read() as session:
        await session.execute(text("SELECT 1"))

    async def write() -> None:
        async with database.write() as session:
            await session.execute(text("CREATE TABLE never (number INTEGER)"))

    def interfere(_connection: Connection, _cursor: object, statement: str, *_others: object) -> None:
        """As soon as the task waits for its BEGIN, it is cancelled; then the lock comes free."""
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


async def test_a_question_sees_what_was_written_before_it(async_db: Database) -> None:
    """On either database, in a thread, as many at once as there may be."""
    for number in range(3):
        await add_dataset(async_db, name=f"stories {number}")
        names = await asyncio.gather(
            *(async_db.ask(lambda session: session.scalars(select(Dataset.name)).all()) for _client in range(20))
        )
        assert [{f"stories {seen}" for seen in range(number + 1)}] * 20 == [set(seen) for seen in names]


async def test_a_question_to_a_database_that_is_gone_is_unavailable() -> None:
    """The same words whichever way it is asked."""
    database = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    with pytest.raises(Unavailable, match="does not answer"):
        await database.ask(lambda session: session.scalar(text("SELECT 1")))
    await database.close()


async def test_who_stops_within_a_transaction_keeps_no_row_for_ever(postgres_url: str, tmp_path: Path) -> None:
    """A process that is held, or whose machine sleeps: PostgreSQL ends its session, and the next one has the row."""
    async with database_on("postgresql", tmp_path, postgres_url) as database:
        await upgrade(database)
        await add_dataset(database)
        mine = select(Dataset).with_for_update()
        stalling = Database(database.url, idle_seconds=0.1)

        async def stall() -> None:
            async with stalling.write() as stalled:
                await stalled.scalar(mine)
                async with asyncio.timeout(PATIENCE), database.write() as session:
                    assert "stories" == (await session.scalars(mine)).one().name

        with pytest.raises(Unavailable):
            await stall()
        await stalling.close()
