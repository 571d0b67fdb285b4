"""Why somebody of a clinic is on the chase list: one query each, of patients, since when, and what a miss would cost.

A contact that reached somebody, and for the rest of the day an attempt that did not, takes a patient off the list
(docs/chasing.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple, TypeAlias

from django.db.models import Exists, F, IntegerField, Max, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, TruncDate

from accounts.models import Clinic
from events.models import Message
from patients.models import Care, ContactEntry, ContactEntryQuerySet
from patients.models.contact_log import REACHED
from schedules.calendars import working_calendar
from schedules.models import PlannedVisit
from schedules.protocol import WorkingCalendar
from schedules.reminders.addressing import Nobody

WORD, PROMISED, OVERDUE, FAILED, CALL, UNREACHABLE = "word", "promised", "overdue", "failed", "call", "unreachable"
TITLES: Mapping[str, str] = {
    WORD: "Words that came in",
    PROMISED: "Promised calls",
    OVERDUE: "Overdue, nobody reached",
    FAILED: "Messages that failed",
    CALL: "Reminders by telephone",
    UNREACHABLE: "No consent or no address",
}
# The same of one patient.
OF_ONE: Mapping[str, str] = {
    **TITLES,
    WORD: "Word that came in",
    PROMISED: "Promised call",
    FAILED: "Message that failed",
    CALL: "Reminder by telephone",
}
SOON = timedelta(days=7)  # what opens by then, a message may have been about
FRESH = timedelta(days=14)  # for so long a reminder nobody could be sent asks for a call
HEARD_FOR = timedelta(days=14)  # for so long who was reached about an overdue visit is left to come
LONGEST_PROMISE = timedelta(days=366)
CLOSED_FOR = 30  # a clinic that is closed for longer begins anew
Reasons: TypeAlias = QuerySet[Any, Any]


class ChaseDay(NamedTuple):
    """The moment a chase list is for: the clinic's date, and since which working day an attempt counts as today's."""

    clinic: Clinic
    now: datetime
    today: date
    worked_on: date
    calendar: WorkingCalendar

    @property
    def worked_from(self) -> datetime:
        """When the last working day up to today began."""
        return datetime.combine(self.worked_on, time(), self.clinic.zone)


def chase_day(clinic: Clinic, now: datetime) -> ChaseDay:
    """Return the moment `now` at a clinic; an attempt of Friday still counts on Sunday."""
    calendar, today = working_calendar(clinic), clinic.local_date(now)
    days = (today - timedelta(days=n) for n in range(CLOSED_FOR))
    return ChaseDay(clinic, now, today, next(filter(calendar.is_working, days), today), calendar)


def is_overdue(word: ContactEntry, day: ChaseDay) -> bool:
    """Say whether a word that came in has waited for longer than the working day after it."""
    arrived = word.at.astimezone(day.clinic.zone).date()
    waited = (arrived + timedelta(days=n) for n in range(1, (day.today - arrived).days))
    return any(day.calendar.is_working(each) for each in waited)


def words(day: ChaseDay) -> Reasons:
    """Return whose words nobody has dealt with, whatever follow-up they are in: nobody knows what they cost."""
    unseen = ContactEntry.objects.unseen().filter(clinic=day.clinic, patient__status="active")
    return grouped(day, unseen, TruncDate("at", tzinfo=day.clinic.zone))


def promised(day: ChaseDay) -> Reasons:
    """Return to whom a call was promised for today or before, and no later contact has kept or moved the promise."""
    standing = standing_promises(day.clinic, since=day.today - LONGEST_PROMISE, until=day.today)
    return grouped(day, standing.filter(~Exists(later().filter(at__gte=day.worked_from))), F("call_again_on"))


def standing_promises(clinic: Clinic, *, since: date, until: date) -> ContactEntryQuerySet:
    """Return the promises of a call `since` to `until` to the living that no later contact has kept or moved."""
    entries = dealt_with().filter(clinic=clinic, call_again_on__range=(since, until), patient__status="active")
    kept = later().filter(REACHED | Q(call_again_on__isnull=False))
    return entries.exclude(patient__care=Care.DECEASED).filter(~Exists(kept))


def later() -> ContactEntryQuerySet:
    """Return the contacts with the patient of an entry that came after it, for a sub-query."""
    return of_the_patient().filter(Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk")))


def overdue(day: ChaseDay) -> Reasons:
    """Return whose visits are overdue, and nobody of theirs was reached since, or they have not come in two weeks."""
    spoken = of_the_patient().annotate(day=TruncDate("at", tzinfo=day.clinic.zone)).filter(REACHED)
    visits = PlannedVisit.objects.filter(clinic=day.clinic, patient__status="active").overdue(on=day.today)
    heard = spoken.filter(day__gt=OuterRef("closes"), day__gte=day.today - HEARD_FOR)
    found = visits.filter(~Exists(heard), ~Exists(attempted(day)))
    return found.order_by().values("patient_id").annotate(since=Min("closes"), miss=Max("cost"))


def failed(day: ChaseDay) -> Reasons:
    """Return whose messages could not be sent, or of which nobody knows whether they arrived."""
    messages = to_people(day).filter(state__in=("dead", "unknown"), contact__isnull=False)
    return grouped(day, not_spoken_to_since(messages), TruncDate("not_before", tzinfo=day.clinic.zone))


def calls(day: ChaseDay) -> Reasons:
    """Return who is to be reminded by telephone, as long as it is of use."""
    in_time = Q(expires_at__isnull=True) | Q(expires_at__gt=day.now)
    messages = to_people(day).filter(in_time, channel=Message.Channel.CALL, state="due", not_before__lte=day.now)
    return grouped(day, messages, TruncDate("not_before", tzinfo=day.clinic.zone))


def unreachable(day: ChaseDay) -> Reasons:
    """Return whose reminders of the last two weeks went nowhere: nobody to write to, no consent, or no address."""
    messages = not_spoken_to_since(to_people(day).filter(nowhere(day)))
    return grouped(day, messages, TruncDate("not_before", tzinfo=day.clinic.zone))


REASONS: Mapping[str, Callable[[ChaseDay], Reasons]] = {
    WORD: words,
    PROMISED: promised,
    OVERDUE: overdue,
    FAILED: failed,
    CALL: calls,
    UNREACHABLE: unreachable,
}


def to_people(day: ChaseDay) -> QuerySet[Message]:
    """Return the messages about patients we follow, apart from those somebody tried to reach today."""
    followed = Message.objects.filter(clinic=day.clinic, patient__status="active", patient__care=Care.FOLLOWED)
    return followed.filter(~Exists(attempted(day)))


def nowhere(day: ChaseDay) -> Q:
    """Return the condition for reminders of the last two weeks that could not be sent to anybody."""
    return Q(kind="reminder", state="void", outcome__in=list(Nobody), not_before__range=(day.now - FRESH, day.now))


def not_spoken_to_since(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Return those of `messages` since which nobody of the patient's was reached."""
    return messages.filter(~Exists(of_the_patient().filter(REACHED, at__gt=OuterRef("not_before"))))


