"""Two arrivals of the same rows at the same time: one stores them, the other finds them stored."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import Clinic
from labs.actions.receiving import Received, Source, receive_results
from labs.intake.incoming import Incoming
from labs.models import Alert, LabGrade, Laboratory, LabResult, QuarantineItem
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory

# Naming the apps lets the clearing afterwards reach the tables that belong to none of their models.
pytestmark = pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)

ROWS = [
    *(Incoming("", f"P{n}", "2024-03-05", "platelets", "8", "10*9/L", laboratory="North") for n in range(20)),
    *(Incoming("", f"P{n}", "2024-03-05", "mystery", "8", laboratory="North") for n in range(20)),
    *(Incoming("", f"nobody {n}", "2024-03-05", "platelets", "8", laboratory="North") for n in range(20)),
]


def arrive(clinic: Clinic) -> Received:
    try:
        now = datetime(2024, 3, 6, 9, tzinfo=UTC)
        return receive_results(clinic=clinic, rows=ROWS, source=Source("file", ""), by=None, now=now)
    finally:
        connection.close()


def test_rows_that_arrive_twice_at_once_are_stored_once():
    clinic = ClinicFactory()
    MembershipFactory(clinic=clinic)
    for number in range(20):
        PatientFactory(clinic=clinic, mrn=f"P{number}")

    with ThreadPoolExecutor(4) as pool:
        received = list(pool.map(arrive, [clinic] * 4))

    told = sorted((each.stored, len(each.quarantined), each.duplicate) for each in received)
    assert told == [(0, 0, 60), (0, 0, 60), (0, 0, 60), (20, 40, 0)]
    stored = [model.objects.count() for model in (LabResult, LabGrade, QuarantineItem, Laboratory)]
    assert stored == [20, 20, 40, 1]
    # One of each patient's own, and one for each MRN nobody is found for.
    assert Alert.objects.count() == 40
