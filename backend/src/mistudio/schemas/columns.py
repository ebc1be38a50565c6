"""Shapes of column profiles."""

from typing import Literal

from pydantic import Field, JsonValue

from mistudio.schemas.common import Percent, Shape

ColumnKind = Literal["number", "text", "boolean", "time", "list", "struct", "json", "binary", "null", "mixed"]
ProfileState = Literal["none", "building", "ready", "error"]


class TopValueResponse(Shape):
    """A frequent value and its exact number of rows."""

    value: JsonValue
    count: int
    is_cut: bool = Field(description="Whether the value is only the beginning of a long text.")


class HistogramBinResponse(Shape):
    """Rows whose value, or length, is at least ``from`` and less than ``to``; both are values of a condition."""

    from_: JsonValue = Field(alias="from", serialization_alias="from")
    to: JsonValue
    count: int


class ColumnProfileResponse(Shape):
    """The figures of one column over all splits; a field of a struct is a column named by its path.

    ``min``, ``max``, ``mean`` and ``histogram`` are of the values or, of texts and lists, of their lengths in
    characters or items. NaN is in none of them; infinities are in ``min`` and ``max`` only. ``top`` has the most
    frequent values; of columns with very many values only those that are frequent for certain.
    """

    name: str
    type: str
    kind: ColumnKind
    rows: int
    nulls: int
    distinct: int | None = Field(description="Distinct values without null; null for lists, structs and bytes.")
    distinct_is_exact: bool = Field(description="Above 131,072, an estimate that is within about 1 %.")
    measure: Literal["value", "length"] | None
    min: JsonValue
    max: JsonValue
    mean: float | None
    top: list[TopValueResponse]
    histogram: list[HistogramBinResponse]


class ColumnsResponse(Shape):
    """The profiles of a dataset's columns, at most 500; empty unless ``state`` is ``ready``."""

    state: ProfileState
    progress: Percent
    error: str | None = Field(default=None, description="Why the last attempt failed.")
    data: list[ColumnProfileResponse]
