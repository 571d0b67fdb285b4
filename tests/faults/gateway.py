"""An SMS gateway over HTTP that honours a key, however badly it behaves otherwise."""

import json
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from time import sleep
from typing import Any, Self

from tests.faults.ledger import MEANING, How, Ledger, Offer
from tests.faults.mail_server import STALL_SECONDS
from tests.faults.moods import Mood, Moods

KEY = "Idempotency-Key"


class Gateway(ThreadingHTTPServer):
    """Listens on loopback; `delivered` are the keys it delivered, each once."""

    allow_reuse_address = daemon_threads = True
    request_queue_size = 128

    def __init__(self, ledger: Ledger, moods: Moods, clock: Callable[[], datetime]) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.ledger, self.moods, self.clock = ledger, moods, clock
        self.url = f"http://127.0.0.1:{self.server_address[1]}/messages"
        self.delivered: dict[str, str] = {}
        self.lock = Lock()

    def __enter__(self) -> Self:
        Thread(target=self.serve_forever, args=[0.05], daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that are killed hang up at any point."""

    def note(self, key: str, body: str, how: How) -> None:
        """Note an offer in the ledger; one that is taken is delivered unless its key already was."""
        meaning = MEANING.search(body)
        with self.lock:
            if how in (How.TAKEN, How.SILENT):
                self.delivered.setdefault(key, meaning[0] if meaning else "")
        self.ledger.offered(Offer("sms", key, meaning[0] if meaning else "", how, self.clock()))


class Exchange(BaseHTTPRequestHandler):
    """One request."""

    server: Gateway
    timeout = 10

    def do_POST(self) -> None:
        mood = self.server.moods.draw()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if mood == Mood.TURN_AWAY:
            return self.answer(503)
        key = self.headers.get(KEY, "")
        if key in self.server.delivered:  # repeated: the first answer once more, and nothing else happens
            self.server.note(key, body, How.TAKEN)
            return self.answer(200, {"id": key})
        if mood in (Mood.STALL, Mood.DROP):
            self.server.note(key, body, How.LOST)
            return sleep(STALL_SECONDS if mood == Mood.STALL else 0)
        if mood in (Mood.REFUSE, Mood.DEFER):
            self.server.note(key, body, How.REFUSED if mood == Mood.REFUSE else How.DEFERRED)
            return self.answer(422 if mood == Mood.REFUSE else 503)
        self.server.note(key, body, How.TAKEN if mood == Mood.TAKE else How.SILENT)
        if mood == Mood.TAKE:
            return self.answer(200, {"id": key})
        return sleep(STALL_SECONDS if mood == Mood.TAKE_AND_STALL else 0)

    def answer(self, status: int, body: dict[str, str] | None = None) -> None:
        """Answer, and hang up."""
        content = json.dumps(body or {}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing: the ledger keeps what matters."""
