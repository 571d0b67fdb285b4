"""Endpoints: added with a secret shown once, told of what they chose, tested, deactivated."""

import pytest
import time_machine

from accounts.models import Role
from events.delivery.channels import NotSent
from events.delivery.sending import CHANNELS, deliver_due
from events.delivery.webhooks import webhook_messages
from events.endpoints import add_endpoint, change_endpoint, deactivate_endpoint
from events.models import Event, Message, WebhookEndpoint
from iotrex_followup.errors import InputRefused, TransitionRefused
from tests.events.conftest import NOW
from tests.factories import MembershipFactory

pytestmark = pytest.mark.usefixtures("told_elsewhere")
URL = "https://hooks.example.org/followup"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def administrator(member):
    return MembershipFactory(clinic=member.clinic, role=Role.ADMINISTRATOR).staff


@pytest.fixture
def endpoint(member, administrator):
    return add_endpoint(clinic=member.clinic, name="EHR", url=URL, kinds=["test"], by=administrator)


@pytest.fixture
def signed_in(client, administrator):
    client.force_login(administrator)
    return client


def to_staff(member, person="", kind="test", cause="raised"):
    fields = {"clinic": member.clinic, "recipient": member.staff, "kind": kind, "subject": "X", "not_before": NOW}
    return Message(channel="inbox", dedupe_key=f"test:{cause}:{person or member.staff.pk}", **fields)


def test_endpoint_is_added_and_its_secret_shown_once(signed_in, member):
    page = signed_in.post("/webhooks/add/", {"name": " EHR ", "url": URL, "kinds": ["test"]})

    added = WebhookEndpoint.objects.get()
    assert (added.name, added.url, added.kinds, added.clinic) == ("EHR", URL, ["test"], member.clinic)
    assert len(added.secret) >= 43
    assert added.secret in page.content.decode()
    listed = signed_in.get("/webhooks/").content.decode()
    assert ("Something" in listed, added.secret in listed) == (True, False)
    assert [(each.kind, each.facts["endpoint"]) for each in Event.objects.all()] == [("webhook.added", "EHR")]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"url": "http://hooks.example.org/"}, "must begin with https://"),
        ({"url": "ftp://hooks.example.org/"}, "must begin with https://"),
        ({"url": "https://user:secret@hooks.example.org/"}, "Leave the name and password out"),
        ({"url": "hooks"}, "Enter a valid URL"),
        ({"name": " "}, "This field is required"),
        ({"kinds": ["alert.told"]}, "Select a valid choice"),
    ],
)
def test_endpoint_that_cannot_be_told_is_refused_at_its_field(signed_in, changed, words):
    page = signed_in.post("/webhooks/add/", {"name": "EHR", "url": URL, "kinds": ["test"]} | changed)

    assert (page.status_code, WebhookEndpoint.objects.count()) == (422, 0)
    assert words in page.content.decode()


def test_what_an_endpoint_is_told_of_is_changed(signed_in, endpoint):
    signed_in.post(f"/webhooks/{endpoint.pk}/change/", {})

    endpoint.refresh_from_db()
    assert endpoint.kinds == []
    assert Event.objects.filter(kind="webhook.changed").count() == 1


def test_change_that_changes_nothing_is_no_event(endpoint, administrator):
    change_endpoint(endpoint=endpoint, kinds=["test", "test"], by=administrator)

    assert not Event.objects.filter(kind="webhook.changed").exists()


def test_kind_nobody_is_told_of_is_refused(endpoint, administrator):
    with pytest.raises(InputRefused, match=r"not told of alert\.told\. Known: "):
        change_endpoint(endpoint=endpoint, kinds=["alert.told"], by=administrator)


def test_endpoint_is_deactivated_for_good(signed_in, endpoint, administrator):
    signed_in.post(f"/webhooks/{endpoint.pk}/deactivate/")

    assert "deactivated" in signed_in.get("/webhooks/").content.decode()
    for refused in (deactivate_endpoint, lambda **of: change_endpoint(kinds=[], **of)):
        with pytest.raises(TransitionRefused, match="was deactivated"):
            refused(endpoint=endpoint, by=administrator)


def test_test_is_sent_once_and_says_what_became_of_it(signed_in, endpoint, monkeypatch):
    came = []
    monkeypatch.setitem(CHANNELS, "webhook", lambda envelope: came.append(envelope) or "ref")
    signed_in.post(f"/webhooks/{endpoint.pk}/test/")

    assert deliver_due(clock=lambda: NOW) == {"sent": 1}
    assert [(each.to, each.secret, each.subject) for each in came] == [
        (URL, endpoint.secret, "A test: nothing has happened")
    ]


def test_test_that_fails_says_so_at_once(signed_in, endpoint, monkeypatch):
    def fail(envelope):
        raise NotSent("The endpoint answered 500.")

    monkeypatch.setitem(CHANNELS, "webhook", fail)
    signed_in.post(f"/webhooks/{endpoint.pk}/test/")

    assert deliver_due(clock=lambda: NOW) == {"dead": 1}
    assert "The endpoint answered 500." in signed_in.get("/messages/").content.decode()


def test_endpoint_is_told_once_of_what_several_people_are_told(member, endpoint):
    other = MembershipFactory(clinic=member.clinic)
    messages = [to_staff(member), to_staff(other), to_staff(member, kind="other"), to_staff(member, cause="again")]

    found = webhook_messages(messages)
    Message.objects.bulk_create([*found, *webhook_messages(messages)], ignore_conflicts=True)

    assert len(found) == 2
    assert {(each.endpoint, each.channel, each.recipient, each.state) for each in Message.objects.all()} == {
        (endpoint, "webhook", None, "due")
    }
    assert Message.objects.count() == 2


def test_endpoints_of_other_clinics_and_deactivated_ones_are_not_told(member, endpoint, administrator):
    stranger = MembershipFactory()
    assert webhook_messages([to_staff(stranger)]) == []

    deactivate_endpoint(endpoint=endpoint, by=administrator)
    assert webhook_messages([to_staff(member)]) == []


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.COORDINATOR, Role.AUDITOR])
def test_only_administrators_see_where_others_are_told(client, member, endpoint, role):
    client.force_login(MembershipFactory(clinic=member.clinic, role=role).staff)

    assert client.get("/webhooks/").status_code == 403
