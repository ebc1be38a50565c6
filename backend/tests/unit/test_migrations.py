"""The migrations, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from fakes.records import add_dataset
from mistudio.core.database import Database
from mistudio.core.migrations import downgrade, upgrade
from mistudio.models import Base, Dataset


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection,
        opts={"include_object": lambda _o, name, kind, _r, _c: kind != "index" or name != "idx_datasets_metadata_gin"},
    )
    return list(compare_metadata(context, Base.metadata))


def _index_names(connection: Connection) -> set[str]:
    return {str(index["name"]) for index in inspect(connection).get_indexes("datasets")}


async def test_the_migrated_schema_is_the_models_schema(async_db: Database) -> None:
    """Nothing differs between what the migrations make and what the models say."""
    async with async_db.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_up_down_and_up_again(empty_database: Database) -> None:
    """All tables come, go and come again."""
    await upgrade(empty_database)
    await downgrade(empty_database, "base")
    async with empty_database.engine.connect() as connection:
        assert await connection.run_sync(lambda c: inspect(c).get_table_names()) == ["alembic_version"]
    await upgrade(empty_database)
    await upgrade(empty_database)
    async with empty_database.engine.connect() as connection:
        names = await connection.run_sync(lambda c: set(inspect(c).get_table_names()))
    assert set(Base.metadata.tables) | {"alembic_version"} == names


async def test_down_and_up_again_loses_no_dataset(empty_database: Database) -> None:
    """Whoever goes back to before there were jobs, and forward again, finds the datasets as they were."""
    await upgrade(empty_database)
    splits = [{"name": "train", "num_files": 1, "num_rows": 3, "num_bytes": 10}]
    for number in range(3):
        await add_dataset(empty_database, name=f"naïve {number}", splits=splits, meta={"license": "mit", "n": [number]})

    async def records() -> list[object]:
        async with empty_database.read() as session:
            rows = await session.execute(Dataset.__table__.select().order_by(Dataset.id))
            return [tuple(row) for row in rows]

    before = await records()
    await downgrade(empty_database, "001")
    async with empty_database.engine.connect() as connection:
        names = await connection.run_sync(lambda c: set(inspect(c).get_table_names()))
    assert {"alembic_version", "datasets"} == names
    await upgrade(empty_database)
    assert (3, before) == (len(before), await records())


async def test_the_given_indexes_exist(async_db: Database) -> None:
    """The indexes that are given have their names; the one over JSON is PostgreSQL's alone."""
    async with async_db.engine.connect() as connection:
        names = await connection.run_sync(_index_names)
    given = {"idx_datasets_status", "idx_datasets_source", "idx_datasets_created_at"}
    if not async_db.is_sqlite:
        given.add("idx_datasets_metadata_gin")
    assert given <= names


async def test_metadata_is_jsonb_on_postgresql(async_db: Database) -> None:
    """The metadata column can be searched by containment there."""
    if async_db.is_sqlite:
        kind = "SELECT type FROM pragma_table_info('datasets') WHERE name = 'metadata'"
    else:
        kind = "SELECT data_type FROM information_schema.columns WHERE table_name='datasets' AND column_name='metadata'"
    async with async_db.read() as session:
        assert (await session.scalar(text(kind))).lower() == ("json" if async_db.is_sqlite else "jsonb")


async def test_a_failed_write_leaves_nothing(async_db: Database) -> None:
    """A transaction that raises is rolled back whole."""
    insert = text(
        "INSERT INTO models (id, name, fingerprint, vocab_size, created_at) VALUES ('m', 'n', 'f', 1, '2026-01-01')"
    )

    async def stopped() -> None:
        async with async_db.write() as session:
            await session.execute(insert)
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        await stopped()
    async with async_db.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM models")) == 0
