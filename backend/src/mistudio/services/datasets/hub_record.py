"""The record of a dataset from the Hub, and the key by which the same source is recognized."""

import hashlib
import json
from collections.abc import Iterable
from typing import Final

from mistudio.core.errors import AlreadyExists
from mistudio.core.records import as_json
from mistudio.core.states import DatasetStatus
from mistudio.corpus.hub.part_types import EVERYTHING, Part
from mistudio.corpus.hub.plan_types import DownloadPlan
from mistudio.models import Dataset, new_id
from mistudio.services.datasets.part_record import EXTENDS, describe_part, part_fields

_MAX_NAME: Final = 255


def source_key(*, repo_id: str, revision: str, config: str, splits: Iterable[str], part: Part = EVERYTHING) -> str:
    """Return the hash that identifies a repository, commit, config, set of splits and part."""
    identity: list[object] = [repo_id, revision, config, sorted(splits)]
    if not part.is_whole:
        identity.append(as_json(part))
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()


def new_record(
    plan: DownloadPlan, text_column: str | None, text_template: str | None = None, *, extends: str | None = None
) -> Dataset:
    """Return the record of a dataset that this plan downloads; ``extends`` is the id of the part it is made from."""
    name = plan.repo_id.rpartition("/")[2]
    name = name if plan.is_default_config else f"{name} ({plan.config})"
    return Dataset(
        id=new_id("ds"),
        name=name_part(name, plan.part),
        source="huggingface",
        hf_repo_id=plan.repo_id,
        config=plan.config,
        revision=plan.revision,
        source_key=source_key(
            repo_id=plan.repo_id, revision=plan.revision, config=plan.config, splits=plan.splits, part=plan.part
        ),
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
            **part_fields(plan),
            **({EXTENDS: extends} if extends else {}),
        },
    )


def name_part(name: str, part: Part) -> str:
    """Return the name of a part of what is called ``name``."""
    what = describe_part(part)
    return f"{name}, {what}"[:_MAX_NAME] if what else name


def already_exists(same: Dataset) -> AlreadyExists:
    """Return the refusal to download the source of ``same`` again."""
    what = "is here already" if same.status is DatasetStatus.READY else f"is {same.status.value} already"
    equal = "repository, commit, config, splits and amount" if same.is_downloaded else "datasets and options"
    return AlreadyExists(
        f"“{same.name}” {what}: the same {equal}.",
        extra={"dataset_id": same.id, "status": same.status.value},
    )
