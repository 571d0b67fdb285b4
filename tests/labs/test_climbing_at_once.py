"""Two workers find the same alert due: its step is told once."""

from datetime import timedelta

import pytest
from django.conf import settings

from accounts.models import LadderStep
from events.models import Event, Message
from labs.actions.climbing import escalate_alerts
from tests.at_once import while_open
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory
from tests.labs.factories import NOW, AlertFactory

pytestmark = pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)


def test_two_workers_tell_a_step_once():
    clinic = ClinicFactory()
    own, covering = (MembershipFactory(clinic=clinic).staff for _ in range(2))
    LadderStep.objects.create(clinic=clinic, step=LadderStep.Step.COVERING, staff=covering)
    AlertFactory(patient=PatientFactory(clinic=clinic, responsible_clinician=own), tier="immediate", next_notice_at=NOW)
    now = NOW + timedelta(minutes=30)

    second = while_open(lambda: escalate_alerts(now=now), lambda: escalate_alerts(now=now))

    assert second.result() == 0
    assert Event.objects.filter(kind="alert.escalated").count() == 1
    assert list(Message.objects.in_app().values_list("recipient", flat=True)) == [covering.pk]
