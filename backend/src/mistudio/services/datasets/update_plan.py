"""Compares the newest commit of a repository with the commit that a dataset has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from mistudio.core.errors import UnknownRevision, ValidationFailed
from mistudio.corpus.hub.plan_types import DownloadPlan, PlanRequest, RemoteFile
from mistudio.corpus.hub.planning import Planning
from mistudio.corpus.ingest.unchanged_files import OldFile, list_old_files
from mistudio.corpus.store.manifest import Manifest
from mistudio.models import Dataset
from mistudio.services.datasets.part_record import read_part, read_splits

Key: TypeAlias = tuple[str, str]
ADDED: Final = "added"


@dataclass(frozen=True)
class FileChange:
    """A file that differs between two commits; ``rows`` are those that the dataset has of it."""

    path: str
    split: str
    change: Literal["added", "changed", "removed"]
    size_bytes: int
    rows: int | None


@dataclass(frozen=True)
class PlannedUpdate:
    """The files at the newest commit, how they differ, and those of which the dataset has the raw files."""

    plan: DownloadPlan
    changes: tuple[FileChange, ...]
    unchanged: tuple[RemoteFile, ...]
    present: tuple[RemoteFile, ...]

    @property
    def fetch_bytes(self) -> int | None:
        """Bytes of the files that are not here; None for a part, whose bytes only its job knows."""
        if not self.plan.part.is_whole:
            return None
        present = {file.path for file in self.present}
        return sum({file.path: file.size for file in self.plan.files if file.path not in present}.values())


async def plan_update(planner: Planning, dataset: Dataset, manifest: Manifest, token: str | None) -> PlannedUpdate:
    """Ask the Hub for the newest commit of the dataset's repository.

    Raises ValidationFailed for a dataset that is not from the Hub, and what planning raises.
    """
    if dataset.source != "huggingface" or not dataset.hf_repo_id:
        raise ValidationFailed(f"“{dataset.name}” is not from the Hub, so nobody knows a newer commit of it.")
    splits = tuple(read_splits(dataset) or [split.name for split in manifest.splits])
    question = PlanRequest(
        repo_id=dataset.hf_repo_id,
        config=dataset.config,
        revision=dataset.revision,
        token=token,
        part=read_part(dataset),
    )
    present = list_old_files(manifest)
    try:
        whole = await planner.plan(question)
        has_all_splits, before = set(whole.splits) == set(splits), whole.files
    except UnknownRevision:
        # The commit was removed from the Hub: what the manifest says of its files is left.
        has_all_splits, before = False, tuple(_to_remote(key, file) for key, file in present.items())
    # Who took all splits takes a new one, too.
    plan = await planner.plan(replace(question, revision=None, splits=None if has_all_splits else splits))
    old = {(file.split, file.path): file for file in before if file.split in splits}
    unchanged = tuple(file for file in plan.files if _is_same(file, old.get((file.split, file.path))))
    return PlannedUpdate(
        plan,
        tuple(_list_changes(plan.files, old, unchanged, present)),
        unchanged,
        tuple(file for file in unchanged if (file.split, file.path) in present),
    )


def _to_remote(key: Key, file: OldFile) -> RemoteFile:
    return RemoteFile(key[1], key[0], file.source.size, file.source.sha256)


def _is_same(file: RemoteFile, old: RemoteFile | None) -> bool:
    if old is None or file.size != old.size:
        return False
    if file.sha256 and old.sha256:
        return file.sha256 == old.sha256
    return file.git_sha1 is not None and file.git_sha1 == old.git_sha1


def _list_changes(
    files: Sequence[RemoteFile],
    old: Mapping[Key, RemoteFile],
    unchanged: Sequence[RemoteFile],
    present: Mapping[Key, OldFile],
) -> list[FileChange]:
    def describe(file: RemoteFile, change: Literal["added", "changed", "removed"]) -> FileChange:
        known = present.get((file.split, file.path))
        return FileChange(file.path, file.split, change, file.size, known.raw.rows if known else None)

    same = {(file.split, file.path) for file in unchanged}
    new = {(file.split, file.path): file for file in files}
    changes = [describe(file, "changed" if key in old else ADDED) for key, file in new.items() if key not in same]
    return changes + [describe(file, "removed") for key, file in old.items() if key not in new]
