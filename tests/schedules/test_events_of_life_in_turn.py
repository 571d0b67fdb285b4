"""What one turn of life leaves for the next: holds, specimens on their way, infusions, courses, merged records."""

from datetime import date
from decimal import Decimal

import pytest

from events.models import Event
from events.undo import undo
from iotrex_followup.errors import InputRefused, ReasonNeeded
from patients.models import ClinicalEvent, Patient, Treatment
from patients.treatment_checks import TreatmentFacts
from schedules.actions import confirm_treatment, record_treatment, record_visit, withdraw_treatment
from schedules.actions.life import (
    ClinicalFacts,
    accept_transfer,
    change_clinical_event,
    end_clinical_event,
    let_go_on,
    record_clinical_event,
)
from schedules.actions.replanning import correct_treatment_date
from schedules.models import PlannedActivity, PlannedVisit
from schedules.plans.life import Life
from schedules.plans.planning import PlanChoices
from schedules.plans.standing import hold_of
from tests.factories import noon, visit_of
from tests.labs.arrivals import arrive

FIRST, SECOND = date(2024, 1, 31), date(2024, 2, 14)
DAY = date(2024, 3, 6)
NOW = noon(DAY)
PAUSE = ClinicalFacts("pause", DAY, details={"review_on": "2024-06-01", "why": "Long journey"})
PREGNANT = ClinicalFacts("pregnancy", DAY)
DEATH = ClinicalFacts("death", DAY)
COMFORT = ClinicalFacts("comfort_care", DAY, details={"agreed_with": "Patient and family"})
DECLINED = ClinicalFacts("declines_follow_up", DAY, details={"explained_by": "Dr Roca", "taken_over_by": "GP Sanz"})
TRANSFER = ClinicalFacts("transfer", date(2024, 3, 4), details={"to_whom": "Dr Aliaga, South clinic"})


@pytest.fixture
def happen(plan, clinician):
    """Record an event of the patient; a transfer is accepted at once."""

    def run(facts) -> ClinicalEvent:
        patient = Patient.objects.get(pk=plan.patient_id)
        event = record_clinical_event(patient=patient, facts=facts, by=clinician, now=NOW)
        if facts.kind == "transfer":
            event = accept_transfer(event=event, accepted_on=DAY, accepted_by="Dr Aliaga", by=clinician, now=NOW)
        return event

    return run


def hold(plan, timepoint="M3", kind="imaging") -> str:
    return visit_of(plan, timepoint, kind).on_hold


def go_on(plan, clinician) -> None:
    let_go_on(visit=visit_of(plan, "M3", "imaging"), reason="MRI only.", by=clinician, today=DAY)


def test_decision_about_a_pause_does_not_stand_against_a_pregnancy(plan, happen, clinician):
    pause = happen(PAUSE)
    go_on(plan, clinician)
    assert hold(plan) == ""
    end_clinical_event(event=pause, ended_on=DAY, by=clinician, now=NOW)

    happen(PREGNANT)
    assert hold(plan) == "Pregnancy"

    go_on(plan, clinician)
    assert hold(plan) == ""
    undo(event=Event.objects.filter(kind="visit.let_go_on").order_by("-at", "-id")[0], by=clinician, now=NOW)
    assert hold(plan) == "Pregnancy"


def test_decisions_about_two_causes_stand_side_by_side(plan, happen, clinician):
    happen(PAUSE)
    happen(PREGNANT)
    go_on(plan, clinician)
    assert hold(plan) == "Pregnancy"

    go_on(plan, clinician)

    assert (hold(plan), hold(plan, "M9") != "") == ("", True)
    assert len(visit_of(plan, "M3", "imaging").hold_decision.splitlines()) == 2


def test_decision_about_one_pregnancy_does_not_stand_in_the_next(plan, happen, clinician):
    first = happen(ClinicalFacts("pregnancy", date(2024, 3, 1)))
    go_on(plan, clinician)
    end_clinical_event(event=first, ended_on=date(2024, 3, 2), by=clinician, now=NOW)

    happen(PREGNANT)

    assert hold(plan) == "Pregnancy"


@pytest.mark.parametrize(
    ("kind", "activity", "held"),
    [
        ("imaging", "mibg_spect_ct", "Pregnancy"),
        ("imaging", "cbc", "Pregnancy"),
        ("visit", "bone_scan", "Pregnancy"),
        ("visit", "fdg_pet", "Pregnancy"),
        ("visit", "cbc", ""),
        ("visit", "metanephrines", ""),
        ("visit", "physician_visit", ""),
    ],
)
def test_pregnancy_holds_imaging_and_what_is_not_known_to_be_harmless(kind, activity, held):
    visit = PlannedVisit(kind=kind, closes=DAY)

    assert hold_of(visit, [PlannedActivity(activity=activity)], Life(pregnant_since=DAY)) == held


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (PREGNANT, "Pregnant since"),
        (DEATH, "Died 6 Mar 2024"),
        (COMFORT, "Comfort care"),
        (DECLINED, "Declined follow-up"),
        (TRANSFER, "Followed up elsewhere"),
    ],
)
def test_infusion_is_asked_about_against_what_stands_of_the_patient(plan, happen, clinician, facts, words):
    planned_on = date(2024, 6, 10)
    common = {"patient": plan.patient, "choices": PlanChoices(), "by": clinician}
    planned = record_treatment(facts=TreatmentFacts(planned_on, state="planned"), today=DAY, **common)
    happen(facts)

    with pytest.raises(ReasonNeeded, match=words):
        record_treatment(facts=TreatmentFacts(date(2024, 6, 11), state="planned"), today=DAY, **common)
    given = {"started_on": planned_on, "activity_mbq": None, "weight_kg": None, "choices": PlanChoices()}
    with pytest.raises(ReasonNeeded, match=words):
        confirm_treatment(treatment=planned, override_reason="", by=clinician, today=planned_on, **given)
    assert record_treatment(
        facts=TreatmentFacts(date(2024, 6, 11), state="planned", override_reason="By the board."), today=DAY, **common
    ).override_reason


