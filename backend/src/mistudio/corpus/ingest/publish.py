"""Publishes a dataset that was built in a staging folder: its manifest is written last, then the folder is renamed."""

import shutil
from collections.abc import Callable
from pathlib import Path

from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.dataset_store import DatasetStore
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.corpus.store.manifest import Manifest, read_manifest, write_manifest
from mistudio.corpus.store.text_counts import add_template_counts
from mistudio.utils.file_utils import ensure_dir, fsync_directory
from mistudio.utils.locks import LOCK_NAME, lock_folder, remove_lock


def build_in_staging(make: Callable[[], Manifest], staging: Path, target: Path, *, monitor: Monitor) -> Manifest:
    """Publish what ``make`` builds in ``staging`` as ``target`` on the same disk, and return its manifest.

    ``make`` is called by one process at a time, and not if the dataset is complete. It returns the manifest of the raw
    files that it wrote. Raises what it and ``monitor.checkpoint`` raise.
    """
    if (published := _read_published(target)) is not None:
        return published
    with lock_folder(staging, monitor.checkpoint):
        if (published := _publish_if_complete(staging, target)) is not None:
            return published
        manifest = make()
        if manifest.text_template is not None:
            manifest = add_template_counts(DatasetStore(staging, manifest=manifest), monitor=monitor)
        write_manifest(staging, manifest)
        return _publish(manifest, staging, target)


def finish_build(staging: Path, target: Path, *, monitor: Monitor) -> Manifest | None:
    """Publish a dataset whose raw files are complete, and return its manifest; None if some are missing.

    The manifest is written last: if ``staging`` has one, only the cleanup and the rename are left to do. Raises what
    ``monitor.checkpoint`` raises.
    """
    if (published := _read_published(target)) is not None:
        return published
    if not DatasetLayout(staging).manifest.exists():
        return None
    with lock_folder(staging, monitor.checkpoint):
        return _publish_if_complete(staging, target)


def _read_published(target: Path) -> Manifest | None:
    if not DatasetLayout(target).manifest.exists():
        return None
    remove_lock(target)
    return read_manifest(target)


def _publish_if_complete(staging: Path, target: Path) -> Manifest | None:
    if (published := _read_published(target)) is not None:
        # The previous owner of the folder published it. Only the folder that was created for the lock is left.
        shutil.rmtree(staging)
        return published
    if not DatasetLayout(staging).manifest.exists():
        return None
    return _publish(read_manifest(staging), staging, target)


def _publish(manifest: Manifest, staging: Path, target: Path) -> Manifest:
    """Remove what is not part of the dataset and rename the folder; its lock moves along and is removed last."""
    layout = DatasetLayout(staging)
    for path in staging.iterdir():
        if path in {layout.source, layout.reports}:
            shutil.rmtree(path, ignore_errors=True)
        elif path.is_file() and path not in {layout.manifest, staging / LOCK_NAME}:
            path.unlink(missing_ok=True)
    ensure_dir(target.parent)
    staging.rename(target)
    remove_lock(target)
    fsync_directory(target.parent)
    return manifest
