from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.actions import create_api_token
from accounts.models import Clinic, Staff
from events.actions import record_event
from iotrex_followup.errors import InputRefused
from patients.treatment_checks import TreatmentFacts
from schedules import actions
from schedules.actions.migration import migrate_plan
from schedules.calendars import working_calendar
from schedules.models import Plan
from schedules.pages.as_of import changed_since, moves_of, plan_as_of, shown_as_of
from schedules.plans.planning import PlanChoices
from schedules.versions.fitting import Instead
from tests.factories import enrolled, noon, visit_of
from tests.pdf import pages_of
from tests.schedules.versions import changed_text, stored_version

ANCHOR = date(2024, 1, 31)
TODAY = date(2024, 3, 20)
HISTORIES = ("plan", "plannedvisit", "plannedactivity", "appointment", "proposal")


def happened_on(day: date) -> None:
    """Let everything that was written since the last call have been written on `day`, in its history and its event."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in HISTORIES:
            cursor.execute(
                f"UPDATE schedules_{table}event SET pgh_created_at = %s WHERE pgh_created_at >= now()", [noon(day)]
            )
        moment = noon(day) + timedelta(seconds=1)
        cursor.execute("UPDATE events_event SET at = %s WHERE at >= now()", [moment])
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.fixture
def told(clinic: Clinic, clinician: Staff) -> Plan:
    """A plan of 31 January, week 6 booked on 1 March, recorded early on 9 March, the date corrected on 12 March."""
    plan = enrolled(by=clinician, clinic=clinic, started_on=ANCHOR, today=ANCHOR)
    happened_on(date(2024, 2, 1))
    booked = actions.book_visits(
        visits=[visit_of(plan, "W6")], on=date(2024, 3, 13), by=clinician, today=date(2024, 3, 1)
    )
    happened_on(date(2024, 3, 1))
    actions.move_appointment(appointment=booked, on=date(2024, 3, 14), by=clinician, today=date(2024, 3, 5))
    happened_on(date(2024, 3, 5))
    actions.correct_treatment_date(
        treatment=plan.treatment,
        started_on=date(2024, 2, 1),
        reason="Given after midnight.",
        by=clinician,
        today=date(2024, 3, 12),
    )
    happened_on(date(2024, 3, 12))
    return Plan.objects.get(pk=plan.pk)


def stood(plan: Plan, on: date) -> dict[str, tuple[date, date | None]]:
    found = plan_as_of(plan, on, today=TODAY)
    assert found
    return {
        visit.timepoint: (visit.target, visit.appointment.on if visit.appointment else None)
        for visit in found[1]
        if visit.timepoint in ("W6", "W7")
    }


@pytest.mark.parametrize(
    ("on", "week_6", "week_7"),
    [
        (date(2024, 2, 1), (date(2024, 3, 13), None), date(2024, 3, 20)),
        (date(2024, 2, 29), (date(2024, 3, 13), None), date(2024, 3, 20)),
        (date(2024, 3, 3), (date(2024, 3, 13), date(2024, 3, 13)), date(2024, 3, 20)),
        (date(2024, 3, 11), (date(2024, 3, 13), date(2024, 3, 14)), date(2024, 3, 20)),
        (date(2024, 3, 12), (date(2024, 3, 14), date(2024, 3, 14)), date(2024, 3, 21)),
    ],
)
def test_plan_stands_as_it_did_on_each_day(
    told: Plan, on: date, week_6: tuple[date, date | None], week_7: date
) -> None:
    assert stood(told, on) == {"W6": week_6, "W7": (week_7, None)}


def test_plan_before_it_was_entered_is_none_and_tomorrows_is_refused(told: Plan) -> None:
    assert plan_as_of(told, date(2024, 1, 31), today=TODAY) is None
    with pytest.raises(InputRefused, match="up to today"):
        plan_as_of(told, TODAY + timedelta(days=1), today=TODAY)


def test_shown_statuses_and_why_are_those_of_that_day(told: Plan, clinic: Clinic) -> None:
    shown = shown_as_of(told, date(2024, 3, 3), today=TODAY, calendar=working_calendar(clinic))
    rows = {row.visit.timepoint: row for row in shown.rows if row.visit.kind == "visit"}
    assert [(name, str(rows[name].status)) for name in ("W4", "W5", "W6", "W7")] == [
        ("W4", "Overdue"),
        ("W5", "Due"),
        ("W6", "Booked"),
        ("W7", "Planned"),
    ]
    assert rows["W6"].trace.sentence.startswith("W6, weekly blood counts: Wed 31 Jan 2024 + 42 days is Wed 13 Mar 2024")


def test_what_changed_since_names_the_event_and_its_reason(told: Plan) -> None:
    on = date(2024, 3, 3)
    since = {each.name: each for each in changed_since(told, plan_as_of(told, on, today=TODAY)[1], on)}
    week = since["Week 6"]
    assert week.then.startswith(
        "Wed 13 Mar 2024; window Sun 10 Mar 2024 to Sat 16 Mar 2024; booked for Wed 13 Mar 2024"
    )
    assert week.now.startswith("Thu 14 Mar 2024; window Mon 11 Mar 2024 to Sun 17 Mar 2024; booked for Thu 14 Mar 2024")
    assert week.because.startswith(
        "Therapeutic treatment moved from Wed 31 Jan 2024 to Thu 1 Feb 2024, Tue 12 Mar 2024,"
    )
    assert week.because.endswith(": Given after midnight.")
    assert changed_since(told, plan_as_of(told, TODAY, today=TODAY)[1], TODAY) == []


def test_chain_says_where_a_timepoint_was_until_when_and_why(told: Plan, clinician: Staff) -> None:
    moves = moves_of(told)
    assert [move.sentence for move in moves[visit_of(told, "W7").pk]] == [
        f"Was Wed 20 Mar 2024 until Tue 12 Mar 2024, moved by {clinician.name} because: Given after midnight."
    ]
    other = Plan(pk=told.patient_id, clinic=told.clinic, patient=told.patient)
    assert moves_of(other) == {}


@pytest.fixture
def signed_in(client: Client, clinician: Staff):
    with time_machine.travel("2024-03-20 12:00:00+00:00", tick=False):
        client.force_login(clinician)
        yield client


def test_page_shows_the_day_asked_for_and_the_comparison(signed_in: Client, told: Plan) -> None:
    address = reverse("schedules:plan_as_of", args=[told.pk])
    page = signed_in.get(address, {"on": "2024-03-03"}).content.decode()
    assert "Plan as of Sun 3 Mar 2024" in page
    assert "Given after midnight." in page
    assert "There was no plan yet" in signed_in.get(address, {"on": "2023-12-31"}).content.decode()
    assert "still to come" in signed_in.get(address, {"on": "2030-01-01"}).content.decode()


def test_paper_prints_the_plan_of_that_day_and_why(
    signed_in: Client, told: Plan, clinic: Clinic, clinician: Staff
) -> None:
    actions.approve_protocol(protocol=told.protocol, clinic=clinic, approved_on=date(2024, 3, 10), by=clinician)
    address = reverse("schedules:plan_as_of_pdf", args=[told.pk])
    then = " ".join(pages_of(signed_in.get(address, {"on": "2024-03-03"}).content))
    now = " ".join(pages_of(signed_in.get(address, {"on": "2024-03-20"}).content))
    assert ("31 Jan 2024 + 49 days" in then, "moved by" in then) == (True, False)
    assert ("1 Feb 2024 + 49 days" in now, "Given after midnight." in " ".join(now.split())) == (True, True)
    approved = "Approved for this clinic"
    assert (approved in " ".join(then.split()), approved in " ".join(now.split())) == (False, True)


def test_api_answers_as_of_a_day(signed_in: Client, told: Plan, clinician: Staff) -> None:
    _, secret = create_api_token(staff=clinician, name="test", valid_for=None)
    headers = {"Authorization": f"Token {secret}"}
    answer = signed_in.get(f"/api/v1/plans/{told.pk}/as-of?on=2024-03-03", headers=headers)
    week = next(each for each in answer.json()["timepoints"] if each["timepoint"] == "W6")
    assert (answer.json()["anchor"], week["target"], week["booked_on"], week["status"]) == (
        "2024-01-31",
        "2024-03-13",
        "2024-03-13",
        "Booked",
    )
    assert "Week 6" in {each["name"] for each in answer.json()["since"]}
    assert signed_in.get(f"/api/v1/plans/{told.pk}/as-of?on=2023-01-01", headers=headers).status_code == 404
    assert signed_in.get(f"/api/v1/plans/{told.pk}/as-of?on=2030-01-01", headers=headers).status_code == 422


def test_move_of_one_appointment_explains_every_visit_it_is_for(clinic: Clinic, clinician: Staff) -> None:
    plan = enrolled(by=clinician, clinic=clinic, started_on=ANCHOR, today=ANCHOR)
    both = [visit_of(plan, "W8"), visit_of(plan, "M2")]
    booked = actions.book_visits(visits=both, on=date(2024, 3, 27), by=clinician, today=ANCHOR)
    happened_on(date(2024, 2, 1))
    actions.move_appointment(appointment=booked, on=date(2024, 3, 28), by=clinician, today=date(2024, 3, 5))
    happened_on(date(2024, 3, 5))
    _, then = plan_as_of(plan, date(2024, 3, 1), today=TODAY)
    since = changed_since(plan, then, date(2024, 3, 1))
    assert [(each.name, each.event.kind) for each in since] == [
        ("Week 8", "appointment.moved"),
        ("Month 2", "appointment.moved"),
    ]


def test_day_of_a_change_is_the_clinics(clinic: Clinic, clinician: Staff) -> None:
    Clinic.objects.filter(pk=clinic.pk).update(time_zone="Pacific/Auckland")
    plan = enrolled(by=clinician, clinic=clinic, started_on=ANCHOR, today=ANCHOR)
    happened_on(date(2024, 2, 1))
    actions.mark_missed(visit=visit_of(plan, "W1"), reason="Away.", next_step="Next week.", by=clinician, today=TODAY)
    happened_on(date(2024, 3, 5))  # at noon UTC, which is one in the morning of the 6th in Auckland
    plan = Plan.objects.get(pk=plan.pk)
    _, then = plan_as_of(plan, date(2024, 3, 5), today=TODAY)
    assert [each.because for each in changed_since(plan, then, date(2024, 3, 5))] == [
        f"Week 1 marked as missed: CBC, Wed 6 Mar 2024, {clinician.name}: Away."
    ]


def test_change_without_an_event_is_not_laid_to_a_later_one(clinic: Clinic, clinician: Staff) -> None:
    plan = enrolled(by=clinician, clinic=clinic, started_on=ANCHOR, today=ANCHOR)
    happened_on(date(2024, 2, 1))
    actions.extend_plans(today=date(2028, 3, 3))  # M72 and what follows it
    happened_on(date(2024, 3, 3))
    record_event("addition.made", clinic=clinic, patient=plan.patient, by=None, timepoints=["W9"])
    happened_on(date(2024, 3, 10))
    _, then = plan_as_of(plan, date(2024, 3, 1), today=TODAY)
    since = changed_since(plan, then, date(2024, 3, 1))
    assert {each.because for each in since} == {""}


def test_plan_of_a_record_that_was_merged_keeps_its_past(told: Plan, clinic: Clinic, clinician: Staff) -> None:
    into = enrolled(by=clinician, clinic=clinic, started_on=date(2022, 1, 31), today=date(2022, 1, 31)).patient
    actions.merge_patients(duplicate=told.patient, into=into, reason="One person.", by=clinician, today=TODAY)
    plan = Plan.objects.get(pk=told.pk)
    assert (plan.patient_id, stood(plan, date(2024, 3, 3))["W6"]) == (into.pk, (date(2024, 3, 13), date(2024, 3, 13)))
    assert {move.because for moves in moves_of(plan).values() for move in moves} == {"Given after midnight."}


def test_migrated_and_superseded_plan_stands_as_it_did(clinic: Clinic, clinician: Staff) -> None:
    plan = enrolled(by=clinician, clinic=clinic, started_on=ANCHOR, today=ANCHOR)
    happened_on(date(2024, 2, 1))
    second = stored_version(changed_text("2.0", ("last = 8", "last = 12")))
    migrate_plan(plan=plan, protocol=second, instead=Instead(), reason="Revised.", by=clinician, today=TODAY)
    happened_on(date(2024, 3, 5))
    actions.record_treatment(
        patient=plan.patient,
        facts=TreatmentFacts(date(2024, 6, 3)),
        choices=PlanChoices(),
        by=clinician,
        today=date(2024, 6, 4),
    )
    happened_on(date(2024, 6, 4))
    plan = Plan.objects.get(pk=plan.pk)
    calendar, today = working_calendar(clinic), date(2024, 6, 5)

    def told_on(day: date) -> tuple[str, bool, str, str]:
        found = shown_as_of(plan, day, today=today, calendar=calendar)
        statuses = {row.visit.timepoint: row.status.value for row in found.rows if row.visit.kind == "visit"}
        return found.plan.protocol.reference, found.plan.is_current, statuses.get("W9", ""), statuses["M6"]

    assert told_on(date(2024, 3, 4)) == ("iotrex 1.0", True, "", "Planned")
    assert told_on(date(2024, 3, 5)) == ("iotrex 2.0", True, "Planned", "Planned")
    assert told_on(date(2024, 6, 4)) == ("iotrex 2.0", False, "Overdue", "Superseded")


def test_why_says_where_the_date_was_before_on_the_page_and_as_data(
    signed_in: Client, told: Plan, clinician: Staff
) -> None:
    visit = visit_of(told, "W7")
    with time_machine.travel(noon(TODAY), tick=False):
        page = signed_in.get(reverse("schedules:visit", args=[visit.pk])).text
        _, secret = create_api_token(staff=clinician, name="test", valid_for=None)
        headers = {"Authorization": f"Token {secret}"}
        why = signed_in.get(f"/api/v1/visits/{visit.pk}/why", headers=headers).json()
    assert (
        f"Was Wed 20 Mar 2024 until Tue 12 Mar 2024, moved by {clinician.name} because: Given after midnight." in page
    )
    assert why["moves"] == [
        {"was": "2024-03-20", "until": "2024-03-12", "by": clinician.name, "because": "Given after midnight."}
    ]
