"""Turns errors into responses of one shape, RFC 9457 problem details.

``STATUS`` maps every error code to its HTTP status. A test compares it with the error classes and docs/errors.md.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import fastapi
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match

from mistudio.core.disk import find_disk_error
from mistudio.core.errors import FieldError, Json, MiStudioError, ValidationFailed

_METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")
PROBLEM_JSON = "application/problem+json"
STATUS: Mapping[str, int] = {
    "not_found": 404,
    "auth_required": 401,
    "gated": 403,
    "bad_token": 403,
    "repository_disabled": 403,
    "hub_unreachable": 503,
    "rate_limited": 503,
    "config_required": 422,
    "unknown_config": 422,
    "unknown_split": 422,
    "unknown_column": 422,
    "invalid_repository": 422,
    "unknown_revision": 422,
    "invalid_pattern": 422,
    "no_data": 422,
    "loading_script": 422,
    "unsupported_format": 422,
    "unsupported_file": 415,
    "too_large": 413,
    "invalid_data": 422,
    "corrupt_file": 502,
    "source_changed": 409,
    "data_missing": 410,
    "parent_missing": 410,
    "unsupported_version": 409,
    "tokens_lost": 500,
    "no_tokenizer": 422,
    "unsupported_tokenizer": 422,
    "unknown_text": 422,
    "chat_template_failed": 422,
    "disk_full": 507,
    "disk_error": 500,
    "database_damaged": 500,
    "unavailable": 503,
    "exists": 409,
    "in_use": 409,
    "not_ready": 409,
    "invalid_transition": 409,
    "validation_error": 422,
    "recipe_invalid": 422,
    "export_failed": 500,
    "unauthorized": 401,
    "host_not_allowed": 403,
    "origin_not_allowed": 403,
    "cancelled": 409,
    "memory_limit": 413,
    "worker_died": 500,
    "internal_error": 500,
}


def problem_response(
    *,
    status: int,
    title: str,
    detail: str,
    instance: str,
    code: str,
    retryable: bool = False,
    fields: Sequence[FieldError] = (),
    extra: Mapping[str, Json] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return a response with problem details."""
    content = {
        **(extra or {}),
        "type": f"urn:mistudio:error:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": instance,
        "code": code,
        "retryable": retryable,
        "errors": [{"field": field.field, "message": field.message} for field in fields],
    }
    return JSONResponse(content, status_code=status, media_type=PROBLEM_JSON, headers=dict(headers or {}))


def error_response(error: MiStudioError, instance: str) -> JSONResponse:
    """Return the response for one of our errors."""
    headers = {"Retry-After": str(round(error.retry_after))} if error.retry_after else {}
    if error.code == "unauthorized":
        headers["WWW-Authenticate"] = "Bearer"
    return problem_response(
        status=STATUS[error.code],
        title=error.title,
        detail=error.detail,
        instance=instance,
        code=error.code,
        retryable=error.retryable,
        fields=error.fields,
        extra=error.extra,
        headers=headers,
    )


def _name_of(location: Sequence[int | str]) -> str:
    """Return a field's name as the client wrote it: ``repo_id``, not ``body.repo_id``."""
    names = [str(part) for part in location if part not in {"body", "query", "path", "header"}]
    return ".".join(names) or str(location[0] if location else "body")


def field_errors(found: Sequence[Mapping[str, Any]]) -> list[FieldError]:  # pydantic's errors hold any value
    """Return the errors that pydantic found, by the names that the client wrote."""
    return [FieldError(_name_of(item["loc"]), str(item["msg"]).removeprefix("Value error, ")) for item in found]


def summarize(fields: Sequence[FieldError]) -> str:
    """Return one sentence with the error of each field."""
    return "; ".join(f"{field.field}: {field.message.rstrip('.')}" for field in fields) + "."


async def _respond_to_domain_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, MiStudioError)  # noqa: S101 (the registration says so)
    return error_response(error, request.url.path)


async def _respond_to_invalid_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 (the registration says so)
    fields = field_errors(error.errors())
    detail = summarize(fields[:3]) if fields else "The request is not valid."
    return error_response(ValidationFailed(detail, fields=fields), request.url.path)


async def _respond_to_system_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, OSError)  # noqa: S101 (the registration says so)
    found = find_disk_error(error)
    if found is None:
        raise error
    return error_response(found, request.url.path)


class RefusedBody(fastapi.HTTPException):
    """One of our errors, raised while a body is received: FastAPI passes on no other class there."""

    def __init__(self, error: MiStudioError) -> None:
        super().__init__(STATUS[error.code])
        self.error = error


async def _respond_to_http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 (the registration says so)
    if isinstance(error, RefusedBody):
        return error_response(error.error, request.url.path)
    phrase = HTTPStatus(error.status_code).phrase
    headers = {"Allow": ", ".join(_allowed(request))} if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED else {}
    code = phrase.lower().replace(" ", "_").replace("-", "_")
    return problem_response(
        status=error.status_code,
        title=phrase,
        detail=f"{request.method} {request.url.path}: {phrase.lower()}.",
        instance=request.url.path,
        code=code,
        headers={**(error.headers or {}), **headers},
    )


def _allowed(request: Request) -> list[str]:
    """Return the methods of this path, which may have a route each; GET implies HEAD."""
    routes = request.app.routes
    known = [name for name in _METHODS if any(_matches(route, request, name) for route in routes)]
    return ["HEAD", *known] if "GET" in known else known


def _matches(route: BaseRoute, request: Request, method: str) -> bool:
    return route.matches({**request.scope, "method": method})[0] is Match.FULL


def install_error_handlers(app: FastAPI) -> None:
    """Answer every error of the application with problem details."""
    app.add_exception_handler(MiStudioError, _respond_to_domain_error)
    app.add_exception_handler(OSError, _respond_to_system_error)
    app.add_exception_handler(RequestValidationError, _respond_to_invalid_request)
    app.add_exception_handler(HTTPException, _respond_to_http_error)
