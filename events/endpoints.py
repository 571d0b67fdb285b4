"""Endpoints: which other systems a clinic tells over HTTP, of what; and a test whether they hear it."""

from collections.abc import Iterable
from datetime import datetime
from secrets import token_urlsafe
from urllib.parse import urlsplit

from django.conf import settings

from accounts.models import Clinic, Staff
from events.actions import record_event
from events.delivery.webhooks import TEST, kinds_offered
from events.models import Message, WebhookEndpoint
from iotrex_followup.errors import InputRefused, TransitionRefused
from iotrex_followup.history import action


@action
def add_endpoint(*, clinic: Clinic, name: str, url: str, kinds: Iterable[str], by: Staff) -> WebhookEndpoint:
    """Tell another system from now on; its secret is made here, to be shown this once.

    Raises   InputRefused: no name, an address that is not https or holds a password, a kind nobody is told of.
    Records  webhook.added
    """
    if not name.strip():
        raise InputRefused("An endpoint needs a name.", field="name")
    refuse_address(url)
    endpoint = WebhookEndpoint.objects.create(
        clinic=clinic, name=name.strip(), url=url, secret=token_urlsafe(32), kinds=known_kinds(kinds)
    )
    write_endpoint_event("webhook.added", endpoint, by=by)
    return endpoint


@action
def change_endpoint(*, endpoint: WebhookEndpoint, kinds: Iterable[str], by: Staff) -> WebhookEndpoint:
    """Say anew what an endpoint is told of.

    Raises   TransitionRefused: it was deactivated.
    Raises   InputRefused: a kind nobody is told of.
    Records  webhook.changed; nothing when nothing changes
    """
    endpoint, chosen = active(endpoint), known_kinds(kinds)
    if chosen != endpoint.kinds:
        endpoint.kinds = chosen
        endpoint.save(update_fields=["kinds"])
        write_endpoint_event("webhook.changed", endpoint, by=by)
    return endpoint


@action
def deactivate_endpoint(*, endpoint: WebhookEndpoint, by: Staff) -> WebhookEndpoint:
    """Tell an endpoint nothing any more, not even what waits to be sent.

    Raises   TransitionRefused: it was deactivated already.
    Records  webhook.deactivated
    """
    endpoint = active(endpoint)
    endpoint.is_active = False
    endpoint.save(update_fields=["is_active"])
    write_endpoint_event("webhook.deactivated", endpoint, by=by)
    return endpoint


@action
def send_test(*, endpoint: WebhookEndpoint, by: Staff, now: datetime) -> Message:
    """Send an endpoint a notice that tells of nothing.

    Raises   TransitionRefused: it was deactivated.
    Records  webhook.tested
    """
    endpoint = active(endpoint)
    notice = Message.objects.create(
        clinic=endpoint.clinic,
        endpoint=endpoint,
        channel=Message.Channel.WEBHOOK,
        kind=TEST,
        subject="A test, asked for by hand",
        dedupe_key=f"{TEST}:{endpoint.pk}:{now.isoformat()}",
        not_before=now,
    )
    write_endpoint_event("webhook.tested", endpoint, by=by)
    return notice


def active(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """Return the endpoint as it is now, locked.

    Raises   TransitionRefused: it was deactivated.
    """
    rows = WebhookEndpoint.objects.select_for_update(of=("self",)).select_related("clinic")
    fresh: WebhookEndpoint = rows.get(pk=endpoint.pk)
    if not fresh.is_active:
        raise TransitionRefused(f"{fresh} was deactivated. Add it anew to tell it again.")
    return fresh


def refuse_address(url: str) -> None:
    """Raise InputRefused for an address nothing may be told to.

    What network it lies in is judged when something is sent, since a name may stand for another one by then.
    """
    parts = urlsplit(url)
    schemes = ("https", "http") if settings.WEBHOOK_ALLOW_PRIVATE else ("https",)
    if parts.scheme not in schemes or not parts.hostname:
        raise InputRefused("The address must begin with https:// and name a host.", field="url")
    if parts.username or parts.password:
        raise InputRefused("Leave the name and password out: the signature says who sends.", field="url")


def known_kinds(kinds: Iterable[str]) -> list[str]:
    """Return the kinds, each once; refused when one is none that endpoints are told of."""
    chosen, offered = set(kinds), {name for name, _ in kinds_offered()}
    if unknown := chosen - offered:
        remedy = f"Known: {', '.join(sorted(offered)) or 'none'}."
        raise InputRefused(f"Endpoints are not told of {', '.join(sorted(unknown))}. {remedy}", field="kinds")
    return sorted(chosen)


def write_endpoint_event(kind: str, endpoint: WebhookEndpoint, *, by: Staff) -> None:
    """Write down what happened to an endpoint; its address may hold a secret and is left out."""
    record_event(kind, clinic=endpoint.clinic, by=by, endpoint=endpoint.name, endpoint_id=endpoint.pk)
