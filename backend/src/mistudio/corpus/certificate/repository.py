"""Fetches the tokenized files of a dataset repository at one commit."""

from pathlib import Path, PurePosixPath
from typing import Final

from mistudio.core.errors import NoData
from mistudio.corpus.certificate.data_files import DATA_SUFFIXES
from mistudio.corpus.certificate.expectations import SAE_LENS
from mistudio.corpus.fetch import fetch_files
from mistudio.corpus.hub.client import HubClient
from mistudio.corpus.hub.plan_types import RemoteFile
from mistudio.corpus.monitor import NullMonitor
from mistudio.utils.file_utils import ensure_dir
from mistudio.utils.hf_utils import RepoFile

_NAMES: Final = frozenset({SAE_LENS, "state.json", "dataset_dict.json", "dataset_info.json"})


def fetch_tokens(repo_id: str, revision: str | None, folder: Path, *, token: str | None) -> Path:
    """Fetch the files, verified, and return the folder that has them by their names.

    Raises NoData and the Hub's errors.
    """
    info = HubClient(repo_id, token).get_info(revision)
    files = [_to_remote(file) for file in info.files if _is_wanted(file.path)]
    if not any(PurePosixPath(file.path).suffix in DATA_SUFFIXES for file in files):
        raise NoData(f"{repo_id} has no tokens: no file ends with {', '.join(DATA_SUFFIXES)}.")
    for file in fetch_files(
        files,
        folder / "fetched",
        repo_id=info.repo_id,
        revision=info.revision,
        token=token,
        monitor=NullMonitor(),
    ):
        target = folder / "data" / file.source.path
        ensure_dir(target.parent)
        file.path.rename(target)
    return folder / "data"


def _is_wanted(path: str) -> bool:
    found = PurePosixPath(path)
    if found.is_absolute() or ".." in found.parts:
        return False
    return found.name in _NAMES or found.suffix.lower() in DATA_SUFFIXES


def _to_remote(file: RepoFile) -> RemoteFile:
    return RemoteFile(file.path, "train", file.size, sha256=file.sha256, git_sha1=file.git_sha1)
