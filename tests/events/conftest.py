"""A kind of message and a way out that do what a test says."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from accounts.models import Membership
from events.delivery import sending
from events.delivery.channels import Envelope
from events.delivery.kinds import KINDS, Content, MessageKind
from events.models import Message
from tests.factories import MembershipFactory

NOW = datetime(2024, 3, 6, 12, tzinfo=UTC)


class Provider:
    """Takes what is sent, or raises what a test has put in front."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.raises: list[Exception] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def __call__(self, envelope: Envelope) -> str:
        self.meanwhile()
        if self.raises:
            raise self.raises.pop(0)
        self.taken.append(envelope)
        return f"ref-{len(self.taken)}"


@pytest.fixture
def provider(monkeypatch) -> Provider:
    provider = Provider()
    monkeypatch.setitem(sending.CHANNELS, "email", provider)
    monkeypatch.setattr(sending, "together", Counter())
    return provider


@pytest.fixture
def member(db) -> Membership:
    return MembershipFactory()


@pytest.fixture
def kind(monkeypatch) -> Callable[..., None]:
    """Register the kind "test"; wanted and sent again unless said otherwise."""

    def register(*, unwanted: str = "", again: bool = True, most_tries: int = 3) -> None:
        made = MessageKind(
            lambda message: Content(message.subject, "Text."), lambda m, now: unwanted, again, most_tries
        )
        monkeypatch.setitem(KINDS, "test", made)

    register()
    return register


@pytest.fixture
def write(member, kind) -> Callable[..., Message]:
    """Write a message that is due."""

    def write(**fields: object) -> Message:
        key = uuid4()
        values = {
            "clinic": member.clinic,
            "recipient": member.staff,
            "channel": "email",
            "kind": "test",
            "subject": "A message",
            "dedupe_key": str(key),
            "not_before": NOW,
        }
        return Message.objects.create(**values | fields)

    return write


@pytest.fixture
def told_elsewhere(monkeypatch) -> None:
    """Let endpoints be told of the kind "test"."""
    kind = MessageKind(
        lambda message: Content("Something happened", ""), lambda m, now: "", True, webhook_title="Something"
    )
    monkeypatch.setitem(KINDS, "test", kind)
