"""What all tables share: ids, times in UTC, and JSON that is JSONB on PostgreSQL."""

from datetime import UTC, datetime
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import JSON, DateTime, Dialect, Enum, MetaData, TypeDecorator
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeEngine

from mistudio.core.errors import Json

NAMING = {
    "ix": "idx_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class JsonColumn(TypeDecorator[Json]):
    """JSON, kept as JSONB by PostgreSQL, whose dialect is imported where it is spoken only: it is a seventh of all that
    SQLAlchemy's import costs.
    """

    impl = JSON(none_as_null=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Json]:
        """The database's own type."""
        if dialect.name != "postgresql":
            return dialect.type_descriptor(JSON(none_as_null=True))
        from sqlalchemy.dialects.postgresql import JSONB

        return dialect.type_descriptor(JSONB(none_as_null=True))


class UtcDateTime(TypeDecorator[datetime]):
    """A timezone-aware moment in UTC; SQLite, which knows no zones, stores it as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse moments without a zone: which one they mean cannot be known."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give SQLite's values their zone back."""
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


def state_column(states: type[StrEnum]) -> Enum:
    """A column of one of our states, stored as its value; the model, not the database, checks the transitions."""
    return Enum(
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
    """This moment in UTC."""
    return datetime.now(UTC)


def new_id(prefix: str) -> str:
    """A fresh id: ``ds_``, ``tok_``, ``job_`` … and a random UUID."""
    return f"{prefix}_{uuid4()}"
