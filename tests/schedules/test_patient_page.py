from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.models import Role
from patients.models import CareTeam
from schedules.actions import book_visits, record_visit
from schedules.pages.patient_page import EVENTS
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, enrolled, visit_of

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 20)
ANCHOR = date(2026, 10, 9)  # day 42, week 7


@pytest.fixture
def clinician(client, time_machine):
    time_machine.move_to("2026-11-20 12:00 +0000", tick=False)
    member = MembershipFactory()
    client.force_login(member.staff)
    client.get(reverse("patients:list"))  # the first page after sign-in notes the time in the session
    return member


@pytest.fixture
def plan(clinician):
    return enrolled(by=clinician.staff, clinic=clinician.clinic, started_on=ANCHOR, today=TODAY)


def page(client, patient):
    return client.get(reverse("schedules:patient", args=[patient.pk]))


def named(rows):
    return [(row.visit.timepoint, row.visit.kind, str(row.status)) for row in rows]


def test_next_things_are_ranked_by_status_then_cost(client, clinician, plan):
    shown = page(client, plan.patient).context["next_things"]

    # Weeks 4 and 5 cost most among the overdue ones; within one cost the window that closed first.
    assert named(shown) == [("W4", "visit", "Overdue"), ("W5", "visit", "Overdue"), ("W1", "visit", "Overdue")]


def test_next_things_that_are_not_due_stand_by_date_bookings_among_them(client, clinician):
    plan = enrolled(by=clinician.staff, clinic=clinician.clinic, started_on=date(2025, 11, 1), today=TODAY)
    plan.followed_from = TODAY
    plan.save()
    imaging = visit_of(plan, "M15", "imaging")
    book_visits(visits=[imaging], on=date(2027, 1, 20), by=clinician.staff, today=TODAY)

    shown = page(client, plan.patient).context["next_things"]

    assert named(shown) == [
        ("M15", "visit", "Planned"),  # opens on 18 Jan
        ("M15", "imaging", "Booked"),
        ("M18", "visit", "Planned"),
    ]


def test_each_row_says_why_its_date(client, clinician, plan):
    assert (
        "W8, weekly blood counts: Fri 9 Oct 2026 + 56 days is Fri 4 Dec 2026; "
        "window Tue 1 Dec 2026 to Mon 7 Dec 2026 (-3/+3 days); suggested day Fri 4 Dec 2026; protocol iotrex 1.0."
    ) in page(client, plan.patient).content.decode()


def test_table_and_picture_hold_every_timepoint(client, clinician, plan):
    shown = page(client, plan.patient).context["current"]

    assert len(shown.soon) + len(shown.later) + len(shown.behind) == plan.visits.count()


def test_partly_done_visit_names_what_is_open(client, clinician, plan):
    month = visit_of(plan, "M2")
    record_visit(
        visit=month, occurred_on=TODAY, outcomes={"cbc": "drawn"}, by=clinician.staff, today=TODAY,
        timing_reason="clinical",
    )  # fmt: skip

    row = next(row for row in page(client, plan.patient).context["current"].rows if row.visit == month)

    assert (row.status, row.drawn, row.is_open) == ("Awaiting result", ["cbc"], True)


def test_blood_count_clock_is_shown_while_it_runs(client, clinician, plan):
    clock = page(client, plan.patient).context["clock"]

    assert (clock.overdue, clock.overdue_since) == (True, date(2026, 10, 23))


@pytest.mark.parametrize(("role", "offered"), [(Role.CLINICIAN, True), (Role.COORDINATOR, False)])
def test_recovery_is_offered_to_clinicians(client, clinician, plan, role, offered):
    client.force_login(MembershipFactory(clinic=clinician.clinic, role=role).staff)

    assert ("Record recovery" in page(client, plan.patient).content.decode()) is offered


def test_auditor_reads_without_buttons(client, clinician, plan):
    client.force_login(MembershipFactory(clinic=clinician.clinic, role=Role.AUDITOR).staff)

    text = page(client, plan.patient).content.decode().partition("<main")[2].partition("</main>")[0]

    assert [word for word in ("Record", "Book", "Undo", "Correct", "Add a contact", ">Change<") if word in text] == []


def test_patient_of_another_clinic_is_404(client, clinician):
    assert page(client, PatientFactory(clinic=ClinicFactory())).status_code == 404


def test_patient_without_a_treatment_is_told_what_to_do(client, clinician):
    assert "No plan yet" in page(client, PatientFactory(clinic=clinician.clinic)).content.decode()


def test_outside_team_that_has_not_accepted_leaves_the_counts_to_us(client, clinician, plan):
    CareTeam.objects.create(clinic=clinician.clinic, patient=plan.patient, phase="weeks", outside_team="North Practice")

    assert "North Practice has not accepted yet" in page(client, plan.patient).content.decode()


def test_history_pages_hold_every_event_once(client, clinician, plan):
    visit = visit_of(plan, "W8")
    for day in range(EVENTS):
        appointment = book_visits(visits=[visit], on=date(2026, 12, 2), by=clinician.staff, today=TODAY)
        undo = appointment.patient.events.latest("at")
        client.post(reverse("schedules:undo", args=[undo.pk]), {"reason": f"try {day}"})

    history, seen = page(client, plan.patient).context["history"], []
    seen += [happening.event.pk for happening in history.happenings]
    while history.before:
        url = reverse("schedules:older_events", args=[plan.patient.pk])
        history = client.get(url, {"before": history.before.pk}).context["history"]
        seen += [happening.event.pk for happening in history.happenings]

    assert seen == list(plan.patient.events.values_list("pk", flat=True))


@pytest.mark.parametrize("before", ["nonsense", "", "01a20478-6da2-7d08-b055-d9928a019c35"])
def test_history_before_an_unknown_event_is_404(client, clinician, plan, before):
    url = reverse("schedules:older_events", args=[plan.patient.pk])

    assert client.get(url, {"before": before}).status_code == 404


def queries(client, plan, django_assert_max_num_queries):
    with django_assert_max_num_queries(25) as counted:
        page(client, plan.patient)
    return len(counted)


def test_page_takes_the_same_queries_for_any_number_of_timepoints(client, clinician, django_assert_max_num_queries):
    short, long = (
        enrolled(by=clinician.staff, clinic=clinician.clinic, started_on=TODAY - timedelta(days=days), today=TODAY)
        for days in (42, 9000)
    )

    assert queries(client, short, django_assert_max_num_queries) == queries(client, long, django_assert_max_num_queries)
