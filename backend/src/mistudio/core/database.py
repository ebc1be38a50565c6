"""The database: one async engine, and two kinds of session.

``read`` sessions see a snapshot and take no lock; ``write`` sessions begin with the write lock (BEGIN IMMEDIATE). So
several processes on one SQLite file wait for each other instead of failing half-way through.
"""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import Connection, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from mistudio.core.errors import DiskFull, Unavailable

_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=30000",
)
_POSTGRESQL_DISK_FULL = "53100"


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


class Database:
    """An async engine with its session factories; ``close`` it when done."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(url, pool_pre_ping=not url.startswith("sqlite"))
        event.listen(self.engine.sync_engine, "handle_error", _translate)
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
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

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        async with self._write() as session, session.begin():
            yield session

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
