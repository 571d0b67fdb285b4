"""The drift report: days from the targets and adherence, summed by the database, as page, file and through the API."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actions import create_api_token
from accounts.models import Clinic, Staff
from schedules.actions import mark_missed, mark_not_applicable, record_visit
from schedules.models import Plan, PlannedVisit, Protocol
from schedules.plans.planning import PlanChoices
from schedules.reports.drift import Asked, Tally, TimepointDrift, adherence_by_phase, drift_by_timepoint
from schedules.reports.pictures import drift_picture
from tests.factories import ClinicFactory, MembershipFactory, enrolled, visit_of
from tests.schedules.versions import changed_text, stored_version

ANCHOR = date(2024, 1, 31)
TODAY = date(2024, 3, 20)  # day 49: weeks 1 to 6 are over, week 7 is due
PERIOD = Asked(ANCHOR, TODAY)


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(datetime(2024, 3, 20, 12, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def plans(clinic: Clinic, clinician: Staff) -> list[Plan]:
    """Four patients treated the same day."""
    return [enrolled(by=clinician, clinic=clinic, started_on=ANCHOR, today=ANCHOR) for _ in range(4)]


def do(plan: Plan, timepoint: str, days: int, by: Staff, *, elsewhere: bool = False) -> None:
    """Record a week's count so many days after its target."""
    visit = visit_of(plan, timepoint)
    on = visit.target + timedelta(days=days)
    record_visit(
        visit=visit,
        occurred_on=on,
        outcomes={"cbc": "done"},
        elsewhere=elsewhere,
        place="Elsewhere" if elsewhere else "",
        timing_reason="" if visit.opens <= on <= visit.closes else "other",
        timing_text="" if visit.opens <= on <= visit.closes else "Snow",
        by=by,
        today=TODAY,
    )


def of(clinic: Clinic, timepoint: str, asked: Asked = PERIOD, today: date = TODAY) -> TimepointDrift:
    (row,) = [row for row in drift_by_timepoint(clinic, asked, today=today) if row.timepoint == timepoint]
    return row


def test_offsets_are_days_from_the_target(clinic: Clinic, plans: list[Plan], clinician: Staff) -> None:
    for plan, days in zip(plans, (-2, 0, 1, 3), strict=True):
        do(plan, "W2", days, clinician)

    row = of(clinic, "W2")

    assert (row.median, row.lower, row.upper, row.least, row.most) == (0, -2, 1, -2, 3)
    assert (row.before, row.after) == (3, 3)
    assert row.tally == Tally(in_window=4, early=0, late=0, elsewhere=0, missed=0, overdue=0, kept=4)


def test_each_ending_is_counted_once(clinic: Clinic, plans: list[Plan], clinician: Staff) -> None:
    early, late, elsewhere, missed = plans
    do(early, "W4", -5, clinician)
    do(late, "W4", 6, clinician)
    do(elsewhere, "W4", 0, clinician, elsewhere=True)
    mark_missed(visit=visit_of(missed, "W4"), reason="Snow", next_step="None", by=clinician, today=TODAY)
    do(early, "W5", 1, clinician)

    fourth, fifth = of(clinic, "W4"), of(clinic, "W5")

    assert fourth.tally == Tally(in_window=0, early=1, late=1, elsewhere=1, missed=1, overdue=0, kept=1)
    assert (fourth.tally.done, fourth.tally.due, fourth.tally.adherence) == (3, 4, 25)
    assert fifth.tally == Tally(in_window=1, early=0, late=0, elsewhere=0, missed=0, overdue=3, kept=1)


def test_what_is_not_over_or_no_rule_of_the_protocol_is_left_out(
    clinic: Clinic, plans: list[Plan], clinician: Staff
) -> None:
    first, second, third, _ = plans
    mark_not_applicable(visit=visit_of(first, "W3"), reason="Admitted", activities=None, by=clinician)
    PlannedVisit.objects.filter(plan=second, timepoint="W3").update(on_hold="admission")
    PlannedVisit.objects.filter(plan=third, timepoint="W3").update(phase="added")

    assert of(clinic, "W3").tally.due == 1
    assert "W7" not in {row.timepoint for row in drift_by_timepoint(clinic, PERIOD, today=TODAY)}


def test_what_closed_before_enrolment_is_left_out(clinic: Clinic, clinician: Staff) -> None:
    enrolled(by=clinician, clinic=clinic, started_on=ANCHOR, today=TODAY, choices=PlanChoices(followed_from=TODAY))

    assert drift_by_timepoint(clinic, PERIOD, today=TODAY) == []


