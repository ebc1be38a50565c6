"""How long a plan's questions are patient: one bound for all of them, and none for a Hub that merely is slow."""

from collections.abc import Iterator

import pytest

from fakes.hub import Hub
from fakes.pace import paced
from mistudio.core.errors import BadToken, HubUnreachable, UnknownRevision
from mistudio.corpus.hub.client import HubClient, RetryBudget


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub with one dataset, and no token of the machine's owner."""
    with Hub() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
        monkeypatch.delenv("HF_TOKEN", raising=False)
        running.add("ada/tales", {"train.txt": "x\n"})
        yield running


def test_all_questions_share_one_patience(hub: Hub) -> None:
    """What one has lost by failures, the next one has not, though it asks for the repository by another name."""
    questions = HubClient("ada/tales", None, budget=RetryBudget(1.5))
    hub.fault("/api/datasets/ada/tales", status=503, times=2)
    info = questions.get_info(None)
    hub.fault("*/auth-check", status=503)
    with pytest.raises(HubUnreachable):
        questions.for_repository(info.repo_id).check_access()
    # Waits of 0.25, 0.5 and 0.25 seconds; another one of 0.5 would be too long.
    assert (3, 2) == (len(hub.requests) - len(hub.seen("auth-check")), len(hub.seen("auth-check")))


@pytest.mark.parametrize("path", ["/api/datasets/ada/tales", "/api/datasets/ada/tales/refs"])
def test_a_hub_that_holds_still_is_given_up_in_time(hub: Hub, path: str) -> None:
    """A request does not outlast the patience."""
    hub.fault(path, delay=20.0)
    questions = HubClient("ada/tales", None, budget=RetryBudget(1.2))
    with paced() as pace, pytest.raises(HubUnreachable):
        questions.get_info("nowhere" if path.endswith("refs") else None)
    assert pace.seconds < 2.5


def test_a_slow_hub_is_waited_for(hub: Hub) -> None:
    """Answers that come cost no patience, however many there are."""
    hub.fault("*", delay=0.3)
    questions = HubClient("ada/tales", None, budget=RetryBudget(0.5))
    for _number in range(3):
        assert "granted" == questions.check_access().access


def test_an_unknown_revision_names_those_that_are_there(hub: Hub) -> None:
    """Branches, then tags."""
    repository = hub.find("datasets", "ada/tales")
    assert repository is not None
    repository.refs["draft"] = repository.refs["main"]
    with pytest.raises(UnknownRevision) as refused:
        HubClient("ada/tales", None).get_info("nowhere")
    assert ["main", "draft"] == refused.value.extra["choices"]


@pytest.mark.parametrize("token", ["hf_a\r\nX-Evil: 1", "hf_ä", "hf_日本", "hf a", "hf_\x00"])
def test_what_cannot_be_a_token_is_refused_before_the_hub_is_asked(hub: Hub, token: str) -> None:
    """It would break the request's head; the message does not repeat it."""
    with pytest.raises(BadToken) as refused:
        HubClient("ada/tales", token).get_info(None)
    assert token not in str(refused.value)
    assert [] == hub.requests


def test_an_unreachable_hub_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error has the address, so that a wrong setting is visible."""
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(HubUnreachable, match=r"127\.0\.0\.1:9"):
        HubClient("ada/tales", None, budget=RetryBudget(0.1)).get_info(None)
