"""The largest number of columns of a source file."""

from typing import Final

from mistudio.core.errors import InvalidData

MAX_COLUMNS: Final = 10_000


def check_column_count(count: int, label: str) -> None:
    """Raise InvalidData for more than MAX_COLUMNS columns."""
    if count > MAX_COLUMNS:
        raise InvalidData(
            f"{label} has over {MAX_COLUMNS:,} different columns, so it is not a table of records. Leave it out."
        )