def test_period_and_protocol_narrow_the_report(clinic: Clinic, plans: list[Plan]) -> None:
    second = Asked(date(2024, 2, 14), date(2024, 2, 14))
    other = Protocol.objects.exclude(pk=plans[0].protocol_id).first() or Protocol()

    assert [row.timepoint for row in drift_by_timepoint(clinic, second, today=TODAY)] == ["W2"]
    assert [row.timepoint for row in drift_by_timepoint(clinic, PERIOD, today=TODAY)] == [f"W{n}" for n in range(1, 7)]
    assert drift_by_timepoint(clinic, Asked(ANCHOR, TODAY, other), today=TODAY) == []
    assert len(drift_by_timepoint(clinic, Asked(ANCHOR, TODAY, plans[0].protocol), today=TODAY)) == 6


def test_adherence_stands_by_clinic_and_phase(clinic: Clinic, plans: list[Plan], clinician: Staff) -> None:
    other = ClinicFactory(name="ZZ")
    enrolled(by=clinician, clinic=other, started_on=ANCHOR, today=ANCHOR)
    for plan in plans:
        do(plan, "W1", 0, clinician)

    found = adherence_by_phase([clinic, other], PERIOD, today=TODAY)

    assert [(each.clinic, each.phase, each.tally.kept, each.tally.due) for each in found] == [
        (clinic.name, "weeks", 4, 24),
        ("ZZ", "weeks", 0, 6),
    ]
    assert [each.tally.adherence for each in found] == [17, 0]


def test_report_asks_as_often_for_one_patient_as_for_four(clinic: Clinic, clinician: Staff) -> None:
    for _ in range(2):
        enrolled(by=clinician, clinic=clinic, started_on=ANCHOR, today=ANCHOR)
        with CaptureQueriesContext(connection) as queries:
            drift_by_timepoint(clinic, PERIOD, today=TODAY)
            adherence_by_phase([clinic], PERIOD, today=TODAY)
        assert len(queries) == 2


def test_page_picture_and_file_say_the_same(
    client: Client, clinic: Clinic, plans: list[Plan], clinician: Staff
) -> None:
    for plan, days in zip(plans, (-2, 0, 1, 3), strict=True):
        do(plan, "W2", days, clinician)
    client.force_login(clinician)
    asked = {"first": "2024-02-14", "last": "2024-02-14"}

    page = client.get(reverse("schedules:drift"), asked)
    file = client.get(reverse("schedules:drift_file"), asked).content.decode("utf-8-sig")

    (value,) = drift_picture(page.context["rows"])["data"]["values"]
    assert value["says"] == "Week 2: median 0 days from the target, half of them from -2 to +1, 4 done"
    assert "−2 to +1" in page.content.decode()
    (row,) = csv.DictReader(io.StringIO(file, newline=""))
    assert (row["timepoint"], row["median_days"], row["lower_quartile"], row["adherence_percent"]) == (
        "Week 2",
        "0",
        "-2",
        "100",
    )


def test_page_without_anything_done_says_what_to_do(client: Client, clinic: Clinic, clinician: Staff) -> None:
    client.force_login(clinician)

    assert "Nothing to compare in this period" in client.get(reverse("schedules:drift")).content.decode()


@pytest.mark.parametrize("asked", [{"first": "2024-03-01", "last": "2024-02-01"}, {"first": "yesterday"}])
def test_mistaken_period_is_said(client: Client, clinic: Clinic, clinician: Staff, asked: dict[str, str]) -> None:
    client.force_login(clinician)

    page = client.get(reverse("schedules:drift"), asked)

    assert (page.status_code, bool(page.context["form"].errors)) == (422, True)
    assert client.get(reverse("schedules:drift_file"), asked).status_code == 422


def test_page_shows_no_clinic_the_person_does_not_belong_to(
    client: Client, clinic: Clinic, plans: list[Plan], clinician: Staff
) -> None:
    stranger = MembershipFactory(clinic=ClinicFactory(name="Elsewhere")).staff
    client.force_login(stranger)

    page = client.get(reverse("schedules:drift"), {"first": "2024-01-31", "last": "2024-03-20"})

    assert (page.context["rows"], page.context["phases"]) == ([], [])


def test_api_returns_the_report(client: Client, clinic: Clinic, plans: list[Plan], clinician: Staff) -> None:
    do(plans[0], "W1", 2, clinician)
    _, secret = create_api_token(staff=clinician, name="test", valid_for=None)
    headers = {"Authorization": f"Token {secret}"}
    address = f"/api/v1/clinics/{clinic.pk}/drift"

    answer = client.get(address, {"first": "2024-02-01", "last": "2024-02-10"}, headers=headers).json()

    (row,) = answer["timepoints"]
    assert (row["timepoint"], row["median"], row["tally"]["in_window"], row["tally"]["overdue"]) == ("W1", 2, 1, 3)
    assert answer["phases"][0]["tally"]["adherence"] == 25
    others = stored_version(changed_text("2.0"), clinic=ClinicFactory(), status="draft", people=(clinician, None))
    mistakes = ({"from": "2024-02-01"}, {"first": "2024-02-10", "last": "2024-02-01"}, {"protocol": str(others.pk)})
    for asked in mistakes:
        assert client.get(address, asked, headers=headers).status_code == 400
