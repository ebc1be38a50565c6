"""The record of an import of local files, and the key by which the same import is recognized."""

import hashlib
import json
from typing import Final

from mistudio.core.errors import AlreadyExists
from mistudio.core.records import as_json
from mistudio.core.states import DatasetStatus
from mistudio.corpus.ingest.file_names import suggest_dataset_name
from mistudio.corpus.ingest.local_files import LocalPlan
from mistudio.models import Dataset
from mistudio.schemas.dataset_requests import DatasetImportFields

_MAX_NAME: Final = 255


def new_local_record(dataset_id: str, plan: LocalPlan, fields: DatasetImportFields) -> Dataset:
    """Return the record of a dataset that is made from these files."""
    name = fields.name or suggest_dataset_name([file.name for file in plan.files])[:_MAX_NAME]
    return Dataset(
        id=dataset_id,
        name=name,
        source="local",
        source_key=_import_key(plan, fields),
        config=plan.config,
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
            "format": ", ".join(sorted({file.file_format for file in plan.files})),
            "source_bytes": sum({file.name: file.size for file in plan.files}.values()),
            "source_files": len({file.name for file in plan.files}),
            **({"skipped_files": [as_json(file) for file in plan.skipped]} if plan.skipped else {}),
        },
    )


def already_imported(same: Dataset) -> AlreadyExists:
    """Return the refusal to import the files of ``same`` again."""
    what = "are here already" if same.status is DatasetStatus.READY else "are being imported already"
    return AlreadyExists(
        f"These files {what}, as “{same.name}”.", extra={"dataset_id": same.id, "status": same.status.value}
    )


def _import_key(plan: LocalPlan, fields: DatasetImportFields) -> str:
    """Return the hash of the files and of all that decides their rows, whoever chose it."""
    files = sorted(
        [file.name, file.sha256, file.split, file.file_format, json.dumps({**file.options}, sort_keys=True)]
        for file in plan.files
    )
    # Without a template or features, as it was before there were any.
    later = [part for part in (fields.text_template, dict(plan.features)) if part]
    content = [files, fields.name, fields.text_column, *later]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
