"""Whom an alert concerns, what they read, and that nobody is told twice."""

from datetime import date, timedelta

import pytest

from accounts.models import Membership, Role
from events.models import Message
from labs.actions.alerts import claim, tell
from labs.alerting.notifying import What, tell_of_alert, tell_of_alerts, tell_of_amendment, tell_of_amendments
from labs.alerting.responsible import concerned
from labs.models import Alert
from patients.actions import set_care_team
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, enrolled
from tests.labs.factories import NOW, AlertFactory

pytestmark = pytest.mark.django_db

SENTENCE = "Platelets 38 x10^9/L: below 50; told the same day."
OUTSIDE = {"outside_team": "Haematology", "phone": "020 7946 0142"}


@pytest.fixture
def clinic():
    return ClinicFactory()


def person(clinic, role=Role.CLINICIAN):
    return MembershipFactory(clinic=clinic, role=role).staff


@pytest.fixture
def clinicians(clinic):
    """The patient's clinician, and one more."""
    return [person(clinic), person(clinic)]


@pytest.fixture
def alert(clinic, clinicians):
    """An alert five weeks after the treatment."""
    responsible, _ = clinicians
    plan = enrolled(
        by=responsible,
        clinic=clinic,
        started_on=date(2024, 1, 31),
        today=date(2024, 1, 31),
        responsible_clinician=responsible,
    )
    return AlertFactory(patient=plan.patient)


def told(alert):
    return [
        message.recipient for message in Message.objects.in_app().filter(path=f"/alerts/{alert.pk}/").order_by("id")
    ]


def test_alert_is_told_to_the_patients_clinician(alert, clinicians):
    tell_of_alert(alert, what=What.RAISED, now=NOW)

    message = Message.objects.in_app().get()
    assert (message.recipient, message.patient, message.clinic) == (clinicians[0], alert.patient, alert.clinic)
    assert (message.kind, message.subject) == ("alert.raised", f"Same day: {SENTENCE}")
    assert (message.channel, message.state, message.sent_at) == ("inbox", "sent", NOW)


def test_alert_is_told_to_who_is_named_for_the_phase(alert, clinicians):
    set_care_team(patient=alert.patient, phase="weeks", fields={"staff": clinicians[1]}, by=clinicians[0])
    set_care_team(patient=alert.patient, phase="months", fields={"staff": clinicians[0]}, by=clinicians[0])

    assert concerned([alert], now=NOW)[alert.pk].staff == (clinicians[1].pk,)
    later = concerned([alert], now=NOW + timedelta(days=60))  # more than two months after the treatment
    assert later[alert.pk].staff == (clinicians[0].pk,)


def test_outside_team_that_accepted_is_to_be_called_and_we_are_told_so(alert, clinicians):
    fields = OUTSIDE | {"accepted_on": date(2024, 2, 1)}
    set_care_team(patient=alert.patient, phase="weeks", fields=fields, by=clinicians[0])

    tell_of_alert(alert, what=What.RAISED, now=NOW)

    message = Message.objects.in_app().get()
    assert (message.recipient, message.subject) == (
        clinicians[0],
        f"Same day, call Haematology (020 7946 0142): {SENTENCE}",
    )


def test_outside_team_that_has_not_accepted_leaves_it_to_us(alert, clinicians):
    set_care_team(patient=alert.patient, phase="weeks", fields=OUTSIDE, by=clinicians[0])

    assert concerned([alert], now=NOW)[alert.pk][:2] == ((clinicians[0].pk,), "")


def test_alert_without_anybody_named_is_told_to_every_clinician(clinic, clinicians):
    person(clinic, Role.COORDINATOR)
    alert = AlertFactory(patient=PatientFactory(clinic=clinic))

    assert set(concerned([alert], now=NOW)[alert.pk].staff) == {c.pk for c in clinicians}


def test_alert_of_somebody_who_left_is_told_to_the_others(alert, clinicians):
    Membership.objects.filter(staff=clinicians[0]).update(is_active=False)

    assert concerned([alert], now=NOW)[alert.pk].staff == (clinicians[1].pk,)


