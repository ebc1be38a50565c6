"""Checks of the server's parts."""

from collections.abc import Mapping

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.schemas.system import CheckResponse
from mistudio.services.health_service import HealthService
from mistudio.services.storage_service import StorageService


async def check_engine() -> Mapping[str, CheckResponse]:
    """The engine is up."""
    return {"engine": CheckResponse(ok=True, detail="It runs jobs.")}


async def test_all_parts_are_checked(plain: Settings, async_db: Database, storage: StorageService) -> None:
    """The database, those of the engine, and the disk."""
    storage.prepare()
    found = await HealthService(plain, async_db, check_engine).ready()
    assert ("ok", ["database", "engine", "disk"]) == (found.status, list(found.checks))


async def test_one_part_that_is_down_makes_the_server_unavailable(
    plain: Settings, async_db: Database, storage: StorageService
) -> None:
    """Less than the reserve is free; the others are checked all the same."""
    storage.prepare()
    full = plain.model_copy(update={"disk_reserve_bytes": 2**60})
    found = await HealthService(full, async_db, check_engine).ready()
    assert "unavailable" == found.status
    assert ["disk"] == [name for name, check in found.checks.items() if not check.ok]


async def test_a_database_that_cannot_be_opened_is_down(plain: Settings, storage: StorageService) -> None:
    """The check says so, and raises nothing."""
    storage.prepare()
    database = Database(f"sqlite+aiosqlite:///{plain.data_dir}/none/none.db")
    found = await HealthService(plain, database, check_engine).ready()
    await database.close()
    assert ["database"] == [name for name, check in found.checks.items() if not check.ok]
    assert "cannot be used" in found.checks["database"].detail
