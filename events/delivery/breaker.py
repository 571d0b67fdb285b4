"""A way out that fails again and again is left alone for a while: one message tries it, the others keep their tries."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F

from events.models import ChannelHealth, Message

FAILURES = 5
# Those with one other side for all. Of webhooks each endpoint has its own, and one that fails says nothing of another.
ONE_PROVIDER = (Message.Channel.EMAIL, Message.Channel.SMS)
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(minutes=15)
FORGET = """
UPDATE events_channelhealth SET failures = 0, closed_until = NULL WHERE channel = %(channel)s AND failures <> 0
"""

# Those with failures to forget, as this process has seen them: it looks at all before each round of sending.
failing: set[str] = set()


def open_channels(channels: Iterable[str], *, now: datetime) -> dict[str, int | None]:
    """Return the ways out that may be tried now; the value says by how many messages, None as many as there are."""
    health = {each.channel: each for each in ChannelHealth.objects.all()}
    failing.clear()
    failing.update(channel for channel, each in health.items() if each.failures)
    found: dict[str, int | None] = {}
    for channel in channels:
        known = health.get(channel)
        if known is None or known.failures < FAILURES:
            found[channel] = None
        elif known.closed_until is None or known.closed_until <= now:
            found[channel] = 1
    return found


def is_left_alone(channel: str) -> bool:
    """Say whether a way out failed again and again, and nobody knows yet whether it works again."""
    return ChannelHealth.objects.filter(channel=channel, failures__gte=FAILURES).exists()


def note_failure(channel: str, *, now: datetime) -> None:
    """Count a failure of the way itself; after several in a row it is closed for a while, longer each time."""
    if channel not in ONE_PROVIDER:
        return
    failing.add(channel)
    ChannelHealth.objects.get_or_create(channel=channel)
    ChannelHealth.objects.filter(channel=channel).update(failures=F("failures") + 1)
    failures = ChannelHealth.objects.get(channel=channel).failures
    if failures >= FAILURES:
        wait = min(LONGEST, SHORTEST * 2 ** min(failures - FAILURES, 10))
        ChannelHealth.objects.filter(channel=channel).update(closed_until=now + wait)


def note_success(channel: str) -> None:
    """Forget the failures of a way out that works."""
    if channel in failing:
        with connection.cursor() as cursor:
            cursor.execute(FORGET, {"channel": channel})
        failing.discard(channel)
