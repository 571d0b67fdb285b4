"""A clinician's choice of a baseline: what is refused, what it regrades and says, and that it is undone whole."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection

from events.models import Event
from events.undo import undo
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from labs.actions.baselines import choose_baseline, clear_chosen_baseline
from labs.models import Baseline, LabGrade, LabResult
from schedules.wording import event_sentence
from tests.factories import PatientFactory
from tests.labs.arrivals import arrive
from tests.snapshot import stored

ANCHOR = date(2024, 1, 31)
NOW = datetime(2024, 4, 1, 9, tzinfo=UTC)


def day(number):
    return ANCHOR + timedelta(number)


@pytest.fixture
def patient(plan):
    """ALT 100 and 30 before the infusion, 140 after: by the rule graded against 30, normal."""
    for number, value in ((-9, "100"), (-2, "30"), (20, "140")):
        arrive(plan.patient, day(number), alt=value)
    return plan.patient


def result(patient, number, analyte="alt"):
    return LabResult.objects.get(patient=patient, analyte=analyte, collected_on=day(number))


def choose(plan, chosen, by, reason="The later one was haemolysed.", analyte="alt"):
    return choose_baseline(treatment=plan.treatment, analyte=analyte, result=chosen, reason=reason, by=by, now=NOW)


def clear(plan, by, reason="It was right after all."):
    return clear_chosen_baseline(treatment=plan.treatment, analyte="alt", reason=reason, by=by, now=NOW)


def alt_grade(patient):
    return LabGrade.objects.get(result=result(patient, 20)).grade


def test_chosen_baseline_regrades_and_says_what_changed(plan, patient, clinician):
    assert alt_grade(patient) == 2  # above 3 x the upper limit of 45

    row = choose(plan, result(patient, -9), clinician)

    assert (row.result, row.chosen, row.reason) == (result(patient, -9), True, "The later one was haemolysed.")
    assert alt_grade(patient) == 1  # not above 1.5 x the baseline of 100
    event = Event.objects.get(kind="baseline.chosen")
    assert (event.by, event.reason) == (clinician, "The later one was haemolysed.")
    assert event.facts["grades"] == [
        {"on": "2024-02-20", "term": "Alanine aminotransferase increased", "before": 2, "after": 1}
    ]
    assert event_sentence(event) == (
        "Baseline of Alanine aminotransferase (ALT) before the treatment of Wed 31 Jan 2024"
        " is 100 U/L of Mon 22 Jan 2024; 1 grade changed"
    )


def test_result_that_comes_later_leaves_the_choice_alone(plan, patient, clinician):
    choose(plan, result(patient, -9), clinician)

    arrive(patient, day(-1), alt="35")

    assert Baseline.objects.get(analyte="alt").result == result(patient, -9)


def graded():
    """Return every baseline and grade; what the plan adds as days pass is not the choice's doing."""
    return {key: row for key, row in stored(Baseline, LabGrade).items() if key[0] in ("Baseline", "LabGrade")}


def test_undone_choice_leaves_baseline_and_grades_as_they_were(plan, patient, clinician):
    before = graded()
    choose(plan, result(patient, -9), clinician)
    assert graded() != before

    undo(event=Event.objects.get(kind="baseline.chosen"), by=clinician, now=NOW)

    assert graded() == before


def test_choice_taken_back_is_the_rule_again(plan, patient, clinician):
    choose(plan, result(patient, -9), clinician)

    row = clear(plan, clinician)

    assert (row.result, row.chosen) == (result(patient, -2), False)
    assert row.reason == "The last before the infusion, 2 days before it."
    assert alt_grade(patient) == 2
    assert Event.objects.get(kind="baseline.cleared").reason == "It was right after all."


def test_choice_taken_back_by_mistake_is_restored_by_undoing(plan, patient, clinician):
    choose(plan, result(patient, -9), clinician)
    before = graded()
    clear(plan, clinician)

    undo(event=Event.objects.get(kind="baseline.cleared"), by=clinician, now=NOW)

    assert graded() == before


def test_value_older_than_the_rule_allows_can_be_chosen(plan, clinician):
    arrive(plan.patient, day(-60), alt="25")
    arrive(plan.patient, day(20), alt="130")
    assert Baseline.objects.get(analyte="alt").result is None

    choose(plan, result(plan.patient, -60), clinician)

    assert Baseline.objects.get(analyte="alt").result == result(plan.patient, -60)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "preliminary"}, "Choose a final result"),
        ({"status": "cancelled"}, "Choose a final result"),
        ({"is_current": False}, "Choose a final result"),
        ({"comparator": "<"}, "Only a single number"),
        ({"si_value": None}, "Only a single number"),
        ({"collected_on": day(1)}, "from after the treatment"),
        ({"analyte": "ast"}, "another patient or another analyte"),
    ],
)
def test_result_that_cannot_be_a_baseline_is_refused(plan, patient, clinician, fields, words):
    chosen = result(patient, -9)
    for name, value in fields.items():
        setattr(chosen, name, value)

    with pytest.raises(InputRefused, match=words) as refused:
        choose(plan, chosen, clinician)

    assert refused.value.field == "result"


def test_another_patients_result_is_refused(plan, patient, clinician):
    other = PatientFactory(clinic=plan.clinic)
    arrive(other, day(-5), alt="20")

    with pytest.raises(InputRefused, match="another patient"):
        choose(plan, LabResult.objects.get(patient=other), clinician)


@pytest.mark.parametrize("reason", ["", "  "])
def test_choice_without_a_reason_is_refused(plan, patient, clinician, reason):
    with pytest.raises(ReasonNeeded):
        choose(plan, result(patient, -9), clinician, reason=reason)


def test_nothing_to_take_back_is_refused(plan, patient, clinician):
    with pytest.raises(TransitionRefused, match="Nobody chose"):
        clear(plan, clinician)


@pytest.mark.parametrize("fields", [{"state": "planned"}, {"kind": "dosimetric"}, {"state": "withdrawn"}])
def test_treatment_that_was_not_given_has_no_baseline_to_choose(plan, patient, clinician, fields):
    for name, value in fields.items():
        setattr(plan.treatment, name, value)

    with pytest.raises(TransitionRefused, match="that was given"):
        choose(plan, result(patient, -9), clinician)


def test_closed_record_is_not_changed(plan, patient, clinician):
    patient.status = "entered_in_error"
    patient.save()

    with pytest.raises(TransitionRefused, match="closed"):
        choose(plan, result(patient, -9), clinician)


def test_choice_that_cannot_write_its_event_changes_nothing(plan, patient, clinician):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'out of paper'; END $$;"
            "CREATE TRIGGER refuse BEFORE INSERT ON events_event EXECUTE FUNCTION refuse()"
        )
    before = stored(Baseline, LabGrade, Event)

    with pytest.raises(DatabaseError, match="out of paper"):
        choose(plan, result(patient, -9), clinician)

    assert stored(Baseline, LabGrade, Event) == before
