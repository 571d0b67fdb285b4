"""A small SMS gateway and webhook receiver on loopback: takes a key once, and fails where a test says."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, NamedTuple


class Posted(NamedTuple):
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Gateway:
    """What came, what was taken by key, and what is done next: a status, or one of the ways to fall silent.

    `drop_before` hangs up without taking it, `drop_after` takes it and hangs up, `stall` takes it and says nothing,
    `trickle` takes it and says a byte now and then.
    """

    port: int = 0
    came: list[Posted] = field(default_factory=list)
    taken: dict[str, Any] = field(default_factory=dict)
    then: list[int | str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    answer: bytes = b'{"id": "gw-1"}'
    ends: Event = field(default_factory=Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/messages?account=7"


class Handler(BaseHTTPRequestHandler):
    gateway: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.gateway.came.append(Posted(self.path, dict(self.headers), body))
        how = self.gateway.then.pop(0) if self.gateway.then else 202
        if how == "drop_before":
            return self.hang_up()
        if isinstance(how, str) or how < 300:
            self.gateway.taken.setdefault(self.headers["Idempotency-Key"], json.loads(body))
        if isinstance(how, int):
            return self.say(how)
        return getattr(self, how)()

    def say(self, status: int) -> None:
        self.send_response(status)
        for name, value in self.gateway.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.gateway.answer)))
        self.end_headers()
        self.wfile.write(self.gateway.answer)

    def hang_up(self) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    drop_after = hang_up

    def stall(self) -> None:
        self.gateway.ends.wait(5)
        self.close_connection = True

    def trickle(self) -> None:
        for byte in b"HTTP/1.1 202 Accepted\r\n" * 20:
            if self.gateway.ends.wait(0.1):
                break
            try:
                self.wfile.write(bytes([byte]))
            except OSError:
                break
        self.close_connection = True

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def gateway() -> Iterator[Gateway]:
    """A gateway that runs meanwhile."""
    state = Gateway()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"gateway": state}))
    state.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        state.ends.set()
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
