"""What the demo's clinicians do with their alerts: they answer them, and close them once the matter is over."""

from datetime import date, datetime, timedelta

from events.actions import mark_read
from events.models import Message
from labs.actions.alerts import acknowledge, resolve
from labs.models import Alert
from schedules.demo.clinic import Demo

NOT_YET = timedelta(days=3)  # what was raised since is still unanswered
SETTLED = timedelta(days=12)
NEXT_STEPS = {"cytopenia": "repeat_cbc", "thyroid": "repeat_test", "marker_rise": "repeat_test"}
WITHIN = timedelta(days=7)


def answer(demo: Demo, *, now: datetime) -> None:
    """Answer what waits and close what was answered long ago, as of `now`; the last days' alerts keep waiting."""
    by = demo.clinicians[0]
    today = demo.clinic.local_date(now)
    if today > demo.today - NOT_YET:
        return
    own = Alert.objects.filter(clinic=demo.clinic, patient__isnull=False)
    for alert in own.waiting():
        step = NEXT_STEPS.get(alert.rule, "patient_called")
        acknowledge(alert=alert, next_step=step, by_when=due(demo, today), by=by, now=now)
    for alert in own.filter(state=Alert.State.ACKNOWLEDGED, answered_at__lt=now - SETTLED):
        resolve(alert=alert, resolution="Repeated and followed up; nothing further for now.", by=by, now=now)


def due(demo: Demo, today: date) -> date:
    """Return by when the next step is due: a week on, but not before the demo begins."""
    return max(today + WITHIN, demo.today + WITHIN) if today > demo.today - SETTLED else today + WITHIN


def finish(demo: Demo, *, now: datetime) -> None:
    """Close what nobody waits for any more, and read what is old."""
    by = demo.clinicians[0]
    ran_out = Alert.objects.filter(clinic=demo.clinic, state=Alert.State.ACKNOWLEDGED, next_step_by__lt=demo.today)
    for alert in ran_out:
        resolve(alert=alert, resolution="Repeated and followed up; nothing further for now.", by=by, now=now)
    for person in (*demo.clinicians, demo.coordinator):
        old = Message.objects.inbox_of(person).filter(sent_at__lt=now - NOT_YET)
        mark_read(messages=list(old), by=person, now=now)
