"""Appointments through the API: booked, moved, cancelled, over; days that suit; absences; places; the calendar."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from patients.models import Patient
from schedules.models import Absence, Appointment, Capacity, Place
from tests.api.conftest import ApiClient, member_of
from tests.factories import enrolled, visit_of

TODAY = date(2024, 3, 27)  # a Wednesday; week 8 is due, its window closes on the 30th; Friday is a holiday
DAY = "2024-03-28"


@pytest.fixture
def administrator(clinic):
    return ApiClient(member_of(clinic, Role.ADMINISTRATOR))


def book(api, plan, **facts):
    return api.post("appointments", {"visits": [visit_of(plan, "W8").pk], "on": DAY, **facts})


def test_appointment_is_booked_with_a_person_and_an_interpreter(api, plan):
    plan.patient.contacts.create(clinic=plan.clinic, interpreter=True)

    answer = book(api, plan, at="09:30", person="Dr Vega")

    shown = answer.json()
    assert answer.status_code == 201
    assert (shown["on"], shown["at"], shown["person"], shown["interpreter"]) == (DAY, "09:30:00", "Dr Vega", True)


def test_moved_appointment_keeps_its_person_unless_told(api, plan):
    book(api, plan, person="Dr Vega", interpreter=True)
    appointment = Appointment.objects.get()
    etag = api.get(f"appointments/{appointment.pk}")["ETag"]

    moved = api.post(f"appointments/{appointment.pk}/move", {"on": "2024-03-27", "at": "10:00"}, If_Match=etag).json()

    assert (moved["on"], moved["person"], moved["interpreter"], moved["moves"]) == ("2024-03-27", "Dr Vega", True, 1)


def test_moved_appointment_keeps_its_place_unless_told(api, plan):
    book(api, plan, place="Local laboratory")
    address = f"appointments/{Appointment.objects.get().pk}"

    kept = api.post(f"{address}/move", {"on": "2024-03-27"}, If_Match=api.get(address)["ETag"]).json()
    cleared = api.post(f"{address}/move", {"on": DAY, "place": ""}, If_Match=api.get(address)["ETag"]).json()

    assert (kept["place"], cleared["place"]) == ("Local laboratory", "")


def test_patient_is_locked_before_the_row_that_changes(api, plan):
    book(api, plan)
    appointment = Appointment.objects.get()

    with CaptureQueriesContext(connection) as queries:
        api.post(f"appointments/{appointment.pk}/cancel", {"reason": "Ill."})

    locking = [query["sql"] for query in queries if " FOR UPDATE" in query["sql"] or " FOR NO KEY" in query["sql"]]
    tables = [sql.split(" FROM ")[1].split()[0].strip('"') for sql in locking]
    assert tables[:2] == ["patients_patient", "schedules_appointment"]


def test_visit_says_what_has_to_be_decided_about_its_day(api, plan):
    book(api, plan)
    visit = f"visits/{visit_of(plan, 'W8').pk}"
    before = api.get(visit).json()["to_decide"]
    absence = api.post(
        "absences", {"patient": plan.patient_id, "first_day": DAY, "last_day": DAY, "reason": "school"}
    ).json()
    during = api.get(visit).json()["to_decide"]
    listed = [each["id"] for each in api.get("visits?to_decide=true").json()["results"]]
    others = [each["id"] for each in api.get("visits?to_decide=false&timepoint=W8").json()["results"]]
    api.post(f"absences/{absence['id']}/withdraw", {})

    away = "Booked, but the patient is away until Thu 28 Mar 2024 (school)"
    assert (before, during, api.get(visit).json()["to_decide"]) == ([], [away], [])
    assert (listed, others) == ([str(visit_of(plan, "W8").pk)], [])
    assert api.get("visits?to_decide=true").json()["results"] == []


@pytest.mark.parametrize("number", [1, 3])
def test_visits_are_listed_with_the_same_queries_whatever_is_to_be_decided(api, plan, clinician, number):
    for _ in range(number):
        enrolled(by=clinician, clinic=plan.clinic, started_on=plan.anchor, today=TODAY)
    for patient in Patient.objects.all():
        api.post("absences", {"patient": patient.pk, "first_day": DAY, "last_day": DAY})
    api.get("visits?timepoint=W8")

    with CaptureQueriesContext(connection) as queries:
        found = api.get("visits?timepoint=W8").json()["results"]

    assert (len(found), len(queries)) == (number + 1, 9)


def test_cancelled_by_whom_and_why(api, plan):
    book(api, plan)
    address = f"appointments/{Appointment.objects.get().pk}/cancel"

    refused = api.post(address, {"reason": "x", "cancelled_by": "the cat"})
    shown = api.post(address, {"reason": "Ill.", "cancelled_by": "patient"}).json()

    assert refused.status_code == 400
    assert (shown["state"], shown["cancelled_by"], shown["closing_reason"]) == ("cancelled", "patient", "Ill.")


@pytest.mark.parametrize(("name", "state"), [("attended", "attended"), ("did-not-attend", "did_not_attend")])
def test_appointment_is_over_on_its_day_and_not_before(api, plan, name, state):
    book(api, plan)
    address = f"appointments/{Appointment.objects.get().pk}/{name}"

    early = api.post(address)
    with time_machine.travel("2024-03-28T15:00:00Z", tick=False):
        answer = api.post(address)

    assert (early.status_code, answer.status_code, answer.json()["state"]) == (409, 200, state)


def test_full_day_is_refused_at_its_field_and_free_days_leave_it_out(api, administrator, clinic, clinician, plan):
    administrator.post("capacities", {"clinic": clinic.pk, "activity": "cbc", "places": 1})
    book(api, enrolled(by=clinician, clinic=clinic, started_on=plan.anchor, today=TODAY))
    address = f"visits/{visit_of(plan, 'W8').pk}/free-days"

    answer = book(api, plan)

    assert answer.status_code == 422
    assert (
        "No place is left for CBC on Thu 28 Mar 2024. Free inside the window: Wed 27 Mar 2024."
        in answer.content.decode()
    )
    assert api.get(address).json() == {"days": [{"on": "2024-03-27", "left": {"cbc": 1}}]}


def test_absence_is_entered_changed_and_withdrawn(api, plan):
    made = api.post("absences", {"patient": plan.patient_id, "first_day": DAY, "last_day": DAY, "reason": "trip"})
    address = f"absences/{made.json()['id']}"

    unusual = book(api, plan)
    changed = api.patch(address, {"last_day": "2024-03-30"}, If_Match=made["ETag"])
    withdrawn = api.post(f"{address}/withdraw")

    assert (made.status_code, changed.status_code, withdrawn.status_code) == (201, 200, 200)
    assert "The patient is away on Thu 28 Mar 2024 (trip)." in unusual.content.decode()
    assert (changed.json()["first_day"], changed.json()["last_day"]) == (DAY, "2024-03-30")
    assert [row["withdrawn"] for row in api.results(f"absences?patient={plan.patient_id}")] == [True]
    assert Absence.objects.get().reason == "trip"


def test_capacity_is_set_again_and_removed(administrator, clinic):
    body = {"clinic": clinic.pk, "activity": "cbc", "places": 4}

    first, second = administrator.post("capacities", body), administrator.post("capacities", body | {"places": 2})
    shown = administrator.results("capacities")
    removed = administrator("DELETE", f"capacities/{second.json()['id']}")

    assert (first.json()["id"], first.status_code, removed.status_code) == (second.json()["id"], 201, 204)
    assert [row["places"] for row in shown] == [2]
    assert Capacity.objects.count() == 0


def test_calendar_shows_entries_conflicts_and_places(api, administrator, clinic, plan):
    administrator.post("capacities", {"clinic": clinic.pk, "activity": "cbc", "places": 1})
    book(api, plan, on="2024-03-29", reason="Only then.", at="09:00")

    days = api.get(f"clinics/{clinic.pk}/calendar?first=2024-03-28&last=2024-03-29").json()["days"]

    assert [day["closed"] for day in days] == [None, "Good Friday"]
    (entry,) = days[1]["entries"]
    assert (entry["what"], entry["state"]) == (["Week 8"], "Booked")
    assert entry["conflicts"] == ["The clinic does not work: Good Friday"]
    assert days[1]["places"] == [{"activity": "cbc", "places": 1, "taken": 1, "free": 0, "over": 0}]
    assert Place.objects.count() == 1


@pytest.mark.parametrize("span", ["first=2024-03-28&last=2024-03-27", "first=2024-01-01&last=2024-12-31"])
def test_calendar_of_an_impossible_span_is_refused(api, clinic, span):
    assert api.get(f"clinics/{clinic.pk}/calendar?{span}").status_code == 400
