"""What takes the messages of the simulated clinic: it logs them, is away for hours, refuses some addresses for good."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from events.delivery.channels import CHANNELS as WAYS
from events.delivery.channels import AddressRefused, Envelope, NotSent
from events.models import Message
from interop.simulation.world import World

CHANNELS = ("email", "sms")
OUTAGES_A_YEAR, LONGEST_OUTAGE = 6, 40  # hours


@contextmanager
def ways_out(world: World) -> Iterator[None]:
    """Let everything that leaves go to the simulated providers."""
    before = dict(WAYS)
    WAYS.clear()
    WAYS.update({channel: partial(take, world, channel) for channel in CHANNELS})
    try:
        yield
    finally:
        WAYS.clear()
        WAYS.update(before)


def take(world: World, channel: str, envelope: Envelope) -> str:
    """Take a message, unless this way is closed now or refuses the address."""
    if world.now < world.away.get(channel, world.now):
        raise NotSent("The provider is away.")
    if (envelope.to, channel) in world.refused:
        raise AddressRefused("The provider answered 550.")
    message = Message.objects.get(pk=envelope.key)
    if message.contact_id:
        world.tell(
            "sent",
            kind=message.kind,
            channel=channel,
            to=world.names[message.contact_id],
            day=message.local_day,
            items=world.items(message),
        )
    return f"simulated-{world.log.count['sent']}"


def plan_outages(world: World) -> None:
    """Let each way out be away now and then until the end."""
    for channel in CHANNELS:
        days = world.chance.expovariate(OUTAGES_A_YEAR) * 365.25
        world.at(world.now + timedelta(days=days), partial(fall_silent, world, channel))


def fall_silent(world: World, channel: str) -> None:
    """Let a way out be away for some hours."""
    until = world.now + timedelta(hours=world.chance.randint(1, LONGEST_OUTAGE))
    world.away[channel] = until
    world.tell("away", channel=channel, until=until)
    days = world.chance.expovariate(OUTAGES_A_YEAR) * 365.25
    world.at(until + timedelta(days=days), partial(fall_silent, world, channel))
