"""The client's errors, and its retries: one budget for all questions, which a slow Hub does not use up."""

from collections.abc import Iterator
from typing import Any

import pytest

from fakes.hub import Hub
from fakes.timing import process_clock
from mistudio.core.errors import (
    BadToken,
    HubUnreachable,
    RateLimited,
    RepositoryDisabled,
    RepositoryNotFound,
    UnknownRevision,
)
from mistudio.corpus.hub.client import HubClient, RetryBudget


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub with one dataset, without this machine's own token."""
    with Hub() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
        monkeypatch.delenv("HF_TOKEN", raising=False)
        running.add("ada/tales", {"train.txt": "x\n"})
        yield running


class FakeClock:
    """A clock on which each look takes ``step`` seconds, and a sleep no real time."""

    def __init__(self, step: float = 0.0) -> None:
        self.time = 0.0
        self.step = step

    def monotonic(self) -> float:
        """Return the time, and move on."""
        self.time += self.step
        return self.time

    def sleep(self, seconds: float, /) -> None:
        """Move on."""
        self.time += seconds


def test_all_questions_share_one_budget(hub: Hub) -> None:
    """Seconds that one question lost are missing to the next, even for another name of the repository."""
    client = HubClient("ada/tales", None, budget=RetryBudget(1.5, clock=FakeClock()))
    hub.fault("/api/datasets/ada/tales", status=503, times=2)
    info = client.get_info(None)
    hub.fault("*/auth-check", status=503)
    with pytest.raises(HubUnreachable):
        client.for_repository(info.repo_id).check_access()
    # Pauses of 0.25, 0.5 and 0.25 seconds; another one of 0.5 would be too long.
    checks = len(hub.find_requests("auth-check"))
    assert (3, 2) == (len(hub.requests) - checks, checks)


def test_only_failures_cost_budget(hub: Hub) -> None:
    """Successful requests are free, however long they take."""
    budget = RetryBudget(15.0, clock=FakeClock(step=10.0))
    client = HubClient("ada/tales", None, budget=budget)
    for _number in range(3):
        assert "granted" == client.check_access().access
    assert 15.0 == budget.request_seconds

    hub.fault("*/auth-check", status=503, times=1)
    assert "granted" == client.check_access().access
    assert 15.0 - 10.0 - 0.25 == budget.request_seconds


@pytest.mark.parametrize("path", ["/api/datasets/ada/tales", "/api/datasets/ada/tales/refs"])
def test_a_silent_hub_is_given_up_in_time(hub: Hub, path: str) -> None:
    """A request does not outlast the budget."""
    hub.fault(path, delay=20.0)
    client = HubClient("ada/tales", None, budget=RetryBudget(1.2))
    with process_clock() as pace, pytest.raises(HubUnreachable):
        client.get_info("nowhere" if path.endswith("refs") else None)
    assert pace.seconds < 2.5


def test_an_unreachable_hub_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error has the address, so that a wrong setting is visible."""
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(HubUnreachable, match=r"127\.0\.0\.1:9"):
        HubClient("ada/tales", None, budget=RetryBudget(0.1)).get_info(None)


@pytest.mark.parametrize("fault", [{"status": 429}, {"status": 500}, {"status": 502}, {"status": 503}])
def test_temporary_refusals_are_retried(hub: Hub, fault: dict[str, Any]) -> None:
    """After the pause that the Hub asks for, if it is short."""
    clock = FakeClock()
    hub.fault("/api/datasets/ada/tales*", **fault, times=2, retry_after="3")
    assert HubClient("ada/tales", None, budget=RetryBudget(clock=clock)).get_info(None).files
    assert 6.0 == clock.time


@pytest.mark.parametrize("fault", [{"drop_after": 3}, {"body": b"<html>"}])
def test_broken_answers_are_requested_again(hub: Hub, fault: dict[str, Any]) -> None:
    """Both a dropped connection and an answer that is not JSON."""
    hub.fault("/api/datasets/ada/tales", **fault, times=1)
    assert HubClient("ada/tales", None, budget=RetryBudget(clock=FakeClock())).get_info(None).files


def test_a_long_pause_is_raised_at_once(hub: Hub) -> None:
    """The error says how many seconds the Hub asks for."""
    hub.fault("/api/datasets/*", status=429, retry_after="300")
    with pytest.raises(RateLimited) as refused:
        HubClient("ada/tales", None).get_info(None)
    assert (300, 1) == (refused.value.retry_after, len(hub.requests))


def test_missing_private_and_disabled_repositories(hub: Hub) -> None:
    """Missing and private ones raise the same error; its owner's token opens a private one."""
    hub.add("ada/private", {"train.txt": "x\n"}, private=True)
    hub.add("ada/closed", {"train.txt": "x\n"}, disabled=True)
    hub.add_token("hf_ada", "ada/private")
    hub.add_token("hf_bob")

    for repo_id in ("ada/missing", "ada/private"):
        for token in (None, "hf_bob"):
            with pytest.raises(RepositoryNotFound):
                HubClient(repo_id, token).get_info(None)
    assert HubClient("ada/private", "hf_ada").get_info(None).private
    with pytest.raises(RepositoryDisabled):
        HubClient("ada/closed", None).get_info(None)


def test_an_unknown_token_is_refused(hub: Hub) -> None:
    """Even for public repositories; the message does not repeat it."""
    with pytest.raises(BadToken) as refused:
        HubClient("ada/tales", "hf_wrong").get_info(None)
    assert "hf_wrong" not in str(refused.value)


def test_an_unknown_revision_lists_the_known_ones(hub: Hub) -> None:
    """The choices are branches, then tags."""
    repository = hub.find("datasets", "ada/tales")
    assert repository is not None
    repository.refs["draft"] = repository.refs["main"]
    with pytest.raises(UnknownRevision) as refused:
        HubClient("ada/tales", None).get_info("nowhere")
    assert ["main", "draft"] == refused.value.extra["choices"]


def test_a_repository_of_the_other_kind_is_named(hub: Hub) -> None:
    """A dataset's name where a model is expected, and the reverse."""
    hub.add("ada/small", {"tokenizer.json": "{}"}, kind="models")
    with pytest.raises(RepositoryNotFound, match="is a dataset, not a model"):
        HubClient("ada/tales", None, kind="model").get_info(None)
    with pytest.raises(RepositoryNotFound, match="is a model, not a dataset"):
        HubClient("ada/small", None).get_info(None)


def test_a_missing_file_is_none(hub: Hub) -> None:
    """A file that the commit has comes with its bytes."""
    client = HubClient("ada/tales", None)
    revision = client.get_info(None).revision
    assert (b"x\n", None) == (
        client.get_file("train.txt", revision, limit=1000),
        client.get_file("test.txt", revision, limit=1000),
    )


@pytest.mark.parametrize("token", ["hf_a\r\nX-Evil: 1", "hf_ä", "hf_日本", "hf a", "hf_\x00"])
def test_an_invalid_token_is_refused_without_a_request(hub: Hub, token: str) -> None:
    """It would break the request's headers; the message does not repeat it."""
    with pytest.raises(BadToken) as refused:
        HubClient("ada/tales", token).get_info(None)
    assert token not in str(refused.value)
    assert [] == hub.requests
