"""The plan of a download: what the Hub holds for a request."""

from collections.abc import Sequence
from dataclasses import replace

from mistudio.core.errors import UnknownColumn, ValidationFailed
from mistudio.corpus.hub.part_types import Part
from mistudio.corpus.hub.plan_types import DownloadPlan, PlanRequest
from mistudio.corpus.hub.planning import Planning
from mistudio.corpus.store.text_path import find_root
from mistudio.corpus.store.text_source import TextSource, list_paths, make_source
from mistudio.corpus.store.text_template import TextTemplate
from mistudio.models import Dataset
from mistudio.schemas.common import reveal
from mistudio.schemas.dataset_requests import DatasetDownloadRequest
from mistudio.schemas.part import ExtendRequest
from mistudio.services.datasets.part_record import read_part, read_splits


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
        part=request.part,
    )
    plan = await planner.plan(question)
    text, kept = make_source(request.text_column, request.text_template), plan.part.columns
    if text is not None and kept is not None:
        _require_columns(text, kept)
    if text is not None or kept is not None:
        pinned = replace(question, config=plan.config, revision=plan.revision)
        declared = [column.name for column in (await planner.inspect(pinned)).columns]
        for source in (text, *(kept or ())):
            if source is not None:
                _require_columns(source, declared)
    return plan


async def plan_extension(planner: Planning, base: Dataset, request: ExtendRequest) -> DownloadPlan:
    """Ask the Hub for the files of a larger part of what ``base`` is a part of, at its commit.

    Raises what planning raises, and ValidationFailed unless the amount is larger and of the same kind.
    """
    part = read_part(base)
    if part.kind == "all":
        raise ValidationFailed(f"“{base.name}” has every row already.", field="amount")
    amount = request.amount
    if amount.kind != "all" and (amount.kind != part.kind or amount.count <= part.count):
        raise ValidationFailed(f"Ask for more than {part.count:,} {part.kind}, or for everything.", field="amount")
    is_all = amount.kind == "all"
    return await planner.plan(
        PlanRequest(
            repo_id=base.hf_repo_id or "",
            config=base.config,
            splits=tuple(read_splits(base) or ()) or None,
            revision=base.revision,
            token=reveal(request.access_token),
            part=Part(columns=part.columns) if is_all else replace(part, count=amount.count),
        )
    )


def _require_columns(text: TextSource, declared: Sequence[str]) -> None:
    """Raise UnknownColumn if the card declares columns without one of these; else the data decides."""
    field = "text_template" if isinstance(text, TextTemplate) else "text_column"
    for wanted in list_paths(text):
        if declared and find_root(wanted, list(declared)) is None:
            message = f"There is no column “{wanted}”. Columns: {', '.join(declared)}."
            raise UnknownColumn(message, field=field, extra={"choices": [*declared]})
