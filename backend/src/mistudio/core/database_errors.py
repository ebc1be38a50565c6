"""Translates the errors of SQLite and PostgreSQL into errors that say what to do."""

import sqlite3
from pathlib import Path
from typing import Final

from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import SQLAlchemyError

from mistudio.core.errors import DatabaseDamaged, DiskFailed, DiskFull, MiStudioError, Unavailable
from mistudio.utils.file_utils import free_bytes

RECOVER_HINT: Final = (
    "Stop the server and run `mistudio recover`: it keeps the old file and rebuilds the records from datasets/."
)
# Everything that a query may raise because of the database itself.
DATABASE_ERRORS: Final = (DiskFull, DiskFailed, DatabaseDamaged, Unavailable, SQLAlchemyError)
_POSTGRESQL_DISK_FULL: Final = "53100"
_POSTGRESQL_UNKNOWN_NAMES: Final = frozenset({"42P01", "42703"})
_FULL: Final = "The disk of the database is full. Free some space, then retry."
_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_WRITABLE: Final = "Give this user the right to write to DATA_DIR and mistudio.db, or set another DATA_DIR."
_REMEDIES: Final = {
    sqlite3.SQLITE_IOERR: "Its disk reports an error: check the disk, then retry.",
    sqlite3.SQLITE_CANTOPEN: "Make DATA_DIR a folder that this user may write to, and mistudio.db in it a file.",
    sqlite3.SQLITE_READONLY: _WRITABLE,
    sqlite3.SQLITE_PERM: _WRITABLE,
    sqlite3.SQLITE_AUTH: _WRITABLE,
}
# SQLite reports a full disk as an I/O error where it cannot extend its shared memory.
_FULL_PERHAPS: Final = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN})
_FULL_BYTES: Final = 256 << 10


def translate_error(context: ExceptionContext) -> None:
    """Raise an error of this program in place of a driver's error that has a meaning for people."""
    original = context.original_exception
    if not isinstance(original, Exception):
        # A cancelled task drops its connection: that is no error of the database.
        return
    if translated := _translate_sqlite(original, context) or _translate_postgresql(original):
        # SQLite opens a file read-only where it cannot open it otherwise, and a pool would keep such a connection.
        context.is_disconnect = context.is_disconnect or isinstance(translated, DiskFailed)
        raise translated from original
    connecting = context.engine is not None and context.connection is None
    lost = context.is_disconnect or (connecting and context.dialect.name == "postgresql")
    if lost and not context.is_pre_ping:
        raise Unavailable("The database does not answer. Try again in a moment.") from original


def _translate_postgresql(error: Exception) -> MiStudioError | None:
    state = getattr(error, "sqlstate", None)
    if state == _POSTGRESQL_DISK_FULL:
        return DiskFull(_FULL)
    if state in _POSTGRESQL_UNKNOWN_NAMES:
        return DatabaseDamaged(
            f"The database lacks a table or column ({_first_line(error)}). Restore it from a backup."
        )
    return None


def _translate_sqlite(error: Exception, context: ExceptionContext) -> MiStudioError | None:
    code = getattr(error, "sqlite_errorcode", None)
    if not isinstance(code, int):
        return None
    reason, kind = _first_line(error), code & 0xFF
    if kind == sqlite3.SQLITE_FULL or (kind in _FULL_PERHAPS and _has_no_room(context)):
        return DiskFull(_FULL)
    if kind == sqlite3.SQLITE_ERROR and reason.startswith(("no such table", "no such column")):
        return DatabaseDamaged(f"The database lacks a table or column ({reason}). {RECOVER_HINT}")
    if kind in _DAMAGED:
        return DatabaseDamaged(f"The database is damaged ({reason}). {RECOVER_HINT}")
    if kind in _REMEDIES:
        return DiskFailed(f"The database cannot be used ({reason}). {_REMEDIES[kind]}")
    return None


def _has_no_room(context: ExceptionContext) -> bool:
    path = context.engine.url.database if context.engine is not None else None
    return path is not None and free_bytes(Path(path).parent) < _FULL_BYTES


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
