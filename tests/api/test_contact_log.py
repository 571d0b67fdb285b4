"""The contact log and the chase list for other systems."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Role
from events.models import Event, Message
from patients.contacting import ContactFacts, log_contact
from patients.models import ContactEntry
from tests.api.conftest import ApiClient, member_of
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, enrolled

NOW = datetime(2024, 3, 27, 9, tzinfo=UTC)
NO_FLAGS = {"fever": False, "bleeding": False, "breathlessness": False, "drowsiness": False}


@pytest.fixture
def word(plan):
    facts = ContactFacts(at=NOW - timedelta(days=1), direction="in", means="reply", outcome="told_us", said="Hello")
    return log_contact(patient=plan.patient, facts=facts, by=None, now=NOW)


def test_contact_is_written_read_listed_and_taken_back_by_its_event(api, plan, clinician):
    contact = plan.patient.contacts.create(clinic=plan.clinic, phone="+34 600 000 001")
    call = Message.objects.create(
        clinic=plan.clinic,
        patient=plan.patient,
        contact=contact,
        channel="call",
        kind="call",
        subject="Appointment",
        dedupe_key="m",
        state="due",
        not_before=NOW,
    )
    body = {"patient": plan.patient_id, "contact": contact.pk, "messages": [call.pk], "answers": NO_FLAGS}

    answer = api.post("contact-entries", body | {"outcome": "agreed", "said": "Comes on Friday."})

    assert answer.status_code == 201, answer.content
    entry = answer.json()
    assert {name: entry[name] for name in ("means", "direction", "reached", "waits", "red_flags_asked", "message")} == {
        "means": "phone",
        "direction": "out",
        "reached": True,
        "waits": False,
        "red_flags_asked": True,
        "message": str(call.pk),
    }
    assert (entry["recorded_by"], entry["at"]) == (str(clinician.pk), "2024-03-27T09:00:00Z")
    assert api.get(answer["Location"]).json() == entry
    assert [row["id"] for row in api.results(f"contact-entries?patient={plan.patient_id}")] == [entry["id"]]

    event = Event.objects.get(kind="contact_log.recorded")
    assert api.post(f"events/{event.pk}/undo", {"reason": "Another patient."}).status_code == 200
    assert api.get(f"contact-entries/{entry['id']}").json()["withdrawn"] is True
    call.refresh_from_db()
    assert call.state == "due"


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"outcome": "call_again"}, 422, "call_again_on"),
        ({"outcome": "agreed", "at": "2024-03-27T09:01:00Z"}, 422, "at"),
        ({"outcome": "agreed", "answers": {"rash": True}}, 400, "answers.rash"),
        ({"outcome": "vanished"}, 400, "outcome"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(api, plan, body, status, field):
    answer = api.post("contact-entries", {"patient": plan.patient_id} | body)

    assert answer.status_code == status, answer.content
    assert field in answer.content.decode()
    assert not ContactEntry.objects.exists()


def test_contact_with_another_clinics_patient_does_not_exist(api):
    answer = api.post("contact-entries", {"patient": PatientFactory().pk, "outcome": "agreed"})

    assert answer.status_code == 400


def test_word_that_came_in_is_dealt_with_once(api, plan, word):
    assert [row["id"] for row in api.results("contact-entries?waits=true")] == [str(word.pk)]

    answer = api.post(f"contact-entries/{word.pk}/see", {"next_step": "Booked.", "red_flags": ["fever"]})

    assert (answer.status_code, answer.json()["waits"], answer.json()["red_flags"]) == (200, False, ["fever"])
    assert plan.patient.alerts.filter(rule="red_flag").exists()
    assert api.post(f"contact-entries/{word.pk}/see", {"next_step": "Again."}).status_code == 409
    assert api.results("contact-entries?waits=true") == []


def test_auditor_reads_and_writes_nothing(plan, word):
    api = ApiClient(member_of(plan.clinic, Role.AUDITOR))

    assert len(api.results("contact-entries")) == 1
    assert api.post("contact-entries", {"patient": plan.patient_id, "outcome": "agreed"}).status_code == 403
    assert api.post(f"contact-entries/{word.pk}/see", {"next_step": "x"}).status_code == 403


def test_chase_list_is_ranked_filtered_and_paged(api, clinic, clinician, plan, word):
    other = enrolled(by=clinician, clinic=clinic, started_on=plan.anchor, today=NOW.date())

    first = api.get(f"chase?clinic={clinic.pk}&page_size=1").json()
    second = api.get(first["next"]).json()

    (row,) = first["results"]
    assert (row["patient"], row["unread"], row["attempts"], row["contact"]) == (str(plan.patient_id), True, 0, None)
    assert {why["reason"] for why in row["why"]} == {"word"} | ({"overdue"} if len(row["why"]) > 1 else set())
    assert row["last_contact"] == str(word.pk)
    assert [row["patient"] for row in second["results"]] == [str(other.patient_id)]
    assert second["next"] is None
    assert [each["patient"] for each in api.results(f"chase?clinic={clinic.pk}&reason=word")] == [str(plan.patient_id)]


@pytest.mark.parametrize("query", ["", "?clinic=x", "?clinic={clinic}&reason=whim", "?clinic={clinic}&after=nonsense"])
def test_chase_list_says_what_is_wrong_with_the_question(api, clinic, query):
    assert api.get("chase" + query.format(clinic=clinic.pk)).status_code == 400


def test_chase_list_of_another_clinic_does_not_exist(api):
    assert api.get(f"chase?clinic={ClinicFactory().pk}").status_code == 400


def test_person_of_two_clinics_reads_each_by_its_role(api, clinician):
    elsewhere = MembershipFactory(staff=clinician, clinic=ClinicFactory(), role=Role.AUDITOR)

    assert api.get(f"chase?clinic={elsewhere.clinic_id}").json() == {"next": None, "results": []}
