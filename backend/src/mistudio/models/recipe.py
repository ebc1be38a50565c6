"""The table of recipes."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mistudio.core.errors import Json
from mistudio.models.base import Base, JsonColumn, UtcDateTime, new_id, utc_now


class Recipe(Base):
    """A recipe that was asked for. ``recipe_key`` is the same for equal ones, and unique.

    ``document`` is JSON as text: PostgreSQL's JSON would lose the order of the steps. ``steps`` has the id of each step
    that was begun, or the error of its beginning, by kind and name.
    """

    __tablename__ = "recipes"

    id: Mapped[str] = mapped_column(String(64), primary_key=True, default=lambda: new_id("rcp"))
    name: Mapped[str | None] = mapped_column(String(255))
    recipe_key: Mapped[str] = mapped_column(String(64), unique=True)
    document: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(32), default="running")
    steps: Mapped[dict[str, Json]] = mapped_column(JsonColumn, default=dict)
    error_code: Mapped[str | None] = mapped_column(String(64))
    error_message: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
