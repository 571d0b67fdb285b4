"""Telling another system over HTTP, which honours the key; never one of this network's own."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from events.delivery.channels.envelopes import Envelope, NotSent, Refused
from events.delivery.channels.http import PORTS, post, signature

WHO = "The endpoint"
SECONDS = 5.0  # one that hangs holds up what waits behind it


def post_to_webhook(envelope: Envelope) -> str:
    """Post one notice to an endpoint; return its reference.

    Raises   NotSent, Refused, Unanswered
    """
    parts = urlsplit(envelope.to)
    addresses = public_addresses(parts)
    body = envelope.text.encode()
    headers = signature(envelope, body, envelope.secret)
    return post(envelope, body, parts=parts, addresses=addresses, headers=headers, seconds=SECONDS, who=WHO)


def public_addresses(parts: SplitResult) -> list[str]:
    """Return the addresses of an endpoint, looked up now, which is when they count.

    Raises   NotSent: its name is not known.
    Raises   Refused: one of them belongs to this host or network, such as a cloud's metadata.
    """
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or PORTS[parts.scheme], type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotSent(f"{WHO} cannot be reached: its name is not known.") from error
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    if not settings.WEBHOOK_ALLOW_PRIVATE and not all(is_public(ip_address(each)) for each in addresses):
        raise Refused(f"{WHO} lies in a private network, which is not allowed.")
    return addresses


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Say whether an address belongs to the public internet, whichever way it is written."""
    if isinstance(address, IPv6Address) and (inner := address.ipv4_mapped or address.sixtofour):
        return is_public(inner)
    return address.is_global and not address.is_multicast
