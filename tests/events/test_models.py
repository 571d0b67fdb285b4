"""Events are written once."""

import pytest
from django.db import connection, transaction
from django.db.utils import InternalError

from events.actions import record_event
from events.models import Event
from tests.factories import MembershipFactory


@pytest.fixture
def event(db: None) -> Event:
    member = MembershipFactory()
    return record_event("visit.done", clinic=member.clinic, by=member.staff, timepoint="W1")


@pytest.mark.parametrize("statement", ["UPDATE events_event SET kind = 'other'", "DELETE FROM events_event"])
def test_event_is_never_changed_or_deleted_even_by_raw_sql(event: Event, statement: str) -> None:
    with pytest.raises(InternalError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(Event.objects.values_list("pk", "kind")) == [(event.pk, "visit.done")]


def test_event_is_seen_by_the_members_of_its_clinic_alone(event: Event) -> None:
    member, former, stranger = MembershipFactory(clinic=event.clinic), MembershipFactory(), MembershipFactory()
    MembershipFactory(clinic=event.clinic, staff=former.staff, is_active=False)
    seen = [list(Event.objects.visible_to(who.staff)) for who in (member, former, stranger)]
    assert seen == [[event], [], []]
