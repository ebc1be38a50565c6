"""The record of a subset, and the name that it has by default."""

from collections.abc import Iterable, Mapping
from typing import Final

from mistudio.core.errors import Json
from mistudio.core.records import as_json
from mistudio.corpus.derive.plan import ParentText, SubsetPlan
from mistudio.corpus.store.subset_record import SubsetRecord
from mistudio.models import Dataset
from mistudio.services.datasets.derived_record import MAX_NAME, describe_parents, new_derived_record
from mistudio.utils.text import format_count

_MAX_SEARCH: Final = 40


def new_subset_record(plan: SubsetPlan, name: str | None) -> Dataset:
    """Return the record of a dataset that has rows of another one."""
    parent = plan.parent
    return new_derived_record(
        "subset",
        _list_content(plan),
        (each.record for each in (parent, *plan.references)),
        name=name or name_subset(parent.record.name, plan.request),
        text_column=parent.text_column,
        text_template=parent.text_template,
    )


def describe_subset(record: SubsetRecord) -> dict[str, Json]:
    """Return what the metadata of a finished subset's record have beside its figures."""
    return describe_parents("subset", record.parents)


def name_subset(parent: str, request: Mapping[str, Json]) -> str:
    """Return the name of a subset of what is called ``parent``."""
    return f"{parent}, {', '.join(_list_words(request)) or 'copy'}"[:MAX_NAME]


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


def _list_content(plan: SubsetPlan) -> dict[str, Json]:
    """Return all that decides the bytes; the names of the parents do not."""
    return {
        "parents": [_identify(each) for each in (plan.parent, *plan.references)],
        "filter": as_json(plan.filter),
        "choice": as_json(plan.choice),
        "steps": list(plan.steps),
    }


def _identify(parent: ParentText) -> dict[str, Json]:
    described = as_json(parent)
    return {**described, "record": {**as_json(parent.record), "name": ""}}
