"""Migrates the database to the newest schema; the same scripts serve SQLite and PostgreSQL."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from mistudio.core.database import Database

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
    if revision == "head" and MigrationContext.configure(connection).get_current_revision() == _head(config):
        return
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _downgrade(connection: Connection, revision: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.downgrade(config, revision)


def _head(config: Config) -> str | None:
    return ScriptDirectory.from_config(config).get_current_head()


async def upgrade(database: Database, revision: str = "head") -> None:
    """Apply the missing migrations, in one transaction."""
    async with database.engine.execution_options(sqlite_begin="IMMEDIATE").begin() as connection:
        await connection.run_sync(_upgrade, revision)


async def downgrade(database: Database, revision: str) -> None:
    """Revert every migration after ``revision``, in one transaction."""
    async with database.engine.execution_options(sqlite_begin="IMMEDIATE").begin() as connection:
        await connection.run_sync(_downgrade, revision)
