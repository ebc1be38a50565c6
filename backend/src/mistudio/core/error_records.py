"""Errors as JSON, to pass them from a child process to its parent."""

from collections.abc import Mapping
from typing import Any

from mistudio.core.errors import FieldError, HubError, Json, MiStudioError, error_classes


def to_error_record(error: MiStudioError) -> dict[str, Json]:
    """Return everything that ``from_error_record`` needs."""
    return {
        "code": error.code,
        "detail": error.detail,
        "retry_after": error.retry_after,
        "extra": error.extra,
        "fields": [[field.field, field.message] for field in error.fields],
    }


def from_error_record(record: Mapping[str, Any]) -> MiStudioError:  # JSON
    """Return the error that a child raised; of two classes with one code, the Hub's."""
    found = [error for error in error_classes() if error.code == record["code"]]
    found.sort(key=lambda error: not issubclass(error, HubError))
    fields = [FieldError(*field) for field in record.get("fields", ())]
    return found[0](record["detail"], retry_after=record["retry_after"], fields=fields, extra=record["extra"])
