"""The clinic's calendar, its settings and the protocols it approved."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pghistory.models
import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Clinic, Role, Staff
from events.models import Event
from schedules.actions import book_visits, load_packaged_protocol
from schedules.appointments.year import coming_year
from schedules.models import ClinicClosure, Plan, ProtocolApproval
from schedules.tasks import extend_horizons
from tests.factories import MembershipFactory, enrolled, visit_of

TODAY = date(2024, 3, 27)
CALENDAR = "/calendar/"


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(datetime(2024, 3, 27, 12, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def administrator(clinic: Clinic, client: Client) -> Staff:
    staff = MembershipFactory(clinic=clinic, role=Role.ADMINISTRATOR).staff
    client.force_login(staff)
    return staff


def mistakes(response: Any) -> tuple[int, list[str]]:
    return response.status_code, list(response.context["form"].errors)


def test_coming_year_names_holidays_closures_and_booked_days(plan: Plan, clinician: Staff) -> None:
    ClinicClosure.objects.create(
        clinic=plan.clinic, first_day=date(2024, 4, 5), last_day=date(2024, 4, 8), reason="move"
    )
    book_visits(visits=[visit_of(plan, "W8")], on=date(2024, 3, 30), by=clinician, today=TODAY, reason="only then")
    book_visits(visits=[visit_of(plan, "M2")], on=date(2024, 4, 5), by=clinician, today=TODAY, reason="only then")

    march, april, *_ = coming_year(plan.clinic, TODAY)

    assert [(day.on.day, day.closed, day.booked) for day in march.days] == [
        (29, "Good Friday", 0),
        (30, "not a working weekday", 1),
    ]
    # the Saturday and Sunday of the closure are no working days anyway
    assert [(day.on.day, day.closed, day.booked) for day in april.days] == [
        (5, "closed: move", 1),
        (8, "closed: move", 0),
    ]


def test_days_closed_by_an_administrator_are_closed_from_then_on(
    client: Client, administrator: Staff, plan: Plan, clinician: Staff
) -> None:
    book_visits(visits=[visit_of(plan, "W8")], on=TODAY, by=clinician, today=TODAY)
    entered = {"first_day": "2024-03-27", "last_day": "2024-03-28", "reason": "flood"}

    response = client.post(reverse("schedules:close_days"), entered, follow=True)

    assert [str(message) for message in response.context["messages"]] == [
        "The clinic is closed then. 1 appointment falls on these days: move what cannot stay."
    ]
    assert response.context["months"][0].days[0].closed == "closed: flood"
    assert Event.objects.get(kind="closure.added").by == administrator


@pytest.mark.parametrize(
    ("entered", "fields"),
    [
        ({"first_day": "2024-04-02", "last_day": "2024-04-01", "reason": "x"}, ["last_day"]),
        ({"first_day": "2024-04-02", "last_day": "2025-04-03", "reason": "x"}, ["last_day"]),
        ({"first_day": "2024-04-02", "last_day": "2024-04-02", "reason": ""}, ["reason"]),
    ],
)
def test_mistake_about_closed_days(
    client: Client, administrator: Staff, entered: dict[str, str], fields: list[str]
) -> None:
    assert mistakes(client.post(reverse("schedules:close_days"), entered)) == (422, fields)
    assert ClinicClosure.objects.count() == 0


def test_removed_closure_stays_in_the_history(client: Client, administrator: Staff, clinic: Clinic) -> None:
    closure = ClinicClosure.objects.create(clinic=clinic, first_day=TODAY, last_day=TODAY, reason="flood")

    client.post(reverse("schedules:open_days", args=[closure.pk]))

    assert ClinicClosure.objects.count() == 0
    assert Event.objects.get(kind="closure.removed").facts["closed_for"] == "flood"
    deleted = pghistory.models.Events.objects.tracks(closure).get(pgh_label="delete")
    assert deleted.pgh_context["by"] == str(administrator.pk)


def test_closure_of_another_clinic_does_not_exist(client: Client, administrator: Staff) -> None:
    other = MembershipFactory().clinic
    closure = ClinicClosure.objects.create(clinic=other, first_day=TODAY, last_day=TODAY, reason="flood")

    assert client.post(reverse("schedules:open_days", args=[closure.pk])).status_code == 404


@pytest.mark.parametrize(("day", "status"), [("2024-03-27", 200), ("2024-02-30", 404)])
def test_booked_day_lists_who_comes(client: Client, plan: Plan, clinician: Staff, day: str, status: int) -> None:
    book_visits(visits=[visit_of(plan, "W8")], on=TODAY, by=clinician, today=TODAY)
    client.force_login(clinician)

    response = client.get(f"{CALENDAR}{day}/")

    assert response.status_code == status
    if status == 200:
        assert [entry.appointment.patient for entry in response.context["day"].entries] == [plan.patient]


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.COORDINATOR, Role.AUDITOR])
@pytest.mark.parametrize("name", ["schedules:close_days", "accounts:clinic"])
def test_calendar_and_settings_are_changed_by_administrators(
    client: Client, clinic: Clinic, role: Role, name: str
) -> None:
    client.force_login(MembershipFactory(clinic=clinic, role=role).staff)

    assert client.get(CALENDAR).status_code == 200
    assert client.post(reverse(name)).status_code == 403


SETTINGS = {
    "name": "Harbour Clinic",
    "address": "1 Harbour Lane",
    "phone": "+34 600 000 000",
    "emergency_phone": "+34 600 000 001",
    "email": "clinic@example.org",
    "paper": "Letter",
    "time_zone": "Atlantic/Canary",
    "country": "es",
    "region": "cn",
    "working_weekdays": ["0", "1", "2", "3", "4", "5"],
    "opens_at": "08:00",
    "closes_at": "17:00",
    "remind_at": "10:00",
    "quiet_from": "20:00",
    "quiet_until": "08:00",
    "name_in_messages": "",
    "attempts_before_lost": "3",
}


def test_settings_are_saved_by_an_administrator(client: Client, administrator: Staff, clinic: Clinic) -> None:
    client.post(reverse("accounts:clinic"), SETTINGS)

    clinic.refresh_from_db()
    assert (clinic.name, clinic.time_zone, clinic.country, clinic.region) == (
        "Harbour Clinic",
        "Atlantic/Canary",
        "ES",
        "CN",
    )
    assert (clinic.working_weekdays, clinic.paper, clinic.emergency_phone) == (
        [0, 1, 2, 3, 4, 5],
        "Letter",
        "+34 600 000 001",
    )


@pytest.mark.parametrize(
    ("entered", "fields"),
    [
        ({"time_zone": "Mars/Olympus"}, ["time_zone"]),
        ({"country": "ZZ"}, ["country"]),
        ({"region": "BY"}, ["region"]),
        ({"working_weekdays": []}, ["working_weekdays"]),
        ({"working_weekdays": ["7"]}, ["working_weekdays"]),
        ({"paper": "A3"}, ["paper"]),
        ({"email": "nobody"}, ["email"]),
    ],
)
def test_mistake_in_the_settings(
    client: Client, administrator: Staff, clinic: Clinic, entered: dict[str, Any], fields: list[str]
) -> None:
    before = clinic.name

    response = client.post(reverse("accounts:clinic"), {**SETTINGS, **entered})

    assert mistakes(response) == (422, fields)
    clinic.refresh_from_db()
    assert clinic.name == before


def test_protocol_is_an_example_until_a_clinician_approves_it(client: Client, clinic: Clinic, clinician: Staff) -> None:
    protocol = load_packaged_protocol(by=None)
    client.force_login(clinician)
    before = client.get(reverse("schedules:protocols"))

    client.post(reverse("schedules:approve_protocol", args=[protocol.pk]))

    approval = ProtocolApproval.objects.get()
    assert "example, not signed off" in before.content.decode()
    assert (approval.clinic, approval.approved_by, approval.approved_on) == (clinic, clinician, TODAY)
    after = client.get(reverse("schedules:protocols")).content.decode()
    assert f"approved by {clinician} on Wed 27 Mar 2024" in after
    assert "Approve iotrex 1.0" not in after


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMINISTRATOR, Role.AUDITOR])
def test_protocol_is_approved_by_clinicians_only(client: Client, clinic: Clinic, role: Role) -> None:
    protocol = load_packaged_protocol(by=None)
    client.force_login(MembershipFactory(clinic=clinic, role=role).staff)

    assert client.post(reverse("schedules:approve_protocol", args=[protocol.pk])).status_code == 403


def test_protocol_page_says_what_each_phase_plans(client: Client, clinician: Staff) -> None:
    load_packaged_protocol(by=None)
    client.force_login(clinician)

    ((_, _, phases),) = client.get(reverse("schedules:protocols")).context["protocols"]

    assert [(phase.when, phase.window) for phase in phases] == [
        ("weeks 1 to 8, every week", "−3 to +3 days"),
        ("months 2 to 12, every month", "−7 to +7 days"),
        ("months 15 to 60, every 3 months", "−14 to +14 days"),
        ("after month 60, every 12 months", "−30 to +30 days"),
        ("months 3 to 60, as chosen for the patient", "−14 to +14 days"),
        ("after month 60, as chosen for the patient", "−30 to +30 days"),
    ]


def test_horizons_are_extended_to_the_day_of_the_task(clinic: Clinic, clinician: Staff) -> None:
    plan = enrolled(by=clinician, clinic=clinic, started_on=date(2015, 1, 31), today=date(2015, 1, 31))

    extend_horizons()
    first = list(plan.visits.values_list("timepoint", "kind"))
    extend_horizons()

    assert plan.visits.filter(kind="visit").latest("target").timepoint == "M144"
    assert list(plan.visits.values_list("timepoint", "kind")) == first
