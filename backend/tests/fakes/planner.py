"""A planner that knows one answer."""

import asyncio

from mistudio.corpus.hub.local_layout import lay_out_files
from mistudio.corpus.hub.part_types import PartEstimate
from mistudio.corpus.hub.plan_types import (
    DownloadPlan,
    FileLayout,
    Inspection,
    LayoutRequest,
    PinnedTokenizer,
    PlanRequest,
    RemoteFile,
    TokenizerRequest,
)


class FakePlanner:
    """See ``Planning``; answers every request with one plan, and keeps what it was asked."""

    def __init__(self, plan: DownloadPlan) -> None:
        self.answer = plan
        self.asked: list[PlanRequest] = []

    async def plan(self, request: PlanRequest) -> DownloadPlan:
        """The plan."""
        self.asked.append(request)
        return self.answer

    async def inspect(self, request: PlanRequest) -> Inspection:
        """The plan's repository, as the Hub would describe it."""
        self.asked.append(request)
        plan = self.answer
        return Inspection(
            repo_id=plan.repo_id,
            revision=plan.revision,
            config=plan.config,
            default_config=plan.config,
            configs=(plan.config,),
            splits=(),
            format=plan.format,
            options={},
            columns=(),
            gated=plan.gated,
            private=False,
            access="granted",
            license=plan.license,
            description=plan.description,
            num_files=len(plan.files),
            sizes=plan.sizes,
        )

    async def estimate(self, request: PlanRequest) -> PartEstimate:
        """The plan's whole size."""
        self.asked.append(request)
        return PartEstimate(self.answer.size_bytes, None, len(self.answer.files), is_exact=False)

    async def lay_out(self, request: LayoutRequest) -> FileLayout:
        """The layout itself, read in this process."""
        return await asyncio.to_thread(lay_out_files, request)

    async def pin_tokenizer(self, request: TokenizerRequest) -> PinnedTokenizer:
        """The tokenizer at the plan's commit."""
        return PinnedTokenizer(request.name, self.answer.revision)


def stories_plan(repo_id: str = "lab/stories", *, size: int = 1000) -> DownloadPlan:
    """A plan of one training file."""
    return DownloadPlan(
        repo_id=repo_id,
        revision="c0ffee",
        config="default",
        is_default_config=True,
        format="parquet",
        options={},
        files=(RemoteFile(path="train.parquet", split="train", size=size),),
        description="Stories.",
        license="mit",
        gated=False,
    )
