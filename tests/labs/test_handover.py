"""The sheet for the end of a shift, and taking it over by name."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts.models import LadderStep, Role
from events.models import Event
from iotrex_followup.errors import InputRefused
from labs.actions.climbing import escalate_alerts
from labs.actions.handover import take_over_shift
from labs.alerting.deadlines import begin_waiting
from labs.alerting.notifying import What, tell_of_alert
from labs.models import Alert
from labs.pages.handover import promised_calls, sheet_of
from patients.models import ContactEntry
from schedules.models import PlannedVisit
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, enrolled
from tests.labs.factories import NOW, AlertFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def clinic():
    return ClinicFactory()


def person(clinic, name, role=Role.CLINICIAN):
    return MembershipFactory(clinic=clinic, role=role, staff__name=name).staff


@pytest.fixture
def doctor(clinic):
    return person(clinic, "Own")


def call(patient, on, at=NOW - timedelta(days=2), **fields):
    facts = {"direction": "out", "means": "phone", "outcome": "call_again", "call_again_on": on, "seen_at": at}
    return ContactEntry.objects.create(clinic=patient.clinic, patient=patient, at=at, **(facts | fields))


def test_sheet_lists_what_waits(client, clinic, doctor):
    plan = enrolled(by=doctor, clinic=clinic, started_on=date(2024, 1, 31), today=NOW.date(), family_name="Drawn")
    PlannedVisit.objects.filter(plan=plan, timepoint="W5").update(drawn_on=date(2024, 3, 5))
    AlertFactory(patient=PatientFactory(clinic=clinic, family_name="Urgent"), tier="immediate")
    AlertFactory(patient=PatientFactory(clinic=clinic, family_name="Later"), tier="next_working_day")
    AlertFactory(patient=PatientFactory(clinic=clinic, family_name="Answered"), state="acknowledged")
    call(PatientFactory(clinic=clinic, family_name="Called"), date(2024, 3, 7), next_step="Ask about fever")
    client.force_login(doctor)

    page = client.get(reverse("labs:handover")).content.decode()

    shown = {name: name.upper() in page for name in ("Urgent", "Later", "Answered", "Drawn", "Called")}
    assert shown == {"Urgent": True, "Later": False, "Answered": False, "Drawn": True, "Called": True}
    assert "Ask about fever" in page
    assert "Not in the last 30 days" in page


@pytest.mark.parametrize(
    ("fields", "is_promised"),
    [
        ({"on": date(2024, 3, 6)}, True),
        ({"on": date(2024, 3, 4)}, True),  # late
        ({"on": date(2024, 3, 8)}, False),
        ({"on": date(2024, 3, 6), "withdrawn": True}, False),
    ],
)
def test_promised_calls_are_those_of_today_and_tomorrow(clinic, fields, is_promised):
    call(PatientFactory(clinic=clinic), **fields)

    assert promised_calls(clinic, NOW).exists() == is_promised


@pytest.mark.parametrize(
    ("since", "stands"),
    [
        ({"outcome": "agreed"}, False),
        ({"direction": "in", "outcome": "told_us"}, False),  # they called
        ({"outcome": "no_answer"}, True),
    ],
)
def test_promised_call_stands_until_somebody_was_reached(clinic, doctor, since, stands):
    patient = PatientFactory(clinic=clinic)
    call(patient, date(2024, 3, 6), recorded_by=doctor)
    call(patient, None, at=NOW, recorded_by=doctor, **since)

    assert promised_calls(clinic, NOW).exists() is stands


@pytest.mark.parametrize("fields", [{"care": "deceased"}, {"status": "entered_in_error"}])
def test_nobody_is_promised_a_call_about_the_dead_or_a_closed_record(clinic, doctor, fields):
    call(PatientFactory(clinic=clinic, **fields), date(2024, 3, 6), recorded_by=doctor)

    assert not promised_calls(clinic, NOW).exists()


def test_who_takes_over_gets_the_alerts_by_name_and_stands_on_the_sheet(client, clinic, doctor):
    alert = AlertFactory(patient=PatientFactory(clinic=clinic), owner=person(clinic, "Before"))
    AlertFactory(patient=PatientFactory(clinic=clinic, responsible_clinician=doctor), tier="next_working_day")
    client.force_login(doctor)

    client.post(reverse("labs:take_over_shift"), {"as_of": NOW.isoformat(), "note": "Mr X is on the ward"})

    alert.refresh_from_db()
    assert alert.owner == doctor
    assert set(Event.objects.values_list("kind", flat=True)) == {"alert.claimed", "handover.taken"}
    page = client.get(reverse("labs:handover")).content.decode()
    assert "Shift taken over by Own: 1 open alert, 0 awaited results, 0 promised calls" in page
    assert "Mr X is on the ward" in page


def test_what_was_raised_after_the_sheet_was_shown_is_not_taken_over(client, clinic, doctor):
    """Who takes over has not read it: the ladder goes on for it as though nobody had."""
    before = person(clinic, "Before")
    shown, since = (
        AlertFactory(patient=PatientFactory(clinic=clinic), owner=before, raised_at=at)
        for at in (NOW - timedelta(hours=1), NOW)
    )
    client.force_login(doctor)

    page = client.post(
        reverse("labs:take_over_shift"), {"as_of": (NOW - timedelta(microseconds=1)).isoformat()}, follow=True
    )

    for alert in (shown, since):
        alert.refresh_from_db()
    assert (shown.owner, since.owner) == (doctor, before)
    assert "Raised since you opened the sheet, and not yours by this: 1." in page.content.decode()


@pytest.mark.parametrize(
    ("spoilt", "told"),
    [
        ({"as_of": "this morning"}, "Read it again here"),
        ({"as_of": ""}, "Read it again here"),
        ({"note": "x" * 501}, "at most 500 characters"),
    ],
)
def test_what_cannot_be_taken_over_so_is_refused_with_what_was_written(client, clinic, doctor, spoilt, told):
    alert = AlertFactory(patient=PatientFactory(clinic=clinic), owner=person(clinic, "Before"))
    client.force_login(doctor)

    page = client.post(reverse("labs:take_over_shift"), {"as_of": NOW.isoformat(), "note": "On the ward"} | spoilt)

    alert.refresh_from_db()
    assert (page.status_code, alert.owner.name) == (422, "Before")
    assert told in page.content.decode()
    assert spoilt.get("note", "On the ward") in page.content.decode()
    assert f'value="{NOW.isoformat()}"' in page.content.decode()


def test_who_does_not_work_on_alerts_takes_over_nothing(clinic):
    with pytest.raises(InputRefused):
        take_over_shift(clinic=clinic, by=person(clinic, "Admin", Role.ADMINISTRATOR), as_of=NOW, now=NOW)


def test_sheet_costs_the_same_queries_however_much_there_is(clinic, doctor, django_assert_num_queries):
    def more(number):
        for _ in range(number):
            patient = PatientFactory(clinic=clinic, responsible_clinician=doctor)
            AlertFactory(patient=patient, owner=doctor)
            call(patient, NOW.date())

    more(1)
    with django_assert_num_queries(14):
        sheet_of(clinic, role=Role.CLINICIAN, now=NOW)
    more(3)
    with django_assert_num_queries(14):
        sheet_of(clinic, role=Role.CLINICIAN, now=NOW)


def test_page_of_an_alert_shows_who_was_told_and_who_is_next(client, clinic, doctor):
    LadderStep.objects.create(clinic=clinic, step=1, staff=person(clinic, "Cover"))
    alert = AlertFactory.build(
        patient=PatientFactory(clinic=clinic, responsible_clinician=doctor), tier=Alert.Tier.IMMEDIATE
    )
    begin_waiting(alert, now=NOW, answer_by=NOW + timedelta(minutes=15))
    alert.save()
    tell_of_alert(alert, what=What.RAISED, now=NOW)
    escalate_alerts(now=NOW + timedelta(minutes=15))
    client.force_login(doctor)

    page = " ".join(client.get(reverse("labs:alert", args=[alert.pk])).content.decode().split())

    assert "Wed 6 Mar 2024, 10:00 · responsible" in page
    assert "Wed 6 Mar 2024, 10:15 · responsible, once more" in page
    assert "If nobody answers: <b>Cover</b> (covering clinician), Wed 6 Mar 2024, 10:30." in page
