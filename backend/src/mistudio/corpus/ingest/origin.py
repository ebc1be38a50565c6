"""The interface between building a dataset and where its files come from: the Hub, or an import."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from mistudio.corpus.fetch import FetchedFile, FetchSettings, fetch_files
from mistudio.corpus.formats.features import Features, normalize_feature
from mistudio.corpus.hub.plan_types import DownloadPlan, Format, Options, RemoteFile
from mistudio.corpus.monitor import Monitor
from mistudio.corpus.store.manifest import IngestedFile, Manifest
from mistudio.corpus.store.manifest_builder import make_manifest
from mistudio.corpus.store.text_source import TextSource


class Origin(Protocol):
    """Lists and fetches the source files of a dataset, knows their format, and makes the manifest."""

    @property
    def files(self) -> Sequence[RemoteFile]:
        """All files, in order of splits, then paths; a file that serves several splits is listed for each."""
        ...

    @property
    def features(self) -> Features:
        """What the card declares of the columns, normalized; empty if it declares nothing."""
        ...

    def get_format(self, file: RemoteFile) -> tuple[Format, Options]:
        """Return the format of the file and the options for its reader."""
        ...

    def fetch(
        self, files: Sequence[RemoteFile], folder: Path, *, monitor: Monitor, done_bytes: int, total_bytes: int
    ) -> Iterator[FetchedFile]:
        """Yield each of ``files`` once it is in ``folder``, complete and verified; the caller removes it after use."""
        ...

    def make_manifest(self, files: Sequence[IngestedFile], *, text_column: TextSource | None) -> Manifest:
        """Return the manifest of the dataset made of ``files``."""
        ...


class HubOrigin:
    """A Hub repository at one commit. ``token`` None uses the server's own token, if it has one."""

    def __init__(self, plan: DownloadPlan, *, token: str | None, settings: FetchSettings) -> None:
        self._plan = plan
        self._token = token
        self._features = {name: normalize_feature(feature) for name, feature in plan.features.items()}
        self._settings = settings

    @property
    def files(self) -> Sequence[RemoteFile]:
        """The files of the plan."""
        return self._plan.files

    @property
    def features(self) -> Features:
        """The features of the plan."""
        return self._features

    def get_format(self, _file: RemoteFile) -> tuple[Format, Options]:
        """Return the format of the config, which all its files share."""
        return self._plan.format, self._plan.options

    def fetch(
        self, files: Sequence[RemoteFile], folder: Path, *, monitor: Monitor, done_bytes: int, total_bytes: int
    ) -> Iterator[FetchedFile]:
        """Fetch the files; see ``fetch_files``."""
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

    def make_manifest(self, files: Sequence[IngestedFile], *, text_column: TextSource | None) -> Manifest:
        """Return a manifest that pins repository, config and commit."""
        return make_manifest(
            files,
            source="huggingface",
            splits=self._plan.splits,
            repo=self._plan.repo_id,
            config=self._plan.config,
            commit=self._plan.revision,
            text_column=text_column,
        )
