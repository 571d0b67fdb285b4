"""Posting a signed body to another system: what its answer means, and what its silence means."""

import hmac
import json
import socket
import ssl
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Timer
from urllib.parse import SplitResult

from events.delivery.channels.envelopes import AddressRefused, Envelope, NotSent, Refused, Unanswered

LONGEST_REFERENCE = 200  # the column's
LONGEST_ANSWER = 64 * 1024
LONGEST_WAIT = timedelta(hours=1)
PORTS = {"http": 80, "https": 443}
# Later may be better: too busy, or not set up as it should be, which somebody will put right.
LATER = (401, 403, 408, 425, 429)
ABOUT_THE_ADDRESS = (400, 410, 422)


class Line(HTTPConnection):
    """A connection to the addresses that were looked up, whatever the name stands for by then. Follows nothing."""

    def __init__(self, parts: SplitResult, addresses: Sequence[str], seconds: float) -> None:
        self.default_port = PORTS[parts.scheme]
        super().__init__(parts.hostname or "", parts.port or PORTS[parts.scheme], timeout=seconds)
        self.addresses, self.is_secure, self.seconds = addresses, parts.scheme == "https", seconds

    def connect(self) -> None:
        self.sock = self.reached()
        if self.is_secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)

    def reached(self) -> socket.socket:
        """Return a connection to the first address that answers."""
        failure: OSError = OSError("no address")
        for address in self.addresses:
            try:
                return socket.create_connection((address, self.port), self.seconds)
            except OSError as error:
                failure = error
        raise failure


def post(
    envelope: Envelope, body: bytes, *, parts: SplitResult, addresses: Sequence[str], headers: dict[str, str],
    seconds: float, who: str,
) -> str:  # fmt: skip
    """Post `body`; return the `id` of the answer, or the message's key. Nothing takes longer than twice `seconds`.

    Raises   NotSent, AddressRefused, Refused, Unanswered
    """
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(envelope.key)} | headers
    with closing(Line(parts, addresses, seconds)) as line:
        try:
            line.connect()
        except OSError as error:
            raise NotSent(f"{who} cannot be reached: {type(error).__name__}.") from error
        # Each read has its own limit; who sends a byte now and then would hold us up for ever.
        patience = Timer(2 * seconds, hang_up, [line.sock])
        patience.start()
        try:
            line.request("POST", path, body, headers)
            answer = line.getresponse()
            said = text_of(answer)
        except (OSError, HTTPException) as error:
            raise Unanswered(f"{who} fell silent: {type(error).__name__}.") from error
        finally:
            patience.cancel()
    if not 200 <= answer.status < 300:
        raise refusal(answer.status, answer.getheader("Retry-After", ""), who)
    return reference_in(said) or str(envelope.key)


def text_of(answer: HTTPResponse) -> bytes:
    """Return what an answer says; its status counts even if the rest never comes."""
    try:
        return answer.read(LONGEST_ANSWER)
    except (OSError, HTTPException):
        return b""


def hang_up(line: socket.socket) -> None:
    """End a connection under the hands of whoever reads from it."""
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended already


def refusal(status: int, retry_after: str, who: str) -> NotSent | Refused:
    """Return what another answer than a yes means."""
    words = f"{who} answered {status}."
    if status in LATER or status >= 500:
        wait = timedelta(seconds=int(retry_after)) if retry_after.isdecimal() and len(retry_after) < 6 else None
        return NotSent(words, min(wait, LONGEST_WAIT) if wait else None)
    if 300 <= status < 400:
        return Refused(f"{who} answered {status}; another address is never followed.")
    return AddressRefused(words) if status in ABOUT_THE_ADDRESS else Refused(words)


def reference_in(answer: bytes) -> str:
    """Return the `id` of a JSON answer; empty without one."""
    try:
        said = json.loads(answer)
    except ValueError:
        return ""
    found = said.get("id") if isinstance(said, dict) else None
    return str(found)[:LONGEST_REFERENCE] if isinstance(found, str | int) else ""


def signature(envelope: Envelope, body: bytes, secret: str) -> dict[str, str]:
    """Return the header that proves who wrote `body` and when: HMAC-SHA256 over the time, a full stop, the body."""
    if not secret:
        return {}
    moment = str(int(envelope.at.timestamp()))
    proof = hmac.new(secret.encode(), moment.encode() + b"." + body, sha256).hexdigest()
    return {"Iotrex-Signature": f"t={moment},v1={proof}"}
