"""The home page: groups, counts, filters, paging by key, and what an empty clinic is told."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Clinic, Role, Staff
from schedules.actions import book_visits, mark_not_applicable, record_visit
from schedules.actions.calendar import add_closure
from schedules.models import Plan, PlannedVisit
from schedules.pages.worklist import paging
from tests.factories import MembershipFactory, enrolled, visit_of

TODAY = date(2024, 3, 27)  # a Wednesday; W8 of the plan of 31 January
PAGE = "/"


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(datetime(2024, 3, 27, 12, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def signed_in(client: Client, clinician: Staff) -> Client:
    client.force_login(clinician)
    return client


def shown(client: Client, **query: str) -> dict[str, list[str]]:
    """The timepoints of each group that has any."""
    groups = client.get(PAGE, query).context["groups"]
    return {group.key: [row.visit.timepoint for row in group.rows] for group in groups if group.rows}


def group_of(client: Client, key: str) -> Any:
    """The first page of one group."""
    return next(group for group in client.get(PAGE).context["groups"] if group.key == key)


@pytest.fixture
def counted(plan: Plan, clinician: Staff) -> Plan:
    """The plan with its first seven counts done, so that only the eighth is open."""
    for number in range(1, 8):
        visit = visit_of(plan, f"W{number}")
        record_visit(visit=visit, occurred_on=visit.target, outcomes={"cbc": "done"}, by=clinician, today=TODAY)
    return plan


def test_groups_hold_what_is_due_when(signed_in: Client, counted: Plan) -> None:
    assert shown(signed_in) == {"due": ["W8", "M2"], "month": ["M3", "M3"]}


def test_window_that_closed_is_overdue_and_ranked_by_its_cost(signed_in: Client, plan: Plan) -> None:
    counts, overdue = group_of(signed_in, "counts"), group_of(signed_in, "overdue")

    assert [row.visit.timepoint for row in overdue.rows] == ["W4", "W5", "W6", "W1", "W2", "W3", "W7"]
    assert [row.why for row in overdue.rows[2:4]] == ["Lowest counts: weeks 4–6", "Weekly blood counts"]
    assert [(row.plan, row.clock.days_since) for row in counts.rows] == [(plan, 56)]


def test_drawn_specimen_waits_for_its_result_from_the_next_day_on(
    signed_in: Client, counted: Plan, clinician: Staff
) -> None:
    visit = visit_of(counted, "W8")
    drawn = {"occurred_on": date(2024, 3, 26), "outcomes": {"cbc": "drawn"}}
    record_visit(visit=visit, by=clinician, today=TODAY, **drawn)

    assert shown(signed_in) == {"awaiting": ["W8"], "due": ["M2"], "month": ["M3", "M3"]}


def test_booked_visit_leaves_its_group_until_its_day(signed_in: Client, counted: Plan, clinician: Staff) -> None:
    visit = visit_of(counted, "W8")
    book_visits(visits=[visit], on=TODAY + timedelta(days=1), by=clinician, today=TODAY)
    book_visits(visits=[visit_of(counted, "M2")], on=TODAY, by=clinician, today=TODAY)

    assert shown(signed_in) == {"booked": ["M2"], "month": ["M3", "M3"]}


def test_what_no_longer_fits_is_listed_for_a_decision(signed_in: Client, counted: Plan, clinician: Staff) -> None:
    outside, ruled_out = visit_of(counted, "W8"), visit_of(counted, "M2")
    book_visits(visits=[outside], on=date(2024, 4, 2), by=clinician, today=TODAY, reason="only then")
    book_visits(visits=[ruled_out], on=date(2024, 4, 3), by=clinician, today=TODAY)
    mark_not_applicable(visit=ruled_out, reason="comfort care", by=clinician)
    add_closure(
        clinic=counted.clinic, first_day=date(2024, 4, 10), last_day=date(2024, 5, 20), reason="move", by=clinician
    )

    groups = {group.key: group for group in signed_in.get(PAGE).context["groups"]}

    assert [(row.visit.timepoint, row.visit.kind, row.why) for row in groups["decision"].rows] == [
        ("W8", "visit", "Booked outside its window"),
        ("M3", "imaging", "No working day in its window"),
        ("M2", "visit", "Booked, but not applicable"),
        ("M3", "visit", "No working day in its window"),
    ]
    assert (groups["decision"].count, groups["month"].count) == ("4", "0")


@pytest.mark.parametrize(
    ("filters", "groups"),
    [
        ({"phase": "weeks"}, {"due": ["W8"]}),
        ({"phase": "imaging"}, {"month": ["M3"]}),
        ({"activity": "chemistry"}, {"due": ["M2"], "month": ["M3"]}),
        ({"activity": "cbc", "phase": "months"}, {"due": ["M2"], "month": ["M3"]}),
        ({"clinician": "me"}, {"due": ["W8", "M2"], "month": ["M3", "M3"]}),
        ({"clinician": "colleague"}, {}),
        ({"clinician": "not-an-id"}, {"due": ["W8", "M2"], "month": ["M3", "M3"]}),
    ],
)
def test_filters_narrow_every_group(
    signed_in: Client, counted: Plan, clinician: Staff, filters: dict[str, str], groups: dict[str, list[str]]
) -> None:
    people = {"me": clinician, "colleague": MembershipFactory(clinic=counted.clinic).staff}
    counted.patient.responsible_clinician = clinician
    counted.patient.save()
    chosen = {name: str(people[value].pk) if value in people else value for name, value in filters.items()}

    assert shown(signed_in, **chosen) == groups


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "PAGE", 3)


def test_pages_of_a_group_show_each_row_once_in_order(
    signed_in: Client, clinic: Clinic, clinician: Staff, small_pages: None
) -> None:
    for days in (40, 41, 41, 44):
        enrolled(by=clinician, clinic=clinic, started_on=TODAY - timedelta(days=days), today=TODAY)
    ranked = list(PlannedVisit.objects.overdue(on=TODAY).ranked().values_list("pk", flat=True))
    group = group_of(signed_in, "overdue")

    rows = [row.visit.pk for row in group.rows]
    while group.after:
        group = signed_in.get(PAGE, {"group": "overdue", "after": group.after}).context["group"]
        rows += [row.visit.pk for row in group.rows]

    assert rows == ranked
    assert len(rows) > 9


def test_pages_of_the_clock_show_each_plan_once(
    signed_in: Client, clinic: Clinic, clinician: Staff, small_pages: None
) -> None:
    days = [20, 25, 25, 25, 30, 60, 61]
    plans = [enrolled(by=clinician, clinic=clinic, started_on=TODAY - timedelta(days=n), today=TODAY) for n in days]
    group = signed_in.get(PAGE).context["groups"][0]

    rows = [row.plan for row in group.rows]
    while group.after:
        group = signed_in.get(PAGE, {"group": "counts", "after": group.after}).context["group"]
        rows += [row.plan for row in group.rows]

    assert rows == sorted(plans, key=lambda plan: (plan.anchor, plan.pk))


@pytest.mark.parametrize("query", [{"group": "none"}, {"group": "due", "after": "x"}, {"group": "counts", "after": ""}])
def test_page_that_does_not_exist_is_404(signed_in: Client, plan: Plan, query: dict[str, str]) -> None:
    assert signed_in.get(PAGE, query).status_code == 404


def test_next_rows_come_alone_for_htmx_and_with_a_page_without(
    signed_in: Client, plan: Plan, small_pages: None
) -> None:
    after = group_of(signed_in, "overdue").after
    query = {"group": "overdue", "after": after}

    part = signed_in.get(PAGE, query, headers={"HX-Request": "true"}).content.decode()
    page = signed_in.get(PAGE, query).content.decode()

    assert part.strip().startswith("<tr")
    assert part.count("data-row") == 3
    assert page.startswith("<!doctype html>")
    assert page.count("data-row") == 3


def test_counts_are_exact_to_999(
    signed_in: Client, plan: Plan, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    exact = group_of(signed_in, "overdue").count
    monkeypatch.setattr(paging, "COUNTED_TO", 6)

    with django_assert_max_num_queries(40) as queries:
        capped = group_of(signed_in, "overdue").count

    assert (exact, capped) == ("7", "6+")
    counting = [query["sql"] for query in queries if "COUNT(" in query["sql"] and "labs_alert" not in query["sql"]]
    assert len(counting) == 9  # nothing is to be decided, which needs no count
    assert [sql for sql in counting if "LIMIT 7" not in sql] == []


def test_worklist_takes_the_same_queries_for_1_and_many_patients(
    signed_in: Client, clinic: Clinic, clinician: Staff, django_assert_num_queries: Any
) -> None:
    enrolled(by=clinician, clinic=clinic, started_on=TODAY - timedelta(days=40), today=TODAY)
    signed_in.get(PAGE)
    with django_assert_num_queries(36):
        signed_in.get(PAGE)

    for days in range(30, 50):
        enrolled(by=clinician, clinic=clinic, started_on=TODAY - timedelta(days=days), today=TODAY)
    with django_assert_num_queries(36):
        signed_in.get(PAGE)


def test_patients_of_other_clinics_are_not_on_it(signed_in: Client) -> None:
    other = MembershipFactory()
    enrolled(by=other.staff, clinic=other.clinic, started_on=TODAY - timedelta(days=40), today=TODAY)

    assert shown(signed_in) == {}


def test_empty_clinic_says_what_to_do_first(signed_in: Client) -> None:
    page = words(signed_in.get(PAGE))

    assert "Nobody is in follow-up yet" in page
    assert f'href="{reverse("schedules:enrol")}"' in page


def test_clinic_with_nothing_due_says_when_something_is(signed_in: Client, clinic: Clinic, clinician: Staff) -> None:
    enrolled(by=clinician, clinic=clinic, started_on=TODAY, today=TODAY)

    page = words(signed_in.get(PAGE))

    assert "Nothing is due today. Next: Week 1 of PRUEBA, Ana (E00001), from Sun 31 Mar 2024 on." in page


@pytest.mark.parametrize(("role", "buttons"), [(Role.COORDINATOR, True), (Role.AUDITOR, False)])
def test_buttons_are_for_those_who_record(client: Client, plan: Plan, role: Role, buttons: bool) -> None:
    client.force_login(MembershipFactory(clinic=plan.clinic, role=role).staff)

    assert ('aria-keyshortcuts="r"' in words(client.get(PAGE))) is buttons


def words(response: Any) -> str:
    return unescape(response.content.decode())
