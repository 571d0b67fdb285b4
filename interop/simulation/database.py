"""A database of its own for a simulation: made, migrated, and dropped afterwards."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def own_database() -> Iterator[None]:
    """Work on a new, migrated database beside the product's, whatever happens; it is gone afterwards."""
    before = connection.settings_dict["NAME"]
    connection.settings_dict.setdefault("TEST", {})["NAME"] = f"simulation_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = off")  # what is lost with the machine is played again
        yield
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)
