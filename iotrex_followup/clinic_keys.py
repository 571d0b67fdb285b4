"""Composite foreign keys: a row's clinic is the clinic of its parent, whoever writes the row."""

from django.db.migrations import RunSQL


def same_clinic(table: str, column: str, parent: str) -> RunSQL:
    """Return the migration operation that ties `table`'s (column, clinic_id) to `parent`'s (id, clinic_id).

    Checked at the end of the transaction, like Django's own foreign keys.
    """
    name = f"{table}_{column}_same_clinic"
    return RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}, clinic_id)"
        f" REFERENCES {parent} (id, clinic_id) DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )
