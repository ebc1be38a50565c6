"""Shapes that many answers share."""

from functools import partial
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from mistudio.utils.text import first_control

Item = TypeVar("Item")

_MAX_TOKEN_LENGTH = 512

Bytes = Annotated[int, Field(ge=0, description="A size in bytes.")]
Share = Annotated[float, Field(ge=0, le=1, description="A part of 1.")]
Percent = Annotated[float, Field(ge=0, le=100, description="Per cent of the whole way.")]
Timestamp = Annotated[AwareDatetime, Field(description="ISO 8601, UTC.")]


def checked_token(token: SecretStr) -> SecretStr | None:
    """A Hugging Face token as it was meant: without the blanks of a paste; None where nothing is left.

    ValueError for what no token can be, which no request head could carry.
    """
    secret = token.get_secret_value().strip()
    if not secret.isascii() or not secret.isprintable() or len(secret) > _MAX_TOKEN_LENGTH or " " in secret:
        raise ValueError("This is not an access token: it looks like hf_ and letters and digits, without blanks.")
    return SecretStr(secret) if secret else None


def _without_controls(text: str, *, lines: bool = False) -> str:
    if control := first_control(text, lines=lines):
        raise ValueError(f"This has a control character ({control}): leave it out.")
    return text


# No name has control characters: they hide what it is, they move a terminal's cursor, and PostgreSQL takes no NUL.
NO_CONTROLS = AfterValidator(_without_controls)
OneLine = Annotated[str, NO_CONTROLS]
_NAMED = StringConstraints(strip_whitespace=True, min_length=1, max_length=255)
Name = Annotated[str, _NAMED, NO_CONTROLS]
# The head of a spreadsheet's column may have several lines.
ColumnName = Annotated[str, _NAMED, AfterValidator(partial(_without_controls, lines=True))]
HubToken = Annotated[SecretStr | None, AfterValidator(lambda token: checked_token(token) if token else None)]


def reveal(token: SecretStr | None) -> str | None:
    """Return the token itself, to be used and not kept."""
    return token.get_secret_value() if token else None


class Shape(BaseModel):
    """Base of every answer: read from records by attribute, unknown fields refused.

    Validators are made when first needed: a job's process needs few of them, and all together take 0.1 s.
    """

    model_config = ConfigDict(
        from_attributes=True, extra="forbid", json_schema_serialization_defaults_required=True, defer_build=True
    )


class UsageSnippet(Shape):
    """Python that loads the data."""

    title: str
    code: str


class Pagination(Shape):
    """Where a page stands among all; pages count from 1."""

    page: int = Field(ge=1)
    limit: int = Field(ge=1)
    total: int = Field(ge=0)
    has_next: bool
    has_prev: bool

    @classmethod
    def of(cls, *, page: int, limit: int, total: int) -> "Pagination":
        """The pagination of page ``page`` of ``total`` items."""
        return cls(page=page, limit=limit, total=total, has_next=page * limit < total, has_prev=page > 1 and total > 0)


class Page(Shape, Generic[Item]):
    """One page of a list."""

    data: list[Item]
    pagination: Pagination


class FieldProblem(Shape):
    """What is wrong with one field of the request."""

    field: str
    message: str


class Problem(Shape):
    """An error, as RFC 9457 problem details. Some codes add members of their own: docs/errors.md lists them."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    retryable: bool
    errors: list[FieldProblem] = []
