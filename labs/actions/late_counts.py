"""Raising an alert of low counts again when the next count is late."""

from collections.abc import Iterator
from datetime import datetime

from accounts.models import Clinic, Staff
from iotrex_followup.history import action
from labs.actions.alert_events import write_alert_event
from labs.actions.alert_rights import fresh
from labs.alerting.deadlines import answer_by, begin_waiting
from labs.alerting.notifying import What, tell_of_alert
from labs.models import Alert
from labs.rules.episodes import CYTOPENIA, TRANSITIONS, Act, State
from schedules.models import Plan

ANSWERED = (Alert.State.ACKNOWLEDGED, Alert.State.SNOOZED)


def raise_for_late_counts(*, now: datetime) -> int:
    """Raise the answered alerts of low counts again whose next count is overdue by the clock; return how many."""
    return sum(raise_late(alert=alert, plan=plan, by=None, now=now) for alert, plan in late(now))


def late(now: datetime) -> Iterator[tuple[Alert, Plan]]:
    """Yield the answered alerts of low counts whose patient's clock is overdue, with the plan of the clock."""
    for clinic in Clinic.objects.all():
        answered = Alert.objects.filter(clinic=clinic, rule=CYTOPENIA, state__in=ANSWERED)
        alerts = {alert.patient_id: alert for alert in answered}
        plans = Plan.objects.filter(clinic=clinic, patient__in=alerts) if alerts else Plan.objects.none()
        for plan in plans.counts_overdue(on=clinic.local_date(now)):
            yield alerts[plan.patient_id], plan


@action
def raise_late(*, alert: Alert, plan: Plan, by: Staff | None, now: datetime) -> bool:
    """Raise an answered alert again whose next count is late, once per late count, and say whether it was raised.

    Records  alert.count_late
    """
    alert = fresh(alert)
    clock = plan.count_clock(alert.clinic.local_date(now))
    if alert.state not in ANSWERED or clock is None or alert.clinic.local_date(alert.raised_at) >= clock.overdue_since:
        return False
    alert.state = TRANSITIONS[State(alert.state)][Act.RAISE_AGAIN].value
    begin_waiting(alert, now=now, answer_by=answer_by(alert.tier, now, alert.clinic))
    alert.snoozed_until = None
    alert.save()
    write_alert_event("alert.count_late", alert, by=by, days=clock.days_since)
    tell_of_alert(alert, what=What.LATE, now=now)
    return True
