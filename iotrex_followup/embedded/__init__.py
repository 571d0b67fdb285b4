"""The project's own PostgreSQL and Valkey, for trying, developing and testing.

With no DATABASE_URL or REDIS_URL these servers stand in for the real ones. They come from Python wheels,
listen on Unix sockets only, and keep everything in one home per checkout (docs/adr/0001).

    python -m iotrex_followup.embedded start|stop|status
"""

from iotrex_followup.embedded.home import EmbeddedServerError, Home
from iotrex_followup.embedded.postgres import Postgres
from iotrex_followup.embedded.valkey import Valkey

__all__ = ["EmbeddedServerError", "Home", "Postgres", "Valkey"]
