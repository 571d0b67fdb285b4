from datetime import UTC, date, datetime
from typing import Any

import pytest

from accounts.models import Clinic, Staff
from events.delivery import sending as delivery
from events.models import Message
from patients.actions import save_contact
from patients.models import Contact
from schedules.actions.reminders import plan_reminders
from schedules.models import Plan
from tests.factories import ClinicFactory, MembershipFactory, enrolled

ANCHOR = date(2024, 1, 31)
# The window of week 5 opens on 3 March 2024, its reminder goes on the 2nd.
SWEPT = datetime(2024, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def clinic(db: None) -> Clinic:
    return ClinicFactory()


@pytest.fixture
def clinician(clinic: Clinic) -> Staff:
    return MembershipFactory(clinic=clinic).staff


@pytest.fixture
def plan(clinic: Clinic, clinician: Staff) -> Plan:
    """The plan of the worked examples: an infusion on 31 January 2024, followed from that day."""
    return enrolled(by=clinician, clinic=clinic, started_on=ANCHOR, today=ANCHOR)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What has left, by e-mail and by SMS."""
    found: list[Any] = []

    def take(envelope):
        found.append(envelope)
        return "ref"

    monkeypatch.setitem(delivery.CHANNELS, "email", take)
    monkeypatch.setitem(delivery.CHANNELS, "sms", take)
    return found


@pytest.fixture
def contact(plan: Plan, clinician: Staff, taken: list[Any]) -> Contact:
    """The patient, who has agreed to SMS and e-mail."""
    fields = {"phone": "07700 900001", "email": "ana@example.org", "sms_consent": "given", "email_consent": "given"}
    return save_contact(patient=plan.patient, contact=None, fields=fields, by=clinician)


@pytest.fixture
def reminder(contact: Contact, clinic: Clinic) -> Message:
    """The reminder of week 5, waiting."""
    plan_reminders(clinic=clinic, now=SWEPT)
    return Message.objects.get(kind="reminder", local_day=date(2024, 3, 2), contact=contact)
