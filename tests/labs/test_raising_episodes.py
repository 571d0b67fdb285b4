"""What opens an episode anew or raises it again: the first of its values, each fever, the other direction."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
import time_machine

from accounts.models import Staff
from labs.actions.alerts import acknowledge, resolve
from labs.models import Alert, AlertFinding, LabResult
from schedules.actions import record_unscheduled_visit
from schedules.examination import Examination
from schedules.models import Plan
from tests.labs.arrivals import arrive

DAY = date(2024, 3, 5)  # day 34 of the treatment of 31 January
LATER = DAY + timedelta(days=30)


def at(day: date, hour: int = 17) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def resolve_all(by: Staff, now: datetime) -> None:
    for alert in Alert.objects.unresolved():
        resolve(alert=alert, resolution="Seen and treated.", by=by, now=now)


@contextmanager
def on_the(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


def note_fever(plan: Plan, day: date, by: Staff, *, temperature: str = "38.5", entered: datetime | None = None) -> None:
    with on_the(entered or at(day, 18)):
        record_unscheduled_visit(
            patient=plan.patient,
            occurred_on=day,
            outcomes={},
            examination=Examination(temperature_c=Decimal(temperature)),
            by=by,
            today=(entered or at(day)).date(),
        )


def test_first_low_anc_of_a_new_episode_is_immediate_again(plan: Plan, clinician: Staff) -> None:
    arrive(plan.patient, DAY, anc="0.4")
    resolve_all(clinician, at(DAY))
    arrive(plan.patient, DAY + timedelta(7), anc="2.5")

    assert arrive(plan.patient, LATER, anc="0.3").alerts == 1

    assert Alert.objects.unresolved().get().tier == "immediate"
    finding = AlertFinding.objects.get(alert__in=Alert.objects.unresolved())
    assert finding.numbers == {"limit": "below 0.5, the first of the episode"}


def test_second_low_anc_of_an_episode_is_of_the_same_day(plan: Plan, clinician: Staff) -> None:
    arrive(plan.patient, DAY, anc="0.4")
    arrive(plan.patient, DAY + timedelta(2), anc="0.3")

    tiers = AlertFinding.objects.order_by("result__collected_on").values_list("tier", flat=True)
    assert list(tiers) == ["immediate", "same_day"]


def test_fever_after_its_count_was_answered_is_an_alert_of_its_own(plan: Plan, clinician: Staff) -> None:
    arrive(plan.patient, DAY, anc="0.8")
    resolve_all(clinician, at(DAY))

    note_fever(plan, DAY + timedelta(1), clinician)

    alert = Alert.objects.unresolved().get()
    assert (alert.rule, alert.tier) == ("cytopenia", "immediate")


@pytest.mark.parametrize("entered", [at(DAY, 18), at(DAY + timedelta(2))])
def test_fever_of_a_day_that_was_answered_is_told_when_it_is_entered_later(
    plan: Plan, clinician: Staff, entered: datetime
) -> None:
    arrive(plan.patient, DAY, anc="0.8")
    resolve_all(clinician, at(DAY))

    note_fever(plan, DAY, clinician, entered=entered)

    assert Alert.objects.unresolved().get().tier == "immediate"


def test_fever_that_was_answered_does_not_come_back_by_itself(plan: Plan, clinician: Staff) -> None:
    arrive(plan.patient, DAY, anc="0.8")
    note_fever(plan, DAY, clinician)
    resolve_all(clinician, at(DAY, 20))

    assert arrive(plan.patient, DAY + timedelta(1), hgb="130").alerts == 0
    assert not Alert.objects.unresolved().exists()


def test_second_fever_raises_an_answered_alert_again_with_the_same_count(plan: Plan, clinician: Staff) -> None:
    arrive(plan.patient, DAY, anc="0.8")
    note_fever(plan, DAY, clinician)
    by_when = DAY + timedelta(5)
    acknowledge(alert=Alert.objects.get(), next_step="admitted", by_when=by_when, by=clinician, now=at(DAY, 20))

    note_fever(plan, DAY + timedelta(2), clinician, temperature="39.1")

    alert = Alert.objects.get()
    assert alert.state == Alert.State.OPEN
    assert alert.sentence.startswith("Possible febrile neutropenia: 39.1 °C on Thu 7 Mar 2024")
    assert AlertFinding.objects.filter(rule="fever").count() == 2
    with on_the(at(DAY + timedelta(3))):
        assert arrive(plan.patient, DAY + timedelta(3), hgb="130").alerts == 0, "known already"


def test_value_too_high_where_only_low_ones_have_absolute_limits_goes_by_its_grade(plan: Plan) -> None:
    arrive(plan.patient, DAY, hgb="230")  # more than 40 g/L above the upper limit

    assert list(Alert.objects.values_list("rule", "direction", "tier")) == [("hgb", "high", "next_working_day")]
    assert AlertFinding.objects.get().numbers == {"limit": "grade 3"}


def test_value_off_in_the_other_direction_ends_the_episode_of_this_one(plan: Plan) -> None:
    arrive(plan.patient, DAY, potassium="2.8")
    arrive(plan.patient, DAY + timedelta(1), potassium="6.2")

    states = Alert.objects.order_by("direction").values_list("direction", "state")
    assert list(states) == [("high", "open"), ("low", "resolved")]


def test_creatinine_with_nothing_to_go_by_is_asked_about(plan: Plan) -> None:
    plan.patient.sex = "unknown"
    plan.patient.save(update_fields=["sex"])

    arrive(plan.patient, DAY, creatinine="500")

    assert LabResult.objects.get(analyte="creatinine").high is None
    alert = Alert.objects.get(rule="kidney")
    assert alert.tier == "next_working_day"
    assert alert.sentence.endswith(": neither a baseline nor an upper limit is known.")


def test_steep_creatinine_says_what_it_is_measured_against(plan: Plan) -> None:
    arrive(plan.patient, date(2024, 1, 29), creatinine="80")
    arrive(plan.patient, DAY, creatinine="241")

    alert = Alert.objects.get(rule="kidney")
    assert alert.tier == "immediate"
    assert alert.sentence.endswith(": above 3 x the baseline 80.")


@pytest.mark.parametrize(("late", "raised"), [("47", 0), ("40", 0), ("9", 1)])
def test_older_value_that_comes_late_is_told_again_only_if_it_is_more_urgent(
    plan: Plan, clinician: Staff, late: str, raised: int
) -> None:
    arrive(plan.patient, DAY, platelets="49")
    resolve_all(clinician, at(DAY, 20))
    arrive(plan.patient, DAY + timedelta(7), platelets="46")
    by_when = DAY + timedelta(10)
    acknowledge(
        alert=Alert.objects.unresolved().get(),
        next_step="repeat_cbc",
        by_when=by_when,
        by=clinician,
        now=at(DAY + timedelta(7), 20),
    )

    found = arrive(plan.patient, DAY - timedelta(1), received=at(DAY + timedelta(8)), platelets=late)

    assert found.alerts == raised
    alert = Alert.objects.unresolved().get()
    assert alert.state == ("open" if raised else "acknowledged")
    assert alert.findings.count() == 2


@pytest.mark.parametrize(
    ("since", "late", "raised"),
    [
        ({}, {"platelets": "64"}, 0),  # the 61 that followed was answered
        ({}, {"anc": "1.4"}, 0),  # no worse than the hemoglobin that followed
        ({}, {"platelets": "8"}, 0),
        ({}, {"anc": "0.05"}, 1),  # as urgent as that, and nothing newer is known of it
        ({"hgb": "125"}, {"anc": "0.9"}, 1),  # nothing that urgent stands any more
        ({"hgb": "125", "anc": "3"}, {"anc": "0.9"}, 0),
    ],
)
def test_older_value_that_comes_late_raises_nothing_when_what_is_later_says_more(
    plan: Plan, clinician: Staff, since: dict[str, str], late: dict[str, str], raised: int
) -> None:
    """A low count was resolved, its hemoglobin corrected to an urgent one and answered; then an older one comes."""
    days = [DAY + timedelta(number) for number in range(4)]
    arrive(plan.patient, DAY, platelets="61", hgb="109")
    resolve_all(clinician, at(DAY, 20))
    arrive(plan.patient, DAY, status="corrected", received=at(days[1]), platelets="61", hgb="54")
    alert = Alert.objects.unresolved().get()
    acknowledge(alert=alert, next_step="patient_called", by_when=days[3], by=clinician, now=at(days[1], 20))
    if since:
        arrive(plan.patient, days[2], received=at(days[2]), **since)

    found = arrive(plan.patient, DAY - timedelta(6), received=at(days[3]), **late)

    alert.refresh_from_db()
    assert (found.alerts, alert.tier, alert.state) == (raised, "immediate", "open" if raised else "acknowledged")


@pytest.mark.parametrize(("final", "open_again"), [("0.97", 0), ("0.95", 1), ("0.4", 1)])
def test_final_that_says_what_was_resolved_as_preliminary_is_no_news(
    plan: Plan, clinician: Staff, final: str, open_again: int
) -> None:
    arrive(plan.patient, DAY, status="preliminary", anc="0.97")
    resolve_all(clinician, at(DAY, 20))

    arrive(plan.patient, DAY, received=at(DAY + timedelta(1)), anc=final)

    assert Alert.objects.unresolved().count() == open_again


@pytest.mark.parametrize(
    ("first", "then", "raised"),
    [
        ({"platelets": "18", "hgb": "80"}, {"hgb": "40"}, 1),
        ({"platelets": "190", "hgb": "40"}, {"platelets": "18"}, 1),  # whichever of the two is told first
        ({"platelets": "18", "hgb": "80"}, {"hgb": "75"}, 0),  # of the same day only: no worse than what was answered
        ({"platelets": "18", "hgb": "40"}, {"hgb": "39"}, 0),  # as urgent as it was told
    ],
)
def test_value_corrected_to_what_is_as_urgent_as_its_specimen_was_raises_again(
    plan: Plan, clinician: Staff, first: dict[str, str], then: dict[str, str], raised: int
) -> None:
    arrive(plan.patient, DAY, **first)
    alert = Alert.objects.get()
    acknowledge(alert=alert, next_step="repeat_cbc", by_when=DAY + timedelta(3), by=clinician, now=at(DAY, 20))

    found = arrive(plan.patient, DAY, status="corrected", received=at(DAY, 21), **then)

    alert.refresh_from_db()
    assert (found.alerts, alert.state) == (raised, "open" if raised else "acknowledged")


@pytest.mark.parametrize("worse", ["platelets", "hgb"])
def test_alert_is_not_called_improved_by_what_is_better_in_the_specimen_that_raised_it(plan: Plan, worse: str) -> None:
    low, normal = {"platelets": "30", "hgb": "75"}, {"platelets": "250", "hgb": "140"}
    critical = {"platelets": "8", "hgb": "50"}
    arrive(plan.patient, DAY, **low)

    arrive(plan.patient, DAY + timedelta(7), **normal | {worse: critical[worse]})

    alert = Alert.objects.get()
    assert (alert.tier, alert.improved) == ("immediate", "")
