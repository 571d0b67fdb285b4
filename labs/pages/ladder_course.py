"""The course of an alert along the ladder since it was last raised: who was told when, who is next."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from accounts.models import Staff
from labs.alerting.notifying import notices_of
from labs.alerting.steps import tellings_of_step
from labs.models import Alert


class Told(NamedTuple):
    """One step that was told, or is to be: when, as what, who."""

    at: datetime
    words: str
    people: Sequence[str]


class Course(NamedTuple):
    """What was told, the first first; `coming` is told next, at one time, while nobody answers."""

    told: Sequence[Told]
    coming: Sequence[Told]


def course_of(alert: Alert, *, now: datetime) -> Course:
    """Return the course of `alert` since it was last raised."""
    told: dict[tuple[datetime, str], list[str]] = {}
    for each in notices_of(alert).select_related("recipient").order_by("not_before", "id"):
        words = each.details.get("step") or "responsible"
        told.setdefault((each.not_before, words), []).append(str(each.recipient))
    return Course([Told(at, words, people) for (at, words), people in told.items()], coming(alert, now))


def coming(alert: Alert, now: datetime) -> list[Told]:
    """Return whom the next step reaches as things stand, and when."""
    at = alert.next_notice_at
    if alert.state != Alert.State.OPEN or at is None:
        return []
    tellings = tellings_of_step(alert, alert.notices + 1, now=now)
    people = {person for each in tellings for person in each.to.staff}
    names = dict(Staff.objects.filter(pk__in=people).values_list("pk", "name"))
    return [Told(at, words, sorted(names[person] for person in to.staff)) for words, to in tellings]
