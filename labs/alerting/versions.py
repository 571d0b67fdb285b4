"""Which version of an alert a person has read, so that nobody answers what they have not seen."""

from datetime import datetime
from hashlib import sha256

from labs.alerting.next_steps import plan_in_words
from labs.models import Alert


def version_of(alert: Alert) -> str:
    """Return a mark of what a reader sees of `alert`: it changes when it is raised, answered, or says something else.

    Whose it is does not count: who takes it over answers the same.
    """
    times = [instant(alert.raised_at), instant(alert.answered_at)]
    shown = [alert.state, alert.tier, alert.sentence, alert.improved, *times]
    return sha256("\x1f".join(shown).encode()).hexdigest()[:32]


def instant(at: datetime | None) -> str:
    """Return a mark of an instant, whatever its zone; empty for none."""
    return str(at.timestamp()) if at else ""


def as_it_stands(alert: Alert) -> str:
    """Return in a sentence or two how `alert` stands, and who answered what: for a person who read it before."""
    who = str(alert.answered_by or "Somebody")
    if alert.state == Alert.State.RESOLVED:
        closed = f"{who} resolved it" if alert.answered_by_id else "It was closed"
        return f"{closed}: {alert.resolution.rstrip('.')}."
    if alert.state != Alert.State.OPEN:
        return f"{who} answered it: {plan_in_words(alert)}. {alert.sentence}"
    better = f" Better since: {alert.improved}" if alert.improved else ""
    return f"{alert.get_tier_display()}: {alert.sentence}{better}"
