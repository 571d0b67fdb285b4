"""Until when an alert must be answered, and when the next step of the ladder is told."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from accounts.models import Clinic
from events.delivery.wall_clock import instant
from labs.models import Alert
from labs.rules.ladder import Clock, told_at
from labs.rules.values import Urgency
from schedules.calendars import working_calendar

WITHIN = {Alert.Tier.IMMEDIATE: timedelta(minutes=15), Alert.Tier.SAME_DAY: timedelta(hours=4)}
LONGEST_CLOSURE = 366
WAITING = ("raised_at", "answer_by", "notices", "next_notice_at")  # the columns `begin_waiting` sets


def answer_by(tier: str, now: datetime, clinic: Clinic) -> datetime:
    """Return until when an alert raised at `now` must be answered: 15 minutes, 4 hours, or the next working day."""
    return answer_times(now, clinic)[tier]


def answer_times(now: datetime, clinic: Clinic) -> Mapping[str, datetime]:
    """Return `answer_by` of every tier, for many alerts raised at once."""
    by_urgency = {tier.value: now + within for tier, within in WITHIN.items()}
    return by_urgency | {Alert.Tier.NEXT_WORKING_DAY.value: next_closing(clinic, now)}


def next_closing(clinic: Clinic, now: datetime) -> datetime:
    """Return when the clinic's next working day ends."""
    return instant(next_working_day(clinic, now), clinic.closes_at, clinic.zone)


def next_working_day(clinic: Clinic, now: datetime) -> date:
    """Return the clinic's first working day after today; tomorrow when it closed for a whole year."""
    today = clinic.local_date(now)
    coming = (today + timedelta(days=ahead) for ahead in range(1, LONGEST_CLOSURE + 1))
    return next(filter(working_calendar(clinic).is_working, coming), today + timedelta(days=1))


def begin_waiting(alert: Alert, *, now: datetime, answer_by: datetime) -> None:
    """Set on `alert` that it waits from `now` on: those it concerns are told, the ladder begins anew."""
    alert.raised_at, alert.answer_by, alert.notices = now, answer_by, 1
    alert.next_notice_at = next_notice(alert)


def next_notice(alert: Alert) -> datetime | None:
    """Return when the step after those that were told is due; None when there is none."""
    return told_at(clock_of(alert), alert.notices + 1)


def clock_of(alert: Alert) -> Clock:
    """Return what the steps of `alert` count from."""
    return Clock(Urgency(alert.tier), alert.raised_at, alert.answer_by, lambda at: next_closing(alert.clinic, at))
