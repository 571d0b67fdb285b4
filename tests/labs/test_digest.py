"""The daily digest: to whom, when by the clinic's clock, what it counts, and no patient in it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from accounts.models import Cover, Role
from events.delivery.sending import deliver_due
from events.models import Message
from labs.actions.digests import send_digests
from labs.alerting.digest import is_time
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, enrolled
from tests.labs.factories import AlertFactory

pytestmark = pytest.mark.django_db
OPENS = datetime(2024, 3, 6, 7, tzinfo=UTC)  # 8 o'clock on a Wednesday in Madrid


@pytest.fixture
def clinic():
    return ClinicFactory()


def person(clinic, name, role=Role.CLINICIAN):
    return MembershipFactory(clinic=clinic, role=role, staff__name=name).staff


@pytest.fixture
def doctor(clinic):
    return person(clinic, "Own")


@pytest.fixture
def plan(clinic, doctor):
    """Follow-up of a treatment of 31 January, with nothing recorded."""
    return enrolled(
        by=doctor,
        clinic=clinic,
        started_on=date(2024, 1, 31),
        today=date(2024, 3, 6),
        responsible_clinician=doctor,
    )


def subjects():
    found = Message.objects.filter(kind="digest.daily")
    return {message.recipient.name: message.subject for message in found.select_related("recipient")}


def test_visits_of_nobodys_patients_are_told_to_every_clinician_where_there_is_no_coordinator(clinic, doctor, plan):
    person(clinic, "Second")
    plan.patient.responsible_clinician = None
    plan.patient.save()

    send_digests(now=OPENS)

    visits = "Today: 4 visits are overdue, 1 visit is due"
    assert subjects() == {"Own": visits, "Second": visits}


def test_each_person_gets_what_waits_for_them(clinic, doctor, plan):
    person(clinic, "Second")
    person(clinic, "Desk", Role.COORDINATOR)
    person(clinic, "Audit", Role.AUDITOR)
    AlertFactory(patient=plan.patient)

    send_digests(now=OPENS)

    visits = "4 visits are overdue, 1 visit is due"
    assert subjects() == {"Own": f"Today: 1 alert waits for an answer, {visits}", "Desk": f"Today: {visits}"}


def test_digest_names_no_patient_and_leads_to_the_pages(clinic, doctor, plan, mailoutbox):
    alert = AlertFactory(patient=plan.patient)
    send_digests(now=OPENS)

    deliver_due(clock=lambda: OPENS)

    (mail,) = mailoutbox
    assert mail.to == [doctor.email]
    assert "- 1 alert waits for an answer\n" in mail.body
    assert "/alerts/" in mail.body
    for private in (plan.patient.family_name, plan.patient.mrn, alert.sentence):
        assert private not in mail.subject + mail.body


def test_each_gets_one_a_day_however_often_it_runs(clinic, plan):
    numbers = [send_digests(now=OPENS + timedelta(minutes=5 * n)) for n in range(3)]
    tomorrow = send_digests(now=OPENS + timedelta(days=1))

    assert (numbers, tomorrow) == ([1, 0, 0], 1)


def test_nothing_is_written_where_nothing_waits(clinic, doctor):
    assert (send_digests(now=OPENS), Message.objects.count()) == (0, 0)


def test_substitute_gets_the_digest_of_who_is_away(clinic, doctor, plan):
    second = person(clinic, "Second")
    Cover.objects.create(clinic=clinic, staff=doctor, substitute=second, starts_on=OPENS.date(), ends_on=OPENS.date())

    send_digests(now=OPENS)

    assert subjects() == {"Second": "Today: 4 visits are overdue, 1 visit is due"}


def test_digest_is_not_sent_once_the_clinic_has_closed(clinic, plan, mailoutbox):
    send_digests(now=OPENS)

    assert deliver_due(clock=lambda: OPENS + timedelta(hours=9)) == {"expired": 1}


def test_digest_of_somebody_who_has_left_is_not_sent(clinic, doctor, plan, mailoutbox):
    send_digests(now=OPENS)
    doctor.memberships.update(is_active=False)

    assert deliver_due(clock=lambda: OPENS) == {"void": 1}


@pytest.mark.parametrize(
    ("zone", "opens", "at", "expected"),
    [
        ("Europe/Madrid", time(8), datetime(2024, 3, 6, 6, 59, tzinfo=UTC), False),
        ("Europe/Madrid", time(8), datetime(2024, 3, 6, 7, tzinfo=UTC), True),
        ("Europe/Madrid", time(8), datetime(2024, 3, 6, 9, tzinfo=UTC), False),  # two hours later
        ("Europe/Madrid", time(8), datetime(2024, 3, 9, 7, tzinfo=UTC), False),  # Saturday
        ("Europe/Madrid", time(8), datetime(2024, 3, 29, 7, tzinfo=UTC), False),  # Good Friday
        ("Europe/Madrid", time(8), datetime(2024, 4, 2, 6, tzinfo=UTC), True),  # summer time since Sunday
        ("Europe/Madrid", time(8), datetime(2024, 4, 2, 5, 59, tzinfo=UTC), False),
        # half an hour is left out on Sunday 6 October 2024 at 2 o'clock: 2:15 is 2:30, 15:30 UTC the day before
        ("Australia/Lord_Howe", time(2, 15), datetime(2024, 10, 5, 15, 29, tzinfo=UTC), False),
        ("Australia/Lord_Howe", time(2, 15), datetime(2024, 10, 5, 15, 30, tzinfo=UTC), True),
        # 1:30 comes twice on Sunday 3 November 2024: the first, 5:30 UTC
        ("America/New_York", time(1, 30), datetime(2024, 11, 3, 5, 29, tzinfo=UTC), False),
        ("America/New_York", time(1, 30), datetime(2024, 11, 3, 5, 30, tzinfo=UTC), True),
    ],
)
def test_digest_leaves_when_the_clinic_opens_by_its_own_clock(zone, opens, at, expected):
    every_day = list(range(7)) if zone != "Europe/Madrid" else [0, 1, 2, 3, 4]
    clinic = ClinicFactory(time_zone=zone, opens_at=opens, working_weekdays=every_day)

    assert is_time(clinic, at) == expected


def test_digest_costs_the_same_queries_for_more_people_and_alerts(clinic, doctor, plan, django_assert_max_num_queries):
    for number in range(5):
        other = person(clinic, f"More {number}")
        AlertFactory(patient=PatientFactory(clinic=clinic, responsible_clinician=other))

    with django_assert_max_num_queries(25):
        assert send_digests(now=OPENS) == 6
