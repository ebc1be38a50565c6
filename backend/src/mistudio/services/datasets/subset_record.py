"""The record of a subset, and the key by which the same subset is recognized."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Final

from mistudio.core.errors import Json
from mistudio.core.records import as_json
from mistudio.core.states import DatasetStatus
from mistudio.corpus.derive.plan import ParentText, SubsetPlan
from mistudio.corpus.store.subset_record import ParentRecord, SubsetRecord
from mistudio.models import Dataset, new_id
from mistudio.services.datasets.part_record import DERIVED_BY
from mistudio.utils.text import format_count

_MAX_NAME: Final = 255
_MAX_SEARCH: Final = 40


def new_subset_record(plan: SubsetPlan, name: str | None) -> Dataset:
    """Return the record of a dataset that has rows of another one."""
    return Dataset(
        id=new_id("ds"),
        name=name or name_subset(plan.parent.record.name, plan.request),
        source="derived",
        source_key=_subset_key(plan),
        status=DatasetStatus.PROCESSING,
        progress=0.0,
        seq=0,
        index_state="none",
        index_progress=0.0,
        text_column=plan.parent.text_column,
        text_template=plan.parent.text_template,
        splits=[],
        meta=_describe(each.record for each in (plan.parent, *plan.references)),
    )


def describe_subset(record: SubsetRecord) -> dict[str, Json]:
    """Return what the metadata of a finished subset's record have beside its figures."""
    return _describe(record.parents)


def name_subset(parent: str, request: Mapping[str, Json]) -> str:
    """Return the name of a subset of what is called ``parent``."""
    return f"{parent}, {', '.join(_list_words(request)) or 'copy'}"[:_MAX_NAME]


def _list_words(request: Mapping[str, Json]) -> Iterable[str]:
    if split := request.get("split"):
        yield str(split)
    if search := request.get("search"):
        text = str(search)
        yield f"“{text[:_MAX_SEARCH]}…”" if len(text) > _MAX_SEARCH else f"“{text}”"
    least, most = request.get("min_tokens"), request.get("max_tokens")
    if least is not None or most is not None:
        yield f"{least or 0} to {most} tokens" if most is not None else f"at least {least} tokens"
    for condition in _list(request.get("where")):
        yield " ".join(str(each) for each in _list(condition))[:_MAX_SEARCH]
    yield from _list_choice(request)
    for step in _list(request.get("steps")):
        yield str(step["kind"]).replace("_", " ") if isinstance(step, dict) else ""


def _list_choice(request: Mapping[str, Json]) -> Iterable[str]:
    rows, share, seed = request.get("rows"), request.get("share"), request.get("seed")
    if isinstance(rows, int):
        yield f"first {format_count(rows, 'row')}" if seed is None else f"random {format_count(rows, 'row')}"
    elif rows is not None:
        yield "rows " + " ".join(f"{span[0]}-{span[1]}" for span in _list(rows) if isinstance(span, list))
    if isinstance(share, int | float):
        yield f"{share:.4%}".rstrip("0%").rstrip(".") + " %"
    if seed is not None or share is not None:
        yield f"seed {seed or 0}"
    if request.get("ids") is not None:
        yield "chosen rows"


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _describe(parents: Iterable[ParentRecord]) -> dict[str, Json]:
    listed: list[Json] = [{"id": each.dataset_id, "manifest_sha256": each.manifest_sha256} for each in parents]
    return {DERIVED_BY: "subset", "parents": listed}


def _subset_key(plan: SubsetPlan) -> str:
    """Return the hash of all that decides the bytes; the names of the parents do not."""
    content: dict[str, Json] = {
        "parents": [_identify(each) for each in (plan.parent, *plan.references)],
        "filter": as_json(plan.filter),
        "choice": as_json(plan.choice),
        "steps": list(plan.steps),
    }
    return hashlib.sha256(json.dumps(["subset", content], sort_keys=True).encode()).hexdigest()


def _identify(parent: ParentText) -> dict[str, Json]:
    described = as_json(parent)
    return {**described, "record": {**as_json(parent.record), "name": ""}}
