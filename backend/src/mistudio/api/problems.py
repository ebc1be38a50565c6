"""Describes refusals in the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

from mistudio.schemas.common import Problem

_MEANING = {
    400: "The body cannot be read",
    401: "A token is needed",
    403: "Access refused",
    404: "Not found",
    409: "Not possible in the present state",
    410: "The data is missing on disk",
    413: "Larger than the server accepts",
    415: "A file of an unsupported kind",
    422: "The request is not valid",
    503: "The Hub, or a part of the server, cannot be reached",
    507: "Not enough disk space",
}


def refusals(*statuses: int) -> dict[int | str, dict[str, object]]:
    """Return the ``responses`` of a route that may answer with these statuses."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {
            "description": _MEANING[status],
            "content": {"application/problem+json": {"schema": schema}},
        }
        for status in statuses
    }


def describe_common_refusals(paths: Mapping[str, Any]) -> None:
    """Add to the document's operations the refusals that every route may answer with, all of one shape.

    FastAPI describes only its own answer to an invalid request, in another shape than ours.
    """
    for operation in (operation for methods in paths.values() for operation in methods.values()):
        responses = operation["responses"]
        responses.pop("422", None) if _is_fastapis(responses.get("422")) else None
        takes = operation.get("parameters") or operation.get("requestBody")
        common = [401, 403, *([422] if takes else []), *([400, 413] if "requestBody" in operation else [])]
        described = {str(status): answer for status, answer in refusals(*common).items()}
        operation["responses"] = dict(sorted({**described, **responses}.items()))


def _is_fastapis(answer: Mapping[str, Any] | None) -> bool:
    return answer is not None and "application/json" in answer.get("content", {})


PROBLEM_MODEL = Problem
