"""Shapes that many requests and responses share."""

from functools import partial
from typing import Annotated, Generic, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationInfo,
)

from mistudio.core.errors import ValidationFailed
from mistudio.corpus.store.text_template import TextTemplate
from mistudio.utils.hf_utils import check_revision
from mistudio.utils.text import find_control

Item = TypeVar("Item")

_MAX_TOKEN_LENGTH = 512

Bytes = Annotated[int, Field(ge=0, description="A size in bytes.")]
Share = Annotated[float, Field(ge=0, le=1, description="A share, from 0 to 1.")]
Percent = Annotated[float, Field(ge=0, le=100, description="Per cent.")]
Timestamp = Annotated[AwareDatetime, Field(description="ISO 8601, UTC.")]


def checked_token(token: SecretStr) -> SecretStr | None:
    """Return a Hugging Face token without the blanks of a paste; None if nothing is left.

    Raises ValueError for what cannot be a token: a request header could not carry it.
    """
    secret = token.get_secret_value().strip()
    if not secret.isascii() or not secret.isprintable() or len(secret) > _MAX_TOKEN_LENGTH or " " in secret:
        raise ValueError("This is not an access token. A token is hf_ followed by letters and digits, without blanks.")
    return SecretStr(secret) if secret else None


def _refuse_controls(text: str, *, lines: bool = False) -> str:
    if control := find_control(text, lines=lines):
        raise ValueError(f"This has a control character ({control}): remove it.")
    return text


# No name has control characters: they hide text, move a terminal's cursor, and PostgreSQL accepts no NUL.
NO_CONTROLS = AfterValidator(_refuse_controls)
NO_CONTROLS_BUT_LINES = AfterValidator(partial(_refuse_controls, lines=True))
OneLine = Annotated[str, NO_CONTROLS]
_LENGTHS = StringConstraints(strip_whitespace=True, min_length=1, max_length=255)
Name = Annotated[str, _LENGTHS, NO_CONTROLS]
Revision = Annotated[Name, AfterValidator(check_revision)]
# The header of a spreadsheet's column may have several lines.
ColumnName = Annotated[str, _LENGTHS, NO_CONTROLS_BUT_LINES]
TextTemplateText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=4_000),
    NO_CONTROLS_BUT_LINES,
    Field(
        description="A template over columns and paths, in place of text_column: `{instruction}` stands for a column, "
        "`{{` and `}}` for braces.",
        examples=["{instruction}\n\n{output}"],
    ),
]
HubToken = Annotated[SecretStr | None, AfterValidator(lambda token: checked_token(token) if token else None)]


def refuse_two_texts(template: str | None, info: ValidationInfo) -> str | None:
    """Refuse a text template beside a text column, and one that is not well-formed. Raises ValueError."""
    if template is None:
        return None
    if info.data.get("text_column") is not None:
        raise ValueError("Give a text column or a text template, not both.")
    try:
        return TextTemplate.parse(template).text
    except ValidationFailed as error:
        raise ValueError(error.detail) from error


def reveal(token: SecretStr | None) -> str | None:
    """Return the token itself, to be used and not kept."""
    return token.get_secret_value() if token else None


class Shape(BaseModel):
    """Base of every response: reads records by attribute, and refuses unknown fields.

    Validators are built when first needed: a job's process needs few of them, and all together take 0.1 s.
    """

    model_config = ConfigDict(
        from_attributes=True, extra="forbid", json_schema_serialization_defaults_required=True, defer_build=True
    )


class UsageSnippet(Shape):
    """Python that loads the data."""

    title: str
    code: str


class Pagination(Shape):
    """The place of a page among all pages; pages count from 1."""

    page: int = Field(ge=1)
    limit: int = Field(ge=1)
    total: int = Field(ge=0)
    has_next: bool
    has_prev: bool

    @classmethod
    def of(cls, *, page: int, limit: int, total: int) -> "Pagination":
        """Return the pagination of page ``page`` of ``total`` items."""
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
