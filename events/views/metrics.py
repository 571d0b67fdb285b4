"""Numbers for a monitoring system: how messages, their ways out and what others register stand, nothing of anybody."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from hmac import compare_digest

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from events.delivery.breaker import FAILURES
from events.delivery.channels import SENT_BY_US
from events.delivery.figures import Figures, figures_by_channel
from events.gauges import GAUGES
from events.models import ChannelHealth

OF_MESSAGES = {
    "due": "Messages that are due and wait to be sent.",
    "oldest_due_seconds": "For how long the longest waiting one is due.",
    "claimed": "Messages a worker is sending.",
    "unknown": "Messages of which nobody knows whether they arrived.",
    "dead": "Messages that could not be sent and wait for a person.",
    "failures": "Failures of the way out in a row.",
    "closed": "1 while the way out is left alone after failures, else 0.",
}


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer in the text format of Prometheus, to who brings METRICS_TOKEN; without that setting there is no such page.

    Raises   Http404: METRICS_TOKEN is not set.
    """
    if not settings.METRICS_TOKEN:
        raise Http404
    brought, wanted = request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"
    if not compare_digest(brought.encode(), wanted.encode()):
        return HttpResponse("Send the token as Authorization: Bearer.\n", content_type="text/plain", status=401,
                            headers={"WWW-Authenticate": "Bearer"})  # fmt: skip
    return HttpResponse(exposition(now=timezone.now()), content_type="text/plain; version=0.0.4; charset=utf-8")


def exposition(*, now: datetime) -> str:
    """Return the gauges of messages by channel and all others, in the text format of Prometheus."""
    health = {each.channel: each for each in ChannelHealth.objects.all()}
    found = figures_by_channel(now=now)
    values: dict[str, Mapping[str, int]] = {
        channel: gauges(found[channel], health.get(channel), now=now) for channel in SENT_BY_US
    }
    told = [line for name, words in OF_MESSAGES.items() for line in lines(name, words, values)]
    for name, gauge in GAUGES.items():
        told += [*heading(f"followup_{name}", gauge.words), f"followup_{name} {gauge.value(now)}"]
    return "".join(f"{line}\n" for line in told)


def gauges(found: Figures, health: ChannelHealth | None, *, now: datetime) -> Mapping[str, int]:
    """Return the numbers of one channel."""
    failures = health.failures if health else 0
    is_closed = bool(health and failures >= FAILURES and health.closed_until and health.closed_until > now)
    return {
        "due": found.due,
        "oldest_due_seconds": int((now - found.oldest_due).total_seconds()) if found.oldest_due else 0,
        "claimed": found.claimed,
        "unknown": found.unknown,
        "dead": found.dead,
        "failures": failures,
        "closed": int(is_closed),
    }


def lines(name: str, words: str, values: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """Yield the lines of one gauge of messages."""
    full = f"followup_messages_{name}"
    yield from heading(full, words)
    for channel, numbers in values.items():
        yield f'{full}{{channel="{channel}"}} {numbers[name]}'


def heading(full: str, words: str) -> Iterator[str]:
    """Yield what stands above the numbers of one gauge."""
    yield f"# HELP {full} {words}"
    yield f"# TYPE {full} gauge"
