"""A part of a Hub repository as the origin of a dataset.

The files of a plan become pieces before the build: ``selection.json`` in the staging folder pins them, so that every
later attempt fetches the same bytes.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from mistudio.core.errors import NoData
from mistudio.core.records import read_record, write_record
from mistudio.corpus.fetch import FetchedFile, FetchSettings, fetch_files
from mistudio.corpus.formats.features import Features, normalize_feature
from mistudio.corpus.hub.part_types import FilePart
from mistudio.corpus.hub.plan_types import DownloadPlan, Format, Options, RemoteFile
from mistudio.corpus.ingest.part_base import read_base
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.parts.cutting import cut_rows
from mistudio.corpus.parts.footers import FooterReader
from mistudio.corpus.parts.kept import KeptPieces, group_pieces
from mistudio.corpus.parts.parquet_selector import ParquetSelector
from mistudio.corpus.parts.sequential import SequentialSelector, plain_options
from mistudio.corpus.store.layout import DatasetLayout
from mistudio.corpus.store.manifest import IngestedFile, Manifest
from mistudio.corpus.store.manifest_builder import make_manifest
from mistudio.corpus.store.part_record import DrawnUnit, PartRecord
from mistudio.corpus.store.text_source import TextSource
from mistudio.utils.file_utils import ensure_dir

SELECTION_NAME: Final = "selection.json"


@dataclass(frozen=True)
class Selection:
    """The pieces of a part, in order of splits, then paths."""

    files: tuple[RemoteFile, ...]


@dataclass(frozen=True)
class HubAccess:
    """How a plan's files are fetched: ``token`` None uses the server's own token, if it has one."""

    token: str | None
    settings: FetchSettings

    def fetch(
        self,
        plan: DownloadPlan,
        files: Sequence[RemoteFile],
        folder: Path,
        *,
        monitor: Monitor,
        done_bytes: int = 0,
        total_bytes: int | None = None,
    ) -> Iterator[FetchedFile]:
        """Fetch files of the plan; see ``fetch_files``."""
        return fetch_files(
            files,
            folder,
            repo_id=plan.repo_id,
            revision=plan.revision,
            token=self.token,
            monitor=monitor,
            settings=self.settings,
            done_bytes=done_bytes,
            total_bytes=total_bytes,
        )


class _QuietMonitor:
    """Lets work be cancelled and reports nothing: how much a selection fetches is not known before its end."""

    def __init__(self, monitor: Monitor) -> None:
        self.checkpoint = monitor.checkpoint

    def report(self, done: int, total: int, phase: str) -> None:
        """Do nothing."""


def select_part(
    plan: DownloadPlan, folder: Path, access: HubAccess, monitor: Monitor, *, kept: KeptPieces | None = None
) -> Selection:
    """Choose what the plan's part takes of each file; what that needs to fetch stays in ``folder``.

    The pieces ``kept`` are here already, and are not taken again.

    Raises NoData if nothing is taken, UnknownColumn, InvalidData, and what fetching raises.
    """
    quiet = _QuietMonitor(monitor)

    def fetch(files: Sequence[RemoteFile]) -> Iterator[FetchedFile]:
        return access.fetch(plan, files, folder, monitor=quiet)

    if plan.format == "parquet":
        files = ParquetSelector(plan.part, FooterReader(fetch), kept or {}).select(plan.files)
    else:
        scratch = ensure_dir(folder) / f"scratch-{os.getpid()}"
        selector = SequentialSelector(
            plan.part,
            plan.format,
            plan.options,
            kept=kept or {},
            fetch=fetch,
            scratch=scratch,
            checkpoint=monitor.checkpoint,
        )
        files = selector.select(plan.files)
        scratch.unlink(missing_ok=True)
    if not files:
        raise NoData(f"The files of {plan.repo_id} hold no rows for this part. Choose a larger amount.")
    return Selection(tuple(files))


def pin_selection(plan: DownloadPlan, staging: Path, access: HubAccess, monitor: Monitor) -> Selection:
    """Return the selection that an earlier attempt pinned in ``staging``, or make and pin it."""
    path = staging / SELECTION_NAME
    if (pinned := read_record(Selection, path)) is not None:
        return pinned
    kept = group_pieces(piece.kept for piece in read_base(staging))
    selection = select_part(plan, DatasetLayout(staging).source, access, monitor, kept=kept)
    write_record(path, selection)
    return selection


class PartOrigin:
    """The pieces of a selection; see ``mistudio.corpus.ingest.origin.Origin``."""

    def __init__(self, plan: DownloadPlan, selection: Selection, access: HubAccess) -> None:
        self._plan = plan
        self._selection = selection
        self._access = access
        kept = plan.part.columns
        self._features = {
            name: normalize_feature(feature) for name, feature in plan.features.items() if kept is None or name in kept
        }

    @property
    def features(self) -> Features:
        """The features of the kept columns."""
        return self._features

    @property
    def files(self) -> Sequence[RemoteFile]:
        """The pieces, in order."""
        return self._selection.files

    def get_format(self, file: RemoteFile) -> tuple[Format, Options]:
        """Return the format of the config, and what to keep of the file among the reader's options."""
        part, options = file.part, dict(self._plan.options)
        if part and part.row_groups:
            options["row_groups"] = [[group.index, group.start, group.stop] for group in part.row_groups]
        if part and part.rows is not None:
            options["rows"] = part.rows
        if self._plan.part.columns is not None:
            options["keep_columns"] = list(self._plan.part.columns)
        return self._plan.format, plain_options(options) if part and part.is_cut else options

    def fetch(
        self, files: Sequence[RemoteFile], folder: Path, *, monitor: Monitor, done_bytes: int, total_bytes: int
    ) -> Iterator[FetchedFile]:
        """Fetch the pieces; the beginning of a file is cut behind its last row."""
        for fetched in self._access.fetch(
            self._plan, files, folder, monitor=monitor, done_bytes=done_bytes, total_bytes=total_bytes
        ):
            part = fetched.source.part
            if part and part.is_cut:
                yield self._cut(fetched, part, monitor)
                fetched.path.unlink(missing_ok=True)
            else:
                yield fetched

    def _cut(self, fetched: FetchedFile, part: FilePart, monitor: Monitor) -> FetchedFile:
        target = fetched.path.with_suffix(".cut")
        cut_rows(
            fetched.path,
            part.ranges[0],
            target,
            file_format=self._plan.format,
            options=self._plan.options,
            label=fetched.source.path,
            rows=part.rows,
            is_end=part.ranges[-1][1] == fetched.source.size,
            checkpoint=monitor.checkpoint,
        )
        return replace(fetched, path=target)

    def make_manifest(self, files: Sequence[IngestedFile], *, text_column: TextSource | None) -> Manifest:
        """Return a manifest that pins the part in addition to repository, config and commit."""
        plan = self._plan
        taken = {file.split for file in files}
        manifest = make_manifest(
            files,
            source="huggingface",
            splits=[split for split in plan.splits if split in taken],
            repo=plan.repo_id,
            config=plan.config,
            commit=plan.revision,
            text_column=text_column,
        )
        record = PartRecord(plan.part, plan.splits, get_unit(plan), plan.format, plan.options, plan.features)
        return replace(manifest, part=record, files=tuple(files))


def get_unit(plan: DownloadPlan) -> DrawnUnit:
    """Return what a random part of the plan draws."""
    return "row groups" if plan.format == "parquet" else "files"