def test_infusion_before_what_stands_now_is_not_asked_about(plan, happen, clinician):
    happen(DEATH)

    record_treatment(
        patient=plan.patient,
        facts=TreatmentFacts(date(2023, 6, 1)),
        choices=PlanChoices(),
        by=clinician,
        today=DAY,
    )


@pytest.mark.parametrize("facts", [DEATH, COMFORT, DECLINED, TRANSFER])
def test_drawn_specimen_waits_for_its_result_whatever_ends_the_plan(plan, happen, clinician, facts):
    record_visit(
        visit=visit_of(plan, "W5"), occurred_on=date(2024, 3, 6), outcomes={"cbc": "drawn"}, by=clinician, today=DAY
    )
    happen(facts)

    waiting = PlannedVisit.objects.awaiting_result().get()
    assert waiting.timepoint == "W5"
    assert not PlannedVisit.objects.filter(activities__status="planned").exists()
    record_visit(visit=waiting, occurred_on=DAY, outcomes={"cbc": "done"}, by=clinician, today=DAY)
    assert not PlannedVisit.objects.awaiting_result().exists()


@pytest.mark.parametrize("facts", [DEATH, TRANSFER])
def test_result_that_arrives_after_the_plan_ended_closes_its_specimen(plan, happen, clinician, facts):
    record_visit(visit=visit_of(plan, "W5"), occurred_on=DAY, outcomes={"cbc": "drawn"}, by=clinician, today=DAY)
    happen(facts)

    arrive(plan.patient, DAY)

    assert not PlannedVisit.objects.awaiting_result().exists()
    assert visit_of(plan, "W5").activities.get(activity="cbc").status == "done"


def test_events_a_merge_brought_together_are_changed_and_ended_one_by_one(plan, happen, clinician):
    one = happen(PAUSE)
    other = ClinicalEvent.objects.get(pk=one.pk)
    other.pk, other.started_on = ClinicalEvent().pk, date(2024, 3, 4)
    other.save(force_insert=True)

    change_clinical_event(event=one, fields={"note": "Back in June."}, by=clinician, now=NOW)
    with pytest.raises(InputRefused, match="on record for that time"):
        change_clinical_event(event=one, fields={"started_on": date(2024, 3, 5)}, by=clinician, now=NOW)
    for event in (one, other):
        end_clinical_event(event=event, ended_on=DAY, by=clinician, now=NOW)

    assert not ClinicalEvent.objects.filter(ended_on=None).exists()


def test_transfer_does_not_begin_after_it_was_accepted(happen, clinician):
    event = happen(TRANSFER)
    change_clinical_event(event=event, fields={"started_on": date(2024, 3, 5)}, by=clinician, now=NOW)
    accepted = ClinicalEvent.objects.get()
    ClinicalEvent.objects.update(accepted_on=date(2024, 3, 5))

    with pytest.raises(InputRefused, match="accepted on"):
        change_clinical_event(event=accepted, fields={"started_on": DAY}, by=clinician, now=NOW)


@pytest.fixture
def second(plan, clinician) -> Treatment:
    """The second infusion of a tandem course."""
    return record_treatment(
        patient=plan.patient,
        facts=TreatmentFacts(SECOND, tandem_with_id=plan.treatment_id, activity_mbq=Decimal(7400)),
        choices=PlanChoices(followed_from=FIRST),
        by=clinician,
        today=DAY,
    )


def redate(treatment, started_on, clinician) -> Treatment:
    return correct_treatment_date(
        treatment=treatment,
        started_on=started_on,
        reason="Misread.",
        override_reason="So it was.",
        by=clinician,
        today=DAY,
    )


@pytest.mark.parametrize("day", [SECOND, date(2024, 2, 20)])
def test_first_infusion_of_a_course_stays_before_the_second(plan, second, clinician, day):
    with pytest.raises(InputRefused, match=r"second infusion of the course|already"):
        redate(plan.treatment, day, clinician)

    assert redate(plan.treatment, date(2024, 2, 1), clinician).started_on == date(2024, 2, 1)


def test_second_infusion_is_redated_when_its_first_was_entered_in_error(plan, second, clinician):
    withdraw_treatment(treatment=plan.treatment, reason="Other patient.", by=clinician, today=DAY)

    assert redate(second, date(2024, 1, 30), clinician).started_on == date(2024, 1, 30)
