"""A request for a dataset of the Hub, the plan that came of it, and the record that is made from the plan."""

import hashlib
import json
from collections.abc import Iterable

from mistudio.core.errors import AlreadyExists
from mistudio.core.states import DatasetStatus
from mistudio.corpus.hub.plan_types import DownloadPlan, PlanRequest
from mistudio.models import Dataset, new_id
from mistudio.schemas.dataset import DatasetDownloadRequest


def token_of(request: DatasetDownloadRequest) -> str | None:
    """The token that the request brought."""
    return request.access_token.get_secret_value() if request.access_token else None


def plan_request(request: DatasetDownloadRequest, *, config: str | None, revision: str | None) -> PlanRequest:
    """What to ask the planner."""
    return PlanRequest(
        repo_id=request.repo_id,
        config=config,
        splits=tuple(request.splits) if request.splits else None,
        revision=revision,
        token=token_of(request),
    )


def source_key(*, repo_id: str, revision: str, config: str, splits: Iterable[str]) -> str:
    """The same for the same repository, commit, config and splits."""
    return hashlib.sha256(json.dumps([repo_id, revision, config, sorted(splits)]).encode()).hexdigest()


def key_of(plan: DownloadPlan) -> str:
    """The key of what the plan fetches."""
    return source_key(repo_id=plan.repo_id, revision=plan.revision, config=plan.config, splits=plan.splits)


def new_record(plan: DownloadPlan, text_column: str | None) -> Dataset:
    """A dataset that is about to be downloaded by this plan."""
    name = plan.repo_id.rpartition("/")[2]
    return Dataset(
        id=new_id("ds"),
        name=name if plan.is_default_config else f"{name} ({plan.config})",
        source="huggingface",
        hf_repo_id=plan.repo_id,
        config=plan.config,
        revision=plan.revision,
        source_key=key_of(plan),
        status=DatasetStatus.DOWNLOADING,
        progress=0.0,
        seq=0,
        index_state="none",
        index_progress=0.0,
        text_column=text_column,
        splits=[
            {"name": split, "num_files": sum(file.split == split for file in plan.files), "num_rows": None}
            for split in plan.splits
        ],
        meta={
            "description": plan.description,
            "license": plan.license,
            "gated": plan.gated,
            "format": plan.format,
            "source_bytes": plan.size_bytes,
            # A file that serves several splits stands in the plan for each.
            "source_files": len({file.path for file in plan.files}),
        },
    )


def already_exists(same: Dataset) -> AlreadyExists:
    """The refusal of what is there or on its way already."""
    what = "is here already" if same.status is DatasetStatus.READY else f"is {same.status.value} already"
    return AlreadyExists(
        f"“{same.name}” {what}: the same repository, commit, config and splits.",
        extra={"dataset_id": same.id, "status": same.status.value},
    )
