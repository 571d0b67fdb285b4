"""Fewest trips on the patient's page and through the API: proposed without storing, accepted one by one or all."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.actions import create_api_token
from accounts.models import Clinic, Role, Staff
from events.models import Event
from events.undo import undo
from iotrex_followup.errors import DomainError, InputRefused
from schedules.actions import book_visits, record_count_recovery, record_visit
from schedules.actions.bundles import AcceptedTrip, accept_trips
from schedules.appointments.bundling import TripProposal, propose_trips
from schedules.models import Absence, Appointment, Capacity, ClinicClosure, Place, Plan, PlannedVisit
from schedules.names import timepoint_name
from tests.factories import MembershipFactory, enrolled, noon, visit_of
from tests.snapshot import everything

TODAY = date(2024, 3, 20)  # day 49 after the infusion of 31 January: weeks 1 to 6 are over


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(datetime(2024, 3, 20, 12, tzinfo=UTC), tick=False):
        yield


def proposed(plan: Plan, months: int = 3, *, local_laboratory: bool = False, today: date = TODAY) -> TripProposal:
    return propose_trips(plan.patient, months=months, local_laboratory=local_laboratory, today=today)


def told(proposal: TripProposal) -> list[tuple[date, bool, list[str]]]:
    return [
        (trip.on, trip.local, [timepoint_name(v.timepoint, v.kind) for v in trip.visits]) for trip in proposal.trips
    ]


def without_day(proposal: TripProposal) -> dict[str, str]:
    return {timepoint_name(each.visit.timepoint, each.visit.kind): each.why for each in proposal.without_day}


def as_form(trip: date, visits: list[PlannedVisit], where: str = "centre") -> str:
    return " ".join([trip.isoformat(), where, *(str(visit.pk) for visit in visits)])


def test_three_months_of_the_worked_example(plan: Plan) -> None:
    proposal = proposed(plan)

    # week 8 and month 2 share 24 to 30 March; 27 and 28 March are 4 days from the two targets, 29 is Good Friday
    assert told(proposal) == [
        (date(2024, 3, 20), False, ["Week 7"]),
        (date(2024, 3, 27), False, ["Week 8", "Month 2"]),
        (date(2024, 4, 30), False, ["Month 3 imaging", "Month 3"]),
        (date(2024, 5, 31), False, ["Month 4"]),
    ]
    assert (proposal.alone, proposal.new, proposal.saved) == (6, 4, 2)
    assert set(without_day(proposal)) == {f"Week {n}" for n in range(1, 7)}
    assert without_day(proposal)["Week 6"] == (
        "Its window closed on Sat 16 Mar 2024. Book it on its own, with a reason."
    )


def test_why_that_day_and_what_stays_open_are_said(plan: Plan) -> None:
    trip = proposed(plan).trips[1]

    assert trip.why == ("Both windows are open 24–30 Mar. Week 8: on its target; Month 2: 4 days before its target.")
    assert trip.notes == [
        "CBC of Month 2 stays open: one specimen serves it and a week’s only once the counts have recovered."
    ]


def test_nothing_stays_open_once_the_counts_have_recovered(plan: Plan, clinician: Staff) -> None:
    record_count_recovery(plan=plan, recovered_on=date(2024, 3, 18), by=clinician, today=TODAY)

    assert proposed(plan).trips[1].notes == []


def test_local_laboratory_takes_the_blood_the_centre_need_not(plan: Plan) -> None:
    proposal = proposed(plan, local_laboratory=True)

    assert told(proposal)[:2] == [
        (date(2024, 3, 20), True, ["Week 7"]),
        (date(2024, 3, 27), False, ["Week 8", "Month 2"]),
    ]
    assert (proposal.to_centre, proposal.to_laboratory) == (3, 1)


def test_days_nobody_can_are_left_out(plan: Plan) -> None:
    ClinicClosure.objects.create(
        clinic=plan.clinic, first_day=date(2024, 3, 27), last_day=date(2024, 3, 27), reason="move"
    )
    Absence.objects.create(
        clinic=plan.clinic, patient=plan.patient, first_day=date(2024, 4, 29), last_day=date(2024, 5, 3)
    )

    days = [trip.on for trip in proposed(plan).trips]

    assert days == [date(2024, 3, 20), date(2024, 3, 28), date(2024, 4, 26), date(2024, 5, 31)]


def test_day_without_a_free_place_is_left_out(plan: Plan) -> None:
    Capacity.objects.create(clinic=plan.clinic, activity="chemistry", places=1)
    other = Appointment.objects.create(clinic=plan.clinic, patient=plan.patient, on=date(2024, 3, 27), state="attended")
    Place.objects.create(clinic=plan.clinic, activity="chemistry", day=date(2024, 3, 27), number=1, appointment=other)

    # 1 day from week 8's target and 3 from month 2's; of 26 March it would be 1 and 5
    assert proposed(plan).trips[1].on == date(2024, 3, 28)


def test_window_without_a_day_says_what_stands_in_the_way(plan: Plan) -> None:
    Absence.objects.create(
        clinic=plan.clinic, patient=plan.patient, first_day=date(2024, 3, 24), last_day=date(2024, 3, 28)
    )

    assert without_day(proposed(plan))["Week 8"] == (
        "No day of 24–30 Mar is free: not a working weekday, the patient is away, Good Friday."
    )


def test_booked_trip_is_joined_at_its_place(plan: Plan, clinician: Staff) -> None:
    booked = book_visits(visits=[visit_of(plan, "M2")], on=date(2024, 3, 25), place="Room 4", by=clinician, today=TODAY)

    trip = proposed(plan).trips[1]

    assert (trip.on, [v.timepoint for v in trip.visits], trip.joins) == (date(2024, 3, 25), ["W8"], [booked])
    assert trip.notes == [
        "CBC of Month 2 stays open: one specimen serves it and a week’s only once the counts have recovered."
    ]
    (accepted,) = accept_trips(
        patient=plan.patient, trips=[AcceptedTrip(trip.on, trip.visits)], by=clinician, today=TODAY
    )
    assert (accepted.on, accepted.place) == (date(2024, 3, 25), "Room 4")


def test_trip_joins_a_day_the_clinic_does_not_work_when_the_patient_comes_then(plan: Plan, clinician: Staff) -> None:
    saturday = date(2024, 3, 30)
    book_visits(visits=[visit_of(plan, "M2")], on=saturday, reason="Only day", by=clinician, today=TODAY)

    (accepted,) = accept_trips(
        patient=plan.patient, trips=[AcceptedTrip(saturday, [visit_of(plan, "W8")])], by=clinician, today=TODAY
    )

    assert accepted.outside_window_reason == "The patient comes on this day anyway."


def test_proposing_stores_nothing_and_asks_as_often_for_three_months_as_for_24(
    plan: Plan, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    before = everything()
    proposed(plan)
    with django_assert_num_queries(9):  # type: ignore[operator]
        proposed(plan, 3)
    with django_assert_num_queries(9):  # type: ignore[operator]
        proposed(plan, 24)
    assert everything() == before


def test_what_is_done_booked_or_on_hold_is_not_proposed(plan: Plan, clinician: Staff) -> None:
    record_visit(visit=visit_of(plan, "W7"), occurred_on=TODAY, outcomes={"cbc": "done"}, by=clinician, today=TODAY)
    book_visits(visits=[visit_of(plan, "W8")], on=date(2024, 3, 26), by=clinician, today=TODAY)
    PlannedVisit.objects.filter(plan=plan, kind="imaging").update(on_hold="pregnancy")

    assert [names for _, _, names in told(proposed(plan))] == [["Month 2"], ["Month 3"], ["Month 4"]]


def test_accepting_all_or_none(plan: Plan, clinician: Staff) -> None:
    trips = [
        AcceptedTrip(date(2024, 3, 27), [visit_of(plan, "W8"), visit_of(plan, "M2")]),
        AcceptedTrip(date(2024, 4, 30), [visit_of(plan, "M3"), visit_of(plan, "M3", "imaging")]),
    ]
    before = everything()
    with pytest.raises(DomainError, match="outside the window"):
        accept_trips(
            patient=plan.patient,
            trips=[*trips, AcceptedTrip(date(2024, 4, 30), [visit_of(plan, "M4")])],
            by=clinician,
            today=TODAY,
        )
    assert everything() == before

    booked = accept_trips(patient=plan.patient, trips=trips, by=clinician, today=TODAY)

    assert [(a.on, sorted(v.timepoint for v in a.visits.all())) for a in booked] == [
        (date(2024, 3, 27), ["M2", "W8"]),
        (date(2024, 4, 30), ["M3", "M3"]),
    ]
    for event in Event.objects.filter(kind="appointment.booked").order_by("-id"):
        undo(event=event, by=clinician, now=noon(TODAY))
    assert not PlannedVisit.objects.filter(appointment__isnull=False).exists()


def test_trip_for_nothing_or_for_another_patient_is_refused(plan: Plan, clinician: Staff, clinic: Clinic) -> None:
    other = enrolled(by=clinician, clinic=clinic, started_on=plan.anchor, today=TODAY)
    trip = AcceptedTrip(date(2024, 3, 27), [visit_of(other, "W8")])

    with pytest.raises(InputRefused, match="Choose visits of this patient"):
        accept_trips(patient=plan.patient, trips=[trip], by=clinician, today=TODAY)
    with pytest.raises(InputRefused, match="Choose a trip"):
        accept_trips(patient=plan.patient, trips=[], by=clinician, today=TODAY)


def test_page_counts_new_and_booked_trips_as_its_button_does(client: Client, plan: Plan, clinician: Staff) -> None:
    client.force_login(clinician)
    book_visits(visits=[visit_of(plan, "M2")], on=date(2024, 3, 25), by=clinician, today=TODAY)

    page = client.get(reverse("schedules:fewest_trips", args=[plan.patient_id]), {"months": 3}).content.decode()

    assert "<b>5 visits in 4 trips: 3 new, 1 booked already. 2 trips saved.</b>" in page
    assert "Book all 4 trips" in page


def test_page_shows_the_trips_and_books_one_or_all(client: Client, plan: Plan, clinician: Staff) -> None:
    client.force_login(clinician)
    page = reverse("schedules:fewest_trips", args=[plan.patient_id])
    accept = reverse("schedules:accept_trips", args=[plan.patient_id])

    shown = client.get(page, {"months": 3})

    values = [trip.value for trip in shown.context["proposal"].trips]
    assert "<b>6 visits in 4 trips. 2 trips saved.</b>" in shown.content.decode()
    response = client.post(accept, {"trips": values[1:2], "next": f"{page}?months=3"})
    assert (response.status_code, response["Location"]) == (302, f"{page}?months=3")
    assert list(Appointment.objects.values_list("on", flat=True)) == [date(2024, 3, 27)]
    client.post(accept, {"trips": [values[0], *values[2:]]})
    assert list(Appointment.objects.order_by("on").values_list("on", flat=True)) == [
        date(2024, 3, 20),
        date(2024, 3, 27),
        date(2024, 4, 30),
        date(2024, 5, 31),
    ]
    assert client.get(page, {"months": 3}).context["proposal"].trips == []


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ([], "Choose a trip."),
        (["tomorrow centre x"], "cannot be read"),
        (["2024-03-27 centre"], "visits that are not here"),
        (["2024-03-27 centre 0190a000-0000-7000-8000-000000000000"], "visits that are not here"),
    ],
)
def test_trip_that_cannot_be_read_books_nothing(
    client: Client, plan: Plan, clinician: Staff, sent: list[str], said: str
) -> None:
    client.force_login(clinician)

    response = client.post(reverse("schedules:accept_trips", args=[plan.patient_id]), {"trips": sent}, follow=True)

    (message,) = response.context["messages"]
    assert said in str(message)
    assert str(message).startswith("Nothing was booked.")
    assert not Appointment.objects.exists()


def test_trip_taken_by_somebody_else_meanwhile_books_nothing(client: Client, plan: Plan, clinician: Staff) -> None:
    client.force_login(clinician)
    week = visit_of(plan, "W8")
    book_visits(visits=[week], on=date(2024, 3, 26), by=clinician, today=TODAY)

    response = client.post(
        reverse("schedules:accept_trips", args=[plan.patient_id]),
        {"trips": [as_form(date(2024, 3, 27), [week, visit_of(plan, "M2")])]},
        follow=True,
    )

    assert "already booked" in str(next(iter(response.context["messages"])))
    assert Appointment.objects.count() == 1


def test_page_without_anything_open_says_what_to_do(client: Client, plan: Plan, clinician: Staff) -> None:
    PlannedVisit.objects.filter(plan=plan).update(status="cancelled")
    client.force_login(clinician)

    page = client.get(reverse("schedules:fewest_trips", args=[plan.patient_id]))

    assert "Nothing waits for a date" in page.content.decode()


def test_page_offers_no_button_to_those_who_only_read(client: Client, plan: Plan, clinic: Clinic) -> None:
    client.force_login(MembershipFactory(clinic=clinic, role=Role.AUDITOR).staff)

    page = client.get(reverse("schedules:fewest_trips", args=[plan.patient_id])).content.decode()

    assert reverse("schedules:accept_trips", args=[plan.patient_id]) not in page


def test_api_previews_and_accepts_apart(client: Client, plan: Plan, clinician: Staff) -> None:
    _, secret = create_api_token(staff=clinician, name="test", valid_for=None)
    headers = {"Authorization": f"Token {secret}"}
    address = f"/api/v1/patients/{plan.patient_id}/fewest-trips"

    preview = client.get(address, {"months": 3, "local_laboratory": "true"}, headers=headers).json()

    assert [(trip["on"], trip["local"], len(trip["visits"])) for trip in preview["trips"]] == [
        ("2024-03-20", True, 1),
        ("2024-03-27", False, 2),
        ("2024-04-30", False, 2),
        ("2024-05-31", False, 1),
    ]
    assert (preview["alone"], preview["new"], preview["saved"]) == (6, 4, 2)
    assert not Appointment.objects.exists()
    trips = [{name: trip[name] for name in ("on", "visits", "local")} for trip in preview["trips"][:2]]
    accepted = client.post(address, json.dumps({"trips": trips}), "application/json", headers=headers)
    assert accepted.status_code == 201
    assert [(a["on"], a["place"]) for a in accepted.json()] == [
        ("2024-03-20", "Local laboratory"),
        ("2024-03-27", ""),
    ]
    again = client.post(address, json.dumps({"trips": trips}), "application/json", headers=headers)
    assert again.status_code == 409
    assert client.get(address, {"months": 5}, headers=headers).status_code == 400
