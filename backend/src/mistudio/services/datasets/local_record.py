"""An import of local files as a record: what it is called, and when two imports are the same."""

import hashlib
import json

from mistudio.core.errors import AlreadyExists
from mistudio.core.states import DatasetStatus
from mistudio.corpus.hub.plan_types import RemoteFile, Sizes
from mistudio.corpus.ingest.file_names import detect_format, suggest_dataset_name
from mistudio.corpus.ingest.local_files import LocalPlan
from mistudio.models import Dataset
from mistudio.schemas.dataset import DatasetImportFields

_MAX_NAME = 255


def local_sizes(plan: LocalPlan) -> Sizes:
    """What the files weigh."""
    return Sizes.of(RemoteFile(file.name, file.split, file.size) for file in plan.files)


def local_key(plan: LocalPlan, fields: DatasetImportFields) -> str:
    """The same for the same files under the same names, imported in the same way."""
    files = sorted((file.name, file.sha256) for file in plan.files)
    return hashlib.sha256(json.dumps([files, fields.model_dump()]).encode()).hexdigest()


def new_local_record(dataset_id: str, plan: LocalPlan, fields: DatasetImportFields) -> Dataset:
    """A dataset that is about to be made of these files."""
    name = fields.name or suggest_dataset_name([file.name for file in plan.files])[:_MAX_NAME]
    return Dataset(
        id=dataset_id,
        name=name,
        source="local",
        source_key=local_key(plan, fields),
        status=DatasetStatus.PROCESSING,
        progress=0.0,
        seq=0,
        index_state="none",
        index_progress=0.0,
        text_column=fields.text_column,
        splits=[
            {"name": split, "num_files": sum(file.split == split for file in plan.files), "num_rows": None}
            for split in plan.splits
        ],
        meta={
            "format": ", ".join(sorted({detect_format(file.name) for file in plan.files})),
            "source_bytes": local_sizes(plan).total,
            "source_files": len(plan.files),
        },
    )


def imported_already(same: Dataset) -> AlreadyExists:
    """The refusal of the same files again."""
    what = "are here already" if same.status is DatasetStatus.READY else "are being imported already"
    return AlreadyExists(
        f"These files {what}, as “{same.name}”.", extra={"dataset_id": same.id, "status": same.status.value}
    )
