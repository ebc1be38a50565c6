"""A database of many datasets without files, as a server with a long list has it."""

from fakes.records import add_dataset
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.migrations import upgrade


async def add_ready_datasets(settings: Settings, count: int) -> None:
    """Create the database and add ``count`` ready datasets."""
    database = Database(settings.sqlalchemy_url)
    await upgrade(database)
    for number in range(count):
        await add_dataset(
            database,
            name=f"dataset {number}",
            status="ready",
            num_samples=1000 * number,
            size_bytes=10**6 * number,
            splits=[{"name": "train", "num_files": 1, "num_rows": 1000, "num_bytes": 10**6}],
            meta={"description": "A dataset. " * 100, "columns": [{"name": "text", "type": "string", "kind": "text"}]},
        )
    await database.close()
