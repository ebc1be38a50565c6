"""The interface of whatever asks the Hub: the planner with its child process, or a stand-in for tests."""

from typing import Protocol

from mistudio.corpus.hub.part_types import PartEstimate
from mistudio.corpus.hub.plan_types import (
    DownloadPlan,
    FileLayout,
    Inspection,
    LayoutRequest,
    PinnedTokenizer,
    PlanRequest,
    TokenizerRequest,
)


class Planning(Protocol):
    """Asks the Hub what a repository holds; see ``mistudio.corpus.hub.planner.Planner`` for the errors.

    The same rules lay out files outside the Hub.
    """

    async def inspect(self, request: PlanRequest) -> Inspection:
        """Return what the repository holds at one commit."""
        ...

    async def plan(self, request: PlanRequest) -> DownloadPlan:
        """Return the files that a download needs, at one commit."""
        ...

    async def estimate(self, request: PlanRequest) -> PartEstimate:
        """Return what the request's part would fetch."""
        ...

    async def lay_out(self, request: LayoutRequest) -> FileLayout:
        """Return the splits of files outside the Hub."""
        ...

    async def pin_tokenizer(self, request: TokenizerRequest) -> PinnedTokenizer:
        """Bring a tokenizer's files into the cache, at one commit."""
        ...
