"""E-mails about alerts: for the urgent ones, without the patient, and not once somebody has answered."""

from datetime import timedelta

import pytest

from events.delivery.kinds import KINDS
from events.delivery.sending import deliver_due
from events.models import Message
from labs.alerting.notifying import What, tell_of_alert
from labs.models import Alert
from tests.factories import MembershipFactory, PatientFactory
from tests.labs.factories import NOW, AlertFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    return MembershipFactory()


def raised(member, tier="immediate", **fields):
    patient = PatientFactory(clinic=member.clinic, responsible_clinician=member.staff)
    alert = AlertFactory(patient=patient, tier=tier, answer_by=NOW + timedelta(minutes=15), **fields)
    tell_of_alert(alert, what=What.RAISED, now=NOW)
    return alert


def mails():
    return Message.objects.going_out()


@pytest.mark.parametrize(("tier", "number"), [("immediate", 1), ("same_day", 1), ("next_working_day", 0)])
def test_only_urgent_alerts_go_by_mail(member, tier, number):
    raised(member, tier)

    assert mails().count() == number


def test_mail_says_how_urgent_and_until_when_and_names_no_patient(member, mailoutbox):
    alert = raised(member)

    assert deliver_due(clock=lambda: NOW) == {"sent": 1}

    (mail,) = mailoutbox
    until = (NOW + timedelta(minutes=15)).astimezone(member.clinic.zone)
    assert mail.subject == "Immediate: an alert waits for you"
    assert f"{until:%H:%M} (Europe/Madrid)" in mail.body
    assert f"/alerts/{alert.pk}/" in mail.body
    for private in (alert.patient.family_name, alert.patient.mrn, alert.sentence):
        assert private not in mail.subject + mail.body
    assert mail.to == [member.staff.email]


@pytest.mark.parametrize("answer", [{"state": "acknowledged"}, {"state": "resolved", "resolved_at": NOW}])
def test_mail_is_not_sent_once_somebody_has_answered(member, mailoutbox, answer):
    alert = raised(member)
    Alert.objects.filter(pk=alert.pk).update(**answer)

    assert deliver_due(clock=lambda: NOW) == {"void": 1}
    assert mailoutbox == []
    assert mails().get().outcome == "It was answered before it left."


def test_same_raising_is_mailed_once(member):
    alert = raised(member)
    tell_of_alert(alert, what=What.RAISED, now=NOW)

    assert mails().count() == 1


def test_every_way_an_alert_is_told_is_known_to_the_delivery():
    assert {kind.value for kind in What} <= KINDS.keys()
