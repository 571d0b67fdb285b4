from datetime import date

import pytest

from accounts.models import Clinic, Staff
from schedules.models import Plan
from tests.factories import ClinicFactory, MembershipFactory, enrolled

ANCHOR = date(2024, 1, 31)


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
