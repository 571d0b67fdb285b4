"""The inbox: a person's own messages, the newest first, read once opened."""

import pytest
import time_machine

from events.models import Message
from labs.alerting.notifying import tell_person
from tests.factories import MembershipFactory, PatientFactory
from tests.labs.factories import NOW, AlertFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def member(client):
    member = MembershipFactory()
    client.force_login(member.staff)
    return member


@pytest.fixture
def alert(member):
    return AlertFactory(patient=PatientFactory(clinic=member.clinic))


def told(alert, person, number=1):
    for n in range(number):
        tell_person(alert, person, f"alert.told{n}", f"Message {n}", now=NOW)
    return list(Message.objects.in_app().filter(recipient=person).order_by("-id"))


def test_inbox_shows_own_messages_only_the_newest_first(client, member, alert):
    own = told(alert, member.staff, 2)
    told(alert, MembershipFactory(clinic=member.clinic).staff)

    assert client.get("/inbox/").context["inbox"] == own


def test_inbox_leaves_out_a_clinic_the_person_has_left(client, member):
    other = AlertFactory()
    told(other, member.staff)

    assert client.get("/inbox/").context["inbox"] == []


def test_opened_message_is_read_and_leads_to_its_page(client, member, alert):
    (message,) = told(alert, member.staff)

    answer = client.post(f"/inbox/{message.pk}/open/")

    message.refresh_from_db()
    assert (answer.headers["Location"], message.read_at) == (f"/alerts/{alert.pk}/", NOW)
    assert client.get("/inbox/?unread").context["inbox"] == []


def test_somebody_elses_message_is_not_found(client, member, alert):
    (message,) = told(alert, MembershipFactory(clinic=member.clinic).staff)

    assert client.post(f"/inbox/{message.pk}/open/").status_code == 404


def test_all_as_read_leaves_what_came_since_the_page_was_shown(client, member, alert):
    newer, older = told(alert, member.staff, 2)

    client.post("/inbox/read/", {"newest": older.pk})

    assert list(Message.objects.in_app().filter(read_at=None)) == [newer]


@pytest.mark.parametrize("sent", [{}, {"newest": "x"}])
def test_all_as_read_without_a_page_is_not_found(client, member, sent):
    assert client.post("/inbox/read/", sent).status_code == 404


def test_inbox_is_paged_by_key(client, member, alert):
    own = told(alert, member.staff, 51)

    first = client.get("/inbox/")
    second = client.get(first.context["next_url"])

    assert [*first.context["inbox"], *second.context["inbox"]] == own
    assert second.context["next_url"] == ""


@pytest.mark.parametrize(("query", "words"), [("", "No message yet"), ("?unread", "Everything is read")])
def test_empty_inbox_says_what_would_stand_there(client, member, query, words):
    assert words in client.get(f"/inbox/{query}").content.decode()
