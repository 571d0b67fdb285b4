"""The contact log and the chase list on the pages: a call logged in place, what it asks for next, words dealt with."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Clinic, Role, Staff
from events.models import Event, Message
from patients.contacting import ContactFacts, log_contact
from patients.models import Contact, ContactEntry, Patient
from schedules.models import Plan
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory

NOW = datetime(2024, 3, 27, 9, 30, tzinfo=UTC)  # 10:30 in Madrid
CALL = {"direction": "out", "means": "phone", "at": "2024-03-27", "time": "10:20", "outcome": "agreed"}
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _at_half_past():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def signed_in(client: Client, clinician: Staff) -> Client:
    client.force_login(clinician)
    return client


@pytest.fixture
def mother(plan: Plan) -> Contact:
    return plan.patient.contacts.create(
        clinic=plan.clinic, name="Eva Prueba", relation="mother", phone="+34 600 000 001", interpreter=True
    )


def log_url(plan: Plan) -> str:
    return reverse("schedules:log_contact", args=[plan.patient_id])


def write_word(patient: Patient, at: datetime = NOW, said: str = "I cannot come.") -> ContactEntry:
    facts = ContactFacts(at=at, direction="in", means="reply", outcome="told_us", said=said)
    return log_contact(patient=patient, facts=facts, by=None, now=at)


def text(response) -> str:
    return response.content.decode()


def test_chase_list_shows_whom_to_call_how_it_went_and_what_to_do(signed_in, plan, mother, clinician):
    log_contact(
        patient=plan.patient,
        facts=ContactFacts(at=NOW - timedelta(days=2), outcome="no_answer"),
        by=clinician,
        now=NOW,
    )

    page = text(signed_in.get(reverse("schedules:chase")))

    for shown in ("PRUEBA, Ana", "Overdue, nobody reached", "+34 600 000 001", "needs an interpreter"):
        assert shown in page
    assert "<b>1</b> attempt in vain" in page
    assert "Last Mon 25 Mar 2024: nobody answered" in page
    assert page.count('aria-keyshortcuts="l"') == page.count('aria-keyshortcuts="b"') == 1


def test_chase_list_says_when_nobody_has_to_be_reached(signed_in):
    assert "Nobody has to be reached" in text(signed_in.get(reverse("schedules:chase")))


def test_filter_without_anybody_offers_everything(signed_in, plan):
    assert "for these filters" in text(signed_in.get(reverse("schedules:chase") + "?reason=failed"))


def test_key_nobody_made_is_not_found(signed_in):
    for page in ("chase", "words"):
        assert signed_in.get(reverse(f"schedules:{page}") + "?after=x_y").status_code == 404


def test_auditor_sees_the_list_without_buttons(client, plan):
    client.force_login(MembershipFactory(clinic=plan.clinic, role=Role.AUDITOR).staff)

    page = text(client.get(reverse("schedules:chase")))
    assert "PRUEBA, Ana" in page
    assert reverse("schedules:log_contact", args=[plan.patient_id]) not in page


def test_call_is_logged_in_a_dialog_and_the_list_says_so_with_an_undo(signed_in, plan, mother):
    dialog = signed_in.get(log_url(plan) + "?next=/chase/", headers=HTMX)
    assert text(dialog).lstrip().startswith("<dialog")
    assert "Call <b>Eva Prueba</b>" in text(dialog)

    answer = signed_in.post(
        log_url(plan),
        CALL | {"contact": mother.pk, "flag_fever": "no", "said": "Comes on Friday.", "next": "/chase/"},
        headers=HTMX,
    )

    assert answer["HX-Redirect"] == "/chase/"
    entry = ContactEntry.objects.get()
    assert (entry.at, entry.contact, entry.red_flags_asked) == (NOW - timedelta(minutes=10), mother, False)
    page = text(signed_in.get("/chase/"))
    assert "Contact (Telephone, out, Eva Prueba): Reached, and agreed." in page
    undo = reverse("schedules:undo", args=[Event.objects.get(kind="contact_log.recorded").pk])
    assert undo in page
    signed_in.post(undo)
    assert ContactEntry.objects.get().withdrawn
    assert "Entered in error" in text(signed_in.get(reverse("schedules:contact_log", args=[plan.patient_id])))


@pytest.mark.parametrize(
    ("entered", "field"),
    [
        ({"outcome": "call_again"}, "call_again_on"),
        ({"time": "10:31"}, "at"),
        ({"at": "27/03/2024"}, "at"),
        ({"outcome": ""}, "outcome"),
    ],
)
def test_mistake_is_told_at_its_field_and_nothing_entered_is_lost(signed_in, plan, entered, field):
    for headers in ({}, HTMX):
        answer = signed_in.post(log_url(plan), CALL | {"said": "Feels well."} | entered, headers=headers)

        assert answer.status_code == 422
        assert field in answer.context["form"].errors
        assert "Feels well." in text(answer)
    assert not ContactEntry.objects.exists()


def test_message_that_failed_is_offered_and_settled_by_the_call(signed_in, plan, mother):
    dead = Message.objects.create(
        clinic=plan.clinic,
        patient=plan.patient,
        contact=mother,
        channel="sms",
        kind="reminder",
        subject="Appointment on Friday",
        dedupe_key="m",
        state="dead",
        not_before=NOW,
    )
    assert "SMS, could not be sent: Appointment on Friday" in text(signed_in.get(log_url(plan)))

    signed_in.post(log_url(plan), CALL | {"messages": [dead.pk]})

    dead.refresh_from_db()
    assert dead.state == "void"


@pytest.mark.parametrize(
    ("outcome", "offered"),
    [
        ("declined", ["?kind=declines_messages", "?kind=declines_follow_up"]),
        ("done_elsewhere", ["/record/"]),
        ("wrong_number", ["/patients/contacts/"]),
    ],
)
def test_what_asks_for_a_further_step_leads_to_the_log_which_offers_it(signed_in, plan, mother, outcome, offered):
    answer = signed_in.post(log_url(plan), CALL | {"outcome": outcome, "contact": mother.pk, "next": "/chase/"})

    assert answer["Location"] == reverse("schedules:contact_log", args=[plan.patient_id])
    page = text(signed_in.get(answer["Location"]))
    assert [link for link in offered if link not in page] == []


def test_loss_is_proposed_on_list_and_patient_page_and_its_form_is_filled_in(signed_in, plan, clinician):
    for days in (5, 4, 2):
        facts = ContactFacts(at=NOW - timedelta(days=days), outcome="no_answer")
        log_contact(patient=plan.patient, facts=facts, by=clinician, now=NOW)
    form = reverse("schedules:record_clinical_event", args=[plan.patient_id]) + "?kind=lost"

    assert form in text(signed_in.get(reverse("schedules:chase")))
    assert form in text(signed_in.get(reverse("schedules:contact_log", args=[plan.patient_id]), headers=HTMX))
    page = text(signed_in.get(form))
    assert f"Fri 22 Mar 2024, telephone by {clinician}; Sat 23 Mar 2024" in page
    assert plan.patient.clinical_events.count() == 0


def test_word_that_came_in_is_dealt_with_and_leaves_the_list(signed_in, plan):
    early = write_word(plan.patient, NOW - timedelta(days=3))
    write_word(PatientFactory(clinic=plan.clinic), said="Thank you.")
    page = text(signed_in.get(reverse("schedules:words")))
    assert page.index("I cannot come.") < page.index("Thank you.")
    assert page.count("badge-overdue") == 1

    see = reverse("schedules:see_word", args=[early.pk])
    assert signed_in.post(see, {"next_step": ""}).status_code == 422
    answer = signed_in.post(see, {"next_step": "Booked for Friday.", "red_flags": ["fever"]})

    assert answer["Location"] == reverse("schedules:words")
    page = text(signed_in.get(answer["Location"]))
    assert "was dealt with: Booked for Friday; red flags: fever or shivering." in page
    assert "I cannot come." not in page
    assert plan.patient.alerts.filter(rule="red_flag").exists()


def test_words_page_says_when_none_waits_and_goes_on_by_pages(signed_in, plan, monkeypatch):
    assert "No word waits" in text(signed_in.get(reverse("schedules:words")))
    monkeypatch.setattr("schedules.views.chase.WORDS", 2)
    for number in range(3):
        write_word(plan.patient, NOW - timedelta(minutes=number), said=f"Word {number}")

    first = signed_in.get(reverse("schedules:words"))
    second = signed_in.get(first.context["next_url"])
    assert [entry.said for entry, _ in first.context["rows"]] == ["Word 2", "Word 1"]
    assert [entry.said for entry, _ in second.context["rows"]] == ["Word 0"]


def test_log_goes_on_by_pages_and_the_patient_page_shows_the_last(signed_in, plan, clinician, monkeypatch):
    monkeypatch.setattr("schedules.pages.contact_log.PAGE", 2)
    monkeypatch.setattr("schedules.pages.contact_log.SHORT", 1)
    for number in range(3):
        facts = ContactFacts(at=NOW - timedelta(days=number), outcome="told_us", said=f"Word {number}")
        log_contact(patient=plan.patient, facts=facts, by=clinician, now=NOW)
    address = reverse("schedules:contact_log", args=[plan.patient_id])

    panel = signed_in.get(address, headers=HTMX)
    first = signed_in.get(address)
    second = signed_in.get(f"{address}?before={first.context['log'].before.pk}")

    assert "Word 0" in text(panel)
    assert "Word 1" not in text(panel)
    assert [[e.said for e in page.context["log"].entries] for page in (first, second)] == [
        ["Word 0", "Word 1"],
        ["Word 2"],
    ]
    assert address in text(signed_in.get(reverse("schedules:patient", args=[plan.patient_id])))


def test_worklist_row_says_the_last_contact(signed_in, plan, clinician):
    facts = ContactFacts(at=NOW - timedelta(days=2), outcome="no_answer")
    log_contact(patient=plan.patient, facts=facts, by=clinician, now=NOW)

    assert "Last contact Mon 25 Mar 2024: nobody answered" in text(signed_in.get("/"))


def test_contact_of_another_patient_or_clinic_cannot_be_chosen(signed_in, plan):
    clinic: Clinic = ClinicFactory()
    stranger = PatientFactory(clinic=clinic).contacts.create(clinic=clinic, phone="1")

    answer = signed_in.post(log_url(plan), CALL | {"contact": stranger.pk})

    assert answer.status_code == 422
    assert "contact" in answer.context["form"].errors
