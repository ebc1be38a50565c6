"""Whether the parts that the server needs can do their work."""

import asyncio
import os
from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.schemas.system import CheckResponse, ReadyResponse
from mistudio.utils.file_utils import format_size, free_bytes


class HealthService:
    """Asks each part. ``engine_runs`` tells whether jobs are being started."""

    def __init__(self, settings: Settings, database: Database, engine_runs: Callable[[], bool]) -> None:
        self._settings = settings
        self._database = database
        self._engine_runs = engine_runs

    async def ready(self) -> ReadyResponse:
        """Every part with its state."""
        runs = self._engine_runs()
        checks = {
            "database": await self._check_database(),
            "engine": CheckResponse(ok=runs, detail="Jobs are being started." if runs else "No jobs are started."),
            "disk": await asyncio.to_thread(self._check_disk),
        }
        down = not all(check.ok for check in checks.values())
        return ReadyResponse(status="unavailable" if down else "ok", checks=checks)

    async def _check_database(self) -> CheckResponse:
        try:
            async with self._database.read() as session:
                await session.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            return CheckResponse(ok=False, detail=f"The database does not answer ({type(error).__name__}).")
        return CheckResponse(ok=True, detail="The database answers.")

    def _check_disk(self) -> CheckResponse:
        folder = self._settings.data_dir
        if not os.access(folder, os.W_OK):
            return CheckResponse(ok=False, detail="DATA_DIR cannot be written to.")
        free = free_bytes(folder)
        return CheckResponse(ok=free > self._settings.disk_reserve_bytes, detail=f"{format_size(free)} free.")
