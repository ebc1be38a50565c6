"""Questions to the Hub about one repository: patient with what may pass, with errors that say what a user can do."""

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
from mistudio.corpus.hub.errors import error_of, require_sendable, unreachable_error
from mistudio.corpus.hub.plan_types import Access
from mistudio.utils.hf_utils import (
    RepoInfo,
    RepoKind,
    check_repo_exists,
    get_ref_names,
    get_repo_file,
    get_repo_info,
    hub_get,
)

_PATIENCE_SECONDS: Final = 10.0
_FIRST_WAIT_SECONDS: Final = 0.25
_LEAST_SECONDS: Final = 1.0

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class AccessAnswer:
    """Whether files may be fetched, and the error that says why not."""

    access: Access
    refusal: MiStudioError | None = None


class Patience:
    """How many seconds failures may cost one plan, over all its questions; answers that come cost nothing."""

    def __init__(self, seconds: float = _PATIENCE_SECONDS) -> None:
        self._left = seconds

    @property
    def request_seconds(self) -> float:
        """How long a request may take; what is new has a chance even where all else has failed."""
        return max(self._left, _LEAST_SECONDS)

    def spend(self, seconds: float) -> None:
        """So much was lost."""
        self._left -= seconds

    def allows(self, pause: float) -> bool:
        """Whether it is worth waiting that long."""
        return pause < self._left


class HubQuestions:
    """Asks about one repository with one token; what may pass is asked again for as long as ``patience`` lasts.

    Raises BadToken for what cannot be a token.
    """

    def __init__(
        self, repo_id: str, token: str | None, *, kind: RepoKind = "dataset", patience: Patience | None = None
    ) -> None:
        require_sendable(token)
        self._repo_id = repo_id
        self._token = token
        self._kind = kind
        self._patience = patience or Patience()

    def about(self, repo_id: str) -> "HubQuestions":
        """Questions about another name, with what is left of the patience."""
        return HubQuestions(repo_id, self._token, kind=self._kind, patience=self._patience)

    def info(self, revision: str | None) -> RepoInfo:
        """The repository at a revision; raises RepositoryNotFound, UnknownRevision, BadToken, RepositoryDisabled."""
        try:
            return self._ask(
                lambda seconds: get_repo_info(
                    self._repo_id, kind=self._kind, revision=revision, token=self._token, seconds=seconds
                )
            )
        except UnknownRevision as error:
            names = self._ask(
                lambda seconds: get_ref_names(self._repo_id, kind=self._kind, token=self._token, seconds=seconds)
            )
            detail = f"{self._repo_id} has no branch, tag or commit “{revision}”."
            raise UnknownRevision(detail, extra={"choices": list(names)}) from error
        except RepositoryNotFound as error:
            if self._ask(self._is_of_other_kind):
                raise RepositoryNotFound(
                    f"{self._repo_id} is a {self._other_kind}, not a {self._kind}: check the name."
                ) from error
            raise

    def access(self) -> AccessAnswer:
        """Whether files may be fetched with this token."""
        try:
            path = f"/api/{self._kind}s/{self._repo_id}/auth-check"
            self._ask(lambda seconds: hub_get(path, token=self._token, seconds=seconds))
        except AuthRequired as error:
            return AccessAnswer("login_required", error)
        except Gated as error:
            return AccessAnswer("request_required", error)
        return AccessAnswer("granted")

    def file(self, path: str, revision: str) -> bytes | None:
        """A small file's content, if there is one."""
        try:
            return self._ask(
                lambda seconds: get_repo_file(
                    self._repo_id, path, revision=revision, kind=self._kind, token=self._token, seconds=seconds
                )
            )
        except RemoteEntryNotFoundError:
            return None

    @property
    def _other_kind(self) -> RepoKind:
        return "model" if self._kind == "dataset" else "dataset"

    def _is_of_other_kind(self, seconds: float) -> bool:
        return check_repo_exists(self._repo_id, kind=self._other_kind, token=self._token, seconds=seconds)

    def _ask(self, question: Callable[[float], Answer]) -> Answer:
        """The answer to ``question``, which is told how many seconds it has."""
        wait = _FIRST_WAIT_SECONDS
        while True:
            began = time.monotonic()
            try:
                return question(self._patience.request_seconds)
            except RemoteEntryNotFoundError:
                raise
            except HfHubHTTPError as refused:
                error = error_of(refused, self._repo_id, kind=self._kind)
                error.__cause__ = refused
            except (httpx2.HTTPError, OfflineModeIsEnabled, json.JSONDecodeError) as failed:
                error = unreachable_error()
                error.__cause__ = failed
            pause = max(wait, error.retry_after or 0.0)
            self._patience.spend(time.monotonic() - began)
            if not isinstance(error, HubUnreachable | RateLimited) or not self._patience.allows(pause):
                raise error
            time.sleep(pause)
            self._patience.spend(pause)
            wait *= 2
