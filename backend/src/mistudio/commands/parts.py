"""Fetches the raw files of a part again, for the command ``rebuild``."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from mistudio.core.config import Settings


def rebuild_raw_files(folder: Path, settings: Settings) -> list[str]:
    """Fetch the part in ``folder`` again, repair its raw files, and return sentences that say what was wrong.

    Raises ValidationFailed, SourceChanged, and what fetching raises.
    """
    # The Hub's client reads these environment variables when it is imported.
    os.environ.update(settings.hub_environment())
    from mistudio.corpus.fetch import FetchSettings
    from mistudio.corpus.ingest.part_origin import HubAccess
    from mistudio.corpus.ingest.rebuild_part import rebuild_part
    from mistudio.corpus.monitor import NullMonitor

    access = HubAccess(None, FetchSettings(connections=settings.download_connections))
    with TemporaryDirectory(dir=settings.staging_dir, prefix="rebuild-") as name:
        return rebuild_part(folder, Path(name), access, NullMonitor())
