"""How many messages a minute leave by a way out, counted in the database for all workers together."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from events.delivery.claims import Claim, claim
from events.models import ChannelHealth

# Messages leave evenly, in bursts of at most what the rate allows in this time.
BURST = timedelta(seconds=10)


def claim_paced(*, now: datetime, channel: str, kinds: Iterable[str], limit: int) -> Claim:
    """Claim up to `limit` due messages, but no more than the channel's rate allows now."""
    rate = settings.CHANNEL_RATES.get(channel, 0)
    if not rate:
        return claim(now=now, channel=channel, kinds=kinds, limit=limit)
    ChannelHealth.objects.get_or_create(channel=channel)
    with transaction.atomic():
        # Whoever claims at the same time waits for this short while, so that both together keep the rate.
        health = ChannelHealth.objects.select_for_update().get(channel=channel)
        used_until = max(health.paced_until or now, now)
        claimed = claim(now=now, channel=channel, kinds=kinds, limit=min(limit, room(used_until, rate, now=now)))
        health.paced_until = used_until + len(claimed.messages) * each_takes(rate)
        health.save(update_fields=["paced_until"])
    return claimed


def room(used_until: datetime, rate: int, *, now: datetime) -> int:
    """Return how many messages may leave now, when those that left use the rate up until `used_until`."""
    each = each_takes(rate)
    return max(0, (now + max(BURST, each) - used_until) // each)


def each_takes(rate: int) -> timedelta:
    """Return the share of a minute one message takes."""
    return timedelta(minutes=1) / rate
