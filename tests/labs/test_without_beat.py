"""Alerts climb without Redis and without beat, by `manage.py deliver`; /metrics says where nobody climbs."""

from datetime import timedelta

import pytest
import time_machine
from celery import Task
from django.core import mail
from django.core.management import call_command

from accounts.models import LadderStep
from labs.actions.climbing import escalate_alerts
from labs.alerting.deadlines import answer_by, begin_waiting
from labs.models import Alert
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory
from tests.labs.factories import NOW, AlertFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_broker(monkeypatch):
    def refuse(*arguments, **options):
        raise ConnectionError

    monkeypatch.setattr(Task, "apply_async", refuse)


@pytest.fixture
def alert():
    """An immediate alert, raised at NOW: its second step is due 15 minutes later, the covering clinician's after 30."""
    clinic = ClinicFactory()
    doctor, cover = (MembershipFactory(clinic=clinic, staff__email=f"{name}@example.org").staff for name in ("d", "c"))
    LadderStep.objects.create(clinic=clinic, step=LadderStep.Step.COVERING, staff=cover)
    alert = AlertFactory.build(patient=PatientFactory(clinic=clinic, responsible_clinician=doctor), tier="immediate")
    begin_waiting(alert, now=NOW, answer_by=answer_by("immediate", NOW, clinic))
    alert.opened_at = NOW
    alert.save()
    return alert


def minutes(number):
    return NOW + timedelta(minutes=number)


def test_overdue_alert_is_climbed_and_the_message_leaves(alert, no_broker):
    with time_machine.travel(minutes(31), tick=False):
        call_command("deliver", "--drain")

    alert.refresh_from_db()
    assert (alert.notices, alert.next_notice_at) == (3, minutes(60))
    assert [address for message in mail.outbox for address in message.to] == ["c@example.org"]


def overdue(client, settings, at):
    """Return what /metrics says of the ladder at this time."""
    settings.METRICS_TOKEN = "s3cret"
    with time_machine.travel(at, tick=False):
        answer = client.get("/metrics", headers={"Authorization": "Bearer s3cret"})
    return [line for line in answer.content.decode().splitlines() if "followup_alerts" in line][-1]


def test_metrics_say_for_how_long_the_ladder_is_not_climbed(client, settings, alert):
    later = AlertFactory(patient=PatientFactory(), tier="immediate", next_notice_at=minutes(16))
    lines = [overdue(client, settings, minutes(at)) for at in (14, 15, 25)]
    escalate_alerts(now=minutes(25))
    lines.append(overdue(client, settings, minutes(25)))

    name = "followup_alerts_overdue_seconds"
    assert lines == [f"{name} 0", f"{name} 0", f"{name} 600", f"{name} 0"]
    assert later.patient != alert.patient


def test_metrics_say_nothing_of_an_alert_that_was_answered(client, settings, alert):
    Alert.objects.update(state="acknowledged")

    assert overdue(client, settings, minutes(60)) == "followup_alerts_overdue_seconds 0"
