"""The record of a dataset that is derived from others, and the key by which the same one is recognized."""

import hashlib
import json
from collections.abc import Iterable

from mistudio.core.errors import Json
from mistudio.core.states import DatasetStatus
from mistudio.corpus.store.subset_record import ParentRecord
from mistudio.models import Dataset, new_id
from mistudio.schemas.job import JobKind
from mistudio.services.datasets.part_record import DERIVED_BY

MAX_NAME = 255


def new_derived_record(
    kind: JobKind,
    content: Json,
    parents: Iterable[ParentRecord],
    *,
    name: str,
    splits: Iterable[str] = (),
    text_column: str | None = None,
    text_template: str | None = None,
) -> Dataset:
    """Return the record of a dataset that a job of ``kind`` makes; ``content`` is all that decides its bytes."""
    key = hashlib.sha256(json.dumps([kind, content], sort_keys=True).encode()).hexdigest()
    return Dataset(
        id=new_id("ds"),
        name=name,
        source="derived",
        source_key=key,
        status=DatasetStatus.PROCESSING,
        progress=0.0,
        seq=0,
        index_state="none",
        index_progress=0.0,
        text_column=text_column,
        text_template=text_template,
        splits=[{"name": split, "num_files": 0, "num_rows": None} for split in splits],
        meta=describe_parents(kind, parents),
    )


def describe_parents(kind: JobKind, parents: Iterable[ParentRecord]) -> dict[str, Json]:
    """Return what the metadata of the record have beside its figures."""
    found = {parent.dataset_id: parent.manifest_sha256 for parent in parents}
    listed: list[Json] = [{"id": dataset_id, "manifest_sha256": sha256} for dataset_id, sha256 in found.items()]
    return {DERIVED_BY: kind, "parents": listed}
