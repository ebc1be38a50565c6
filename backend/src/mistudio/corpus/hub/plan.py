"""Planning a download: what a repository holds at one commit, and which files with which checksums make up the data.

Everything is known from three small requests: the repository's description (commit, every file's size and checksum),
whether access is granted, and the card. Nothing is fetched, and no code of the repository is ever run. Reading the
layout needs the heavy ``datasets`` library, so this runs in the planner's child: see ``planner``.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from mistudio.core.errors import (
    ConfigRequired,
    LoadingScript,
    NoData,
    UnknownConfig,
    UnknownRevision,
    UnknownSplit,
    ValidationFailed,
)
from mistudio.corpus.hub.client import AccessAnswer, HubQuestions
from mistudio.corpus.hub.layout import (
    CARD,
    DECLARATIONS,
    FRONT_MATTER,
    OVERRIDES,
    ConfigLayout,
    ExportLayout,
    Layout,
    read_layout,
)
from mistudio.corpus.hub.plan_types import Column, DownloadPlan, Inspection, PlanRequest, RemoteFile, Sizes, SplitFiles
from mistudio.corpus.hub.virtual_files import PREFIX, forget_files
from mistudio.utils.hf_utils import RepoFile, RepoInfo, validate_repo_id

__all__ = ["Column", "DownloadPlan", "Inspection", "PlanRequest", "RemoteFile", "SplitFiles", "inspect", "make_plan"]

_EXPORT_BRANCH: Final = "refs/convert/parquet"
_DESCRIPTION_CHARS: Final = 2000
_DECLARATION_BYTES: Final = 20 << 20


def inspect(request: PlanRequest) -> Inspection:
    """What the repository holds, whether or not its files may be fetched (``access`` says so).

    Raises RepositoryNotFound, AuthRequired, BadToken, RepositoryDisabled, UnknownRevision, UnknownConfig, UnknownSplit,
    NoData, LoadingScript, UnsupportedFormat, HubUnreachable, RateLimited, ValidationFailed.
    """
    with _working_folder() as folder:
        return _Survey(request, folder).inspection()


def make_plan(request: PlanRequest) -> DownloadPlan:
    """Which files to fetch; raises what ``inspect`` raises, Gated, and ConfigRequired where a config must be chosen."""
    with _working_folder() as folder:
        return _Survey(request, folder).plan()


@contextmanager
def _working_folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix=PREFIX) as folder:
        try:
            yield Path(folder)
        finally:
            forget_files(Path(folder))


@dataclass(frozen=True)
class _Source:
    """A commit to read from, its files, and how they are laid out."""

    revision: str
    files: Mapping[str, RepoFile]
    layout: Layout


class _Survey:
    """One request's way from the repository's name to its files."""

    def __init__(self, request: PlanRequest, folder: Path) -> None:
        if problem := validate_repo_id(request.repo_id, bare=True):
            raise ValidationFailed(problem)
        self._request = request
        self._folder = folder
        questions = HubQuestions(request.repo_id, request.token)
        self._info = questions.info(request.revision)
        self._hub = questions.about(self._info.repo_id)

    def inspection(self) -> Inspection:
        info, answer = self._info, self._hub.access()
        declarations = self._declarations(info, answer)
        source = self._source(declarations)
        config = self._choose(source.layout)
        chosen = source.layout.read(config) if config is not None else None
        files = self._files(source, chosen) if chosen is not None else ()
        return Inspection(
            repo_id=info.repo_id,
            revision=source.revision,
            config=config,
            default_config=source.layout.default,
            configs=source.layout.configs,
            splits=_count(files),
            format=chosen.format if chosen else None,
            options=chosen.options if chosen else {},
            columns=chosen.columns if chosen else (),
            gated=info.gated,
            private=info.private,
            access=answer.access,
            license=_license(info.card_data),
            description=_description(declarations.get(CARD)),
            num_files=len({file.path for file in files}),
            sizes=Sizes.of(files),
        )

    def plan(self) -> DownloadPlan:
        info, answer = self._info, self._hub.access()
        if answer.refusal is not None:
            raise answer.refusal
        declarations = self._declarations(info, answer)
        source = self._source(declarations)
        config = self._choose(source.layout)
        if config is None:
            detail = f"{info.repo_id} has several configs and no default: choose one."
            raise ConfigRequired(detail, extra={"choices": list(source.layout.configs)})
        chosen = source.layout.read(config)
        return DownloadPlan(
            repo_id=info.repo_id,
            revision=source.revision,
            config=config,
            is_default_config=config == source.layout.default,
            format=chosen.format,
            options=chosen.options,
            files=self._files(source, chosen),
            description=_description(declarations.get(CARD)),
            license=_license(info.card_data),
            gated=info.gated,
        )

    def _declarations(self, info: RepoInfo, answer: AccessAnswer) -> dict[str, bytes]:
        if answer.access != "granted":
            # The card itself is behind the gate; what it declares is public, and JSON is YAML.
            return {OVERRIDES: json.dumps(dict(info.card_data), default=str).encode()}
        small = [file.path for file in info.files if file.path in DECLARATIONS and file.size <= _DECLARATION_BYTES]
        found = {path: self._hub.file(path, info.revision) for path in small}
        return {path: content for path, content in found.items() if content is not None}

    def _source(self, declarations: Mapping[str, bytes]) -> _Source:
        info = self._info
        files = {file.path: file for file in info.files}
        try:
            return _Source(info.revision, files, read_layout(info.repo_id, files, declarations, self._folder))
        except LoadingScript as script:
            return self._export(script)

    def _export(self, script: LoadingScript) -> _Source:
        try:
            info = self._hub.info(_EXPORT_BRANCH)
        except UnknownRevision:
            raise script from None
        files = {file.path: file for file in info.files}
        layout = ExportLayout(files)
        if not layout.configs:
            raise script
        return _Source(info.revision, files, layout)

    def _choose(self, layout: Layout) -> str | None:
        wanted = self._request.config
        if wanted is None:
            return layout.default
        if wanted not in layout.configs:
            detail = f"{self._info.repo_id} has no config “{wanted}”."
            raise UnknownConfig(detail, extra={"choices": list(layout.configs)})
        return wanted

    def _files(self, source: _Source, chosen: ConfigLayout) -> tuple[RemoteFile, ...]:
        files = tuple(
            RemoteFile(path, split, source.files[path].size, source.files[path].sha256, source.files[path].git_sha1)
            for split in self._splits(chosen)
            for path in sorted(set(chosen.splits[split]))
        )
        if not files:
            raise NoData(f"{self._info.repo_id} holds no data files for what was chosen.")
        return files

    def _splits(self, chosen: ConfigLayout) -> list[str]:
        wanted = self._request.splits
        for split in wanted or ():
            if split not in chosen.splits:
                detail = f"Config {chosen.name} of {self._info.repo_id} has no split “{split}”."
                raise UnknownSplit(detail, extra={"choices": list(chosen.splits)})
        return [split for split in chosen.splits if wanted is None or split in wanted]


def _count(files: tuple[RemoteFile, ...]) -> tuple[SplitFiles, ...]:
    sizes: dict[str, list[int]] = {}
    for file in files:
        sizes.setdefault(file.split, []).append(file.size)
    return tuple(SplitFiles(split, len(of_split), sum(of_split)) for split, of_split in sizes.items())


def _license(card: Mapping[str, Any]) -> str | None:  # YAML of any shape
    told = card.get("license")
    if told == "other" and card.get("license_name"):
        told = card["license_name"]
    names = told if isinstance(told, list) else [told]
    return ", ".join(str(name) for name in names if name) or None


def _description(card: bytes | None) -> str | None:
    if card is None:
        return None
    text = FRONT_MATTER.sub("", card.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")).strip()
    if len(text) <= _DESCRIPTION_CHARS:
        return text or None
    return text[:_DESCRIPTION_CHARS].rsplit(maxsplit=1)[0] + " …"
