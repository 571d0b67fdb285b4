"""The clinic's own calendar: days on which it does not work beyond weekdays and public holidays."""

from datetime import date

from accounts.models import Clinic, Staff
from events.actions import record_event
from iotrex_followup.errors import InputRefused
from iotrex_followup.history import action
from schedules.models import ClinicClosure

LONGEST_CLOSURE = 366


@action
def add_closure(*, clinic: Clinic, first_day: date, last_day: date, reason: str, by: Staff) -> ClinicClosure:
    """Close the clinic from `first_day` to `last_day`, both inclusive. What is booked then stays booked.

    Raises   InputRefused: the last day is before the first, or more than a year after it.
    Records  closure.added
    """
    if last_day < first_day:
        raise InputRefused("The last day is before the first.", field="last_day")
    if (last_day - first_day).days >= LONGEST_CLOSURE:
        raise InputRefused("A closure lasts a year at most. Check the year.", field="last_day")
    closure = ClinicClosure.objects.create(clinic=clinic, first_day=first_day, last_day=last_day, reason=reason)
    write_closure_event("closure.added", closure, by=by)
    return closure


@action
def remove_closure(*, closure: ClinicClosure, by: Staff) -> None:
    """Work again on the days of a closure. The event and the row history keep what it was.

    Records  closure.removed
    """
    write_closure_event("closure.removed", closure, by=by)
    closure.delete()


def write_closure_event(kind: str, closure: ClinicClosure, *, by: Staff) -> None:
    record_event(
        kind,
        clinic=closure.clinic,
        by=by,
        first_day=closure.first_day,
        last_day=closure.last_day,
        closed_for=closure.reason,
    )
