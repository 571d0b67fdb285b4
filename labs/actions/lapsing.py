"""What time does with an alert: what was answered or snoozed comes back when its day has passed."""

from datetime import date, datetime, timedelta

from django.db.models import Q

from accounts.models import Staff
from events.models import Event
from iotrex_followup.history import action
from labs.actions.alert_events import write_alert_event
from labs.actions.alert_rights import fresh
from labs.alerting.deadlines import answer_by, begin_waiting
from labs.alerting.next_steps import REPEATS, has_happened, next_planned_count, plan_in_words, was_taken_back
from labs.alerting.notifying import What, tell_of_alert
from labs.models import Alert
from labs.rules.episodes import TRANSITIONS, Act, State, snooze_ends


def lapse_alerts(*, now: datetime) -> int:
    """Bring back what was to happen and did not, or was snoozed until now; return how many alerts came back.

    A repeat that was better and was taken back since did not happen.
    """
    # A day that has begun somewhere; each clinic's own date decides below.
    begun = now.date() + timedelta(days=1)
    passed = Q(state=Alert.State.ACKNOWLEDGED, next_step_by__lt=begun)
    over = Q(state=Alert.State.SNOOZED)
    undone = Q(state=Alert.State.ACKNOWLEDGED, next_step__in=REPEATS, next_step_by=None, improved="")
    alerts = Alert.objects.filter(passed | over | undone).order_by("id").values_list("pk", flat=True)
    return sum(lapse(alert=alert, by=None, now=now) for alert in [Alert(pk=pk) for pk in alerts])


@action
def lapse(*, alert: Alert, by: Staff | None, now: datetime) -> bool:
    """Bring an alert back whose time has run out, and say whether it came back.

    What is known to have happened in time is noted instead, and the alert stays quiet until that is taken back.

    Records  alert.lapsed or alert.step_done
    """
    alert = fresh(alert)
    if not ran_out(alert, alert.clinic.local_date(now)) and not was_taken_back(alert):
        return False
    said = plan_in_words(alert)
    done = alert.state == Alert.State.ACKNOWLEDGED and has_happened(alert)
    if not done:
        alert.state = TRANSITIONS[State(alert.state)][Act.LAPSE].value
        begin_waiting(alert, now=now, answer_by=answer_by(alert.tier, now, alert.clinic))
        alert.next_step = alert.next_step_text = ""
    alert.next_step_by = alert.snoozed_until = None
    alert.save()
    write_alert_event("alert.step_done" if done else "alert.lapsed", alert, by=by, plan=said)
    if not done:
        tell_of_alert(alert, what=What.LAPSED, now=now)
    return not done


def bring_back_untransfused(event: Event) -> None:
    """Bring back the patient's alerts that rest on a transfusion which is no longer on record."""
    quiet = Alert.objects.filter(
        patient=event.patient,
        state=Alert.State.ACKNOWLEDGED,
        next_step=Alert.NextStep.TRANSFUSED,
        next_step_by=None,
    )
    for alert in quiet.order_by("id"):
        lapse(alert=alert, by=event.by, now=event.at)


def ran_out(alert: Alert, today: date) -> bool:
    """Say whether the day of the next step has passed, or that of the snooze or of a planned blood count has come."""
    if alert.state == Alert.State.ACKNOWLEDGED:
        return alert.next_step_by is not None and alert.next_step_by < today
    if alert.state != Alert.State.SNOOZED or alert.snoozed_until is None:
        return False
    # The count may have been planned or moved since the alert was snoozed.
    next_count = next_planned_count(alert.patient, today=today) if alert.patient else None
    return snooze_ends(alert.snoozed_until, next_count) <= today
