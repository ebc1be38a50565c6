"""Translates the Hub's refusals into our errors: the one place that reads its statuses and its client's exceptions.

Exceptions are distinguished by type, most specific first, and answers by status and ``X-Error-Code``; texts are never
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
    InvalidRepository,
    MiStudioError,
    RateLimited,
    RepositoryDisabled,
    RepositoryNotFound,
    SourceChanged,
    UnknownRevision,
)
from mistudio.utils.hf_answers import InvalidAnswer
from mistudio.utils.hf_utils import RepoKind, hub_endpoint, hub_page

if TYPE_CHECKING:
    from huggingface_hub.errors import HfHubHTTPError

# The Hub sends no code with this refusal; its own client compares this header, too.
_DISABLED = "Access to this resource is disabled."
_SENDABLE = re.compile(r"[!-~]*")


@dataclass(frozen=True)
class Refusal:
    """An answer that is no success: its status, the Hub's own headers, and whether the request had a token."""

    status: int
    code: str | None
    message: str | None
    retry_after: float | None
    authorized: bool

    @classmethod
    def from_headers(cls, status: int, headers: Mapping[str, str], *, authorized: bool) -> "Refusal":
        """Read a refusal from an answer's headers, whose lookup must ignore case."""
        pause = parse_retry_after(headers.get("Retry-After"))
        return cls(status, headers.get("X-Error-Code"), headers.get("X-Error-Message"), pause, authorized)


def parse_retry_after(value: str | None) -> float | None:
    """Return the seconds to wait by a Retry-After header (seconds or a date), or None if it gives none."""
    if value is None:
        return None
    text = value.strip()
    if text.isdigit():
        return float(text)
    try:
        date = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, date.timestamp() - time.time())


def refusal_error(refusal: Refusal, repo_id: str, *, kind: RepoKind = "dataset", pinned: bool = False) -> MiStudioError:
    """Return the error for ``refusal``; ``pinned``: the download was planned, so the commit existed then."""
    if refusal.code == "GatedRepo":
        return gated_error(refusal, repo_id, kind=kind)
    if refusal.code in ("RevisionNotFound", "EntryNotFound"):
        return _missing_revision_error(repo_id, pinned=pinned)
    if refusal.message == _DISABLED:
        return disabled_error(repo_id)
    if refusal.status in (401, 403, 404):
        return _access_error(refusal, repo_id, kind=kind, pinned=pinned)
    return _temporary_error(refusal)


def translate_client_error(refused: "HfHubHTTPError", repo_id: str, *, kind: RepoKind = "dataset") -> MiStudioError:
    """Return the error for an exception of the Hub's client."""
    # The fetcher does not use the client, and avoids its import (0.12 s).
    from huggingface_hub.errors import DisabledRepoError, GatedRepoError

    authorized = "authorization" in refused.response.request.headers
    refusal = Refusal.from_headers(refused.response.status_code, refused.response.headers, authorized=authorized)
    if isinstance(refused, GatedRepoError):
        return gated_error(refusal, repo_id, kind=kind)
    if isinstance(refused, DisabledRepoError):
        return disabled_error(repo_id)
    return refusal_error(refusal, repo_id, kind=kind)


def gated_error(refusal: Refusal, repo_id: str, *, kind: RepoKind = "dataset") -> MiStudioError:
    """Return the error for a repository that opens its files only to users with granted access."""
    page = hub_page(repo_id, kind)
    if refusal.status == 401 and not refusal.authorized:
        return AuthRequired(f"{repo_id} is gated. Request access at {page}, then enter an access token.")
    if refusal.status == 401:
        return bad_token_error()
    return Gated(f"{repo_id} is gated, and this token's owner has no access yet. Request it at {page}, then retry.")


def disabled_error(repo_id: str) -> MiStudioError:
    """Return the error for a repository that the Hub has closed."""
    return RepositoryDisabled(f"The Hub has disabled {repo_id}. Only its owner can have it enabled again.")


def bad_token_error() -> MiStudioError:
    """Return the error for a token that the Hub does not know."""
    return BadToken("The Hub does not accept this access token. Check it, or create a new one with read access.")


def require_sendable_token(token: str | None) -> None:
    """Raise BadToken for a token that no header can carry: with blanks, line ends or letters beyond ASCII."""
    if token is not None and not _SENDABLE.fullmatch(token):
        raise BadToken("This is not an access token: it contains characters that no token has. Copy it again.")


def not_found_error(repo_id: str, *, kind: RepoKind = "dataset") -> MiStudioError:
    """Return the error for a missing or hidden repository; the Hub does not say which it is."""
    return RepositoryNotFound(
        f"The Hub has no {kind} {repo_id}, or it is private. Check the name, or use a token with access."
    )


def unreachable_error() -> HubUnreachable:
    """Return the error for a Hub that does not answer."""
    return HubUnreachable(f"The Hub at {hub_endpoint()} does not answer. Check the network connection, then retry.")


def invalid_answer_error(repo_id: str, answer: InvalidAnswer, *, path: str = "") -> InvalidRepository:
    """Return the error for an answer about a repository, or its file ``path``, that does not fit."""
    field = ".".join(part for part in (path, answer.field) if part)
    where = f"{repo_id}, {field}" if field else f"The Hub's description of {repo_id}"
    detail = f"{where}: {answer.reason}. Choose another repository, or report it to its owner."
    return InvalidRepository(detail, extra={"field": field})


def interrupted_error(path: str) -> HubUnreachable:
    """Return the error for a server that breaks off in the middle of a file."""
    return HubUnreachable(f"The Hub's server breaks off again and again while it sends {path}. Retry later.")


def _missing_revision_error(repo_id: str, *, pinned: bool) -> MiStudioError:
    if pinned:
        return SourceChanged(
            f"{repo_id} no longer has the commit that this download was planned from. "
            "Delete the dataset and download it again."
        )
    return UnknownRevision(f"{repo_id} has no such branch, tag or commit.", extra={"choices": []})


def _temporary_error(refusal: Refusal) -> MiStudioError:
    if refusal.status == 429:
        return RateLimited(
            "The Hub received too many requests and asks for a pause. Retry later.", retry_after=refusal.retry_after
        )
    return HubUnreachable(
        f"The Hub answered with an error ({refusal.status}). Retry later.",
        retry_after=refusal.retry_after,
        extra={"status": refusal.status},
    )


def _access_error(refusal: Refusal, repo_id: str, *, kind: RepoKind, pinned: bool) -> MiStudioError:
    if refusal.status == 401 and refusal.authorized:
        return bad_token_error()
    if refusal.status == 401 and pinned:
        # Without a token the Hub does not say whether a repository is private or gone.
        return AuthRequired(f"{repo_id} is private or gone. Enter an access token that can read it.")
    if refusal.status != 403:
        return not_found_error(repo_id, kind=kind)
    if refusal.authorized:
        return BadToken(f"This access token cannot read {repo_id}. Give it read access, or use another one.")
    return AuthRequired(f"{repo_id} requires an access token. Enter one that can read it.")
