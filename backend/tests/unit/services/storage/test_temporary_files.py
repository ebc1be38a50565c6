"""Temporary files: in DATA_DIR, so that a full /tmp stops nothing, and gone at the next start."""

import subprocess
import sys

from mistudio.core.child_environment import child_environment, temporary_dir
from mistudio.core.config import Settings
from mistudio.core.database import Database
from mistudio.services.storage_service import StorageService

_ASK = "import tempfile; print(tempfile.gettempdir())"


def test_children_write_temporary_files_in_data_dir(settings: Settings, async_db: Database) -> None:
    """Python takes the folder that the environment names."""
    StorageService(settings, async_db).prepare()
    command = [sys.executable, "-c", _ASK]
    done = subprocess.run(
        command, env=child_environment(settings), cwd=settings.data_dir, capture_output=True, text=True, check=True
    )
    assert str(temporary_dir(settings)) == done.stdout.strip()


def test_a_start_removes_what_a_killed_process_left(settings: Settings, async_db: Database) -> None:
    """Not where another server of the same DATA_DIR may use it at this moment."""
    storage = StorageService(settings, async_db)
    storage.prepare()
    left = temporary_dir(settings) / "preview-1"
    left.mkdir()
    shared = settings.model_copy(update={"celery_broker_url": "amqp://broker"})
    StorageService(shared, async_db).prepare()
    assert left.exists()
    storage.prepare()
    assert [] == list(temporary_dir(settings).iterdir())
