"""A mail server that refuses, defers, stalls and hangs up, and remembers what it took."""

import re
import socketserver
from collections.abc import Callable
from datetime import datetime
from threading import Thread
from time import sleep
from typing import Self

from tests.faults.ledger import MEANING, How, Ledger, Offer
from tests.faults.moods import Mood, Moods

NOBODY = "nobody@example.org"  # refused for good, whatever the mood
STALL_SECONDS = 1.5  # longer than any client here waits
MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^@>]+)@", re.IGNORECASE | re.MULTILINE)


class MailServer(socketserver.ThreadingTCPServer):
    """Listens on loopback; use it in a `with` statement."""

    allow_reuse_address = daemon_threads = True
    request_queue_size = 128

    def __init__(self, ledger: Ledger, moods: Moods, clock: Callable[[], datetime]) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.ledger, self.moods, self.clock = ledger, moods, clock
        self.port: int = self.server_address[1]

    def __enter__(self) -> Self:
        Thread(target=self.serve_forever, args=[0.05], daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that are killed hang up at any point."""

    def note(self, content: bytes, how: How) -> None:
        """Note an offer in the ledger."""
        key, meaning = MESSAGE_ID.search(content), MEANING.search(content.decode(errors="replace"))
        self.ledger.offered(
            Offer(
                "email",
                key[1].decode() if key else "",
                meaning[0] if meaning else "",
                how,
                self.clock(),
            )
        )


class Talk(socketserver.StreamRequestHandler):
    """One connection: SMTP as far as Django speaks it."""

    server: MailServer
    timeout = 10

    def handle(self) -> None:
        self.mood = self.server.moods.draw()
        if self.mood == Mood.TURN_AWAY:
            self.say("421 not now")
            return
        self.say("220 here")
        while line := self.rfile.readline():
            verb, _, rest = line.decode(errors="replace").strip().partition(" ")
            if not self.answer(verb.upper(), rest):
                return

    def say(self, words: str) -> bool:
        self.wfile.write(f"{words}\r\n".encode())
        return True

    def answer(self, verb: str, rest: str) -> bool:
        """Answer one command; False hangs up."""
        if verb == "RCPT" and NOBODY in rest:
            return self.say("550 nobody here")
        if verb == "DATA":
            return self.take()
        if verb == "QUIT":
            self.say("221 bye")
            return False
        return self.say("250 fine")

    def take(self) -> bool:
        """Take the message, or do otherwise."""
        self.say("354 go on")
        content = b""
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False  # the client died before its dot: nothing was taken
            content += line
            if line == b"\r\n" and self.mood in (Mood.STALL, Mood.DROP):  # the headers are over
                self.server.note(content, How.LOST)
                sleep(STALL_SECONDS if self.mood == Mood.STALL else 0)
                return False
        if self.mood == Mood.REFUSE:
            self.server.note(content, How.REFUSED)
            return self.say("554 never")
        if self.mood == Mood.DEFER:
            self.server.note(content, How.DEFERRED)
            return self.say("452 later")
        self.server.note(content, How.TAKEN if self.mood == Mood.TAKE else How.SILENT)
        if self.mood == Mood.TAKE_AND_STALL:
            sleep(STALL_SECONDS)
        return self.mood == Mood.TAKE and self.say("250 taken")
