"""What would have been sent: the clinic's own, in full, and only where messages are captured."""

from uuid import uuid4

import pytest

from events.delivery.sending import deliver_due
from events.models import CapturedMessage
from tests.events.conftest import NOW
from tests.factories import MembershipFactory


@pytest.fixture
def signed_in(client, member, settings):
    settings.CAPTURE_MESSAGES = True
    client.force_login(member.staff)
    return client


@pytest.fixture
def kept(signed_in, write):
    write()
    deliver_due(clock=lambda: NOW)
    CapturedMessage.objects.update(html="<script>alert(1)</script><p>Rich.</p>")
    return CapturedMessage.objects.get()


def test_outbox_lists_what_would_have_been_sent(signed_in, kept):
    page = signed_in.get("/outbox/").content.decode()

    assert (kept.subject in page, kept.to in page, f"/outbox/{kept.pk}/" in page) == (True, True, True)
    assert "/outbox/" in signed_in.get("/messages/").content.decode()


def test_message_is_shown_as_text_and_as_the_source_of_its_html(signed_in, kept):
    page = signed_in.get(f"/outbox/{kept.pk}/").content.decode()

    assert "Text." in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&lt;p&gt;Rich.&lt;/p&gt;" in page


def test_outbox_of_another_clinic_is_not_seen(client, kept):
    client.force_login(MembershipFactory().staff)

    assert client.get(f"/outbox/{kept.pk}/").status_code == 404
    assert list(client.get("/outbox/").context["captured"]) == []


def test_outbox_goes_on_after_fifty(signed_in, write):
    for _ in range(51):
        CapturedMessage.objects.create(channel="email", key=write().pk, to="a@example.org", text="x", at=NOW)

    page = signed_in.get("/outbox/")

    assert len(page.context["captured"]) == 50
    assert len(signed_in.get(page.context["next_url"]).context["captured"]) == 1
    assert signed_in.get("/outbox/?after=x").status_code == 404


def test_where_messages_leave_there_is_no_outbox(signed_in, settings):
    settings.CAPTURE_MESSAGES = False

    assert {signed_in.get(path).status_code for path in ("/outbox/", f"/outbox/{uuid4()}/")} == {404}
    assert "/outbox/" not in signed_in.get("/messages/").content.decode()
