"""What the record of a dataset says of its part: its identity, its name, and a sentence for people."""

from collections.abc import Sequence
from typing import cast

from mistudio.core.errors import Json
from mistudio.core.records import as_json, from_json
from mistudio.corpus.hub.part_types import EVERYTHING, Part
from mistudio.corpus.hub.plan_types import DownloadPlan
from mistudio.corpus.ingest.part_origin import get_unit
from mistudio.corpus.store.part_record import PartRecord
from mistudio.models import Dataset
from mistudio.schemas.job import JobKind
from mistudio.utils.file_utils import format_size

# In the metadata of a record.
PART, UNIT, SPLITS, EXTENDS, DERIVED_BY = "part", "part_unit", "part_splits", "extends", "derived_by"
UPDATES = "updates"


def get_job_kind(dataset: Dataset) -> JobKind:
    """Return the kind of the job that makes the dataset."""
    if dataset.is_local:
        return "import"
    if dataset.source == "derived":
        return cast("JobKind", dataset.meta[DERIVED_BY])
    if UPDATES in dataset.meta:
        return "update"
    return "extend" if EXTENDS in dataset.meta else "download"


def describe_part(part: Part) -> str:
    """Return what is taken in a few words, such as ``random 1,000 rows, seed 7``; empty for everything."""
    amount = {"all": "", "rows": f"{part.count:,} rows", "bytes": format_size(part.count)}[part.kind]
    words = [f"{part.order} {amount}"] if amount else []
    words += [f"seed {part.seed}"] if part.order == "random" else []
    words += [f"columns {', '.join(part.columns)}"] if part.columns else []
    return ", ".join(words)


def part_fields(plan: DownloadPlan) -> dict[str, Json]:
    """Return what the metadata of a record store of the plan's part; nothing for a whole download."""
    if plan.part.is_whole:
        return {}
    return {PART: as_json(plan.part), UNIT: get_unit(plan), SPLITS: list(plan.splits)}


def recorded_fields(record: PartRecord) -> dict[str, Json]:
    """Return the same of a part that a manifest records."""
    return {PART: as_json(record.asked), UNIT: record.unit, SPLITS: list(record.splits)}


def read_part(dataset: Dataset) -> Part:
    """Return the part that the dataset is."""
    stored = dataset.meta.get(PART)
    return from_json(Part, stored) if stored else EVERYTHING


def read_splits(dataset: Dataset) -> Sequence[str] | None:
    """Return the splits that were asked for, of which some may have no rows; None for a whole download."""
    stored = dataset.meta.get(SPLITS)
    return cast("list[str]", stored) if isinstance(stored, list) else None


def explain_part(dataset: Dataset) -> list[str]:
    """Return what a user should know of a dataset that is a part, as sentences."""
    part = read_part(dataset)
    if part.is_whole:
        return []
    found = [f"This is a part of {dataset.hf_repo_id}: {describe_part(part)}."]
    if part.order == "random":
        unit = dataset.meta.get(UNIT)
        found.append(
            "Random means random row groups: the rows of a group are neighbours in the source."
            if unit == "row groups"
            else "Random means random files: this format cannot be entered in the middle, so the rows of a file are "
            "neighbours in the source."
        )
    return found
