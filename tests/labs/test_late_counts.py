"""An answered alert of low counts comes back when the next count is late."""

from datetime import UTC, datetime, timedelta

from accounts.models import Staff
from events.models import Event, Message
from labs.actions.alerts import acknowledge
from labs.actions.late_counts import raise_for_late_counts
from labs.models import Alert
from schedules.models import Plan
from tests.labs.factories import AlertFactory

DAY_30 = datetime(2024, 3, 1, 9, tzinfo=UTC)  # of the treatment of 31 January


def answered(plan: Plan, clinician: Staff) -> Alert:
    """An alert of day 30, answered, and a severe count of that day."""
    Plan.objects.filter(pk=plan.pk).update(result_count_on=DAY_30.date(), result_count_severe=True)
    alert = AlertFactory(patient=plan.patient, opened_at=DAY_30)
    return acknowledge(
        alert=alert, next_step="repeat_cbc", by_when=DAY_30.date() + timedelta(20), by=clinician, now=DAY_30
    )


def test_alert_comes_back_once_when_the_next_count_is_late(plan: Plan, clinician: Staff) -> None:
    alert = answered(plan, clinician)

    assert raise_for_late_counts(now=DAY_30 + timedelta(4)) == 0, "four days after a severe count none is late"
    assert raise_for_late_counts(now=DAY_30 + timedelta(5)) == 1
    assert raise_for_late_counts(now=DAY_30 + timedelta(6)) == 0

    alert.refresh_from_db()
    assert (alert.state, alert.raised_at) == (Alert.State.OPEN, DAY_30 + timedelta(5))
    assert Event.objects.get(kind="alert.count_late").facts["days"] == 5
    told = Message.objects.in_app().get(kind="alert.count_late", recipient=clinician)
    assert told.subject.startswith("Same day, raised again since the next blood count is late: ")


def test_alert_stays_quiet_once_the_count_has_come(plan: Plan, clinician: Staff) -> None:
    answered(plan, clinician)
    Plan.objects.filter(pk=plan.pk).update(result_count_on=DAY_30.date() + timedelta(3), result_count_severe=False)

    assert raise_for_late_counts(now=DAY_30 + timedelta(6)) == 0
