"""The database, and three ways to speak with it.

``read`` sessions see a snapshot and take no lock; ``write`` sessions begin with the write lock (BEGIN IMMEDIATE). So
several processes on one SQLite file wait for each other instead of failing half-way through. ``ask`` is for questions
that many clients put at once.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session

from mistudio.core.errors import DiskFull, Unavailable

_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=30000",
)
_POSTGRESQL_DISK_FULL = "53100"
_STALLED_SECONDS = 10.0
# Questions are short, and on SQLite all but the reading of pages holds the interpreter.
_ASKING_THREADS = 4

Answer = TypeVar("Answer")


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    """Set what SQLite needs for several processes, and take transactions out of the driver's hands."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('sqlite_begin', 'DEFERRED')}")


def _translate(context: ExceptionContext) -> None:
    """A database that has no room to write, or is gone, is an error that a person can act on, whoever asked."""
    if not isinstance(context.original_exception, Exception):
        # A cancelled task is to end; its connection counts as lost, and that is nothing to report.
        return
    code = getattr(context.original_exception, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_FULL or getattr(context.original_exception, "sqlstate", None) == _POSTGRESQL_DISK_FULL:
        raise DiskFull("The disk of the database is full: make room, then try again.") from context.original_exception
    connecting = context.engine is not None and context.connection is None
    lost = context.is_disconnect or (connecting and context.dialect.name == "postgresql")
    if lost and not context.is_pre_ping:
        raise Unavailable("The database does not answer: try again in a moment.") from context.original_exception


def _prepared(engine: Engine) -> Engine:
    """The engine with what every connection needs."""
    event.listen(engine, "handle_error", _translate)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _address(url: str, stalled_seconds: float) -> URL:
    """The address, with what every session asks of PostgreSQL beside what the given one asks."""
    there = make_url(url)
    if there.get_backend_name() != "postgresql":
        return there
    limit = f"-c idle_in_transaction_session_timeout={stalled_seconds * 1000:.0f}"
    return there.update_query_dict({"options": " ".join([*there.normalized_query.get("options", ()), limit])})


def _asking_engine(there: URL) -> Engine:
    """An engine of the same database for threads; it connects when first asked."""
    driver = there.drivername.replace("+aiosqlite", "")
    return create_engine(there.set(drivername=driver), pool_pre_ping=driver != "sqlite")


class Database:
    """The engines with their session factories; ``close`` it when done.

    ``stalled_seconds``: PostgreSQL ends the session of a process that stops within a transaction for so long (a machine
    that is put to sleep, a process that is held): the rows that it has locked would be kept from everybody.
    """

    def __init__(self, url: str, *, stalled_seconds: float = _STALLED_SECONDS) -> None:
        self.url = url
        there = _address(url, stalled_seconds)
        self.engine: AsyncEngine = create_async_engine(there, pool_pre_ping=not url.startswith("sqlite"))
        _prepared(self.engine.sync_engine)
        self._asking = _prepared(_asking_engine(there))
        self._threads = ThreadPoolExecutor(_ASKING_THREADS, thread_name_prefix="database")
        writer = self.engine.execution_options(sqlite_begin="IMMEDIATE")
        self._read = async_sessionmaker(self.engine, expire_on_commit=False)
        self._write = async_sessionmaker(writer, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for questions."""
        async with self._read() as session:
            yield session

    async def ask(self, question: Callable[[Session], Answer]) -> Answer:
        """What ``question`` finds with a session of its own, in a thread: it must only read.

        An async session goes to the connection's thread and back for every step of every statement, 17 times for a
        list of datasets, which is half of all that the list costs; this goes once.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._answer, question)

    def _answer(self, question: Callable[[Session], Answer]) -> Answer:
        with Session(self._asking, expire_on_commit=False) as session:
            return question(session)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        async with self._write() as session, session.begin():
            yield session

    async def close(self) -> None:
        """Close every connection."""
        await asyncio.to_thread(self._threads.shutdown)
        self._asking.dispose()
        await self.engine.dispose()
