"""The plan of a download: what the Hub holds for a request."""

from collections.abc import Sequence
from dataclasses import replace

from mistudio.core.errors import UnknownColumn
from mistudio.corpus.hub.plan_types import DownloadPlan, Inspection, PlanRequest
from mistudio.corpus.hub.planning import Planning
from mistudio.corpus.store.text_path import find_root
from mistudio.schemas.common import reveal
from mistudio.schemas.dataset import DatasetDownloadRequest


async def plan_download(planner: Planning, request: DatasetDownloadRequest) -> DownloadPlan:
    """Ask the Hub which files the request fetches.

    Raises what planning raises, and UnknownColumn for a text column that the dataset card rules out.
    """
    question = PlanRequest(
        repo_id=request.repo_id,
        config=request.config,
        splits=tuple(request.splits) if request.splits else None,
        revision=request.revision,
        token=reveal(request.access_token),
    )
    plan = replace(await planner.plan(question), part=request.part)
    kept = plan.part.columns
    if request.text_column and kept is not None and find_root(request.text_column, list(kept)) is None:
        raise _unknown_column(request.text_column, kept)
    if request.text_column or kept:
        pinned = replace(question, config=plan.config, revision=plan.revision)
        inspection = await planner.inspect(pinned)
        for name in kept or (request.text_column or "",):
            _require_column(name, inspection)
    return plan


def _require_column(wanted: str, inspection: Inspection) -> None:
    """Raise UnknownColumn if the card declares columns without this one; else the data decides."""
    declared = [column.name for column in inspection.columns]
    if declared and find_root(wanted, declared) is None:
        raise _unknown_column(wanted, declared)


def _unknown_column(wanted: str, choices: Sequence[str]) -> UnknownColumn:
    return UnknownColumn(
        f"There is no column “{wanted}”. Columns: {', '.join(choices)}.", extra={"choices": list(choices)}
    )
