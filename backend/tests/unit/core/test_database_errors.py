"""``mistudio.core.database_errors``: databases that cannot be used raise errors that say what to do."""

import asyncio
import os
import queue
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import aiosqlite.core
import pytest
from sqlalchemy import event, text
from sqlalchemy.engine.interfaces import DBAPIConnection

from fakes.records import add_dataset
from mistudio.core.database import Database
from mistudio.core.errors import DatabaseDamaged, DiskFailed, MiStudioError, UnsupportedVersion
from mistudio.core.migrations import upgrade


def write_garbage(path: Path) -> None:
    """Bytes that are no database."""
    path.write_bytes(random.Random(1).randbytes(5000))


def truncate(path: Path) -> None:
    """Half of a database."""
    os.truncate(path, path.stat().st_size // 2)


def scramble(path: Path) -> None:
    """Its header is whole, its pages are not."""
    content = bytearray(path.read_bytes())
    content[100:] = random.Random(1).randbytes(len(content) - 100)
    path.write_bytes(content)


def make_folder(path: Path) -> None:
    """A folder in its place."""
    path.unlink()
    path.mkdir()


def execute(*statements: str) -> Callable[[Path], None]:
    """A database that was changed."""

    def change(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    return change


DAMAGES: list[tuple[str, Callable[[Path], None], type[MiStudioError], str]] = [
    ("garbage", write_garbage, DatabaseDamaged, "mistudio recover"),
    ("truncated", truncate, DatabaseDamaged, "mistudio recover"),
    ("scrambled", scramble, DatabaseDamaged, "mistudio recover"),
    ("a folder", make_folder, DiskFailed, "cannot be used"),
    ("newer", execute("UPDATE alembic_version SET version_num = 'ffff'"), UnsupportedVersion, "newer version"),
    ("of no version", execute("DELETE FROM alembic_version"), DatabaseDamaged, "version is lost"),
    ("without its version's table", execute("DROP TABLE alembic_version"), DatabaseDamaged, "version is lost"),
    ("of two versions", execute("INSERT INTO alembic_version VALUES ('001')"), DatabaseDamaged, "several versions"),
    (
        "of an older version than its tables",
        execute("UPDATE alembic_version SET version_num = '001'"),
        DatabaseDamaged,
        "tables are not those",
    ),
    ("without a table", execute("DROP TABLE jobs"), DatabaseDamaged, "no such table: jobs"),
    ("without a column", execute("ALTER TABLE jobs DROP COLUMN seq"), DatabaseDamaged, "no such column"),
]


async def make_database(path: Path) -> None:
    """A whole database with the newest schema."""
    database = Database(f"sqlite+aiosqlite:///{path}")
    await upgrade(database)
    await database.close()


async def open_database(path: Path) -> None:
    """Open it, migrate it, ask something."""
    database = Database(f"sqlite+aiosqlite:///{path}")
    try:
        await upgrade(database)
        async with database.read() as session:
            await session.execute(text("SELECT id, seq FROM jobs"))
    finally:
        await database.close()


@pytest.mark.parametrize(("damage", "kind", "words"), [case[1:] for case in DAMAGES], ids=[case[0] for case in DAMAGES])
async def test_a_database_that_cannot_be_used_says_what_to_do(
    tmp_path: Path, damage: Callable[[Path], None], kind: type[MiStudioError], words: str
) -> None:
    """Each time that it is opened, and no connection is left that would lock it."""
    path = tmp_path / "mistudio.db"
    await make_database(path)
    damage(path)
    for _time in range(2):
        with pytest.raises(kind, match=words):
            await open_database(path)


def test_a_connection_that_fails_leaves_no_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However late its thread ends: one that outlived the event loop would end with a traceback."""

    class SlowQueue(queue.SimpleQueue[object]):
        """Gives out every piece of work late."""

        def get(self, block: bool = True, timeout: float | None = None) -> object:
            found = super().get(block, timeout)
            time.sleep(0.02)
            return found

    monkeypatch.setattr(aiosqlite.core, "SimpleQueue", SlowQueue)
    folder = tmp_path / "mistudio.db"
    folder.mkdir()
    before = threading.active_count()
    for _time in range(5):
        with pytest.raises(DiskFailed):
            asyncio.run(open_database(folder))
        assert before == threading.active_count()


async def test_a_whole_database_opens(tmp_path: Path) -> None:
    """Also a second time."""
    for _time in range(2):
        await open_database(tmp_path / "mistudio.db")


async def test_a_missing_folder_is_named_as_the_disk(tmp_path: Path) -> None:
    """SQLite cannot create the file."""
    with pytest.raises(DiskFailed, match="unable to open"):
        await open_database(tmp_path / "nothing" / "mistudio.db")


async def test_a_connection_that_became_read_only_is_not_used_again(tmp_path: Path) -> None:
    """SQLite opens a file read-only if the disk does not let it open otherwise; the pool would keep that for ever."""
    path = tmp_path / "mistudio.db"
    await make_database(path)
    database, read_only = Database(f"sqlite+aiosqlite:///{path}"), [True]

    def limit(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA query_only={read_only.pop() if read_only else False}")
        cursor.close()

    event.listen(database.engine.sync_engine, "connect", limit)
    with pytest.raises(DiskFailed, match="cannot be used"):
        await add_dataset(database)
    await add_dataset(database)
    await database.close()
