"""Two people record one adverse event at the same time: there is one."""

from datetime import date

import pytest
from django.conf import settings

from iotrex_followup.errors import InputRefused
from labs.actions.adverse_events import AdverseEventFacts, record_adverse_event
from patients.models import AdverseEvent
from tests.at_once import while_open
from tests.factories import MembershipFactory, PatientFactory

pytestmark = pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)


def test_adverse_event_that_is_being_recorded_is_not_recorded_again():
    member = MembershipFactory()
    patient = PatientFactory(clinic=member.clinic)
    facts = AdverseEventFacts(term="Dry mouth", grade=1, onset_on=date(2024, 2, 20), attribution="probable")

    def record():
        record_adverse_event(patient=patient, facts=facts, by=member.staff, today=date(2024, 3, 6))

    second = while_open(record, record)

    assert isinstance(second.exception(), InputRefused)
    assert AdverseEvent.objects.count() == 1
