"""Whom messages do not reach lately: who is told of it beside their name, until one arrives."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Role
from accounts.reaching import Unreached, unreached
from events.models import Message
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 3, 6, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def member():
    return MembershipFactory(staff__name="Own")


def message(member, state, at, channel="email", outcome="The mail server answered 550."):
    """A message to them that ended so then."""
    with time_machine.travel(at, tick=False):
        return Message.objects.create(
            clinic=member.clinic,
            recipient=member.staff,
            channel=channel,
            kind="digest",
            subject="Digest",
            dedupe_key=f"{channel}:{state}:{at}:{member.pk}",
            state=state,
            not_before=at,
            sent_at=at if state == "sent" else None,
            outcome="" if state == "sent" else outcome,
        )


def found(member, now=NOW):
    return unreached([member.staff_id], now=now).get(member.staff_id, [])


REFUSED = Unreached("E-mail", NOW - 2 * HOUR, "The mail server answered 550.")


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([], [REFUSED]),
        ([("sent", NOW - 3 * HOUR)], [REFUSED]),
        ([("sent", NOW - HOUR)], []),
        ([("dead", NOW - HOUR)], [REFUSED._replace(at=NOW - HOUR)]),
        # None of these says that the way works again.
        ([("due", NOW - HOUR), ("void", NOW - HOUR), ("expired", NOW - HOUR), ("unknown", NOW - HOUR)], [REFUSED]),
    ],
)
def test_last_message_that_failed_is_told_until_one_arrives(member, others, expected):
    message(member, "dead", NOW - 2 * HOUR)
    for state, at in others:
        message(member, state, at)

    assert found(member) == expected


def test_ways_are_told_apart_and_the_inbox_is_none(member):
    message(member, "dead", NOW - 2 * HOUR)
    message(member, "dead", NOW - HOUR, channel="sms", outcome="There is no telephone number on record.")
    message(member, "sent", NOW, channel="inbox")

    assert found(member) == [REFUSED, Unreached("SMS", NOW - HOUR, "There is no telephone number on record.")]


@pytest.mark.parametrize(("days", "is_told"), [(13, True), (15, False)])
def test_after_a_fortnight_a_failure_says_nothing_any_more(member, days, is_told):
    message(member, "dead", NOW - timedelta(days=days))

    assert bool(found(member)) == is_told


def test_it_takes_one_query_for_any_number_of_people(member, django_assert_num_queries):
    members = [member, *MembershipFactory.create_batch(3, clinic=member.clinic)]
    for each in members:
        message(each, "dead", NOW - HOUR)

    with django_assert_num_queries(1):
        told = unreached([each.staff_id for each in members], now=NOW)

    assert set(told) == {each.staff_id for each in members}


def test_list_of_staff_says_it_beside_the_person(client, member):
    message(member, "dead", NOW - HOUR)
    client.force_login(MembershipFactory(clinic=member.clinic, role=Role.ADMINISTRATOR).staff)

    with time_machine.travel(NOW, tick=False):
        page = client.get(reverse("accounts:staff")).content.decode()

    row = page[page.index("<b>Own</b>") :].split("</th>")[0]
    assert "E-mail failed Wed 6 Mar 2024, 09:00: The mail server answered 550." in row  # Madrid's clock
    assert page.count("E-mail failed") == 1
