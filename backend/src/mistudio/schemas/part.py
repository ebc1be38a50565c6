"""Shapes of parts: how much of a repository is taken."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from mistudio.core.errors import ValidationFailed
from mistudio.corpus.hub.part_types import Order, Part
from mistudio.schemas.common import ColumnName, HubToken

_MOST = 2**53


class AllAmount(BaseModel):
    """Everything."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["all"] = "all"

    @property
    def count(self) -> int:
        """No number."""
        return 0


class RowsAmount(BaseModel):
    """A number of rows, counted over all chosen splits in their order."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["rows"]
    rows: int = Field(ge=1, le=_MOST)

    @property
    def count(self) -> int:
        """The number of rows."""
        return self.rows


class BytesAmount(BaseModel):
    """About a number of bytes of source files."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["bytes"]
    bytes: int = Field(ge=1, le=_MOST)

    @property
    def count(self) -> int:
        """The number of bytes."""
        return self.bytes


Amount = Annotated[AllAmount | RowsAmount | BytesAmount, Field(discriminator="kind")]
Seed = Annotated[int, Field(ge=0, lt=_MOST)]


class PartFields(BaseModel):
    """How much of a repository a download takes; by default everything."""

    model_config = ConfigDict(extra="forbid")

    amount: Amount = Field(default=AllAmount(), description="Default: everything.")
    order: Order = Field(
        default="first",
        description="With random, row groups are drawn by the seed, or whole files of formats without row groups.",
    )
    seed: Seed = Field(default=0, description="The same seed draws the same random part.")
    columns: list[ColumnName] | None = Field(default=None, min_length=1, description="Default: all.")

    @property
    def part(self) -> Part:
        """The part that these fields describe; fields without effect have their defaults."""
        return make_part(self.amount, self.order, self.seed, self.columns)


def make_part(amount: Amount, order: Order, seed: int, columns: list[str] | None) -> Part:
    """Return a part in the one form that equal parts share."""
    is_random = amount.kind != "all" and order == "random"
    kept = tuple(sorted(set(columns))) if columns else None
    return Part(amount.kind, amount.count, "random" if is_random else "first", seed if is_random else 0, kept)


def choose_amount(rows: int | None, max_bytes: int | None) -> Amount:
    """Return the amount that a query asks for. Raises ValidationFailed if it asks for both."""
    if rows is not None and max_bytes is not None:
        raise ValidationFailed("Ask for a number of rows or of bytes, not for both.", field="rows")
    if rows is not None:
        return RowsAmount(kind="rows", rows=rows)
    return AllAmount() if max_bytes is None else BytesAmount(kind="bytes", bytes=max_bytes)


def to_amount(part: Part) -> Amount:
    """Return the amount of a part as the API shows it."""
    if part.kind == "rows":
        return RowsAmount(kind="rows", rows=part.count)
    return BytesAmount(kind="bytes", bytes=part.count) if part.kind == "bytes" else AllAmount()


class ExtendRequest(BaseModel):
    """How much the larger part has in all. The token is held in memory for this job only."""

    model_config = ConfigDict(extra="forbid")

    amount: Amount
    access_token: HubToken = None
