"""The plan of a download: what the Hub holds for a request."""

from dataclasses import replace

from mistudio.core.errors import UnknownColumn
from mistudio.corpus.hub.plan_types import DownloadPlan, Inspection, PlanRequest
from mistudio.corpus.hub.planning import Planning
from mistudio.corpus.store.text_path import find_root
from mistudio.corpus.store.text_source import TextSource, list_paths, make_source
from mistudio.corpus.store.text_template import TextTemplate
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
    plan = await planner.plan(question)
    text = make_source(request.text_column, request.text_template)
    if text is not None:
        pinned = replace(question, config=plan.config, revision=plan.revision)
        _require_columns(text, await planner.inspect(pinned))
    return plan


def _require_columns(text: TextSource, inspection: Inspection) -> None:
    """Raise UnknownColumn if the card declares columns without one of these; else the data decides."""
    declared = [column.name for column in inspection.columns]
    field = "text_template" if isinstance(text, TextTemplate) else "text_column"
    for wanted in list_paths(text):
        if declared and find_root(wanted, declared) is None:
            message = f"There is no column “{wanted}”. Columns: {', '.join(declared)}."
            raise UnknownColumn(message, field=field, extra={"choices": [*declared]})
