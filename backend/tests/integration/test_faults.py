"""Faults of the Hub in each phase of a download, and how the dataset ends, over the API.

All downloads run at the same time on one server. Each has a repository of its own, whose name is in the paths of its
faults. Then all faults are cleared and every failed download is retried, which must succeed with every row.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from fakes.hub import Fault, Hub
from fakes.many import until_all_ended
from fakes.repositories import CARD
from fakes.running import RunningServer, running_server
from mistudio.core.config import Settings
from mistudio.core.errors import is_retryable
from mistudio.corpus.store.manifest import verify

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOKEN = "hf_reader"
ROWS_A, ROWS_B = 40, 400
GATED, DISABLED = "GatedRepo", "Access to this resource is disabled."


@dataclass(frozen=True)
class Case:
    """Faults, and how a download under them ends: ready, or with the error ``code``.

    A ``status`` other than 202 refuses the request itself. ``kept`` bytes of the large file are on disk at the end.
    """

    faults: tuple[Fault, ...]
    code: str | None = None
    says: str = ""
    status: int = 202
    kept: int = 0
    with_token: bool = False
    lfs: bool = True


def api(**what: Any) -> Fault:  # the fields of Fault
    """Return a fault of the API requests before a download."""
    return Fault("/api/datasets/lab/{name}", **what)


def card(**what: Any) -> Fault:  # the fields of Fault
    """Return a fault of the card."""
    return Fault("/datasets/lab/{name}/resolve/*/README.md", **what)


def redirect(**what: Any) -> Fault:  # the fields of Fault
    """Return a fault of the redirect to the large file."""
    return Fault("train-{name}-b", origin="api", **what)


def body(**what: Any) -> Fault:  # the fields of Fault
    """Return a fault of the large file itself."""
    return Fault("train-{name}-b", origin="files", **what)


CASES = {
    "plan-429-short": Case((api(status=429, retry_after="1", times=2),)),
    "plan-429-long": Case((api(status=429, retry_after="300"),), "rate_limited", "asks for a pause", 503),
    "plan-502-twice": Case((api(status=502, times=2),)),
    "plan-503-always": Case((api(status=503),), "hub_unreachable", "Retry later", 503),
    "plan-no-json": Case((api(body=b"<html>"),), "hub_unreachable", "does not answer", 503),
    "plan-dropped": Case((api(drop_after=20, times=2),)),
    "plan-dropped-always": Case((api(drop_after=20),), "hub_unreachable", "does not answer", 503),
    "plan-stalled": Case((api(delay=60.0),), "hub_unreachable", "does not answer", 503),
    "plan-401": Case((api(status=401, error_code="RepoNotFound"),), "not_found", "is private", 404),
    "plan-403": Case((api(status=403, error_message=DISABLED),), "repository_disabled", "disabled", 403),
    "plan-gated": Case((api(status=401, error_code=GATED),), "auth_required", "enter an access token", 401),
    "plan-refused": Case((api(status=403, error_code=GATED),), "gated", "Request it at", 403, with_token=True),
    "plan-bad-token": Case((api(status=401),), "bad_token", "Check it", 403, with_token=True),
    "plan-commit-gone": Case((card(status=404, error_code="RevisionNotFound"),), "unknown_revision", "no such", 422),
    "plan-card-gone": Case((card(status=404, error_code="EntryNotFound"),)),
    "plan-card-503": Case((card(status=503, times=2),)),
    "address-401": Case((redirect(status=401, error_code=GATED),), "auth_required", "enter an access token"),
    "address-403": Case((redirect(status=403, error_code=GATED),), "gated", "Request it at", with_token=True),
    "address-private": Case(
        (redirect(status=401, error_code="RepoNotFound"),), "auth_required", "closed meanwhile, or a restart"
    ),
    "address-no-right": Case((redirect(status=403),), "bad_token", "Give it read access", with_token=True),
    "address-no-token": Case((redirect(status=403),), "auth_required", "requires an access token"),
    "address-disabled": Case((redirect(status=403, error_message=DISABLED),), "repository_disabled", "disabled"),
    "address-commit-gone": Case(
        (redirect(status=404, error_code="RevisionNotFound"),), "source_changed", "Delete the dataset"
    ),
    "address-file-gone": Case(
        (redirect(status=404, error_code="EntryNotFound"),), "source_changed", "Delete the dataset"
    ),
    "address-other-etag": Case(
        (redirect(etag="0" * 64),), "source_changed", "Delete the dataset and download it again"
    ),
    "address-429-short": Case((redirect(status=429, retry_after="1", times=2),)),
    "address-429-long": Case((redirect(status=429, retry_after="300"),), "rate_limited", "asks for a pause"),
    "address-500-twice": Case((redirect(status=500, times=2),)),
    "address-503-long": Case((redirect(status=503, retry_after="120"),), "hub_unreachable", "Retry later"),
    "body-429-short": Case((body(status=429, retry_after="1", times=2),)),
    "body-429-long": Case(
        (body(drop_after=1_200_000, times=1), body(status=429, retry_after="300")),
        "rate_limited",
        "asks for a pause",
        kept=1_100_000,
    ),
    "body-500-twice": Case((body(status=500, times=2),)),
    "body-503-always": Case((body(status=503),), "hub_unreachable", "Retry later"),
    "body-expired": Case((body(status=403, times=2),)),
    "body-expired-always": Case(
        (body(drop_after=1_200_000, times=1), body(status=403)), "hub_unreachable", "Retry later", kept=1_100_000
    ),
    "body-dropped": Case((body(drop_after=500_000, times=3),)),
    "body-dropped-at-once": Case((body(drop_after=0, times=2),)),
    "body-stalled": Case((body(stall_after=300_000, times=1),)),
    "body-truncated": Case((body(truncate_to=900_000),), "source_changed", "Delete the dataset and download it again"),
    "body-no-range": Case((body(drop_after=900_000, times=1), body(no_range=True))),
    "verify-corrupt-once": Case((body(corrupt=True, times=1),)),
    "verify-corrupt-always": Case((body(corrupt=True),), "corrupt_file", "failed its checksum twice"),
    "verify-corrupt-in-git": Case((redirect(corrupt=True),), "corrupt_file", "failed its checksum twice", lfs=False),
    "git-dropped": Case((redirect(drop_after=700_000, times=2),), lfs=False),
    "git-503": Case((redirect(status=503, times=2),), lfs=False),
}


@dataclass
class Outcome:
    """The outcome of a case: under its faults, and after them."""

    name: str
    case: Case
    status: int = 0
    problem: dict[str, Any] = field(default_factory=dict)
    ended: dict[str, Any] = field(default_factory=dict)
    visible: bool = False
    sent: int = 0
    sent_again: int = 0
    status_again: int = 0
    ready: dict[str, Any] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)
    wrong: list[object] = field(default_factory=list)


def lines(first: int, count: int, characters: int) -> str:
    """Return JSON lines of numbered rows."""
    text = "abcdefghi " * (characters // 10)
    return "".join(f'{{"text": "{number} {text}", "number": {number}}}\n' for number in range(first, first + count))


SMALL, LARGE = lines(0, ROWS_A, 500), lines(ROWS_A, ROWS_B, 5_000)


class Trial:
    """One server and one Hub for all cases."""

    def __init__(self, server: RunningServer, hub: Hub, settings: Settings) -> None:
        self.server = server
        self.hub = hub
        self.settings = settings

    def sent(self, name: str) -> int:
        """Return the bytes of the large file that the Hub has sent."""
        return sum(record.bytes_sent for record in self.hub.find_requests(f"train-{name}-b"))

    def arm(self, name: str, case: Case) -> None:
        """Make the repository and its faults."""
        files = {"README.md": CARD, f"train-{name}-a.jsonl": SMALL, f"train-{name}-b.jsonl": LARGE}
        self.hub.add(f"lab/{name}", {"README.md": CARD}).commit(files, lfs=case.lfs)
        for fault in case.faults:
            self.hub.faults.add(replace(fault, path=fault.path.format(name=name)))

    async def post(self, outcome: Outcome) -> Any:  # the client's answer
        """Request the download."""
        token = {"access_token": TOKEN} if outcome.case.with_token else {}
        return await self.server.http.post("/api/datasets/download", json={"repo_id": f"lab/{outcome.name}", **token})

    async def request(self, outcome: Outcome) -> None:
        """Request the download under the faults: it is refused, or it starts."""
        answer = await self.post(outcome)
        outcome.status = answer.status_code
        if answer.is_success:
            outcome.ended = answer.json()
            return
        outcome.problem = answer.json()
        listed = await self.server.get("/api/datasets", search=outcome.name)
        outcome.visible = any(outcome.name == one["name"] for one in listed["data"])

    async def record_ends(self, outcomes: Iterable[Outcome]) -> None:
        """Record how the started downloads end under the faults."""
        started = {outcome.ended["id"]: outcome for outcome in outcomes if outcome.ended}
        for dataset_id, dataset in (await until_all_ended(self.server, started)).items():
            started[dataset_id].ended = dataset
            started[dataset_id].visible = (self.settings.datasets_dir / dataset_id).exists()
            started[dataset_id].sent = self.sent(started[dataset_id].name)

    async def request_again(self, outcome: Outcome) -> None:
        """Repeat a refused request without waiting for its download, and retry a failed download."""
        if not outcome.ended:
            answer = await self.post(outcome)
            outcome.status_again = answer.status_code
            await self.server.http.post(f"/api/datasets/{answer.json().get('id')}/cancel")
        elif outcome.ended["status"] == "error":
            await self.server.http.post(f"/api/datasets/{outcome.ended['id']}/retry")

    async def record_rows(self, outcomes: Iterable[Outcome]) -> None:
        """Record every row of each dataset that is ready in the end."""
        outcomes_by_id = {outcome.ended["id"]: outcome for outcome in outcomes if outcome.ended}
        for dataset_id, dataset in (await until_all_ended(self.server, outcomes_by_id)).items():
            outcome = outcomes_by_id[dataset_id]
            outcome.ready = dataset
            outcome.sent_again = self.sent(outcome.name) - outcome.sent
            if dataset["status"] == "ready":
                outcome.numbers = await self.numbers(dataset_id)
                outcome.wrong = list(verify(self.settings.datasets_dir / dataset_id))

    async def numbers(self, dataset_id: str) -> list[int]:
        """Return the numbers of all rows, page by page."""
        pages = [
            await self.server.get(f"/api/datasets/{dataset_id}/samples", page=page, limit=100) for page in range(1, 6)
        ]
        return [sample["columns"]["number"] for page in pages for sample in page["data"]]


@pytest.fixture(scope="module")
def module_hub() -> Iterator[Hub]:
    """One Hub for all cases."""
    with Hub() as running:
        running.add_token(TOKEN, *(f"lab/{name}" for name in CASES))
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def outcomes(module_hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, Outcome]]:
    """The outcome of every case."""
    folder: Path = tmp_path_factory.mktemp("faults")
    settings = Settings(
        data_dir=folder / "data",
        hf_endpoint=module_hub.url,
        hf_home=folder / "hf",
        max_attempts=1,
        max_downloads=12,
        disk_reserve_bytes=0,
        planner_idle_seconds=30.0,
    )
    found = {name: Outcome(name, case) for name, case in CASES.items()}
    async with running_server(settings) as server:
        trial = Trial(server, module_hub, settings)
        for name, case in CASES.items():
            trial.arm(name, case)
        await asyncio.gather(*(trial.request(one) for one in found.values()))
        await trial.record_ends(found.values())
        module_hub.faults.clear()
        await asyncio.gather(*(trial.request_again(one) for one in found.values()))
        await trial.record_rows(found.values())
        yield found


@pytest.mark.parametrize("name", CASES)
async def test_a_download_ends_as_expected(outcomes: dict[str, Outcome], name: str) -> None:
    """It is refused, in error or ready; an error has a code and a sentence that says what to do."""
    outcome, case = outcomes[name], CASES[name]
    assert case.status == outcome.status, outcome.problem
    if case.status != 202:
        code, message = outcome.problem["code"], outcome.problem["detail"]
        assert is_retryable(code) == outcome.problem["retryable"]
    else:
        code, message = outcome.ended["error_code"], outcome.ended["error_message"]
        assert ("error" if case.code else "ready") == outcome.ended["status"], message
        assert is_retryable(code or "") == outcome.ended["retryable"]
    assert case.code == code
    if case.code:
        assert re.search(case.says, message), message
        assert message[0].isupper() or message.startswith(("lab/", "train-"))
        assert message.endswith(".")
        assert "\n" not in message
        assert TOKEN not in message


@pytest.mark.parametrize("name", CASES)
async def test_no_incomplete_data_is_visible(outcomes: dict[str, Outcome], name: str) -> None:
    """A refused request leaves no record, an unfinished download no data, and an error loses no downloaded byte."""
    outcome, case = outcomes[name], CASES[name]
    assert (case.code is None) == outcome.visible
    assert outcome.sent_again <= len(LARGE) - case.kept


@pytest.mark.parametrize("name", CASES)
async def test_a_retry_after_the_fault_succeeds(outcomes: dict[str, Outcome], name: str) -> None:
    """A refused request is accepted now; a retry ends ready, with every row once and every checksum right."""
    outcome = outcomes[name]
    if CASES[name].status != 202:
        assert 202 == outcome.status_again
        return
    assert ("ready", None) == (outcome.ready.get("status"), outcome.ready.get("error_code"))
    assert list(range(ROWS_A + ROWS_B)) == outcome.numbers
    assert [] == outcome.wrong
