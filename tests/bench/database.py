"""A database of a benchmark's own, dropped afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def own_database(name: str) -> Iterator[BaseDatabaseWrapper]:
    """Create the database `name` with all migrations, make it the default one, and drop it at the end."""
    usual = connections["default"]
    wrapper = connections.create_connection("default")
    wrapper.settings_dict = {**usual.settings_dict, "TEST": {**usual.settings_dict["TEST"], "NAME": name}}
    connections["default"] = wrapper
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield wrapper
    finally:
        connections["default"] = wrapper
        connection.creation.destroy_test_db(usual.settings_dict["NAME"], verbosity=0)
        connections["default"] = usual
