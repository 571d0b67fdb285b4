"""The page behind the link in a message: looking changes nothing, answering does, once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from events.models import Event, Message
from patients.actions import save_contact
from patients.models import ContactEntry
from schedules import actions
from schedules.reminding.links import token_of
from tests.factories import visit_of
from tests.schedules.conftest import SWEPT as NOW


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def stranger() -> Client:
    """Somebody with the link, not signed in."""
    return Client()


def link(message):
    return f"/m/{token_of(message.pk)}/"


def said(message):
    message.refresh_from_db()
    return message.state, message.outcome


def entries():
    return [(e.direction, e.means, e.outcome, e.said, e.recorded_by) for e in ContactEntry.objects.all()]


def test_link_is_short_and_holds_nothing_but_the_message(reminder):
    assert len(link(reminder)) == 38


def test_looking_changes_nothing_and_names_nobody(reminder, clinic, stranger):
    clinic.phone, clinic.emergency_phone = "910 000 000", "910 000 999"
    clinic.save()
    before = list(Message.objects.values()), Event.objects.count()

    page = stranger.get(link(reminder))

    text = page.content.decode()
    assert page.status_code == 200
    assert (list(Message.objects.values()), Event.objects.count(), entries()) == (*before, [])
    assert "between Sunday 3 March 2024 and Saturday 9 March 2024" in text
    assert 'href="tel:910 000 999"' in text
    for secret in ("Ana", "Prueba", "Iotrex", "MIBG", clinic.name):
        assert secret not in text
    assert page["Cache-Control"] == "no-store, private"


def test_page_is_in_the_persons_language(reminder, contact, plan, clinician, stranger):
    save_contact(patient=plan.patient, contact=contact, fields={"language": "es"}, by=clinician)
    text = stranger.get(link(reminder)).content.decode()
    assert '<html lang="es">' in text
    assert "Llámenme, por favor" in text


@pytest.mark.parametrize(
    ("answer", "outcome", "words"), [("come", "agreed", "Will come."), ("call", "told_us", "Please call me.")]
)
def test_answer_is_a_word_from_them_that_nobody_has_seen_yet(reminder, stranger, answer, outcome, words):
    pages = [stranger.post(link(reminder), {"answer": answer}) for _ in range(2)]

    assert {page.status_code for page in pages} == {200}
    assert entries() == [("in", "reply", outcome, words, None)]
    entry = ContactEntry.objects.get()
    assert (entry.message, entry.contact, entry.seen_at) == (reminder, reminder.contact, None)
    event = Event.objects.get(kind="contact_log.recorded")
    assert event.by is None


def test_stopping_takes_consent_back_and_what_waits(reminder, contact, stranger):
    for _ in range(2):
        page = stranger.post(link(reminder), {"answer": "stop_sms"})

    contact.refresh_from_db()
    assert (contact.sms_consent, contact.email_consent) == ("refused", "given")
    assert said(reminder) == ("void", "The consent to this channel was taken back.")
    assert "You will receive no more messages this way." in page.content.decode()
    assert Event.objects.filter(kind="contact.stopped_messages").count() == 1


def test_what_is_no_answer_changes_nothing(reminder, stranger):
    assert stranger.post(link(reminder), {"answer": "delete"}).status_code == 200
    assert entries() == []


def test_what_has_changed_since_is_not_shown(reminder, plan, clinician, stranger):
    actions.mark_not_applicable(visit=visit_of(plan, "W5"), reason="Counted.", by=clinician)
    text = stranger.get(link(reminder)).content.decode()
    assert "3 March" not in text
    assert "has changed since" in text


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1] + ("a" if token[-1] != "a" else "b"),
        lambda token: "x" + token[1:],
        lambda token: token[:20],
        lambda token: "é",
    ],
)
def test_link_that_was_changed_is_of_nothing(reminder, stranger, spoil):
    page = stranger.get(f"/m/{spoil(token_of(reminder.pk))}/")
    assert page.status_code == 404
    assert "This link is no longer valid" in page.content.decode()


def test_link_ends_after_sixty_days(reminder, stranger, time_machine):
    time_machine.move_to(reminder.not_before + timedelta(days=60), tick=False)
    assert stranger.post(link(reminder), {"answer": "come"}).status_code == 404
    assert entries() == []


def test_message_of_another_kind_has_no_page(clinic, clinician, stranger):
    other = Message.objects.create(
        clinic=clinic,
        recipient=clinician,
        channel="email",
        kind="alert",
        subject="x",
        dedupe_key="x",
        not_before=datetime(2024, 3, 1, tzinfo=UTC),
    )
    assert stranger.get(link(other)).status_code == 404


def test_form_from_elsewhere_is_refused(reminder):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(link(reminder), {"answer": "come"}).status_code == 403
