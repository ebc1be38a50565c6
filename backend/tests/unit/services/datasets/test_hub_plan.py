"""The plan of a download."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from fakes.planner import FakePlanner, stories_plan
from mistudio.core.errors import UnknownColumn
from mistudio.corpus.hub.plan_types import Column, Inspection, PlanRequest
from mistudio.schemas.dataset_requests import DatasetDownloadRequest
from mistudio.services.datasets.hub_plan import plan_download


class CardPlanner(FakePlanner):
    """A planner whose card declares these columns."""

    def __init__(self, *columns: str) -> None:
        super().__init__(stories_plan())
        self.columns = tuple(Column(name, "string") for name in columns)

    async def inspect(self, request: PlanRequest) -> Inspection:
        """The repository with the columns of its card."""
        return replace(await super().inspect(request), columns=self.columns)


async def test_the_planner_gets_the_request_with_its_token(planner: FakePlanner) -> None:
    """Without a text column one question is enough."""
    request = DatasetDownloadRequest(
        repo_id="lab/stories", config="en", splits=["train"], revision="main", access_token=SecretStr("hf_secret")
    )
    assert stories_plan() == await plan_download(planner, request)
    expected = PlanRequest(repo_id="lab/stories", config="en", splits=("train",), revision="main", token="hf_secret")
    assert [expected] == planner.asked


async def test_a_text_column_is_checked_at_the_planned_commit() -> None:
    """The branch may have moved between the two questions."""
    planner = CardPlanner("text")
    await plan_download(planner, DatasetDownloadRequest(repo_id="lab/stories", text_column="text"))
    assert [None, "c0ffee"] == [question.revision for question in planner.asked]


async def test_a_column_that_the_card_does_not_declare_is_refused() -> None:
    """With the choices; a card without columns leaves the decision to the data."""
    request = DatasetDownloadRequest(repo_id="lab/stories", text_column="nope")
    with pytest.raises(UnknownColumn) as refused:
        await plan_download(CardPlanner("text", "title"), request)
    assert {"choices": ["text", "title"]} == refused.value.extra
    assert stories_plan() == await plan_download(CardPlanner(), request)
