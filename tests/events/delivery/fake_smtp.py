"""A mail server on loopback that takes what it gets, and fails where a test says."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Event, Thread


@dataclass
class MailServer:
    """What was taken, and at which command what is done instead: an answer, `drop` or `stall`.

    Commands are those of SMTP, `greeting` before them, `dot` for the end of the text.
    """

    port: int = 0
    taken: list[bytes] = field(default_factory=list)
    instead: dict[str, str] = field(default_factory=dict)
    ends: Event = field(default_factory=Event)


ANSWERS = {
    "greeting": "220 ready", "EHLO": "250 hello", "HELO": "250 hello", "MAIL": "250 ok", "RCPT": "250 ok",
    "DATA": "354 go on", "dot": "250 taken", "RSET": "250 ok", "QUIT": "221 bye",
}  # fmt: skip


class Handler(StreamRequestHandler):
    state: MailServer

    def handle(self) -> None:
        if not self.answer("greeting"):
            return
        while line := self.rfile.readline():
            command = line.split()[0].decode().upper() if line.split() else ""
            if not self.answer(command):
                return
            if command == "DATA" and "DATA" not in self.state.instead and not self.take():
                return
            if command == "QUIT":
                return

    def take(self) -> bool:
        text = b""
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False
            text += line
        if not self.state.instead.get("dot", "").startswith(("4", "5")):
            self.state.taken.append(text)
        return self.answer("dot")

    def answer(self, command: str) -> bool:
        """Say what there is to say; False once the connection is over."""
        how = self.state.instead.get(command, ANSWERS.get(command, "500 what?"))
        if how == "stall":
            self.state.ends.wait(5)
        if how in ("stall", "drop"):
            self.connection.shutdown(socket.SHUT_RDWR)
            return False
        self.wfile.write(how.encode() + b"\r\n")
        return True


@contextmanager
def mail_server(**instead: str) -> Iterator[MailServer]:
    """A mail server that runs meanwhile."""
    state = MailServer(instead=instead)
    server = ThreadingTCPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"state": state}))
    state.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        state.ends.set()
        server.shutdown()
        server.server_close()
        thread.join()
