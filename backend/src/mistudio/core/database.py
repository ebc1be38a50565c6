"""The database and its three kinds of sessions.

``read`` sessions see a snapshot and take no lock. ``write`` sessions start with the write lock (BEGIN IMMEDIATE), so
processes on one SQLite file wait for each other instead of failing half-way. ``ask`` runs frequent queries in threads.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

import aiosqlite
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session

from mistudio.core.database_errors import translate_error

_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=30000",
)
_IDLE_SECONDS = 10.0
# Queries are short, and SQLite's driver holds the interpreter's lock for all but reading pages.
_QUERY_THREADS = 4

Answer = TypeVar("Answer")


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    """Configure SQLite for several processes, and leave transactions to us instead of the driver."""
    connection.isolation_level = None
    try:
        cursor = connection.cursor()
        for pragma in _SQLITE_PRAGMAS:
            cursor.execute(pragma)
        cursor.close()
    except sqlite3.Error:
        # Nobody else closes it, and with its lock it would keep every later connection out.
        connection.close()
        raise


async def _connect_sqlite(path: str, *, check_same_thread: bool) -> aiosqlite.Connection:
    """Connect in a thread of the connection's own; where that fails, return when the thread has ended.

    A thread that outlives the event loop ends with a traceback.
    """
    connection = aiosqlite.connect(path, check_same_thread=check_same_thread)
    thread = connection._thread  # noqa: SLF001  # nothing public waits for it
    thread.daemon = True
    try:
        return await connection
    except BaseException:
        await asyncio.to_thread(thread.join)
        raise


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('sqlite_begin', 'DEFERRED')}")


def _configure(engine: Engine) -> Engine:
    """Add to the engine what every connection needs, and return it."""
    event.listen(engine, "handle_error", translate_error)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _add_session_options(url: str, idle_seconds: float) -> URL:
    """Return the URL; on PostgreSQL with the time limit for an idle transaction added to its options."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "postgresql":
        return parsed
    limit = f"-c idle_in_transaction_session_timeout={idle_seconds * 1000:.0f}"
    return parsed.update_query_dict({"options": " ".join([*parsed.normalized_query.get("options", ()), limit])})


def _create_sync_engine(url: URL) -> Engine:
    """Return an engine of the same database for threads; it connects at its first query."""
    driver = url.drivername.replace("+aiosqlite", "")
    return create_engine(url.set(drivername=driver), pool_pre_ping=driver != "sqlite")


class Database:
    """The engines and their session factories; ``close`` it when done.

    ``idle_seconds``: how long a transaction may be idle before PostgreSQL ends its session. A process that stops within
    one (a machine put to sleep, a stopped process) would keep its locked rows from everybody.
    """

    def __init__(self, url: str, *, idle_seconds: float = _IDLE_SECONDS) -> None:
        self.url = url
        parsed = _add_session_options(url, idle_seconds)
        is_sqlite = parsed.get_backend_name() == "sqlite"
        arguments = {"async_creator_fn": _connect_sqlite} if is_sqlite else {}
        self.engine: AsyncEngine = create_async_engine(parsed, connect_args=arguments, pool_pre_ping=not is_sqlite)
        _configure(self.engine.sync_engine)
        self._sync_engine = _configure(_create_sync_engine(parsed))
        self._threads = ThreadPoolExecutor(_QUERY_THREADS, thread_name_prefix="database")
        writer = self.engine.execution_options(sqlite_begin="IMMEDIATE")
        self._read = async_sessionmaker(self.engine, expire_on_commit=False)
        self._write = async_sessionmaker(writer, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Open a session that only reads."""
        async with self._read() as session:
            yield session

    async def ask(self, query: Callable[[Session], Answer]) -> Answer:
        """Run ``query`` in a thread, with a session of its own, and return its result. It must only read.

        An async session switches to the connection's thread and back for every step of every statement: 17 times for a
        list of datasets, which is half of what the list costs. This switches once.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._run_query, query)

    def _run_query(self, query: Callable[[Session], Answer]) -> Answer:
        with Session(self._sync_engine, expire_on_commit=False) as session:
            return query(session)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Open one transaction: committed when the block ends, rolled back when it raises."""
        async with self._write() as session, session.begin():
            yield session

    async def close(self) -> None:
        """Close every connection."""
        await asyncio.to_thread(self._threads.shutdown)
        self._sync_engine.dispose()
        await self.engine.dispose()
