"""The course of an alert along the ladder since it was last raised: who was told when, who is next."""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Q

from accounts.models import Staff
from events.models import Message
from labs.alerting.notifying import ESCALATED, What
from labs.alerting.steps import STEP_WORDS, people_of_step
from labs.models import Alert
from labs.rules.ladder import step
from labs.rules.values import Urgency


class Told(NamedTuple):
    """One step that was told, or is to be: when, as what, who."""

    at: datetime
    words: str
    people: Sequence[str]


class Course(NamedTuple):
    """What was told, the first first; `coming` is the next step while nobody answers, None when there is none."""

    told: Sequence[Told]
    coming: Told | None


def course_of(alert: Alert, *, now: datetime) -> Course:
    """Return the course of `alert` since it was last raised."""
    # The keys begin with kind and alert, and have an index; the column that names the alert has none.
    own = reduce(or_, (Q(dedupe_key__startswith=f"{kind}:{alert.pk}:") for kind in (*What, ESCALATED)))
    messages = Message.objects.in_app().filter(own, recipient__isnull=False, not_before__gte=alert.raised_at)
    told: dict[tuple[datetime, str], list[str]] = {}
    for each in messages.select_related("recipient").order_by("not_before", "id"):
        words = each.details.get("step") or "responsible"
        told.setdefault((each.not_before, words), []).append(str(each.recipient))
    return Course([Told(at, words, people) for (at, words), people in told.items()], coming(alert, now))


def coming(alert: Alert, now: datetime) -> Told | None:
    """Return whom the next step reaches as things stand, and when."""
    following = step(Urgency(alert.tier), alert.notices + 1)
    if alert.state != Alert.State.OPEN or alert.next_notice_at is None or following is None:
        return None
    people = people_of_step(alert, following.whom, now=now).staff
    names = Staff.objects.filter(pk__in=people).order_by("name").values_list("name", flat=True)
    return Told(alert.next_notice_at, STEP_WORDS[following.whom], list(names))
