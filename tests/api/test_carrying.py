"""What earlier plans leave is read, carried over and kept over the API."""

from datetime import date

import pytest

from accounts.models import Role
from patients.treatment_checks import TreatmentFacts
from schedules import actions
from schedules.plans.planning import PlanChoices
from tests.api.conftest import TODAY, ApiClient, member_of
from tests.factories import enrolled, visit_of

SECOND = date(2024, 3, 25)


@pytest.fixture
def earlier(clinic, clinician):
    """A plan of which month 2 is overdue and month 4 booked when a second treatment is recorded."""
    plan = enrolled(by=clinician, clinic=clinic, started_on=date(2024, 1, 3), today=date(2024, 1, 3))
    actions.book_visits(visits=[visit_of(plan, "M4")], on=date(2024, 5, 2), by=clinician, today=date(2024, 1, 4))
    actions.record_treatment(
        patient=plan.patient,
        facts=TreatmentFacts(SECOND, override_reason="Decided in the conference."),
        choices=PlanChoices(),
        by=clinician,
        today=TODAY,
    )
    return plan


def test_overdue_item_is_read_and_carried(api, earlier):
    current = earlier.patient.plans.get(is_current=True)
    left = api.get(f"patients/{earlier.patient_id}/earlier-plans").json()

    (offer,) = left["overdue"]
    assert offer["visit"] == str(visit_of(earlier, "M2").pk)
    assert (offer["activities"], offer["to"]) == (["chemistry", "thyroid"], str(visit_of(current, "W1").pk))

    answer = api.post(f"visits/{offer['visit']}/carry")
    assert answer.status_code == 200
    assert {a["activity"]: a["status"] for a in answer.json()["activities"]}["thyroid"] == "not_applicable"
    assert visit_of(current, "W1").activities.get(activity="thyroid").status == "planned"
    assert api.post(f"visits/{offer['visit']}/carry").status_code == 409
    assert api.get(f"patients/{earlier.patient_id}/earlier-plans").json()["overdue"] == []


def test_left_booking_is_read_and_kept(api, earlier):
    current = earlier.patient.plans.get(is_current=True)
    (left,) = api.get(f"patients/{earlier.patient_id}/earlier-plans").json()["booked"]

    assert (left["on"], left["replaced"]) == ("2024-05-02", [str(visit_of(earlier, "M4").pk)])
    assert left["fitting"] == [str(visit_of(current, "W5").pk)]

    answer = api.post(f"appointments/{left['appointment']}/attach", {"visits": left["fitting"]})
    assert (answer.status_code, answer.json()["visits"]) == (200, left["fitting"])
    assert api.get(f"patients/{earlier.patient_id}/earlier-plans").json()["booked"] == []


def test_coordinator_keeps_a_booking_but_does_not_carry(clinic, earlier):
    api = ApiClient(member_of(clinic, Role.COORDINATOR))
    (left,) = api.get(f"patients/{earlier.patient_id}/earlier-plans").json()["booked"]

    assert api.post(f"visits/{visit_of(earlier, 'M2').pk}/carry").status_code == 403
    assert api.post(f"appointments/{left['appointment']}/attach", {"visits": left["fitting"]}).status_code == 200
