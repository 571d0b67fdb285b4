"""What of a preparation needs a decision: the same words on worklist, patient page and in the list of visits."""

from datetime import date

import pytest
import time_machine

from imaging.actions.withdrawals import confirm_withdrawal, decide_all_the_same, refuse_withdrawal
from schedules.actions import book_visits
from schedules.appointments.decisions import judged_by, to_decide, visits_to_decide
from schedules.calendars import working_calendar
from schedules.models import PlannedVisit
from tests.imaging.preparation.conftest import NOW, TODAY, agreed

CANNOT = "An interfering medicine cannot be withdrawn"
ANEW = "Medicines were withdrawn for Tue 30 Apr 2024: to be confirmed anew"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def decisions(clinic, today=TODAY):
    """What is to be decided, by timepoint; what is listed is what has words."""
    calendar = working_calendar(clinic)
    listed = set(visits_to_decide(clinic, calendar, today=today))
    said = {v: to_decide(v, calendar, today=today) for v in PlannedVisit.objects.prefetch_related(*judged_by())}
    assert listed == {visit.pk for visit, found in said.items() if found}
    return {visit.timepoint: found for visit, found in said.items() if found}


@pytest.fixture
def refused(labetalol, scan, clinician):
    return refuse_withdrawal(medicine=labetalol, occasion=scan, reason="Crises.", by=clinician, today=TODAY)


def test_scan_waits_for_a_decision_until_a_clinician_has_decided(clinic, refused, clinician):
    assert decisions(clinic) == {"M3": [CANNOT]}
    decide_all_the_same(withdrawal=refused, decision="MFBG-PET instead.", by=clinician)
    assert decisions(clinic) == {}


def test_booked_scan_waits_too_and_an_overdue_one_is_overdue(clinic, refused, visit, clinician):
    assert decisions(clinic, today=date(2024, 5, 14)) == {"M3": [CANNOT]}
    assert decisions(clinic, today=date(2024, 5, 15)) == {}
    book_visits(visits=[visit], on=date(2024, 5, 14), by=clinician, today=TODAY)
    assert decisions(clinic) == {"M3": [CANNOT]}


def test_scan_that_moved_waits_until_the_withdrawal_is_confirmed_anew(clinic, confirmed, visit, clinician, owner):
    assert decisions(clinic) == {}
    book_visits(visits=[visit], on=date(2024, 5, 7), by=clinician, today=TODAY)
    assert decisions(clinic) == {"M3": [ANEW]}
    facts = agreed(stop_on=date(2024, 4, 29), restart_on=date(2024, 5, 8), restart_owner=owner)
    confirm_withdrawal(withdrawal=confirmed, facts=facts, by=clinician, today=TODAY)
    assert decisions(clinic) == {}


def test_worklist_and_patient_page_say_so(client, refused, visit, clinician):
    client.force_login(clinician)
    for path in ("/", f"/patients/{visit.patient_id}/", f"/visits/{visit.pk}/"):
        assert CANNOT in client.get(path).content.decode(), path
