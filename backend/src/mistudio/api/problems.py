"""Describes refusals in the OpenAPI document."""

from mistudio.schemas.common import Problem

_MEANING = {
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


PROBLEM_MODEL = Problem