@pytest.mark.parametrize(("tier", "beside"), [("same_day", True), ("next_working_day", False)])
def test_alert_of_today_reaches_somebody_who_may_answer_it(clinic, clinicians, tier, beside):
    coordinator = person(clinic, Role.COORDINATOR)
    patient = PatientFactory(clinic=clinic, responsible_clinician=coordinator)
    alert = AlertFactory(patient=patient, tier=tier)

    expected = {coordinator.pk} | ({c.pk for c in clinicians} if beside else set())
    assert set(concerned([alert], now=NOW)[alert.pk].staff) == expected


def test_clinic_without_a_clinician_is_told_as_a_whole(clinic):
    people = {person(clinic, Role.COORDINATOR).pk, person(clinic, Role.ADMINISTRATOR).pk}

    assert set(concerned([AlertFactory(patient=PatientFactory(clinic=clinic))], now=NOW).popitem()[1].staff) == people


def test_owner_is_told_beside_who_is_responsible(alert, clinicians):
    Alert.objects.filter(pk=alert.pk).update(owner=clinicians[1])
    alert.refresh_from_db()

    tell_of_alert(alert, what=What.RAISED_AGAIN, now=NOW)

    assert set(told(alert)) == set(clinicians)
    assert Message.objects.in_app().first().subject == f"Same day, raised again: {SENTENCE}"


def test_raising_is_told_once_and_the_next_one_anew(alert):
    for _ in range(2):
        tell_of_alert(alert, what=What.RAISED, now=NOW)
    alert.raised_at = NOW + timedelta(hours=1)
    tell_of_alert(alert, what=What.RAISED_AGAIN, now=NOW + timedelta(hours=1))

    assert sorted(message.kind for message in Message.objects.in_app()) == ["alert.raised", "alert.raised_again"]


def test_long_sentence_is_cut_to_one_line(alert):
    alert.sentence = "Platelets\n" + "38 " * 100

    tell_of_alert(alert, what=What.RAISED, now=NOW)

    subject = Message.objects.in_app().get().subject
    assert (len(subject), subject[:23], subject[-1]) == (200, "Same day: Platelets 38 ", "…")


def queries_for(count, clinic, django_assert_max_num_queries):
    alerts = [AlertFactory(patient=PatientFactory(clinic=clinic)) for _ in range(count)]
    with django_assert_max_num_queries(30) as captured:
        tell_of_alerts(alerts, what=What.RAISED, now=NOW)
        tell_of_amendments([(alert, "Now 140.") for alert in alerts], now=NOW)
    return len(captured)


def test_many_alerts_need_as_many_queries_as_one(clinic, clinicians, django_assert_max_num_queries):
    one = queries_for(1, clinic, django_assert_max_num_queries)

    assert queries_for(3, clinic, django_assert_max_num_queries) == one
    assert Message.objects.in_app().count() == 4 * len(clinicians)


def test_correction_is_told_to_whoever_acted_or_was_told(alert, clinicians):
    owner, told_by_name = clinicians
    coordinator = person(alert.clinic, Role.COORDINATOR)
    claim(alert=alert, by=owner, now=NOW)
    tell(alert=alert, told="", told_staff=told_by_name, at=NOW, read_back=True, by=coordinator, now=NOW)
    Message.objects.in_app().delete()
    alert.refresh_from_db()

    tell_of_amendment(alert, "Platelets 138, not 38 x10^9/L.", NOW)

    assert set(told(alert)) == {owner, told_by_name, coordinator}
    assert {message.subject for message in Message.objects.in_app()} == {
        "Corrected result: Platelets 138, not 38 x10^9/L."
    }


def test_correction_of_an_alert_nobody_acted_on_tells_nobody(alert):
    tell_of_amendment(alert, "Platelets 138, not 38 x10^9/L.", NOW)

    assert Message.objects.in_app().count() == 0


def test_correction_reaches_somebody_when_who_acted_has_left(alert, clinicians):
    gone = person(alert.clinic)
    claim(alert=alert, by=gone, now=NOW)
    Membership.objects.filter(staff=gone).update(is_active=False)
    alert.refresh_from_db()

    tell_of_amendment(alert, "Platelets 138, not 38 x10^9/L.", NOW)

    assert told(alert) == clinicians[:1]


def test_same_correction_later_is_told_again(alert, clinicians):
    claim(alert=alert, by=clinicians[0], now=NOW)
    alert.refresh_from_db()

    for hours in (0, 0, 1):
        tell_of_amendment(alert, "Now 138.", NOW + timedelta(hours=hours))

    assert Message.objects.in_app().filter(kind="alert.amended").count() == 2
