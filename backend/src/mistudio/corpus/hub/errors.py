"""What the Hub's refusals mean to a user: the one place where statuses and the client's exceptions become our errors.

Exceptions are told apart by type, most specific first, and answers by status and ``X-Error-Code``; texts are never
searched. See ``mistudio.core.errors`` for the tree.
"""

import email.utils
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mistudio.core.errors import (
    AuthRequired,
    BadToken,
    Gated,
    HubUnreachable,
    MiStudioError,
    RateLimited,
    RepositoryDisabled,
    RepositoryNotFound,
    SourceChanged,
    UnknownRevision,
)
from mistudio.utils.hf_utils import RepoKind, hub_endpoint, hub_page

if TYPE_CHECKING:
    from huggingface_hub.errors import HfHubHTTPError

# The Hub sends no code with this refusal, so its client, too, knows it by this exact header.
_DISABLED = "Access to this resource is disabled."
_SENDABLE = re.compile(r"[!-~]*")


@dataclass(frozen=True)
class Refusal:
    """An answer that is no success: its status, the Hub's own headers, and whether a token had been sent."""

    status: int
    code: str | None
    message: str | None
    retry_after: float | None
    authorized: bool

    @classmethod
    def of(cls, status: int, headers: Mapping[str, str], *, authorized: bool) -> "Refusal":
        """The refusal in an answer's headers, whose names must be found whatever their case."""
        wait = retry_after_seconds(headers.get("Retry-After"))
        return cls(status, headers.get("X-Error-Code"), headers.get("X-Error-Message"), wait, authorized)


def retry_after_seconds(value: str | None) -> float | None:
    """Seconds to wait by a Retry-After header, which holds seconds or a date; None where it says nothing."""
    if value is None:
        return None
    text = value.strip()
    if text.isdigit():
        return float(text)
    try:
        then = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, then.timestamp() - time.time())


def refusal_error(refusal: Refusal, repo_id: str, *, kind: RepoKind = "dataset", pinned: bool = False) -> MiStudioError:
    """The error for ``refusal``; ``pinned``: what is missing or hidden was seen when the download was planned."""
    if refusal.code == "GatedRepo":
        return gated_error(refusal, repo_id, kind=kind)
    if refusal.code in ("RevisionNotFound", "EntryNotFound"):
        return _missing_at_commit(repo_id, pinned=pinned)
    if refusal.message == _DISABLED:
        return disabled_error(repo_id)
    if refusal.status in (401, 403, 404):
        return _closed(refusal, repo_id, kind=kind, pinned=pinned)
    return _not_now(refusal)


def error_of(refused: "HfHubHTTPError", repo_id: str, *, kind: RepoKind = "dataset") -> MiStudioError:
    """The error for what the Hub's client raised."""
    # The fetcher speaks to the Hub itself, and is spared the client's import (0.12 s).
    from huggingface_hub.errors import DisabledRepoError, GatedRepoError

    authorized = "authorization" in refused.response.request.headers
    refusal = Refusal.of(refused.response.status_code, refused.response.headers, authorized=authorized)
    if isinstance(refused, GatedRepoError):
        return gated_error(refusal, repo_id, kind=kind)
    if isinstance(refused, DisabledRepoError):
        return disabled_error(repo_id)
    return refusal_error(refusal, repo_id, kind=kind)


def gated_error(refusal: Refusal, repo_id: str, *, kind: RepoKind = "dataset") -> MiStudioError:
    """The error for a repository whose files are only for those who were granted access."""
    page = hub_page(repo_id, kind)
    if refusal.status == 401 and not refusal.authorized:
        return AuthRequired(f"{repo_id} is gated: ask for access at {page}, then give an access token.")
    if refusal.status == 401:
        return bad_token_error()
    return Gated(f"{repo_id} is gated, and this token's owner has no access yet: ask for it at {page}, then retry.")


def disabled_error(repo_id: str) -> MiStudioError:
    """The error for a repository that the Hub has closed."""
    return RepositoryDisabled(f"The Hub has disabled {repo_id}; only its owner can have it opened again.")


def bad_token_error() -> MiStudioError:
    """The error for a token that the Hub does not know."""
    return BadToken("The Hub does not accept this access token: check it, or make a new one with read access.")


def require_sendable(token: str | None) -> None:
    """Raise BadToken for what would break a request's head: no token has blanks, line ends or letters beyond ASCII."""
    if token is not None and not _SENDABLE.fullmatch(token):
        raise BadToken("This is not an access token: it has characters that no token has. Copy it from the Hub again.")


def not_found_error(repo_id: str, *, kind: RepoKind = "dataset") -> MiStudioError:
    """The error for a repository that is missing or hidden; the Hub does not say which."""
    return RepositoryNotFound(
        f"There is no {kind} {repo_id} on the Hub, or it is private: check the name, or give a token that may see it."
    )


def unreachable_error() -> HubUnreachable:
    """The error for a Hub that does not answer."""
    return HubUnreachable(f"The Hub at {hub_endpoint()} does not answer: check the connection and try again.")


def _missing_at_commit(repo_id: str, *, pinned: bool) -> MiStudioError:
    if pinned:
        return SourceChanged(f"{repo_id} no longer has what this download was planned from: delete it and start again.")
    return UnknownRevision(f"{repo_id} has no such branch, tag or commit.", extra={"choices": []})


def _not_now(refusal: Refusal) -> MiStudioError:
    if refusal.status == 429:
        return RateLimited("The Hub asks for a pause: too many requests.", retry_after=refusal.retry_after)
    return HubUnreachable(
        f"The Hub answered with an error ({refusal.status}): try again in a while.",
        retry_after=refusal.retry_after,
        extra={"status": refusal.status},
    )


def _closed(refusal: Refusal, repo_id: str, *, kind: RepoKind, pinned: bool) -> MiStudioError:
    if refusal.status == 401 and refusal.authorized:
        return bad_token_error()
    if refusal.status == 401 and pinned:
        # The Hub hides from strangers whether a repository is private or gone.
        return AuthRequired(f"{repo_id} is private or gone: the Hub asks for an access token that may see it.")
    if refusal.status != 403:
        return not_found_error(repo_id, kind=kind)
    if refusal.authorized:
        return BadToken(f"This access token may not read {repo_id}: give it read access, or use another one.")
    return AuthRequired(f"{repo_id} can only be read with an access token.")
