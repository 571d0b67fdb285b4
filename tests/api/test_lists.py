"""Lists: complete, without doubles, as many queries for many rows as for one; filters that mean what they say."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Clinic
from events.models import Job
from patients.models import CareTeam, Contact
from schedules.actions import mark_missed, record_visit
from schedules.models import ClinicClosure, PlannedVisit
from schedules.plans.planning import facts_of
from schedules.protocol import Status, shown_status
from schedules.shown import shown_as
from tests.api.conftest import TODAY, TREATED, ApiClient
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, enrolled, visit_of

pytestmark = pytest.mark.django_db

LISTS = [
    "appointments", "care-teams", "clinics", "closures", "contacts", "events?patient={patient}", "jobs", "memberships",
    "patients", "plans", "protocols", "treatments", "visit-records", "visits",
]  # fmt: skip


def pages(api, path):
    """All pages from `path` on, by their next links."""
    found, following = [], path
    while following:
        answer = api.get(following).json()
        found.append(answer)
        following = answer["next"]
    return found


def ids(rows):
    return [row["id"] for row in rows]


@pytest.mark.parametrize("size", [1, 2, 5, 6, 7, 200])
def test_pages_hold_every_row_once_forwards_and_backwards(api, clinic, size):
    people = [PatientFactory(clinic=clinic, search_name=name) for name in ("a", "b", "b", "b", "b", "c")]
    expected = [str(p.pk) for p in sorted(people, key=lambda p: (p.search_name, p.pk))]

    forwards = pages(api, f"patients?page_size={size}")
    backwards, previous = [], forwards[-1]
    while previous:
        backwards = previous["results"] + backwards
        previous = api.get(previous["previous"]).json() if previous["previous"] else None

    assert ids(row for page in forwards for row in page["results"]) == expected
    assert ids(backwards) == expected
    assert forwards[0]["previous"] is None


def test_pages_go_on_when_the_row_they_left_from_changed(api, clinic):
    people = [PatientFactory(clinic=clinic, search_name=name) for name in "abcd"]
    first = api.get("patients?page_size=2").json()
    people[1].search_name = "z"
    people[1].save()

    assert ids(api.get(first["next"]).json()["results"]) == [str(people[n].pk) for n in (2, 3, 1)][:2]


def test_newest_events_come_first_on_every_page(api, plan, clinician):
    for timepoint in ("W1", "W2", "W3"):
        mark_missed(visit=visit_of(plan, timepoint), reason="Away", next_step="", by=clinician, today=TODAY)

    found = [row for page in pages(api, f"events?patient={plan.patient_id}&page_size=2") for row in page["results"]]

    assert [row["kind"] for row in found] == [*["visit.missed"] * 3, "treatment.given", "patient.registered"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page_size=0", "page_size"),
        ("page_size=201", "page_size"),
        ("page_size=²", "page_size"),
        ("cursor=nonsense", "cursor"),
        ("cursor=W10=", "cursor"),
        ("indication=flu", "indication"),
        ("indicaton=neuroblastoma", "indicaton"),
    ],
)
def test_wrong_parameter_is_named(api, query, field):
    answer = api.get(f"patients?{query}")

    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (400, [field])


def fill(clinic, clinician, count):
    """Add `count` of everything that is listed."""
    for number in range(count):
        plan = enrolled(by=clinician, clinic=clinic, started_on=TREATED + timedelta(days=number), today=TODAY)
        Contact.objects.create(clinic=clinic, patient=plan.patient)
        CareTeam.objects.create(clinic=clinic, patient=plan.patient, phase="weeks", staff=clinician)
        ClinicClosure.objects.create(clinic=clinic, first_day=TODAY, last_day=TODAY, reason="Move")
        Job.objects.create(clinic=clinic, kind=Job.Kind.VISIT_PLANS, created_by=clinician)
        MembershipFactory(clinic=clinic)
        week = visit_of(plan, "W1")
        record_visit(visit=week, occurred_on=week.target, outcomes={"cbc": "done"}, by=clinician, today=TODAY)


@pytest.mark.parametrize("path", LISTS)
def test_list_asks_as_much_for_many_rows_as_for_one(api, clinic, clinician, path):
    fill(clinic, clinician, 1)
    path = path.format(patient=clinic.patients.get().pk)
    api.get(path)  # the day's first use of a token is written once
    with CaptureQueriesContext(
        connection,
    ) as few:
        api.get(path)
    fill(clinic, clinician, 5)
    with CaptureQueriesContext(connection) as many:
        api.get(f"{path}{'&' if '?' in path else '?'}page_size=200")

    assert len(many) == len(few)
    assert not any("COUNT(" in query["sql"] for query in many.captured_queries)


def test_foreign_clinics_rows_are_in_no_list(clinic, clinician):
    fill(clinic, clinician, 1)
    patient = clinic.patients.get().pk
    stranger = ApiClient(MembershipFactory(clinic=ClinicFactory(country="GB")).staff)

    rows = {path: stranger.results(path.format(patient=patient)) for path in LISTS}

    shared = {"protocols": 1, "clinics": 1, "memberships": 1}
    assert {path: len(found) for path, found in rows.items()} == dict.fromkeys(LISTS, 0) | shared


def test_patients_are_found_by_name_mrn_and_choices(api, clinic, clinician, plan):
    ana = PatientFactory(clinic=clinic, mrn="X77", search_name="nunez ana", indication="neuroblastoma")
    leo = PatientFactory(clinic=clinic, mrn="Y1", search_name="nunez leo", responsible_clinician=clinician)

    found = {
        query: {row["mrn"] for row in api.results(f"patients?{query}")}
        for query in ("q=núñ an", "q=x7", "mrn=Y1", "indication=neuroblastoma", f"clinician={clinician.pk}",
                      "phase=weeks", "phase=none", "status=merged", f"clinic={clinic.pk}&q=leo")
    }  # fmt: skip

    assert found == {
        "q=núñ an": {ana.mrn},
        "q=x7": {ana.mrn},
        "mrn=Y1": {leo.mrn},
        "indication=neuroblastoma": {ana.mrn},
        f"clinician={clinician.pk}": {leo.mrn},
        "phase=weeks": {plan.patient.mrn},
        "phase=none": {ana.mrn, leo.mrn},
        "status=merged": set(),
        f"clinic={clinic.pk}&q=leo": {leo.mrn},
    }


def test_visits_are_found_by_date_activity_and_kind(api, plan):
    found = {
        query: [row["timepoint"] for row in api.results(f"visits?patient={plan.patient_id}&{query}")]
        for query in ("due_from=2024-03-27&due_to=2024-03-31", "kind=imaging&due_to=2024-12-31", "timepoint=M6",
                      "activity=mibg_scan&due_to=2024-12-31")
    }  # fmt: skip

    assert found["due_from=2024-03-27&due_to=2024-03-31"] == ["W8", "M2"]
    assert found["kind=imaging&due_to=2024-12-31"] == found["activity=mibg_scan&due_to=2024-12-31"]
    assert sorted(found["timepoint=M6"]) == [v.timepoint for v in plan.visits.filter(timepoint="M6")]


def everything_that_can_be_shown(clinic, clinician):
    """Two plans whose visits stand in nearly every way on TODAY."""
    plan = enrolled(by=clinician, clinic=clinic, started_on=TREATED, today=TODAY)
    late = {"timing_reason": "travel"}
    for timepoint, day, more in [
        ("W1", date(2024, 2, 7), {}),
        ("W2", date(2024, 2, 29), late),
        ("W4", date(2024, 2, 20), late),
        ("W6", date(2024, 3, 13), {"elsewhere": True}),
    ]:
        outcome = {"cbc": "done"}
        record_visit(
            visit=visit_of(plan, timepoint), occurred_on=day, outcomes=outcome, by=clinician, today=TODAY, **more
        )
    drawn = visit_of(plan, "W7")
    record_visit(visit=drawn, occurred_on=drawn.target, outcomes={"cbc": "drawn"}, by=clinician, today=TODAY)
    mark_missed(visit=visit_of(plan, "W5"), reason="Away", next_step="", by=clinician, today=TODAY)
    enrolled(by=clinician, clinic=clinic, started_on=date(2020, 1, 1), today=TODAY, treatment={}, choices=None)


@pytest.mark.parametrize("on", [TODAY, TODAY + timedelta(days=3), date(2024, 4, 30), date(2025, 1, 1)])
def test_status_in_the_database_is_the_shown_status(clinic, clinician, on):
    everything_that_can_be_shown(clinic, clinician)
    visits = PlannedVisit.objects.select_related("plan", "appointment")
    expected = {}
    for visit in visits:
        expected.setdefault(shown_status(facts_of(visit), on), set()).add(visit.pk)

    found = {status: set(visits.filter(shown_as(status, on=on)).values_list("pk", flat=True)) for status in Status}

    assert {status: rows for status, rows in found.items() if rows} == expected


def test_visits_are_found_by_their_shown_status_of_the_clinics_day(api, clinic, clinician, plan):
    Clinic.objects.filter(pk=clinic.pk).update(time_zone="Pacific/Kiritimati")  # there it is the same day, 23:00

    for status in ("Overdue", "Due", "Planned"):
        rows = api.results(f"visits?status={status}&page_size=200")
        assert {row["shown_status"] for row in rows} == {status}
    overdue = api.results("visits?status=Overdue")[0]
    assert overdue["days_overdue"] == (TODAY - date.fromisoformat(overdue["closes"])).days


def test_clinic_is_read_by_its_id(api, clinic):
    stranger = ApiClient(MembershipFactory(clinic=ClinicFactory()).staff)

    assert api.get(f"clinics/{clinic.pk}").json() == api.results("clinics")[0]
    assert stranger.get(f"clinics/{clinic.pk}").status_code == 404
