"""The seam to whoever asks the Hub: the planner's child process, or a stand-in that knows the answers."""

from typing import Protocol

from mistudio.corpus.hub.plan_types import DownloadPlan, Inspection, PinnedTokenizer, PlanRequest, TokenizerRequest


class Planning(Protocol):
    """Asks the Hub what a repository holds; see ``mistudio.corpus.hub.planner.Planner`` for the errors."""

    async def inspect(self, request: PlanRequest) -> Inspection:
        """What the repository holds at one commit."""
        ...

    async def plan(self, request: PlanRequest) -> DownloadPlan:
        """The files that a download needs, at one commit."""
        ...

    async def tokenizer(self, request: TokenizerRequest) -> PinnedTokenizer:
        """Bring a tokenizer's files into the cache, at one commit."""
        ...
