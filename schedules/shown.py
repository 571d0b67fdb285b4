"""The shown status as a condition in SQL: which rows `schedules.protocol.shown_status` would name so."""

from datetime import date

from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.lookups import LessThan

from schedules.protocol import Status
from schedules.protocol.status import DUE_SOON

OPEN = Q(status="planned", before_enrolment=False, on_hold="")
STORED = {
    Status.MISSED: Q(status="missed"),
    Status.NOT_APPLICABLE: Q(status="not_applicable"),
    Status.CANCELLED: Q(status="cancelled"),
    Status.SUPERSEDED: Q(status="superseded"),
    Status.BEFORE_ENROLMENT: Q(status="planned", before_enrolment=True),
    Status.ON_HOLD: Q(status="planned", before_enrolment=False) & ~Q(on_hold=""),
    Status.AWAITING_RESULT: OPEN & Q(drawn_on__isnull=False),
    Status.DONE_ELSEWHERE: Q(status="done", elsewhere=True),
    Status.DONE_EARLY: Q(status="done", elsewhere=False, done_on__lt=F("opens")),
    Status.DONE_LATE: Q(status="done", elsewhere=False, done_on__gt=F("closes")),
    Status.DONE: Q(status="done", elsewhere=False, done_on__gte=F("opens"), done_on__lte=F("closes")),
}


def shown_as(status: Status, *, on: date) -> Q:
    """Return the condition for planned visits that are shown as `status` on `on`, the clinic's date."""
    return STORED[status] if status in STORED else by_dates(on)[status]


def by_dates(on: date) -> dict[Status, Q]:
    """Return the conditions that follow from the dates of an open visit."""
    return {
        Status.BOOKED: OPEN & Q(drawn_on__isnull=True, appointment__isnull=False, appointment__on__gte=on),
        Status.OVERDUE: waiting(on) & Q(closes__lt=on),
        Status.DUE: waiting(on) & Q(opens__lte=on, closes__gte=on),
        Status.DUE_SOON: waiting(on) & Q(opens__gt=on, opens__lte=on + DUE_SOON),
        Status.PLANNED: waiting(on) & Q(opens__gt=on + DUE_SOON),
    }


def waiting(on: date) -> Q:
    """Return the condition for open visits that are neither booked nor awaiting a result on `on`.

    A past appointment without a record counts as none. The appointment is looked up per booked row, not joined: a list
    stops after its first rows, and a join would read the appointments of the whole clinic before that.
    """
    from schedules.models import Appointment

    booked_on = Subquery(Appointment.objects.filter(pk=OuterRef("appointment")).order_by().values("on"))
    return OPEN & Q(drawn_on__isnull=True) & (Q(appointment__isnull=True) | Q(LessThan(booked_on, on)))
