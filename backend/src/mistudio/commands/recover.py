"""``mistudio recover``: rebuilds the embedded database from the manifests in ``datasets/``."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mistudio.commands.data_checks import find_database_problem
from mistudio.commands.output import fail, load_settings, say
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.disk import translate_disk_errors
from mistudio.core.errors import MiStudioError
from mistudio.core.ownership import AlreadyServed, DataDirLock

if TYPE_CHECKING:
    # Imported by the command only: it loads the tokenizers library.
    from mistudio.services.recovery_service import RecoveredRecord

_NAME: Final = "mistudio.db"
_SUFFIXES: Final = ("", "-wal", "-shm")


def recover(*, force: bool, data_dir: Path | None) -> None:
    """Rebuild the database and say what was restored; ``force`` does it although the database is in order."""
    settings = load_settings(data_dir=data_dir)
    if settings.database_url:
        raise fail("DATABASE_URL is set: restore that database from its backup. Only mistudio.db can be rebuilt.")
    lock = DataDirLock(settings.data_dir)
    try:
        with translate_disk_errors(is_kept=False, is_start=True):
            lock.acquire()
            kept = _set_aside(settings, force=force)
        found = asyncio.run(_rebuild(settings))
    except (AlreadyServed, MiStudioError) as error:
        raise fail(str(error)) from None
    finally:
        lock.release()
    _report(found, kept)


def _set_aside(settings: Settings, *, force: bool) -> Path | None:
    """Rename the old database, with its log, and return its new path; None if there is none."""
    path = settings.data_dir / _NAME
    if not path.exists():
        return None
    if asyncio.run(find_database_problem(settings)) is None and not force:
        raise fail("The database is in order: nothing to rebuild. To rebuild it all the same, add --force.")
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    target = path.with_name(f"{_NAME}.damaged-{stamp}")
    for suffix in _SUFFIXES:
        old = path.with_name(f"{_NAME}{suffix}")
        if old.exists():
            old.rename(target.with_name(f"{target.name}{suffix}"))
    return target


async def _rebuild(settings: Settings) -> "list[RecoveredRecord]":
    from mistudio.core.migrations import upgrade
    from mistudio.services.recovery_service import RecoveryService

    database = Database(settings.sqlalchemy_url)
    try:
        await upgrade(database)
        return await RecoveryService(settings, database).recover()
    finally:
        await database.close()


def _report(found: "Sequence[RecoveredRecord]", kept: Path | None) -> None:
    from mistudio.services.recovery_service import NOT_IN_MANIFESTS

    if kept:
        say(f"The old database is kept as {kept}.")
    for record in found:
        label = f"{record.kind} {record.name} ({record.id})"
        say(f"not restored: {label}: {record.problem}" if record.problem else f"restored: {label}")
    restored = sum(record.problem is None for record in found)
    say(f"{restored:,} of {len(found):,} records restored. Manifests do not hold: {'; '.join(NOT_IN_MANIFESTS)}.")
    say("The data itself was not changed; `mistudio verify` compares it with its checksums.")
