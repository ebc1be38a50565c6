"""The record of a dataset from the Hub, and the key by which the same source is recognized."""

import hashlib
import json
from collections.abc import Iterable

from mistudio.core.errors import AlreadyExists
from mistudio.core.states import DatasetStatus
from mistudio.corpus.hub.plan_types import DownloadPlan
from mistudio.models import Dataset, new_id


def source_key(*, repo_id: str, revision: str, config: str, splits: Iterable[str]) -> str:
    """Return the hash that identifies a repository, commit, config and set of splits."""
    return hashlib.sha256(json.dumps([repo_id, revision, config, sorted(splits)]).encode()).hexdigest()


def new_record(plan: DownloadPlan, text_column: str | None, text_template: str | None = None) -> Dataset:
    """Return the record of a dataset that this plan downloads."""
    name = plan.repo_id.rpartition("/")[2]
    return Dataset(
        id=new_id("ds"),
        name=name if plan.is_default_config else f"{name} ({plan.config})",
        source="huggingface",
        hf_repo_id=plan.repo_id,
        config=plan.config,
        revision=plan.revision,
        source_key=source_key(repo_id=plan.repo_id, revision=plan.revision, config=plan.config, splits=plan.splits),
        status=DatasetStatus.DOWNLOADING,
        progress=0.0,
        seq=0,
        index_state="none",
        index_progress=0.0,
        text_column=text_column,
        text_template=text_template,
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
            # The plan lists a file that serves several splits once for each.
            "source_files": len({file.path for file in plan.files}),
        },
    )


def already_exists(same: Dataset) -> AlreadyExists:
    """Return the refusal to download the source of ``same`` again."""
    what = "is here already" if same.status is DatasetStatus.READY else f"is {same.status.value} already"
    return AlreadyExists(
        f"“{same.name}” {what}: the same repository, commit, config and splits.",
        extra={"dataset_id": same.id, "status": same.status.value},
    )
