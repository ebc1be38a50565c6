"""The largest tables of a source file: its columns, and how many of their cells may be empty."""

from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from mistudio.core.errors import InvalidData

MAX_COLUMNS: Final = 10_000
# Optional fields are usual. A table with more columns and cells, nearly all empty, has values as its keys.
_USUAL_COLUMNS: Final = 1_000
_USUAL_CELLS: Final = 2_000_000
_LEAST_SHARE: Final = 100


def check_column_count(count: int, label: str) -> None:
    """Raise InvalidData for more than MAX_COLUMNS columns."""
    if count > MAX_COLUMNS:
        raise InvalidData(
            f"{label} has over {MAX_COLUMNS:,} different columns, so it is not a table of records. Leave it out."
        )


@dataclass
class CellCounter:
    """Counts the cells of a file while it is read: each takes time and memory, also an empty one."""

    label: str
    rows: int = 0
    filled: int = 0

    def add(self, batch: pa.RecordBatch, columns: int) -> None:
        """Count the rows of a file that has ``columns`` by now. Raises InvalidData if nearly all cells are empty."""
        self.rows += batch.num_rows
        self.filled += sum(len(column) - column.null_count for column in batch.columns)
        cells = self.rows * columns
        if columns > _USUAL_COLUMNS and cells > _USUAL_CELLS and self.filled * _LEAST_SHARE < cells:
            raise InvalidData(
                f"{self.label} has {columns:,} different columns in its first {self.rows:,} records, of which a record "
                f"has {self.filled / self.rows:.0f} on average, so its keys are values. Store them as lists of key "
                "and value, or leave the file out."
            )
