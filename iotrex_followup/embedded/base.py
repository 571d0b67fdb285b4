"""Django's PostgreSQL backend over the embedded server (ENGINE = "iotrex_followup.embedded").

The server is started when the first connection finds none, so that `manage.py migrate` or `shell` works on
a fresh checkout, and importing settings starts nothing.
"""

from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base

from iotrex_followup.embedded.home import Home
from iotrex_followup.embedded.postgres import Postgres


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect, starting the server first if it does not take connections."""
        try:
            return super().get_new_connection(conn_params)
        except self.Database.OperationalError:
            home: Home = settings.EMBEDDED_HOME
            Postgres(home).start()
            return super().get_new_connection(conn_params)
