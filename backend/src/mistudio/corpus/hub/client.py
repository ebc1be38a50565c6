"""A client for questions about one Hub repository: it retries what may pass, and its errors say what a user can do."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

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
from mistudio.corpus.hub.errors import (
    invalid_answer_error,
    require_sendable_token,
    translate_client_error,
    unreachable_error,
)
from mistudio.corpus.hub.plan_types import Access
from mistudio.utils.hf_answers import InvalidAnswer
from mistudio.utils.hf_utils import (
    RepoInfo,
    RepoKind,
    check_repo_exists,
    get_ref_names,
    get_repo_file,
    get_repo_info,
    hub_get,
)

_RETRY_SECONDS: Final = 10.0
_FIRST_PAUSE_SECONDS: Final = 0.25
_MIN_REQUEST_SECONDS: Final = 1.0

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class AccessCheck:
    """Whether files may be fetched, and the error that says why not."""

    access: Access
    refusal: MiStudioError | None = None


class Clock(Protocol):
    """What a budget needs of the module ``time``."""

    def monotonic(self) -> float:
        """Return the seconds since some fixed moment."""
        ...

    def sleep(self, seconds: float, /) -> None:
        """Wait."""
        ...


class RetryBudget:
    """The seconds that failures may cost one plan, over all its requests; successful requests cost nothing."""

    def __init__(self, seconds: float = _RETRY_SECONDS, *, clock: Clock = time) -> None:
        self._left = seconds
        self._clock = clock

    @property
    def request_seconds(self) -> float:
        """The time limit of a request; a new question gets a second even after all others failed."""
        return max(self._left, _MIN_REQUEST_SECONDS)

    def now(self) -> float:
        """Return the clock's time, for ``spend_since``."""
        return self._clock.monotonic()

    def spend_since(self, start: float) -> None:
        """Deduct the seconds since ``start``, which a failed request took."""
        self._left -= self._clock.monotonic() - start

    def allows(self, pause: float) -> bool:
        """Return whether there is time for a pause of this length."""
        return pause < self._left

    def pause(self, seconds: float) -> None:
        """Wait, and deduct the seconds."""
        self._clock.sleep(seconds)
        self._left -= seconds


class HubClient:
    """Asks about one repository with one token, and retries for as long as ``budget`` allows.

    Raises BadToken for a token that no header can carry.
    """

    def __init__(
        self, repo_id: str, token: str | None, *, kind: RepoKind = "dataset", budget: RetryBudget | None = None
    ) -> None:
        require_sendable_token(token)
        self._repo_id = repo_id
        self._token = token
        self._kind = kind
        self._budget = budget or RetryBudget()

    def for_repository(self, repo_id: str) -> "HubClient":
        """Return a client for another repository that shares this one's budget."""
        return HubClient(repo_id, self._token, kind=self._kind, budget=self._budget)

    def get_info(self, revision: str | None) -> RepoInfo:
        """Return the repository at a revision.

        Raises RepositoryNotFound, UnknownRevision, BadToken, RepositoryDisabled.
        """
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
            detail = f"{self._repo_id} has no branch, tag or commit “{revision}”. Choose another one."
            raise UnknownRevision(detail, extra={"choices": list(names)}) from error
        except RepositoryNotFound as error:
            if self._ask(self._is_of_other_kind):
                detail = f"{self._repo_id} is a {self._other_kind}, not a {self._kind}. Check the name."
                raise RepositoryNotFound(detail) from error
            raise

    def check_access(self) -> AccessCheck:
        """Ask whether files may be fetched with this token."""
        try:
            path = f"/api/{self._kind}s/{self._repo_id}/auth-check"
            self._ask(lambda seconds: hub_get(path, token=self._token, seconds=seconds))
        except AuthRequired as error:
            return AccessCheck("login_required", error)
        except Gated as error:
            return AccessCheck("request_required", error)
        return AccessCheck("granted")

    def get_file(self, path: str, revision: str, *, limit: int) -> bytes | None:
        """Return a file's content, or None if the repository has no such file.

        Raises InvalidRepository for more than ``limit`` bytes.
        """
        try:
            return self._ask(
                lambda seconds: get_repo_file(
                    self._repo_id,
                    path,
                    revision=revision,
                    kind=self._kind,
                    token=self._token,
                    seconds=seconds,
                    limit=limit,
                ),
                path=path,
            )
        except RemoteEntryNotFoundError:
            return None

    @property
    def _other_kind(self) -> RepoKind:
        return "model" if self._kind == "dataset" else "dataset"

    def _is_of_other_kind(self, seconds: float) -> bool:
        return check_repo_exists(self._repo_id, kind=self._other_kind, token=self._token, seconds=seconds)

    def _ask(self, request: Callable[[float], Answer], *, path: str = "") -> Answer:
        """Return what ``request`` returns, which is given its time limit in seconds; retry temporary failures."""
        next_pause = _FIRST_PAUSE_SECONDS
        while True:
            start = self._budget.now()
            try:
                return request(self._budget.request_seconds)
            except RemoteEntryNotFoundError:
                raise
            except InvalidAnswer as invalid:
                raise invalid_answer_error(self._repo_id, invalid, path=path) from invalid
            except HfHubHTTPError as refused:
                error = translate_client_error(refused, self._repo_id, kind=self._kind)
                error.__cause__ = refused
            except (httpx2.HTTPError, httpx2.InvalidURL, OfflineModeIsEnabled, json.JSONDecodeError) as failed:
                error = unreachable_error()
                error.__cause__ = failed
            pause = max(next_pause, error.retry_after or 0.0)
            self._budget.spend_since(start)
            if not isinstance(error, HubUnreachable | RateLimited) or not self._budget.allows(pause):
                raise error
            self._budget.pause(pause)
            next_pause *= 2
