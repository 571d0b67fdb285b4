"""How the blood counts stand after an infusion: one patient, and the clinic's list."""

from datetime import date, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from labs.models import LabPolicy
from labs.pages.monitoring import ended_before, followed_now, latest_monitoring
from patients.models import SupportiveCare, Treatment
from schedules.actions.life import ClinicalFacts, record_clinical_event
from schedules.plans.planning import PlanChoices
from tests.factories import ClinicFactory, PatientFactory, enrolled, noon
from tests.labs.arrivals import arrive

ANCHOR = date(2024, 1, 31)


def day(number):
    return ANCHOR + timedelta(number)


def treated(clinic, days_ago, today, *, counts=(), name="prueba ana"):
    """A patient treated `days_ago`, with a count on each of the days `counts` after that."""
    patient = PatientFactory(clinic=clinic, search_name=name)
    started = today - timedelta(days_ago)
    Treatment.objects.create(clinic=clinic, patient=patient, state="given", number=1, started_on=started)
    for number in counts:
        arrive(patient, started + timedelta(number))
    return patient


def marks(rows):
    return [(row.patient.search_name, row.mark, row.word) for row in rows]


def test_fallen_and_recovered_counts_are_told_with_depth_and_the_gap(plan):
    course = {-2: ("4.0", "240"), 14: ("2.0", "150"), 21: ("0.9", "60"), 28: ("0.6", "30"), 35: ("1.9", "140")}
    course |= {42: ("3.0", "200"), 49: ("4.0", "245"), 56: ("4.1", "250")}
    for number, (anc, platelets) in course.items():
        arrive(plan.patient, day(number), anc=anc, platelets=platelets)

    found = latest_monitoring(plan.patient, today=day(60))

    assert [(n.sample.analyte, str(n.sample.value), n.day_number, n.at_most) for n in found.depth] == [
        ("anc", "0.6", 28, False),
        ("platelets", "30", 28, False),
    ]
    assert (found.mark, found.word, found.observed.longest) == ("red", "Long gap", 7)
    assert (found.observed.decided.days, found.observed.decided.severe) == (7, True)  # a week after a severe count
    assert (found.recovered_on, found.last.day, found.last.severe) == (day(49), day(56), False)


def test_affected_value_is_the_most_the_depth_can_be(plan):
    SupportiveCare.objects.create(clinic=plan.clinic, patient=plan.patient, product="platelets", given_on=day(27))
    arrive(plan.patient, day(28), anc="0.6", platelets="30")

    found = latest_monitoring(plan.patient, today=day(30))

    assert [(n.sample.analyte, n.at_most) for n in found.depth] == [("anc", False), ("platelets", True)]


def test_recovery_a_clinician_recorded_stands(plan):
    plan.counts_recovered_on = day(57)
    plan.save()

    assert latest_monitoring(plan.patient, today=day(60)).recovered_on == day(57)


def test_last_infusion_is_the_one_that_is_followed(plan):
    Treatment.objects.create(clinic=plan.clinic, patient=plan.patient, state="given", number=2, started_on=day(100))

    assert latest_monitoring(plan.patient, today=day(110)).treatment.number == 2


def test_patient_who_was_not_treated_has_no_monitoring(clinic):
    assert latest_monitoring(PatientFactory(clinic=clinic), today=ANCHOR) is None


def test_rule_that_is_switched_off_says_nothing(plan):
    LabPolicy.objects.create(clinic=plan.clinic, rules_off=["monitoring", "recovery", "nadir"])
    arrive(plan.patient, day(20))

    found = latest_monitoring(plan.patient, today=day(30))

    assert (found.observed, found.recovery, found.nadirs, found.word) == (None, None, {}, "Not started")


def test_list_has_the_longest_gaps_first(clinic):
    today = day(0)
    treated(clinic, 40, today, counts=[14, 21, 28, 35], name="close")
    treated(clinic, 40, today, counts=[14, 21], name="long")
    treated(clinic, 40, today, counts=[14, 21, 31, 38], name="short")
    treated(clinic, 40, today, counts=[], name="none")
    treated(clinic, 5, today, name="new")

    assert marks(followed_now(clinic, today=today)) == [
        ("none", "red", "Long gap"),
        ("long", "red", "Long gap"),
        ("short", "amber", "Short gap"),
        ("close", "green", "No gap"),
        ("new", "none", "Not started"),
    ]


def test_list_keeps_a_long_gap_for_four_weeks_after_the_end(clinic):
    today = day(0)
    treated(clinic, 100, today, counts=[14], name="red, ended")
    treated(clinic, 113, today, counts=[14], name="red, ended long ago")
    treated(clinic, 100, today, counts=range(7, 92, 7), name="close, ended")

    assert [name for name, *_ in marks(followed_now(clinic, today=today))] == ["red, ended"]


def test_ended_treatments_follow_each_other_page_by_page(clinic):
    today = day(0)
    for days_ago in (300, 200, 100, 84):
        treated(clinic, days_ago, today, name=f"{days_ago}")

    first = ended_before(clinic, None, size=2, today=today)
    second = ended_before(clinic, first[-1].treatment, size=2, today=today)

    assert [row.patient.search_name for row in first + second] == ["100", "200", "300"]


def test_list_holds_only_patients_in_follow_up_of_the_clinic(clinic):
    treated(ClinicFactory(), 40, ANCHOR)
    merged = treated(clinic, 40, ANCHOR)
    merged.status = "entered_in_error"
    merged.save()

    assert followed_now(clinic, today=ANCHOR) == []


def test_list_asks_as_much_for_three_as_for_one(clinic):
    treated(clinic, 40, ANCHOR, counts=[14, 21])
    with CaptureQueriesContext(connection) as one:
        followed_now(clinic, today=ANCHOR)
    for _ in range(2):
        treated(clinic, 40, ANCHOR, counts=[14, 21])
    with CaptureQueriesContext(connection) as three:
        followed_now(clinic, today=ANCHOR)

    assert len(three) == len(one)


def test_patient_who_was_enrolled_later_missed_nothing_here(clinic, clinician):
    late = PlanChoices(followed_from=day(200))
    plan = enrolled(by=clinician, clinic=clinic, started_on=ANCHOR, today=day(200), choices=late)

    found = latest_monitoring(plan.patient, today=day(200))

    assert (found.mark, found.word, found.is_followed) == ("none", "Before enrolment", False)


def test_patient_who_died_is_followed_no_more_and_no_gap_begins_then(plan, clinician):
    for number in (7, 14, 21):
        arrive(plan.patient, day(number))
    facts = ClinicalFacts(kind="death", started_on=day(25))
    record_clinical_event(patient=plan.patient, facts=facts, by=clinician, now=noon(day(26)))
    plan.patient.refresh_from_db()

    found = latest_monitoring(plan.patient, today=day(50))

    assert (found.mark, found.observed.decided.days, found.is_followed) == ("green", 7, False)
    assert followed_now(plan.clinic, today=day(50)) == []
    assert marks(ended_before(plan.clinic, None, size=5, today=day(50))) == [
        (plan.patient.search_name, "green", "No gap")
    ]
