"""Finds the datasets that another one is made from, and checks that they are what they were when it was requested."""

from collections.abc import Callable
from pathlib import Path

from mistudio.core.errors import ParentMissing
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.corpus.store.manifest import manifest_sha256
from mistudio.corpus.store.subset_record import ParentRecord

FindFolder = Callable[[str], Path]


def find_parent(parent: ParentRecord, find_folder: FindFolder, *, child: str, remedy: str) -> Path:
    """Return the folder of a parent, which ``find_folder`` returns by its id.

    Raises ParentMissing if it was deleted or has changed; the message calls what is made of it ``child``, and says by
    ``remedy`` how to ask for that again.
    """
    folder = find_folder(parent.dataset_id)
    if not DatasetLayout(folder).manifest.is_file():
        raise ParentMissing(f"“{parent.name}” was deleted, and the {child} needs its rows. Get it again, then retry.")
    if manifest_sha256(folder) != parent.manifest_sha256:
        raise ParentMissing(f"“{parent.name}” has changed since the {child} was requested. {remedy}")
    return folder
