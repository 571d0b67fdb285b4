"""What of a preparation needs a decision: on worklist, patient page and in the list of visits; before an infusion."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine

from imaging.actions.medicines import MedicineFacts, end_medicine, record_medicine
from imaging.actions.withdrawals import (
    confirm_withdrawal,
    decide_all_the_same,
    plan_withdrawal,
    record_restart,
    refuse_withdrawal,
)
from imaging.deciding import against_infusion
from iotrex_followup.errors import ReasonNeeded
from patients.actions import update_treatment
from patients.treatment_checks import TreatmentFacts
from schedules.actions import book_visits, confirm_treatment, correct_treatment_date, record_treatment
from schedules.appointments.decisions import judged_by, to_decide, visits_to_decide
from schedules.calendars import working_calendar
from schedules.models import PlannedVisit
from schedules.plans.planning import PlanChoices
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


# What an infusion asks a reason for.

INFUSION_DAY, NEXT_DAY = date(2024, 6, 3), date(2024, 6, 4)
FOR_INFUSION = {"stop_on": date(2024, 5, 27), "restart_on": date(2024, 6, 10)}
UNPLANNED = "Labetalol interferes, and nothing is planned of withdrawing it."
ANOTHER_DAY = "Labetalol was withdrawn for Mon 3 Jun 2024, not for this day."


def give(infusion, by, *, on=INFUSION_DAY, reason=""):
    confirm_treatment(
        treatment=infusion.treatment,
        started_on=on,
        activity_mbq=None,
        weight_kg=None,
        override_reason=reason,
        choices=PlanChoices(),
        by=by,
        today=date(2024, 6, 12),
    )


def asked(act):
    """Return what a reason is asked for."""
    with pytest.raises(ReasonNeeded) as refused:
        act()
    return list(refused.value.concerns)


@pytest.fixture
def planned_for_infusion(labetalol, infusion, clinician, owner):
    facts = agreed(**FOR_INFUSION, restart_owner=owner)
    return plan_withdrawal(medicine=labetalol, occasion=infusion, facts=facts, by=clinician, today=TODAY)


@pytest.fixture
def confirmed_for_infusion(planned_for_infusion, clinician, owner):
    facts = agreed(**FOR_INFUSION, restart_owner=owner)
    return confirm_withdrawal(withdrawal=planned_for_infusion, facts=facts, by=clinician, today=TODAY)


def test_infusion_asks_a_reason_for_a_medicine_nobody_planned_to_withdraw(labetalol, infusion, clinician):
    assert asked(lambda: give(infusion, clinician)) == [UNPLANNED]
    give(infusion, clinician, reason="An emergency.")


def test_infusion_asks_a_reason_while_a_withdrawal_is_not_confirmed(planned_for_infusion, infusion, clinician):
    assert asked(lambda: give(infusion, clinician)) == ["That Labetalol was withdrawn is not confirmed."]


def test_infusion_asks_a_reason_until_it_is_decided_what_cannot_be_withdrawn(labetalol, infusion, clinician):
    cannot = refuse_withdrawal(medicine=labetalol, occasion=infusion, reason="Crises.", by=clinician, today=TODAY)
    assert asked(lambda: give(infusion, clinician)) == [
        "Labetalol interferes and cannot be withdrawn; nobody has decided what that means."
    ]
    decide_all_the_same(withdrawal=cannot, decision="Infusion all the same.", by=clinician)
    give(infusion, clinician)


def test_infusion_on_the_confirmed_day_asks_nothing_and_on_another_a_reason(
    confirmed_for_infusion, infusion, clinician
):
    assert asked(lambda: give(infusion, clinician, on=NEXT_DAY)) == [ANOTHER_DAY]
    give(infusion, clinician)


def test_infusion_that_is_moved_asks_a_reason_where_medicines_are_withdrawn_for_its_day(
    confirmed_for_infusion, infusion, clinician
):
    move = {"treatment": infusion.treatment, "started_on": NEXT_DAY, "by": clinician, "today": TODAY}
    assert asked(lambda: correct_treatment_date(**move, reason="No bed.")) == [ANOTHER_DAY]
    correct_treatment_date(**move, reason="No bed.", override_reason="Confirmed anew today.")


@pytest.mark.parametrize(
    ("restarted_on", "reasons"),
    [
        (date(2024, 6, 1), ["Labetalol is taken again since Sat 1 Jun 2024."]),
        (date(2024, 6, 10), []),
    ],
)
def test_infusion_asks_a_reason_for_a_medicine_taken_again_before_it(
    confirmed_for_infusion, infusion, clinician, restarted_on, reasons
):
    record_restart(
        withdrawal=confirmed_for_infusion,
        restarted_on=restarted_on,
        by=clinician,
        today=date(2024, 6, 11),
        reason="Crisis.",
    )
    infusion.treatment.started_on = INFUSION_DAY

    assert against_infusion(infusion.treatment) == reasons


def test_medicine_that_ended_before_the_infusion_or_is_not_in_the_table_asks_nothing(
    patient, labetalol, infusion, clinician
):
    record_medicine(patient=patient, facts=MedicineFacts("Omeprazole"), by=clinician, today=TODAY)
    end_medicine(medicine=labetalol, ended_on=TODAY, by=clinician, today=TODAY)

    give(infusion, clinician)


def record(patient, by, day, state):
    facts = TreatmentFacts(day, state=state)
    record_treatment(patient=patient, facts=facts, choices=PlanChoices(), by=by, today=TODAY)


def test_another_infusion_is_not_asked_about_what_is_withdrawn_for_this_one(
    planned_for_infusion, patient, clinician, plan
):
    record(patient, clinician, date(2024, 9, 2), "planned")
    update_treatment(treatment=plan.treatment, fields={"weight_kg": Decimal(70)}, reason="", by=clinician, today=TODAY)
    plan.treatment.refresh_from_db()
    assert plan.treatment.weight_kg == 70


def test_infusion_recorded_as_given_asks_a_reason_for_what_was_taken_on_that_day(labetalol, patient, clinician):
    assert UNPLANNED in asked(lambda: record(patient, clinician, date(2024, 4, 8), "given"))
