"""What the record of a subset stores of the one in its manifest: lists show it, so it is short."""

from dataclasses import replace
from typing import cast

from mistudio.core.errors import Json
from mistudio.corpus.store.subset_record import SubsetRecord


def shorten_subset(record: SubsetRecord) -> SubsetRecord:
    """Return the record without the numbers of rows, which may be many, and the steps that made its parents."""
    request = {name: value for name, value in record.request.items() if name != "ids"}
    if (ids := record.request.get("ids")) is not None:
        request["num_ids"] = sum(len(rows) for rows in cast("dict[str, list[Json]]", ids).values())
    return replace(record, request=request, recipe=(), step_names=())
