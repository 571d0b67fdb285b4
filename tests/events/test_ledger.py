"""The ledger: every message in one column; what failed is sent again or settled by a person."""

from uuid import UUID

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from events.ledger import COLUMNS, of_clinic, totals
from events.models import Event, Message, WebhookEndpoint
from patients.models import Contact
from tests.events.conftest import NOW
from tests.factories import MembershipFactory, PatientFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def signed_in(client, member):
    client.force_login(member.staff)
    return client


def test_every_state_stands_in_one_column():
    states = [state for column in COLUMNS.values() for state in column]

    assert sorted(states) == sorted(Message.State.values)


def test_columns_add_up_to_what_was_written(member, write):
    for state in Message.State.values:
        write(state=state)
    write(state="sent", channel="inbox")
    write(clinic=MembershipFactory().clinic)

    found = totals(of_clinic(member.clinic))

    assert found == (7, 2, 1, 2, 2)
    assert found.written == sum(found[1:])


def test_ledger_shows_the_clinics_messages_the_newest_first(signed_in, write):
    old = write(id=UUID(int=1), state="sent", sent_at=NOW)
    new = write(id=UUID(int=2), state="dead", outcome="The mail server answered 550.")
    write(channel="inbox")
    write(clinic=MembershipFactory().clinic)

    page = signed_in.get("/messages/")

    assert page.context["entries"] == [new, old]
    assert "The mail server answered 550." in page.content.decode()
    assert signed_in.get("/messages/?show=failed").context["entries"] == [new]


def test_ledger_needs_as_many_queries_for_one_as_for_three(signed_in, write, django_assert_max_num_queries):
    write()
    with django_assert_max_num_queries(12) as few:
        signed_in.get("/messages/")
    write()
    write()
    with django_assert_max_num_queries(len(few)):
        signed_in.get("/messages/")


@pytest.mark.parametrize("state", ["dead", "unknown"])
def test_failed_message_is_sent_again(signed_in, member, write, state):
    message = write(state=state, tries=9)

    signed_in.post(f"/messages/{message.pk}/send-again/")

    message.refresh_from_db()
    assert (message.state, message.tries, message.not_before) == ("due", 0, NOW)
    event = Event.objects.get()
    assert (event.kind, event.by, event.facts["subject"]) == ("message.sent_again", member.staff, "A message")


def test_failed_message_is_settled_with_a_reason(signed_in, write):
    message = write(state="dead")

    refused = signed_in.post(f"/messages/{message.pk}/settle/", {"reason": " "})
    signed_in.post(f"/messages/{message.pk}/settle/", {"reason": "Called at 14:20, read back."})

    message.refresh_from_db()
    assert refused.status_code == 422
    assert (message.state, message.outcome) == ("void", "Settled: Called at 14:20, read back.")
    assert Event.objects.get().kind == "message.settled"


def test_message_that_came_back_stands_among_those_that_failed(signed_in, write):
    message = write(state="sent", sent_at=NOW)
    assert "Came back" in signed_in.get("/messages/").content.decode()

    refused = signed_in.post(f"/messages/{message.pk}/returned/", {"reason": " "})
    signed_in.post(f"/messages/{message.pk}/returned/", {"reason": "Mailbox is full."})

    message.refresh_from_db()
    assert refused.status_code == 422
    assert (message.state, message.outcome, message.sent_at) == ("dead", "Mailbox is full.", NOW)
    assert Event.objects.get().kind == "message.returned"
    assert "Came back" not in signed_in.get("/messages/").content.decode()


@pytest.mark.parametrize(
    ("channel", "state"),
    [("email", "due"), ("email", "claimed"), ("sms", "dead"), ("sms", "void"), ("call", "sent"), ("webhook", "sent")],
)
def test_only_what_left_by_mail_or_sms_comes_back(signed_in, write, channel, state):
    message = write(channel=channel, state=state)

    signed_in.post(f"/messages/{message.pk}/returned/", {"reason": "Mailbox is full."})

    message.refresh_from_db()
    assert (message.state, Event.objects.count()) == (state, 0)


