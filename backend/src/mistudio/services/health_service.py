"""Checks the parts that the server needs."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.errors import MiStudioError
from mistudio.schemas.system import CheckResponse, ReadyResponse
from mistudio.utils.file_utils import format_size, free_bytes


class HealthService:
    """Checks the database and the disk itself, and the job engine through ``engine_checks``."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        engine_checks: Callable[[], Awaitable[Mapping[str, CheckResponse]]],
    ) -> None:
        self._settings = settings
        self._database = database
        self._engine_checks = engine_checks

    async def ready(self) -> ReadyResponse:
        """Return the state of every part."""
        checks = {
            "database": await self._check_database(),
            **await self._engine_checks(),
            "disk": await asyncio.to_thread(self._check_disk),
        }
        down = not all(check.ok for check in checks.values())
        return ReadyResponse(status="unavailable" if down else "ok", checks=checks)

    async def _check_database(self) -> CheckResponse:
        try:
            async with self._database.read() as session:
                await session.execute(text("SELECT 1"))
        except MiStudioError as error:
            return CheckResponse(ok=False, detail=error.detail)
        except SQLAlchemyError as error:
            return CheckResponse(ok=False, detail=f"The database does not answer ({type(error).__name__}).")
        return CheckResponse(ok=True, detail="The database answers.")

    def _check_disk(self) -> CheckResponse:
        folder = self._settings.data_dir
        if not os.access(folder, os.W_OK):
            return CheckResponse(ok=False, detail="DATA_DIR cannot be written to.")
        free = free_bytes(folder)
        return CheckResponse(ok=free > self._settings.disk_reserve_bytes, detail=f"{format_size(free)} free.")
