"""Messages and webhooks for other systems."""

import pytest

from accounts.models import Role
from events.models import Message, WebhookEndpoint
from tests.api.conftest import ApiClient, member_of
from tests.factories import ClinicFactory, MembershipFactory

URL = "https://hooks.example.org/followup"


@pytest.fixture
def write(clinic, clinician, plan):
    def write(**fields):
        values = {"clinic": clinic, "patient": plan.patient, "recipient": clinician, "channel": "email",
                  "kind": "reminder", "subject": "A message", "dedupe_key": str(Message.objects.count()),
                  "not_before": plan.created_at}  # fmt: skip
        return Message.objects.create(**values | fields)

    return write


@pytest.fixture
def administrator(clinic):
    return ApiClient(member_of(clinic, Role.ADMINISTRATOR))


def ids(rows):
    return [row["id"] for row in rows]


def test_messages_are_found_by_channel_kind_state_and_patient(api, write, plan, clinic):
    mail, call, dead = write(), write(channel="call", recipient=None, kind="call"), write(state="dead")
    write(channel="inbox", recipient=member_of(clinic, Role.COORDINATOR), state="sent")  # another's inbox
    write(clinic=ClinicFactory(), patient=None)

    assert {*ids(api.results("messages"))} == {str(each.pk) for each in (dead, call, mail)}
    assert ids(api.results("messages?channel=call")) == [str(call.pk)]
    assert ids(api.results("messages?kind=reminder&state=due")) == [str(mail.pk)]
    assert len(api.results(f"messages?patient={plan.patient_id}&clinic={clinic.pk}")) == 3
    assert api.get("messages?state=lost").status_code == 400
    assert api.get("messages?status=due").status_code == 400


def test_failed_message_is_sent_again(api, write):
    message = write(kind="alert.raised", state="unknown", tries=3)

    answer = api.post(f"messages/{message.pk}/send-again")

    assert (answer.status_code, answer.json()["state"], answer.json()["tries"]) == (200, "due", 0)
    assert api.post(f"messages/{message.pk}/send-again").status_code == 409


def test_failed_message_is_settled_with_a_reason(api, write):
    message = write(state="dead")

    blank = api.post(f"messages/{message.pk}/settle", {"reason": " "})
    answer = api.post(f"messages/{message.pk}/settle", {"reason": "Called at 14:20."})

    assert (blank.status_code, blank.json()["errors"][0]["field"]) == (400, "reason")
    assert (answer.json()["state"], answer.json()["outcome"]) == ("void", "Settled: Called at 14:20.")


def test_message_that_came_back_failed(api, write):
    message = write(state="sent")

    blank = api.post(f"messages/{message.pk}/returned", {"reason": "550"})
    answer = api.post(f"messages/{message.pk}/returned", {"reason": "550 no such user", "for_good": True})

    assert (blank.status_code, blank.json()["errors"][0]["field"]) == (400, "for_good")
    assert (answer.status_code, answer.json()["state"], answer.json()["outcome"]) == (200, "dead", "550 no such user")
    again = api.post(f"messages/{message.pk}/returned", {"reason": "550 no such user", "for_good": True})
    assert again.status_code == 409


def test_message_that_left_is_not_marked_as_read(api, write):
    message = write(state="sent")

    assert api.post(f"messages/{message.pk}/read").json()["read_at"] is None


def test_list_needs_as_many_queries_for_one_as_for_three(api, write, django_assert_max_num_queries):
    write()
    with django_assert_max_num_queries(12) as few:
        api.results("messages")
    write()
    write()
    with django_assert_max_num_queries(len(few)):
        api.results("messages")


def test_webhook_is_added_with_its_secret_told_once(administrator, clinic):
    body = {"clinic": clinic.pk, "name": "EHR", "url": URL, "kinds": ["alert.raised"]}

    answer = administrator.post("webhooks", body)

    added = WebhookEndpoint.objects.get()
    assert (answer.status_code, answer.json()["secret"]) == (201, added.secret)
    read = administrator.get(f"webhooks/{added.pk}")
    assert (read["ETag"], "secret" in read.json()) == (answer["ETag"], False)
    assert answer["Location"].endswith(f"/api/v1/webhooks/{added.pk}")


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [({"url": "http://hooks.example.org"}, 422, "url"), ({"kinds": ["alert.told"]}, 422, "kinds"),
     ({"url": "hooks"}, 400, "url"), ({"secret": "mine"}, 400, "secret")],
)  # fmt: skip
def test_webhook_that_cannot_be_names_its_field(administrator, clinic, changed, status, field):
    body = {"clinic": clinic.pk, "name": "EHR", "url": URL, "kinds": []} | changed

    answer = administrator.post("webhooks", body)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field)


def test_webhook_is_changed_tested_and_deactivated(administrator, clinic):
    endpoint = WebhookEndpoint.objects.create(clinic=clinic, name="EHR", url=URL, secret="s", kinds=[])
    tag = administrator.get(f"webhooks/{endpoint.pk}")["ETag"]

    changed = administrator.patch(f"webhooks/{endpoint.pk}", {"kinds": ["alert.raised"]}, If_Match=tag)
    administrator.post(f"webhooks/{endpoint.pk}/test")
    ended = administrator.post(f"webhooks/{endpoint.pk}/deactivate")

    assert changed.json()["kinds"] == ["alert.raised"]
    assert [row["state"] for row in administrator.results("messages?kind=webhook.test")] == ["due"]
    assert ended.json()["is_active"] is False
    assert administrator.post(f"webhooks/{endpoint.pk}/test").status_code == 409


def test_webhooks_are_seen_only_where_one_administers(clinic, administrator):
    elsewhere = ClinicFactory()
    for place in (clinic, elsewhere):
        WebhookEndpoint.objects.create(clinic=place, name=place.name, url=URL, secret="s", kinds=[])
    staff = member_of(clinic, Role.ADMINISTRATOR)
    MembershipFactory(clinic=elsewhere, staff=staff, role=Role.CLINICIAN)

    assert [row["name"] for row in ApiClient(staff).results("webhooks")] == [clinic.name]
    assert ApiClient(member_of(clinic, Role.CLINICIAN)).get("webhooks").status_code == 403