@pytest.mark.parametrize("state", ["due", "claimed", "sent", "void", "expired"])
def test_what_did_not_fail_is_neither_sent_again_nor_settled(signed_in, write, state):
    message = write(state=state)

    signed_in.post(f"/messages/{message.pk}/send-again/")
    signed_in.post(f"/messages/{message.pk}/settle/", {"reason": "Called."})

    message.refresh_from_db()
    assert (message.state, Event.objects.count()) == (state, 0)


def test_auditor_reads_the_ledger_and_changes_nothing(client, member, write):
    client.force_login(MembershipFactory(clinic=member.clinic, role=Role.AUDITOR).staff)
    message = write(state="dead")

    assert "Send again" not in client.get("/messages/").content.decode()
    assert client.post(f"/messages/{message.pk}/send-again/").status_code == 403


def test_ledger_is_narrowed_to_a_channel(signed_in, write):
    write()
    call = write(channel="call", recipient=None)

    page = signed_in.get("/messages/?channel=call")

    assert page.context["entries"] == [call]
    assert "Waits for one of us" in page.content.decode()


def test_ledger_names_contacts_endpoints_and_nobody(signed_in, member, write):
    patient = PatientFactory(clinic=member.clinic)
    contact = Contact.objects.create(clinic=member.clinic, patient=patient, name="Luz Prueba", relation="mother")
    endpoint = WebhookEndpoint.objects.create(clinic=member.clinic, name="EHR", url="https://example.org", kinds=[])
    write(recipient=None, contact=contact, patient=patient, path="/reply/secret/")
    write(recipient=None, endpoint=endpoint, channel="webhook")
    write(recipient=None, channel="call", state="void", outcome="No consent for any channel.")

    page = signed_in.get("/messages/").content.decode()

    assert [name for name in ("Luz Prueba", "EHR", "Nobody") if name not in page] == []
    assert "/reply/secret/" not in page  # the contact's, not ours to follow


def test_patients_ledger_holds_what_was_written_about_them_to_the_row(signed_in, member, write):
    patient = PatientFactory(clinic=member.clinic)
    contact = Contact.objects.create(clinic=member.clinic, patient=patient, name="Luz Prueba", relation="mother")
    about = [write(patient=patient, state=state) for state in Message.State.values]
    about.append(write(patient=patient, recipient=None, contact=contact, state="sent"))
    write(patient=PatientFactory(clinic=member.clinic))
    write(patient=patient, channel="inbox", state="sent")

    page = signed_in.get(f"/patients/{patient.pk}/messages/")

    assert {*page.context["entries"]} == {*about}
    assert page.context["totals"] == (8, 2, 2, 2, 2)
    assert f"/patients/{patient.pk}/messages/" in signed_in.get(f"/patients/{patient.pk}/").content.decode()


def test_patients_ledger_needs_as_many_queries_for_one_as_for_three(
    signed_in, member, write, django_assert_num_queries
):
    patient = PatientFactory(clinic=member.clinic)

    def add():
        contact = Contact.objects.create(clinic=member.clinic, patient=patient)
        write(patient=patient, recipient=None, contact=contact)

    add()
    signed_in.get("/")
    with CaptureQueriesContext(connection) as few:
        signed_in.get(f"/patients/{patient.pk}/messages/")
    add()
    add()
    with django_assert_num_queries(len(few)):
        signed_in.get(f"/patients/{patient.pk}/messages/")


def test_who_settles_a_message_comes_back_to_the_patients_ledger(signed_in, member, write):
    patient = PatientFactory(clinic=member.clinic)
    message = write(patient=patient, state="dead", details={"refused": True})
    back = f"/patients/{patient.pk}/messages/"

    page = signed_in.get(f"/messages/{message.pk}/settle/?next={back}").content.decode()
    again = signed_in.post(f"/messages/{message.pk}/send-again/", {"next": back})
    Message.objects.update(state="dead")
    elsewhere = signed_in.post(f"/messages/{message.pk}/settle/", {"next": "https://evil.example", "reason": "x"})

    message.refresh_from_db()
    assert f'value="{back}"' in page
    assert (again.url, elsewhere.url, message.details) == (back, "/messages/", {})
