"""The OpenAPI document, from which clients are generated."""

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from mistudio.api.problems import PROBLEM_MODEL, describe_common_refusals
from mistudio.schemas.event import (
    DatasetEvent,
    DatasetListEvent,
    DatasetListSnapshot,
    DatasetSnapshot,
    SubscribeRefused,
)

# FastAPI's own shapes of a refusal.
_UNUSED_MODELS = ("HTTPValidationError", "ValidationError")
_EVENT_MODELS = (DatasetEvent, DatasetListEvent, DatasetSnapshot, DatasetListSnapshot, SubscribeRefused)


def openapi_document(app: FastAPI) -> dict[str, object]:
    """Return the OpenAPI document with the shapes of errors and events, from which clients are generated."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        _, shapes = models_json_schema(
            [(model, "serialization") for model in (*_EVENT_MODELS, PROBLEM_MODEL)],
            ref_template="#/components/schemas/{model}",
        )
        describe_common_refusals(document["paths"])
        known = document["components"]["schemas"]
        for name in _UNUSED_MODELS:
            known.pop(name, None)
        document["components"]["schemas"] = dict(sorted({**shapes["$defs"], **known}.items()))
        app.openapi_schema = document
    return app.openapi_schema