def dealt_with() -> ContactEntryQuerySet:
    """Return the contacts one of us made or dealt with: a word nobody has seen is none yet."""
    return ContactEntry.objects.standing().filter(Q(recorded_by__isnull=False) | Q(seen_at__isnull=False))


def of_the_patient() -> ContactEntryQuerySet:
    """Return the contacts with the patient of a row, for a sub-query."""
    return dealt_with().filter(patient=OuterRef("patient"))


def attempted(day: ChaseDay) -> ContactEntryQuerySet:
    """Return the contacts of today with the patient of a row, whether anybody was reached or not, for a sub-query."""
    return of_the_patient().filter(at__gte=day.worked_from)


def grouped(day: ChaseDay, rows: QuerySet[Any], since: Any) -> Reasons:
    """Return the patients of `rows`, each since its first day, with what a miss of what they have due would cost."""
    due = PlannedVisit.objects.open().filter(patient=OuterRef("patient_id"), opens__lte=day.today + SOON)
    dearest = due.order_by().values("patient").annotate(dearest=Max("cost")).values("dearest")
    found = rows.order_by().values("patient_id").annotate(since=Min(since))
    dated: Reasons = found.annotate(miss=Coalesce(Subquery(dearest), Value(0), output_field=IntegerField()))
    return dated
