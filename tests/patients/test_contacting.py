"""Writing down a contact: what is refused, what it ends, and that all of it is taken back by one undo."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import Staff
from events.models import Event, Message
from events.undo import undo
from iotrex_followup.errors import InputRefused, TransitionRefused
from patients.contacting import ContactFacts, log_contact, see_word
from patients.models import Contact, ContactEntry, Patient
from schedules.wording import event_sentence
from tests.factories import MembershipFactory, PatientFactory
from tests.snapshot import everything

NOW = datetime(2024, 3, 5, 13, 5, tzinfo=UTC)
TOMORROW = date(2024, 3, 6)
NO_FLAGS = dict.fromkeys(ContactEntry.RedFlag.values, False)


@pytest.fixture
def by(db: None) -> Staff:
    return MembershipFactory(clinic__attempts_before_lost=3).staff


@pytest.fixture
def patient(by: Staff) -> Patient:
    return PatientFactory(clinic=by.memberships.get().clinic, birth_date=date(1961, 3, 3))


@pytest.fixture
def mother(patient: Patient) -> Contact:
    return contact_of(patient, name="Eva Prueba", relation="mother", phone="+34 600 000 001", email="eva@example.org")


def contact_of(patient: Patient, **facts: str) -> Contact:
    return patient.contacts.create(clinic=patient.clinic, **facts)


def message_to(contact: Contact, **facts: object) -> Message:
    stands = {"channel": "sms", "kind": "call", "subject": "Appointment", "not_before": NOW - timedelta(hours=1)}
    return Message.objects.create(
        clinic=contact.clinic,
        patient=contact.patient,
        contact=contact,
        dedupe_key=f"m{Message.objects.count()}",
        **stands | facts,
    )


def log(patient: Patient, by: Staff | None, outcome: str, at: datetime = NOW, **facts: object) -> ContactEntry:
    return log_contact(patient=patient, facts=ContactFacts(at=at, outcome=outcome, **facts), by=by, now=NOW)  # type: ignore[arg-type]


def test_contact_is_stored_as_entered_and_said_in_the_history(patient: Patient, by: Staff, mother: Contact) -> None:
    entry = log(
        *(patient, by, "call_again"),
        contact=mother,
        answers=NO_FLAGS | {"fever": True},
        said="Shivering since Sunday.",
        advice="Come in now.",
        next_step="Call the ward.",
        call_again_on=TOMORROW,
    )

    entry.refresh_from_db()
    assert (entry.clinic, entry.contact, entry.recorded_by, entry.at) == (patient.clinic, mother, by, NOW)
    assert (entry.red_flags_asked, entry.red_flags, entry.call_again_on) == (True, ["fever"], TOMORROW)
    assert (entry.said, entry.advice, entry.next_step) == ("Shivering since Sunday.", "Come in now.", "Call the ward.")
    assert event_sentence(Event.objects.get(kind="contact_log.recorded")) == (
        "Contact (Telephone, out, Eva Prueba): Call again; red flags: fever or shivering; "
        "a call promised for Wed 6 Mar 2024"
    )


def test_red_flags_are_asked_for_only_when_each_is(patient: Patient, by: Staff) -> None:
    entry = log(patient, by, "agreed", answers={"fever": False, "bleeding": False})

    assert (entry.red_flags_asked, entry.red_flags) == (False, [])


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"outcome": "agreed", "at": NOW + timedelta(minutes=1)}, "at"),
        ({"outcome": "agreed", "at": datetime(1961, 3, 2, 12, tzinfo=UTC)}, "at"),
        ({"outcome": "call_again"}, "call_again_on"),
        ({"outcome": "agreed", "call_again_on": date(2024, 3, 4)}, "call_again_on"),
        ({"outcome": "agreed", "call_again_on": date(2025, 3, 8)}, "call_again_on"),
        ({"outcome": "no_answer", "direction": "in"}, "outcome"),
        ({"outcome": "wrong_number", "direction": "in"}, "outcome"),
        ({"outcome": "no_answer", "answers": {"fever": False}}, "outcome"),
        ({"outcome": "wrong_number"}, "contact"),
        ({"outcome": "told_us"}, "said"),
        ({"outcome": "agreed", "answers": {"rash": True}}, "answers"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_stores_nothing(
    patient: Patient, by: Staff, facts: dict[str, object], field: str
) -> None:
    before = everything()

    with pytest.raises(InputRefused) as refused:
        log_contact(patient=patient, facts=ContactFacts(**{"at": NOW} | facts), by=by, now=NOW)  # type: ignore[arg-type]

    assert refused.value.field == field
    assert everything() == before


def test_contact_and_message_of_another_patient_are_refused(patient: Patient, by: Staff, mother: Contact) -> None:
    other = PatientFactory(clinic=patient.clinic)

    for facts, field in (({"contact": mother}, "contact"), ({"messages": (message_to(mother),)}, "messages")):
        with pytest.raises(InputRefused) as refused:
            log(other, by, "agreed", **facts)
        assert refused.value.field == field


def test_closed_record_takes_no_contact(patient: Patient, by: Staff) -> None:
    Patient.objects.filter(pk=patient.pk).update(status="entered_in_error")

    with pytest.raises(TransitionRefused):
        log(patient, by, "agreed")


@pytest.mark.parametrize(
    ("means", "column"), [("phone", "phone_fault"), ("sms", "phone_fault"), ("email", "email_fault")]
)
def test_wrong_number_is_noted_at_the_contact_and_taken_back_by_undo(
    patient: Patient, by: Staff, mother: Contact, means: str, column: str
) -> None:
    log(patient, by, "wrong_number", contact=mother, means=means)

    mother.refresh_from_db()
    assert getattr(mother, column).startswith("Wrong ")
    undo(event=Event.objects.get(), by=by, now=NOW)
    mother.refresh_from_db()
    assert (mother.phone_fault, mother.email_fault) == ("", "")
    assert ContactEntry.objects.get().withdrawn


def test_reached_contact_ends_the_call_and_settles_what_failed_and_undo_brings_both_back(
    patient: Patient, by: Staff, mother: Contact
) -> None:
    call = message_to(mother, channel="call", state="due")
    dead = message_to(mother, state="dead", outcome="No such number.")
    sent = message_to(mother, state="sent")

    entry = log(patient, by, "agreed", contact=mother, messages=(call, dead, sent))

    states = {each.pk: (each.state, each.provider_reference, each.outcome) for each in Message.objects.all()}
    assert states == {
        call.pk: ("sent", str(entry.pk), ""),
        dead.pk: ("void", "", "Settled: Telephone, reached, and agreed"),
        sent.pk: ("sent", "", ""),
    }
    assert entry.message == call
    assert sorted(Event.objects.values_list("kind", flat=True)) == [
        "contact_log.recorded",
        "message.carried_out",
        "message.settled",
    ]
    undo(event=Event.objects.get(kind="contact_log.recorded"), by=by, now=NOW)
    assert {each.pk: each.state for each in Message.objects.all()} == {
        call.pk: "due",
        dead.pk: "dead",
        sent.pk: "sent",
    }


@pytest.mark.parametrize("facts", [{"outcome": "no_answer"}, {"outcome": "call_again", "call_again_on": TOMORROW}])
def test_attempt_that_reached_nobody_ends_no_message(
    patient: Patient, by: Staff, mother: Contact, facts: dict[str, object]
) -> None:
    call = message_to(mother, channel="call", state="due")

    log(patient, by, messages=(call,), **facts)  # type: ignore[arg-type]

    call.refresh_from_db()
    assert call.state == "due"


def word(patient: Patient, **facts: object) -> ContactEntry:
    return log(patient, None, "told_us", **{"direction": "in", "means": "reply", "said": "I cannot come."} | facts)


def test_word_that_came_in_is_dealt_with_once_and_undone(patient: Patient, by: Staff) -> None:
    entry = word(patient)
    assert entry.is_unseen
    assert list(ContactEntry.objects.unseen()) == [entry]

    see_word(entry=entry, next_step="Booked for Thursday.", call_again_on=TOMORROW, by=by, now=NOW)
    entry.refresh_from_db()
    assert (entry.seen_by, entry.seen_at, entry.next_step) == (by, NOW, "Booked for Thursday.")
    assert entry.call_again_on == TOMORROW
    assert event_sentence(Event.objects.get(kind="contact_log.seen")) == (
        "What came in on Tue 5 Mar 2024 (Reply to a message) was dealt with: Booked for Thursday; "
        "a call promised for Wed 6 Mar 2024"
    )
    with pytest.raises(TransitionRefused):
        see_word(entry=entry, next_step="Again", by=by, now=NOW)

    undo(event=Event.objects.get(kind="contact_log.seen"), by=by, now=NOW)
    entry.refresh_from_db()
    assert (entry.is_unseen, entry.next_step, entry.call_again_on) == (True, "", None)


@pytest.mark.parametrize(
    ("given", "field"), [({"next_step": " "}, "next_step"), ({"call_again_on": date(2024, 3, 4)}, "call_again_on")]
)
def test_word_is_not_dealt_with_without_a_next_step_or_for_a_day_that_has_passed(
    patient: Patient, by: Staff, given: dict[str, object], field: str
) -> None:
    with pytest.raises(InputRefused) as refused:
        see_word(entry=word(patient), **{"next_step": "x"} | given, by=by, now=NOW)  # type: ignore[arg-type]

    assert refused.value.field == field


def test_word_does_not_settle_what_failed_by_itself(patient: Patient, mother: Contact) -> None:
    dead = message_to(mother, state="dead")

    word(patient, messages=(dead,))

    dead.refresh_from_db()
    assert dead.state == "dead"
