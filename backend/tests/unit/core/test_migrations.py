"""The migrations on both databases."""

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Row, inspect, text

from fakes.records import add_dataset, add_job, add_tokenization
from mistudio.core.database import Database
from mistudio.core.kept_tables import KEPT
from mistudio.core.migrations import downgrade, script_folder, upgrade
from mistudio.models import Base, DatasetReference, Model, Recipe


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection,
        opts={"include_object": lambda _o, name, kind, _r, _c: kind != "index" or name != "idx_datasets_metadata_gin"},
    )
    return list(compare_metadata(context, Base.metadata))


def _index_names(connection: Connection) -> set[str]:
    return {str(index["name"]) for index in inspect(connection).get_indexes("datasets")}


async def test_the_migrated_schema_is_the_models_schema(async_db: Database) -> None:
    """The migrations make exactly the schema of the models."""
    async with async_db.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def _seed(database: Database) -> None:
    """Add rows to every table, with unusual text and JSON."""
    splits = [{"name": "train", "num_files": 1, "num_rows": 3, "num_bytes": 10}]
    async with database.write() as session:
        model = Model(name="gpt2", hf_repo_id="openai/gpt2", revision="c0ffee", fingerprint="f" * 64, vocab_size=50257)
        session.add(model)
        session.add(Recipe(recipe_key="k" * 64, document="{}", steps={"datasets.a": {"id": "ds_1"}}))
    for number in range(3):
        dataset = await add_dataset(
            database, name=f"naïve {number}", splits=splits, meta={"license": "mit", "n": [number]}
        )
        tokenization = await add_tokenization(
            database, dataset, model_id=model.id, status="ready", ledger={"positions": number}
        )
        async with database.write() as session:
            session.add(DatasetReference(dataset_id=dataset.id, kind="sae", ref_id=f"sae-{number}", name="日本語"))
        await add_job(database, dataset, kind="tokenize", tokenization=tokenization)


async def _rows(database: Database) -> dict[str, list[Row[Any]]]:
    """Return every row of every table of the models."""
    async with database.read() as session:
        return {
            table.name: list((await session.execute(table.select().order_by(table.c.id))).all())
            for table in Base.metadata.sorted_tables
        }


async def _names(database: Database) -> set[str]:
    async with database.engine.connect() as connection:
        return set(await connection.run_sync(lambda c: inspect(c).get_table_names()))


async def test_downgrades_and_upgrades_lose_nothing(empty_database: Database) -> None:
    """Step by step, tables that an older schema does not know are kept with their rows, then restored."""
    await upgrade(empty_database)
    await _seed(empty_database)
    before = await _rows(empty_database)
    assert {"datasets": 3, "models": 1, "dataset_references": 3, "tokenizations": 3, "jobs": 3, "recipes": 1} == {
        name: len(rows) for name, rows in before.items()
    }
    revisions = ["base", *(path.name[:3] for path in sorted((script_folder() / "versions").glob("0*.py")))]
    for revision in reversed(revisions[:-1]):
        await downgrade(empty_database, revision)
    kept = {f"{KEPT}{name}" for name in Base.metadata.tables}
    assert kept | {"alembic_version"} == await _names(empty_database)
    for revision in revisions[1:]:
        await upgrade(empty_database, revision)
    assert set(Base.metadata.tables) | {"alembic_version"} == await _names(empty_database)
    assert before == await _rows(empty_database)
    async with empty_database.engine.connect() as connection:
        assert [] == await connection.run_sync(_differences)


async def test_a_deletion_by_an_older_version_reaches_kept_tables(empty_database: Database) -> None:
    """A dataset deleted between a downgrade and an upgrade takes its rows in other tables along."""
    await upgrade(empty_database)
    await _seed(empty_database)
    await downgrade(empty_database, "001")
    assert {"alembic_version", "datasets"} == {name for name in await _names(empty_database) if KEPT not in name}
    async with empty_database.write() as session:
        await session.execute(text("DELETE FROM datasets WHERE name <> 'naïve 1'"))
    await upgrade(empty_database)
    assert {"datasets": 1, "models": 1, "dataset_references": 1, "tokenizations": 1, "jobs": 1, "recipes": 1} == {
        name: len(rows) for name, rows in (await _rows(empty_database)).items()
    }


async def test_a_second_upgrade_changes_nothing(empty_database: Database) -> None:
    """The newest schema stays as it is."""
    await upgrade(empty_database)
    before = await _names(empty_database)
    await upgrade(empty_database)
    assert set(Base.metadata.tables) | {"alembic_version"} == before == await _names(empty_database)


async def test_the_specified_indexes_exist(async_db: Database) -> None:
    """They have the specified names; only PostgreSQL has the index over JSON."""
    async with async_db.engine.connect() as connection:
        names = await connection.run_sync(_index_names)
    specified = {"idx_datasets_status", "idx_datasets_source", "idx_datasets_created_at"}
    if not async_db.is_sqlite:
        specified.add("idx_datasets_metadata_gin")
    assert specified <= names


async def test_metadata_is_jsonb_on_postgresql(async_db: Database) -> None:
    """JSONB columns can be searched by containment."""
    if async_db.is_sqlite:
        kind = "SELECT type FROM pragma_table_info('datasets') WHERE name = 'metadata'"
    else:
        kind = "SELECT data_type FROM information_schema.columns WHERE table_name='datasets' AND column_name='metadata'"
    async with async_db.read() as session:
        assert (await session.scalar(text(kind))).lower() == ("json" if async_db.is_sqlite else "jsonb")


async def test_a_failed_write_leaves_nothing(async_db: Database) -> None:
    """A transaction that raises is rolled back."""
    insert = text(
        "INSERT INTO models (id, name, fingerprint, vocab_size, created_at) VALUES ('m', 'n', 'f', 1, '2026-01-01')"
    )

    async def fail() -> None:
        async with async_db.write() as session:
            await session.execute(insert)
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        await fail()
    async with async_db.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM models")) == 0
