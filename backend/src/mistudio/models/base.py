"""Shared parts of the tables: ids, times in UTC, and JSON that is JSONB on PostgreSQL."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Any, ClassVar, Final, TypeAlias, TypeVar
from uuid import uuid4

from sqlalchemy import JSON, DateTime, Dialect, Enum, MetaData, TypeDecorator
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeEngine

from mistudio.core.database_errors import RECOVER_HINT
from mistudio.core.errors import DatabaseDamaged, Json

_SHOWN_CHARACTERS: Final = 40
NAMING = {
    "ix": "idx_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


_Value = TypeVar("_Value")
_Read: TypeAlias = Callable[[Any], Any]  # from what the driver gives to the value of a column


class _CheckedColumn(TypeDecorator[_Value]):
    """A column whose values are checked when they are read. Raises DatabaseDamaged, which names the kind of value."""

    __abstract__ = True
    cache_ok = True
    holds: ClassVar[str]

    def result_processor(self, dialect: Dialect, coltype: object) -> _Read | None:
        """Return the function that reads a value."""
        read: _Read | None = super().result_processor(dialect, coltype)
        return read and partial(self._read_checked, read)

    def _read_checked(self, read: _Read, value: object) -> object:
        try:
            return read(value)
        except (ValueError, LookupError, TypeError) as error:
            found = str(value)[:_SHOWN_CHARACTERS]
            raise DatabaseDamaged(f"The database has “{found}” in the place of {self.holds}. {RECOVER_HINT}") from error


class JsonColumn(_CheckedColumn[Json]):
    """JSON, stored as JSONB by PostgreSQL, whose dialect is imported only there: it takes a seventh of the time of
    SQLAlchemy's imports.
    """

    impl = JSON(none_as_null=True)
    cache_ok = True
    holds = "JSON"

    def __init__(self, kind: type[dict[str, Json]] | type[list[Json]] = dict) -> None:
        """``kind``: a JSON object, or a list."""
        super().__init__()
        self.kind = kind

    def process_result_value(self, value: Json | None, dialect: Dialect) -> Json | None:
        """Refuse JSON of another kind."""
        if value is not None and not isinstance(value, self.kind):
            raise ValueError("JSON of another kind")
        return value

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Json]:
        """Return the database's own type."""
        if dialect.name != "postgresql":
            return dialect.type_descriptor(JSON(none_as_null=True))
        from sqlalchemy.dialects.postgresql import JSONB

        return dialect.type_descriptor(JSONB(none_as_null=True))


class UtcDateTime(_CheckedColumn[datetime]):
    """A timezone-aware time in UTC; SQLite has no time zones and stores it as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True
    holds = "a time"

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse times without a zone, which would be ambiguous."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Add the zone to SQLite's values."""
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class StateColumn(_CheckedColumn[StrEnum]):
    """One of our states, stored as its value; the model, not the database, checks transitions."""

    impl = Enum
    cache_ok = True
    holds = "a state"

    def __init__(self, states: type[StrEnum]) -> None:
        super().__init__(
            states,
            native_enum=False,
            create_constraint=False,
            length=32,
            values_callable=lambda members: [member.value for member in members],
        )


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMING)


def utc_now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


def new_id(prefix: str) -> str:
    """Return a new id: ``ds_``, ``tok_``, ``job_`` … and a random UUID."""
    return f"{prefix}_{uuid4()}"
