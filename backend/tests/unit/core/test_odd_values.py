"""Values in the database that are not of their column's kind."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from fakes.records import add_dataset
from mistudio.core.database import Database
from mistudio.core.errors import DatabaseDamaged
from mistudio.core.migrations import upgrade
from mistudio.models import Dataset


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("status = 'strange'", "“strange” in the place of a state"),
        ("created_at = 'yesterday'", "“yesterday” in the place of a time"),
        ("metadata = '{'", "“{” in the place of JSON"),
        ("metadata = '[1]'", "in the place of JSON"),
        ("splits = '{}'", "in the place of JSON"),
        ("splits = x'ff'", "in the place of JSON"),
    ],
)
async def test_a_value_of_another_kind_is_a_damaged_database(tmp_path: Path, change: str, words: str) -> None:
    """The message has the value and the remedy."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'mistudio.db'}")
    await upgrade(database)
    await add_dataset(database)
    with closing(sqlite3.connect(tmp_path / "mistudio.db")) as connection:
        connection.execute(f"UPDATE datasets SET {change}")  # noqa: S608 (a change from above)
        connection.commit()
    with pytest.raises(DatabaseDamaged, match="mistudio recover") as raised:
        await database.ask(lambda session: session.scalars(select(Dataset)).all())
    assert words in raised.value.detail
    await database.close()
