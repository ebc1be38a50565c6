"""Plans a download: what a repository holds at one commit, and which files with which checksums are its data.

Three small requests suffice: the repository's description (commit, every file's size and checksum), whether access is
granted, and the card. No data is fetched, and no code of the repository ever runs. Reading the layout needs the heavy
``datasets`` library, so this runs in the planner's child process: see ``planner``.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mistudio.core.errors import (
    ConfigRequired,
    LoadingScript,
    NoData,
    UnknownConfig,
    UnknownRevision,
    UnknownSplit,
    ValidationFailed,
)
from mistudio.corpus.hub.card import CARD, DECLARATION_BYTES, DECLARATIONS, OVERRIDES, read_description, read_license
from mistudio.corpus.hub.client import AccessCheck, HubClient
from mistudio.corpus.hub.layout import ConfigLayout, ExportLayout, Layout, read_layout
from mistudio.corpus.hub.plan_types import DownloadPlan, Inspection, PlanRequest, RemoteFile, Sizes, SplitFiles
from mistudio.corpus.hub.virtual_files import open_planning_folder
from mistudio.utils.hf_utils import RepoFile, RepoInfo, validate_repo_id

_EXPORT_BRANCH: Final = "refs/convert/parquet"


def inspect(request: PlanRequest) -> Inspection:
    """Return what the repository holds, whether or not its files may be fetched (``access`` says so).

    Raises RepositoryNotFound, AuthRequired, BadToken, RepositoryDisabled, UnknownRevision, UnknownConfig, UnknownSplit,
    NoData, LoadingScript, UnsupportedFormat, HubUnreachable, RateLimited, ValidationFailed.
    """
    with open_planning_folder() as folder:
        return _Survey(request, folder).inspect()


def make_plan(request: PlanRequest) -> DownloadPlan:
    """Return the files to fetch; raises also Gated, and ConfigRequired if the user must choose a config."""
    with open_planning_folder() as folder:
        return _Survey(request, folder).make_plan()


@dataclass(frozen=True)
class _Snapshot:
    """The commit to read from, its files, and their layout."""

    revision: str
    files: Mapping[str, RepoFile]
    layout: Layout


class _Survey:
    """Answers one request: finds commit, layout, config and files of a repository."""

    def __init__(self, request: PlanRequest, folder: Path) -> None:
        if problem := validate_repo_id(request.repo_id, bare=True):
            raise ValidationFailed(problem)
        self._request = request
        self._folder = folder
        hub = HubClient(request.repo_id, request.token)
        self._info = hub.get_info(request.revision)
        self._hub = hub.for_repository(self._info.repo_id)

    def inspect(self) -> Inspection:
        info, check = self._info, self._hub.check_access()
        declarations = self._fetch_declarations(info, check)
        snapshot = self._read_snapshot(declarations)
        config = self._choose_config(snapshot.layout)
        chosen = snapshot.layout.read(config) if config is not None else None
        files = self._select_files(snapshot, chosen) if chosen is not None else ()
        return Inspection(
            repo_id=info.repo_id,
            revision=snapshot.revision,
            config=config,
            default_config=snapshot.layout.default,
            configs=snapshot.layout.configs,
            splits=_count_splits(files),
            format=chosen.format if chosen else None,
            options=chosen.options if chosen else {},
            columns=chosen.columns if chosen else (),
            gated=info.gated,
            private=info.private,
            access=check.access,
            license=read_license(info.card_data),
            description=read_description(declarations.get(CARD)),
            num_files=len({file.path for file in files}),
            sizes=Sizes.of(files),
        )

    def make_plan(self) -> DownloadPlan:
        info, check = self._info, self._hub.check_access()
        if check.refusal is not None:
            raise check.refusal
        declarations = self._fetch_declarations(info, check)
        snapshot = self._read_snapshot(declarations)
        config = self._choose_config(snapshot.layout)
        if config is None:
            detail = f"{info.repo_id} has several configs and no default. Choose one."
            raise ConfigRequired(detail, extra={"choices": list(snapshot.layout.configs)})
        chosen = snapshot.layout.read(config)
        return DownloadPlan(
            repo_id=info.repo_id,
            revision=snapshot.revision,
            config=config,
            is_default_config=config == snapshot.layout.default,
            format=chosen.format,
            options=chosen.options,
            files=self._select_files(snapshot, chosen),
            description=read_description(declarations.get(CARD)),
            license=read_license(info.card_data),
            gated=info.gated,
            part=self._request.part,
            features=chosen.features,
        )

    def _fetch_declarations(self, info: RepoInfo, check: AccessCheck) -> dict[str, bytes]:
        if check.access != "granted":
            # The card itself is gated; its fields are public, and JSON is YAML.
            return {OVERRIDES: json.dumps(dict(info.card_data), default=str).encode()}
        listed = [file.path for file in info.files if file.path in DECLARATIONS]
        found = {path: self._hub.get_file(path, info.revision, limit=DECLARATION_BYTES[path]) for path in listed}
        return {path: content for path, content in found.items() if content is not None}

    def _read_snapshot(self, declarations: Mapping[str, bytes]) -> _Snapshot:
        info = self._info
        files = {file.path: file for file in info.files}
        try:
            return _Snapshot(info.revision, files, read_layout(info.repo_id, files, declarations, self._folder))
        except LoadingScript as script:
            return self._read_export(script)

    def _read_export(self, script: LoadingScript) -> _Snapshot:
        try:
            info = self._hub.get_info(_EXPORT_BRANCH)
        except UnknownRevision:
            raise script from None
        files = {file.path: file for file in info.files}
        layout = ExportLayout(files)
        if not layout.configs:
            raise script
        return _Snapshot(info.revision, files, layout)

    def _choose_config(self, layout: Layout) -> str | None:
        wanted = self._request.config
        if wanted is None:
            return layout.default
        if wanted not in layout.configs:
            detail = f"{self._info.repo_id} has no config “{wanted}”. Choose another one."
            raise UnknownConfig(detail, extra={"choices": list(layout.configs)})
        return wanted

    def _select_files(self, snapshot: _Snapshot, chosen: ConfigLayout) -> tuple[RemoteFile, ...]:
        files = tuple(
            RemoteFile(
                path, split, snapshot.files[path].size, snapshot.files[path].sha256, snapshot.files[path].git_sha1
            )
            for split in self._select_splits(chosen)
            for path in sorted(set(chosen.splits[split]))
        )
        if not files:
            raise NoData(f"{self._info.repo_id} has no data files for this config and these splits. Choose others.")
        return files

    def _select_splits(self, chosen: ConfigLayout) -> list[str]:
        wanted = self._request.splits
        for split in wanted or ():
            if split not in chosen.splits:
                detail = f"Config {chosen.name} of {self._info.repo_id} has no split “{split}”. Choose another one."
                raise UnknownSplit(detail, extra={"choices": list(chosen.splits)})
        return [split for split in chosen.splits if wanted is None or split in wanted]


def _count_splits(files: tuple[RemoteFile, ...]) -> tuple[SplitFiles, ...]:
    sizes: dict[str, list[int]] = {}
    for file in files:
        sizes.setdefault(file.split, []).append(file.size)
    return tuple(SplitFiles(split, len(of_split), sum(of_split)) for split, of_split in sizes.items())
