"""Keeps the tables that a schema downgrade would drop: renamed, with all rows, until an upgrade restores them.

An older version does not use these tables. When it deletes a dataset, their foreign keys delete the dataset's rows.
Indexes and constraints move with their table and keep their names.
"""

from collections.abc import Sequence

from alembic import op
from sqlalchemy import inspect

KEPT = "kept_"


def keep_tables(tables: Sequence[str]) -> None:
    """Rename the tables instead of dropping them. For downgrades."""
    for name in tables:
        op.rename_table(name, f"{KEPT}{name}")


def restore_tables(tables: Sequence[str]) -> bool:
    """Restore the tables if a downgrade kept them; return whether it did. For upgrades."""
    if f"{KEPT}{tables[0]}" not in inspect(op.get_bind()).get_table_names():
        return False
    for name in tables:
        op.rename_table(f"{KEPT}{name}", name)
    return True
