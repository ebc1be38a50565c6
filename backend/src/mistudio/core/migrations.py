"""Migrates the database to the newest schema; the same scripts serve SQLite and PostgreSQL."""

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from mistudio.core.database import Database
from mistudio.core.database_errors import RECOVER_HINT
from mistudio.core.errors import DatabaseDamaged, UnsupportedVersion

_LOCK_KEY = 0x6D695374
_PACKAGE = Path(__file__).resolve().parents[1]


def script_folder() -> Path:
    """Return the folder of the migrations: in the installed package, or beside ``src`` in a checkout."""
    installed = _PACKAGE / "alembic"
    return installed if installed.is_dir() else _PACKAGE.parents[1] / "alembic"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(script_folder()))
    return config


def _upgrade(connection: Connection, revision: str) -> None:
    config = _config()
    if connection.dialect.name == "postgresql":
        # Servers and workers that start at the same time must not migrate at the same time.
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
    if revision == "head" and check_version(connection):
        return
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def check_version(connection: Connection) -> bool:
    """Return whether the database has the newest schema.

    Raises UnsupportedVersion if a newer program wrote it, DatabaseDamaged if its version is lost.
    """
    scripts = ScriptDirectory.from_config(_config())
    try:
        present = MigrationContext.configure(connection).get_current_revision()
    except CommandError as error:
        raise DatabaseDamaged(f"The database says of itself that it has several versions. {RECOVER_HINT}") from error
    if present is not None and present not in {script.revision for script in scripts.walk_revisions()}:
        raise UnsupportedVersion(
            f"A newer version of miStudio wrote the database (schema {present}). Install it, or set another DATA_DIR."
        )
    if present is None and inspect(connection).has_table("datasets"):
        raise DatabaseDamaged(f"The database has tables, but its version is lost. {RECOVER_HINT}")
    return present == scripts.get_current_head()


def _downgrade(connection: Connection, revision: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.downgrade(config, revision)


async def upgrade(database: Database, revision: str = "head") -> None:
    """Apply the missing migrations, in one transaction. Raises UnsupportedVersion, DatabaseDamaged, DiskFailed."""
    try:
        async with database.engine.execution_options(sqlite_begin="IMMEDIATE").begin() as connection:
            await connection.run_sync(_upgrade, revision)
    except (OperationalError, ProgrammingError) as error:
        if getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR:
            raise
        raise DatabaseDamaged(
            f"The database's tables are not those of any version of miStudio ({error.orig}). {RECOVER_HINT}"
        ) from error


async def downgrade(database: Database, revision: str) -> None:
    """Revert every migration after ``revision``, in one transaction."""
    async with database.engine.execution_options(sqlite_begin="IMMEDIATE").begin() as connection:
        await connection.run_sync(_downgrade, revision)
