"""The record of an import of local files, and the key by which the same import is recognized."""

import hashlib
import json
from typing import Final

from mistudio.core.errors import AlreadyExists
from mistudio.core.states import DatasetStatus
from mistudio.corpus.ingest.file_names import detect_format, suggest_dataset_name
from mistudio.corpus.ingest.local_files import LocalPlan
from mistudio.models import Dataset
from mistudio.schemas.dataset import DatasetImportFields

_MAX_NAME: Final = 255


def new_local_record(dataset_id: str, plan: LocalPlan, fields: DatasetImportFields) -> Dataset:
    """Return the record of a dataset that is made from these files."""
    name = fields.name or suggest_dataset_name([file.name for file in plan.files])[:_MAX_NAME]
    return Dataset(
        id=dataset_id,
        name=name,
        source="local",
        source_key=_import_key(plan, fields),
        status=DatasetStatus.PROCESSING,
        progress=0.0,
        seq=0,
        index_state="none",
        index_progress=0.0,
        text_column=fields.text_column,
        text_template=fields.text_template,
        splits=[
            {"name": split, "num_files": sum(file.split == split for file in plan.files), "num_rows": None}
            for split in plan.splits
        ],
        meta={
            "format": ", ".join(sorted({detect_format(file.name) for file in plan.files})),
            "source_bytes": sum(file.size for file in plan.files),
            "source_files": len(plan.files),
        },
    )


def already_imported(same: Dataset) -> AlreadyExists:
    """Return the refusal to import the files of ``same`` again."""
    what = "are here already" if same.status is DatasetStatus.READY else "are being imported already"
    return AlreadyExists(
        f"These files {what}, as “{same.name}”.", extra={"dataset_id": same.id, "status": same.status.value}
    )


def _list_options(fields: DatasetImportFields) -> dict[str, object]:
    """Return the options by name; without a template, as they were before there were any."""
    return fields.model_dump(exclude=None if fields.text_template else {"text_template"})


def _import_key(plan: LocalPlan, fields: DatasetImportFields) -> str:
    """Return the hash of the files, their names and the options of the import."""
    files = sorted((file.name, file.sha256) for file in plan.files)
    return hashlib.sha256(json.dumps([files, _list_options(fields)]).encode()).hexdigest()
