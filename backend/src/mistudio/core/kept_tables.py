"""Tables that a step back in the schema sets aside, with all rows, until a step forward takes them up again.

An older version does not know them, but its deletions reach them by their foreign keys. Indexes and constraints go with
a table, under their names.
"""

from collections.abc import Sequence

from alembic import op
from sqlalchemy import inspect

KEPT = "kept_"


def set_aside(tables: Sequence[str]) -> None:
    """Take these tables out of the schema; for a migration's way down."""
    for name in tables:
        op.rename_table(name, f"{KEPT}{name}")


def take_up(tables: Sequence[str]) -> bool:
    """Bring these tables back if an earlier step back set them aside; answers whether it did. For the way up."""
    if f"{KEPT}{tables[0]}" not in inspect(op.get_bind()).get_table_names():
        return False
    for name in tables:
        op.rename_table(f"{KEPT}{name}", name)
    return True
