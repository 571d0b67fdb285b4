"""Until when an alert must be answered."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from accounts.models import Clinic
from labs.models import Alert
from schedules.calendars import working_calendar

WITHIN = {Alert.Tier.IMMEDIATE: timedelta(minutes=15), Alert.Tier.SAME_DAY: timedelta(hours=4)}
DAY_ENDS = time(17)  # the clinic's wall clock; clinics store no office hours
LONGEST_CLOSURE = 366


def answer_by(tier: str, now: datetime, clinic: Clinic) -> datetime:
    """Return until when an alert raised at `now` must be answered: 15 minutes, 4 hours, or the next working day."""
    return answer_times(now, clinic)[tier]


def answer_times(now: datetime, clinic: Clinic) -> Mapping[str, datetime]:
    """Return `answer_by` of every tier, for many alerts raised at once."""
    by_urgency = {tier.value: now + within for tier, within in WITHIN.items()}
    day = next_working_day(clinic, now)
    return by_urgency | {Alert.Tier.NEXT_WORKING_DAY.value: datetime.combine(day, DAY_ENDS, clinic.zone)}


def next_working_day(clinic: Clinic, now: datetime) -> date:
    """Return the clinic's first working day after today; tomorrow when it closed for a whole year."""
    today = clinic.local_date(now)
    coming = (today + timedelta(days=ahead) for ahead in range(1, LONGEST_CLOSURE + 1))
    return next(filter(working_calendar(clinic).is_working, coming), today + timedelta(days=1))
