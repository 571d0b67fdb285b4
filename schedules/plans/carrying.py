"""What an earlier plan leaves to the current one: what is overdue, and bookings it replaced (PROTOCOL.md 13)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from patients.models import Patient
from schedules.models import ActivityStatus, Appointment, PlannedActivity, PlannedVisit
from schedules.names import timepoint_name
from schedules.plans.additions import CARRIED, Addition, timepoint
from schedules.plans.life import Life, lives_of
from schedules.protocol.trace import words
from schedules.wording import activity_words

CAN_BE_CARRIED = frozenset({"chemistry", "thyroid", "mibg_scan", "anatomical_imaging"})
# An activity of the visit that is to hold it, closed by the plan alone, opens again.
HOLDS = (ActivityStatus.PLANNED, ActivityStatus.CANCELLED, ActivityStatus.SUPERSEDED)


class Carry(NamedTuple):
    """An overdue visit of an earlier plan, those of its activities that are carried, and the visit that holds them."""

    visit: PlannedVisit
    activities: tuple[str, ...]
    to: PlannedVisit

    @property
    def name(self) -> str:
        """Where it is carried to: "Month 3 imaging of the plan from Mon 10 Jun 2024"."""
        return f"{timepoint_name(self.to.timepoint, self.to.kind)} of the plan from {words(self.to.plan.anchor)}"

    @property
    def sentence(self) -> str:
        """What would be done, for a person to agree to."""
        return (
            f"{activity_words(self.activities)} of {timepoint_name(self.visit.timepoint, self.visit.kind)}, plan from "
            f"{words(self.visit.plan.anchor)}, closes there as not applicable and is done at {self.name}, target "
            f"{words(self.to.target)}."
        )


class LeftBooking(NamedTuple):
    """An appointment whose visits a later plan replaced, and the visits of the current plan it could serve instead."""

    appointment: Appointment
    replaced: Sequence[PlannedVisit]
    fitting: Sequence[PlannedVisit]


class Left(NamedTuple):
    """What a patient's earlier plans leave to the current one."""

    overdue: Sequence[Carry]
    booked: Sequence[LeftBooking]

    def __bool__(self) -> bool:
        return bool(self.overdue or self.booked)


def left_by_earlier_plans(patient: Patient, *, today: date) -> Left:
    """Return what of the patient's earlier plans waits for a decision about the current one."""
    return Left(carries_of(patient, today=today), left_bookings(patient, today=today))


def carries_of(patient: Patient, *, today: date) -> list[Carry]:
    """Return what is overdue of the earlier plans and offered to the current one, the oldest first.

    Offered is the first open visit of the current plan that is of the same kind, whose window has not closed, of which
    nothing was drawn or done, and at which none of the activities was decided against or declined.
    """
    overdue = PlannedVisit.objects.filter(patient=patient, plan__is_current=False).overdue(on=today)
    found = list(overdue.prefetch_related("activities").select_related("plan").order_by("target", "kind"))
    if not found:
        return []
    open_visits = PlannedVisit.objects.filter(patient=patient, plan__is_current=True, closes__gte=today).open()
    coming = open_visits.not_drawn().filter(done_on__isnull=True)
    candidates = list(coming.prefetch_related("activities").select_related("plan").order_by("target", "timepoint"))
    life = lives_of([patient.pk])[patient.pk]
    carries = []
    for visit in found:
        wanted = tuple(sorted(each.activity for each in visit.activities.all() if can_be_carried(each)))
        to = next((each for each in candidates if each.kind == visit.kind and holds(each, wanted, life)), None)
        if wanted and to:
            carries.append(Carry(visit, wanted, to))
    return carries


def can_be_carried(activity: PlannedActivity) -> bool:
    """Say whether a planned activity is of those that are carried and still to be done; a drawn one has its result."""
    return activity.status == ActivityStatus.PLANNED and activity.activity in CAN_BE_CARRIED


def holds(visit: PlannedVisit, activities: Iterable[str], life: Life) -> bool:
    """Say whether `activities` can be done at an open visit: none of them was decided against or declined there."""
    there = {each.activity: each.status for each in visit.activities.all()}
    return all(
        there.get(name, ActivityStatus.PLANNED) in HOLDS
        and not any(
            each.activity == name and each.holds(visit.target, visit.opens, visit.closes) for each in life.declined
        )
        for name in activities
    )


def addition_of(carry: Carry) -> Addition:
    """Return the fact that keeps what was carried in the current plan, at the timepoint it was carried to."""
    to = carry.to
    before, after = (to.target - to.opens).days, (to.closes - to.target).days
    point = timepoint(to.target, carry.activities, before=before, after=after, kind=to.kind, cost=to.cost)
    sentence = (
        f"{activity_words(carry.activities)} was overdue at {timepoint_name(carry.visit.timepoint, carry.visit.kind)} "
        f"of the plan from {words(carry.visit.plan.anchor)}."
    )
    return Addition(CARRIED, str(carry.visit.pk), sentence, [{**point, "timepoint": to.timepoint}], "1.0")


def left_bookings(patient: Patient, *, today: date) -> list[LeftBooking]:
    """Return the appointments from `today` on that serve no visit any more since a later plan replaced theirs."""
    closed = PlannedVisit.objects.filter(patient=patient, status="superseded").booked_though_closed(on=today)
    by_appointment: dict[Appointment, list[PlannedVisit]] = {}
    for visit in closed.select_related("appointment", "plan").order_by("appointment__on", "target", "kind"):
        if visit.appointment:
            by_appointment.setdefault(visit.appointment, []).append(visit)
    return [
        LeftBooking(appointment, replaced, fitting(appointment, replaced, today=today))
        for appointment, replaced in by_appointment.items()
    ]


def fitting(appointment: Appointment, replaced: Iterable[PlannedVisit], *, today: date) -> list[PlannedVisit]:
    """Return the visits of the current plan that wait for a date and whose window holds the appointment's day.

    Only of the kinds that were booked: a scan is not done on a day that was booked for a draw.
    """
    waiting = PlannedVisit.objects.filter(patient=appointment.patient_id, plan__is_current=True).waiting(on=today)
    held = waiting.filter(opens__lte=appointment.on, closes__gte=appointment.on, kind__in={v.kind for v in replaced})
    return list(held.select_related("plan").prefetch_related("activities").order_by("target", "kind"))
