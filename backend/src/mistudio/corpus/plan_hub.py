"""One plan's questions to the Hub: patient with what may pass, and with errors that say what the user can do."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import httpx2
from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled, RemoteEntryNotFoundError

from mistudio.core.errors import (
    AuthRequired,
    Gated,
    HubUnreachable,
    MiStudioError,
    RateLimited,
    RepositoryNotFound,
    UnknownRevision,
)
from mistudio.corpus.hub_errors import error_of, unreachable_error
from mistudio.corpus.plan_types import Access
from mistudio.utils.hf_utils import (
    RepoInfo,
    check_repo_exists,
    get_ref_names,
    get_repo_file,
    get_repo_info,
    hub_get,
)

_PATIENCE_SECONDS: Final = 10.0
_FIRST_WAIT_SECONDS: Final = 0.25

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class AccessAnswer:
    """Whether files may be fetched, and the error that says why not."""

    access: Access
    refusal: MiStudioError | None = None


class HubQuestions:
    """Asks about one repository with one token; all questions together are retried for at most ten seconds."""

    def __init__(self, repo_id: str, token: str | None) -> None:
        self._repo_id = repo_id
        self._token = token
        self._until = time.monotonic() + _PATIENCE_SECONDS

    def info(self, revision: str | None) -> RepoInfo:
        """The repository at a revision; raises RepositoryNotFound, UnknownRevision, BadToken, RepositoryDisabled."""
        try:
            return self._ask(lambda: get_repo_info(self._repo_id, revision=revision, token=self._token))
        except UnknownRevision as error:
            names = self._ask(lambda: get_ref_names(self._repo_id, token=self._token))
            detail = f"{self._repo_id} has no branch, tag or commit “{revision}”."
            raise UnknownRevision(detail, extra={"choices": list(names)}) from error
        except RepositoryNotFound as error:
            if self._ask(lambda: check_repo_exists(self._repo_id, kind="model", token=self._token)):
                raise RepositoryNotFound(f"{self._repo_id} is a model, not a dataset: check the name.") from error
            raise

    def access(self) -> AccessAnswer:
        """Whether files may be fetched with this token."""
        try:
            self._ask(lambda: hub_get(f"/api/datasets/{self._repo_id}/auth-check", token=self._token))
        except AuthRequired as error:
            return AccessAnswer("login_required", error)
        except Gated as error:
            return AccessAnswer("request_required", error)
        return AccessAnswer("granted")

    def file(self, path: str, revision: str) -> bytes | None:
        """A small file's content, if there is one."""
        try:
            return self._ask(lambda: get_repo_file(self._repo_id, path, revision=revision, token=self._token))
        except RemoteEntryNotFoundError:
            return None

    def _ask(self, question: Callable[[], Answer]) -> Answer:
        wait = _FIRST_WAIT_SECONDS
        while True:
            try:
                return question()
            except RemoteEntryNotFoundError:
                raise
            except HfHubHTTPError as refused:
                error = error_of(refused, self._repo_id)
                error.__cause__ = refused
            except (httpx2.HTTPError, OfflineModeIsEnabled, json.JSONDecodeError) as failed:
                error = unreachable_error()
                error.__cause__ = failed
            pause = max(wait, error.retry_after or 0.0)
            if not isinstance(error, HubUnreachable | RateLimited) or time.monotonic() + pause > self._until:
                raise error
            time.sleep(pause)
            wait *= 2
