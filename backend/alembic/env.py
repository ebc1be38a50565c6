"""Runs the migrations on SQLite and PostgreSQL with an async engine.

The database's URL comes from the caller's configuration (``sqlalchemy.url``), else from the settings. A caller with an
open connection puts it into ``config.attributes["connection"]``.
"""

import asyncio

from alembic import context
from sqlalchemy import Connection

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.models import Base


def _is_included(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    """Return False for the GIN index unless the database is PostgreSQL."""
    return kind != "index" or name != "idx_datasets_metadata_gin" or context.get_context().dialect.name == "postgresql"


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection, target_metadata=Base.metadata, render_as_batch=True, include_object=_is_included
    )
    with context.begin_transaction():
        context.run_migrations()


async def _run_online() -> None:
    database = Database(context.config.get_main_option("sqlalchemy.url") or Settings().sqlalchemy_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(_run)
    await database.close()


if context.is_offline_mode():
    context.configure(url=Settings().sqlalchemy_url, target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
elif (connection := context.config.attributes.get("connection")) is not None:
    _run(connection)
else:
    asyncio.run(_run_online())
