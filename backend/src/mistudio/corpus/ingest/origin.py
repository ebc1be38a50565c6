"""Where the files of a dataset come from: the one seam between making a dataset and the Hub, or this machine."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from mistudio.corpus.fetch import FetchedFile, FetchSettings, fetch_files
from mistudio.corpus.hub.plan_types import DownloadPlan, Format, Options, RemoteFile
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.manifest import Manifest, TakenIn, make_manifest


class Origin(Protocol):
    """Files, how they come, how each is read, and what the manifest says of where they are from."""

    @property
    def files(self) -> Sequence[RemoteFile]:
        """All files, in order: splits, then paths. One that serves several splits stands there for each."""
        ...

    def reading(self, file: RemoteFile) -> tuple[Format, Options]:
        """How the file is read."""
        ...

    def bring(
        self, files: Sequence[RemoteFile], folder: Path, *, monitor: Monitor, done_bytes: int, total_bytes: int
    ) -> Iterator[FetchedFile]:
        """Each of ``files`` in ``folder``, once it is complete and verified; whoever asked removes it after use."""
        ...

    def manifest(self, files: Sequence[TakenIn], *, text_column: str | None) -> Manifest:
        """The manifest of the dataset that they have become."""
        ...


class HubOrigin:
    """A repository of the Hub at one commit; ``token`` None: the server owner's own, if any."""

    def __init__(self, plan: DownloadPlan, *, token: str | None, settings: FetchSettings) -> None:
        self._plan = plan
        self._token = token
        self._settings = settings

    @property
    def files(self) -> Sequence[RemoteFile]:
        """The plan's files."""
        return self._plan.files

    def reading(self, _file: RemoteFile) -> tuple[Format, Options]:
        """The same for all files of a config."""
        return self._plan.format, self._plan.options

    def bring(
        self, files: Sequence[RemoteFile], folder: Path, *, monitor: Monitor, done_bytes: int, total_bytes: int
    ) -> Iterator[FetchedFile]:
        """Fetch them; raises what ``fetch_files`` raises."""
        return fetch_files(
            files,
            folder,
            repo_id=self._plan.repo_id,
            revision=self._plan.revision,
            token=self._token,
            monitor=monitor,
            settings=self._settings,
            done_bytes=done_bytes,
            total_bytes=total_bytes,
        )

    def manifest(self, files: Sequence[TakenIn], *, text_column: str | None) -> Manifest:
        """It pins repository, config and commit."""
        return make_manifest(
            files,
            source="huggingface",
            splits=self._plan.splits,
            repo=self._plan.repo_id,
            config=self._plan.config,
            commit=self._plan.revision,
            text_column=text_column,
        )
