"""The base of all errors: a stable code, a title, and whether the error may pass by itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from pydantic import JsonValue

Json: TypeAlias = JsonValue


@dataclass(frozen=True)
class FieldError:
    """The error of one field of a request."""

    field: str
    message: str


class MiStudioError(Exception):
    """Base of all errors that are shown to a user.

    ``detail`` is one sentence that a person can act on. ``retry_after`` is in seconds. ``fields`` names the request
    fields at fault; the default is ``field``, else ``concerns`` of the class. ``extra`` is data for programs, such as
    an id, the choices or the bytes needed; docs/errors.md describes it for each code.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    retryable: ClassVar[bool] = False
    concerns: ClassVar[str | None] = None

    def __init__(
        self,
        detail: str,
        *,
        field: str | None = None,
        retry_after: float | None = None,
        fields: Sequence[FieldError] = (),
        extra: Mapping[str, Json] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after
        self.fields = tuple(fields)
        self.extra = dict(extra or {})
        if not fields and (named := field or self.concerns):
            self.name_field(named)

    def name_field(self, field: str) -> None:
        """Say that the request field ``field`` is at fault, and no other."""
        self.fields = (FieldError(field, self.detail),)


def error_classes(root: type[MiStudioError] = MiStudioError) -> Iterator[type[MiStudioError]]:
    """Yield every class of the tree that has a code of its own."""
    for child in root.__subclasses__():
        if "code" in child.__dict__:
            yield child
        yield from error_classes(child)


def is_retryable(code: str) -> bool:
    """Return whether an error of this code may pass by itself."""
    return any(error.retryable for error in error_classes() if error.code == code)
