"""What ``mistudio doctor`` opens of DATA_DIR: the database, each dataset, each tokenization, each index."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.core.database_errors import RECOVER_HINT
from mistudio.core.disk import find_disk_error
from mistudio.core.errors import MiStudioError
from mistudio.core.migrations import check_version
from mistudio.corpus.search.index_builder import has_current_index, read_index_manifest
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.corpus.store.manifest import read_manifest
from mistudio.corpus.tokenized.audit_record import read_audit
from mistudio.corpus.tokenized.manifest import read_tokenized_manifest
from mistudio.models import Base

FindProblems: TypeAlias = Callable[[Path], Iterator[str]]


async def find_database_problem(settings: Settings) -> str | None:
    """Read every record of the database; return what is wrong and how to mend it, None if nothing is."""
    database = Database(settings.sqlalchemy_url)
    try:
        return await _read_database(database)
    except MiStudioError as error:
        return error.detail
    except SQLAlchemyError as error:
        return f"The database does not answer ({type(error).__name__}). Check that it runs, and DATABASE_URL."
    except (ValueError, LookupError, TypeError) as error:
        # The types of our columns convert what was read.
        return f"The database has a value that cannot be read ({error}). {RECOVER_HINT}"
    finally:
        await database.close()


async def _read_database(database: Database) -> str | None:
    async with database.engine.connect() as connection:
        if not await connection.run_sync(check_version):
            # The next start migrates it.
            return None
        if database.is_sqlite and (found := await connection.scalar(text("PRAGMA quick_check(1)"))) != "ok":
            return f"The database is damaged ({found}). {RECOVER_HINT}"
    async with database.read() as session:
        for mapper in Base.registry.mappers:
            (await session.scalars(select(mapper.class_))).all()
    return None


def check_database(settings: Settings) -> tuple[bool, str]:
    """Return whether the database is in order, and a sentence."""
    if not settings.database_url and not (settings.data_dir / "mistudio.db").exists():
        has_data = settings.datasets_dir.is_dir() and any(settings.datasets_dir.iterdir())
        missing = "It is missing, but there are datasets: run `mistudio recover`."
        return not has_data, missing if has_data else "none yet; the first start makes it."
    problem = asyncio.run(find_database_problem(settings))
    return problem is None, problem or "every record can be read."


def find_data_problems(settings: Settings) -> Iterator[str]:
    """Yield a sentence for each dataset, tokenization and index that cannot be opened, with how to mend it."""
    folders = sorted(settings.datasets_dir.iterdir()) if settings.datasets_dir.is_dir() else []
    for folder in folders:
        layout = DatasetLayout(folder)
        yield from _open_all(f"Dataset {folder.name}", _find_dataset_problems, folder)
        if layout.index.exists():
            yield from _open_all(f"Index of {folder.name}", _find_index_problems, folder)
        for made in sorted(layout.tokenizations.iterdir()) if layout.tokenizations.is_dir() else []:
            yield from _open_all(f"Tokenization {made.name}", _find_tokenization_problems, made)


def _open_all(subject: str, find_problems: FindProblems, folder: Path) -> Iterator[str]:
    try:
        yield from (f"{subject}: {problem}" for problem in find_problems(folder))
    except MiStudioError as error:
        yield f"{subject}: {error.detail}"
    except OSError as error:
        found = find_disk_error(error, is_start=True)
        yield f"{subject}: {found.detail if found else error}"


def _find_dataset_problems(folder: Path) -> Iterator[str]:
    for file in (file for split in read_manifest(folder).splits for file in split.files):
        yield from _compare(folder / file.path, file.path, file.bytes, "Delete the dataset and get it again.")


def _find_index_problems(folder: Path) -> Iterator[str]:
    if read_index_manifest(folder) is None or not has_current_index(folder):
        yield f"It cannot be opened. Build it again: `mistudio rebuild {folder.name}`."


def _find_tokenization_problems(folder: Path) -> Iterator[str]:
    manifest = read_tokenized_manifest(folder)
    read_audit(folder)
    for file in (file for split in manifest.splits for file in split.files):
        yield from _compare(folder / file.path, file.path, file.bytes, f"Run `mistudio rebuild {folder.name}`.")


def _compare(path: Path, name: str, size: int, remedy: str) -> Iterator[str]:
    if not path.is_file():
        yield f"{name} is missing. {remedy}"
    elif path.stat().st_size != size:
        yield f"{name} has {path.stat().st_size:,} bytes instead of {size:,}. {remedy}"
