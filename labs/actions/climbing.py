"""Telling the next step of the ladder of an alert that nobody has answered, until somebody does."""

import logging
from datetime import datetime
from uuid import UUID

from accounts.models import Staff
from events.delivery.channels import ways_out
from events.models import Message
from iotrex_followup.history import action
from labs.actions.alert_events import write_alert_event
from labs.actions.alert_rights import fresh
from labs.alerting.deadlines import clock_of, next_notice
from labs.alerting.mailing import SMS, beside, with_phone
from labs.alerting.notifying import send, tell_of_step
from labs.alerting.steps import Telling, tellings_of_step
from labs.models import Alert
from labs.rules import ladder
from labs.rules.values import Urgency

logger = logging.getLogger(__name__)


def escalate_alerts(*, now: datetime) -> int:
    """Tell the step that is due of every alert nobody has answered; return how many were told of."""
    waiting = Alert.objects.waiting()
    due = waiting.filter(next_notice_at__lte=now).order_by("next_notice_at", "id")
    # What was opened without a time, such as before there was a ladder, gets one.
    untimed = waiting.filter(next_notice_at=None, notices=1).order_by("id")
    found = [*due.values_list("pk", flat=True), *untimed.values_list("pk", flat=True)]
    return sum(escalated(pk, now) for pk in found)


def escalated(pk: UUID, now: datetime) -> bool:
    """Tell the step that is due of one alert; one that breaks by a fault of ours keeps no other from being told."""
    try:
        return escalate(alert=Alert(pk=pk), by=None, now=now)
    except Exception:
        logger.exception("alert %s: the next step of the ladder could not be told", pk)
        return False


@action
def escalate(*, alert: Alert, by: Staff | None, now: datetime) -> bool:
    """Tell the step of the ladder whose time has come, and say whether there was one; of several the highest alone.

    Records  alert.escalated
    """
    alert = fresh(alert)
    if alert.state != Alert.State.OPEN:
        return False
    due = alert.next_notice_at or next_notice(alert)
    if due is None or due > now:
        if due != alert.next_notice_at:
            alert.next_notice_at = due
            alert.save(update_fields=["next_notice_at"])
        return False
    number = ladder.step_to_tell(clock_of(alert), alert.notices, now)
    return tell_step(alert, number, by=by, now=now)


@action
def escalate_at_once(*, alert: Alert, notice: int, raised_at: str, by: Staff | None, now: datetime) -> bool:
    """Tell the next step that reaches others before its time, since `notice` reached nobody; say whether there was one.

    Nothing happens when the alert was answered, raised again or told further meanwhile: that reaches somebody else.

    Records  alert.escalated
    """
    alert = fresh(alert)
    number = ladder.next_other_step(Urgency(alert.tier), alert.notices)
    is_stale = (alert.notices, alert.raised_at.isoformat()) != (notice, raised_at)
    if alert.state != Alert.State.OPEN or is_stale or number is None:
        return False
    return tell_step(alert, number, by=by, now=now)


def tell_step(alert: Alert, number: int, *, by: Staff | None, now: datetime) -> bool:
    """Tell step `number` of a locked alert, and set when the one after it is due."""
    tellings = tellings_of_step(alert, number, now=now)
    if not tellings:
        alert.next_notice_at = None
        alert.save(update_fields=["next_notice_at"])
        return False
    alert.notices = number
    alert.next_notice_at = next_notice(alert)
    alert.save(update_fields=["notices", "next_notice_at"])
    for each in tellings:
        tell(alert, each, by=by, now=now)
    return True


def tell(alert: Alert, telling: Telling, *, by: Staff | None, now: datetime) -> None:
    """Tell the people of one step, and write down who that was."""
    words, to = telling
    names = ", ".join(Staff.objects.filter(pk__in=to.staff).order_by("name").values_list("name", flat=True))
    tell_of_step(alert, to, step=words, now=now)
    whom = names or "nobody is there"
    write_alert_event("alert.escalated", alert, by=by, notice=alert.notices, step=words, whom=whom)


def go_another_way(message: Message, now: datetime) -> None:
    """Let an alert whose e-mail could not be sent go by SMS; where that is no way, to the next step of the ladder."""
    if message.channel == Message.Channel.EMAIL and SMS in ways_out() and with_phone([message]):
        text = beside(message, SMS)
        text.not_before = now
        send([text])
        return
    alert = Alert.objects.filter(pk=message.about).first() if message.about else None
    if alert is not None and "notice" in message.details:
        told = {"notice": message.details["notice"], "raised_at": message.details["raised_at"]}
        escalate_at_once(alert=alert, **told, by=None, now=now)
