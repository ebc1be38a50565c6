"""The Hub's refusals as our errors."""

import email.utils
import time

import pytest

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
from mistudio.corpus.hub.errors import Refusal, parse_retry_after, refusal_error, require_sendable_token


def refuse(status: int, *, authorized: bool = False, **headers: str) -> Refusal:
    """Return a refusal with these headers, whose names have hyphens for underscores."""
    return Refusal.from_headers(
        status, {name.replace("_", "-"): value for name, value in headers.items()}, authorized=authorized
    )


@pytest.mark.parametrize(
    ("refusal", "planned", "pinned"),
    [
        (refuse(401, X_Error_Code="GatedRepo"), AuthRequired, AuthRequired),
        (refuse(401, authorized=True, X_Error_Code="GatedRepo"), BadToken, BadToken),
        (refuse(403, authorized=True, X_Error_Code="GatedRepo"), Gated, Gated),
        (refuse(404, X_Error_Code="RevisionNotFound"), UnknownRevision, SourceChanged),
        (refuse(404, X_Error_Code="EntryNotFound"), UnknownRevision, SourceChanged),
        (refuse(403, X_Error_Message="Access to this resource is disabled."), RepositoryDisabled, RepositoryDisabled),
        (refuse(401, X_Error_Code="RepoNotFound"), RepositoryNotFound, AuthRequired),
        (refuse(401, authorized=True), BadToken, BadToken),
        (refuse(403), AuthRequired, AuthRequired),
        (refuse(403, authorized=True), BadToken, BadToken),
        (refuse(404), RepositoryNotFound, RepositoryNotFound),
        (refuse(429), RateLimited, RateLimited),
        (refuse(500), HubUnreachable, HubUnreachable),
        (refuse(418), HubUnreachable, HubUnreachable),
    ],
)
def test_a_refusal_is_the_error_for_its_status_and_code(
    refusal: Refusal, planned: type[MiStudioError], pinned: type[MiStudioError]
) -> None:
    """While planning, and while fetching a pinned commit; each message has a sentence that says what to do."""
    for is_pinned, expected in ((False, planned), (True, pinned)):
        error = refusal_error(refusal, "ada/tales", pinned=is_pinned)
        assert type(error) is expected
        assert error.detail.endswith(".")


def test_a_pause_is_handed_on() -> None:
    """The job that waits needs its length."""
    for status in (429, 503):
        assert 7 == refusal_error(refuse(status, Retry_After="7"), "ada/tales").retry_after


@pytest.mark.parametrize(
    ("value", "expected"), [(None, None), ("7", 7.0), (" 300 ", 300.0), ("soon", None), ("", None), ("-5", None)]
)
def test_retry_after_in_seconds(value: str | None, expected: float | None) -> None:
    """Anything else than seconds or a date says nothing."""
    assert expected == parse_retry_after(value)


def test_retry_after_as_a_date() -> None:
    """A date of the past means no pause."""
    seconds = parse_retry_after(email.utils.formatdate(time.time() + 3_600, usegmt=True))
    assert seconds is not None
    assert 3_000 < seconds <= 3_600
    assert 0.0 == parse_retry_after("Wed, 21 Oct 2015 07:28:00 GMT")


@pytest.mark.parametrize("token", [None, "hf_abcXYZ012", ""])
def test_tokens_of_visible_ascii_pass(token: str | None) -> None:
    """So does no token."""
    require_sendable_token(token)


@pytest.mark.parametrize("token", ["hf a", "hf_a\n", "hf_ä", "\x00", "hf_\x7f"])
def test_tokens_that_no_header_can_carry_are_refused(token: str) -> None:
    """The message does not repeat them."""
    with pytest.raises(BadToken) as refused:
        require_sendable_token(token)
    assert token not in str(refused.value)
