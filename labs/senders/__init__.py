"""Laboratories whose own codes and units are known before anybody has mapped them."""

from labs.senders.laying_out import lay_out_laboratory
from labs.senders.shipped import Sender, SenderUnsound, known_sender, load_sender, shipped_senders

__all__ = ["Sender", "SenderUnsound", "known_sender", "lay_out_laboratory", "load_sender", "shipped_senders"]
