"""A patient's open visits in as few trips as they fit (PROTOCOL.md 8); nothing is stored before a person accepts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from uuid import UUID

from dateutil.relativedelta import relativedelta

from iotrex_followup.templatetags.words import nice_date, short_window
from patients.models import Patient
from schedules import protocol as rules
from schedules.appointments.days import LOCAL_LABORATORY, diary_of
from schedules.models import Appointment, Plan, PlannedVisit
from schedules.names import activity_name, timepoint_name
from schedules.protocol.bundles import BookedTrip, Trip, Window, fewest_trips

SPANS = {3: "3 months", 6: "6 months", 12: "12 months", 24: "24 months"}
USUAL_SPAN = 6


@dataclass(frozen=True, slots=True)
class ProposedTrip:
    """One day, what it covers, why that day, and what stays open all the same.

    `joins`: appointments of that day, which takes place anyway. `local`: to the laboratory near home.
    """

    on: date
    local: bool
    visits: Sequence[PlannedVisit]
    why: str
    notes: Sequence[str]
    joins: Sequence[Appointment]

    @property
    def visit_ids(self) -> list[UUID]:
        return [visit.pk for visit in self.visits]

    @property
    def joined_ids(self) -> list[UUID]:
        return [appointment.pk for appointment in self.joins]

    @property
    def value(self) -> str:
        """What a form sends to accept it; `schedules.forms.bundles` reads it."""
        where = "local" if self.local else "centre"
        return " ".join([self.on.isoformat(), where, *(str(visit.pk) for visit in self.visits)])


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A visit that fits on no day, and why."""

    visit: PlannedVisit
    why: str


@dataclass(frozen=True, slots=True)
class TripProposal:
    """The fewest trips of a span, by day, and what fits on no day."""

    first: date
    last: date
    trips: Sequence[ProposedTrip]
    without_day: Sequence[LeftOut]

    @property
    def alone(self) -> int:
        """How many trips it would take with one for each visit."""
        return sum(len(trip.visits) for trip in self.trips)

    @property
    def new(self) -> int:
        """How many trips it takes beyond those that are booked."""
        return sum(not trip.joins for trip in self.trips)

    @property
    def count(self) -> int:
        """How many trips there are, those that are booked already included."""
        return len(self.trips)

    @property
    def joined(self) -> int:
        """How many of the trips are booked already."""
        return sum(bool(trip.joins) for trip in self.trips)

    @property
    def saved(self) -> int:
        return self.alone - self.new

    @property
    def to_centre(self) -> int:
        return sum(not trip.joins and not trip.local for trip in self.trips)

    @property
    def to_laboratory(self) -> int:
        return sum(not trip.joins and trip.local for trip in self.trips)


def propose_trips(patient: Patient, *, months: int, local_laboratory: bool, today: date) -> TripProposal:
    """Return the fewest trips for what is open, unbooked and due within `months` of `today`, the clinic's date.

    `local_laboratory`: blood may be drawn near home, so that only scans and visits need the centre. A booked trip is
    joined; days the clinic does not work, days it has no place left and the patient's absences are left out.
    """
    last = today + relativedelta(months=months)
    waiting = PlannedVisit.objects.waiting(on=today).filter(patient=patient, target__lte=last)
    visits = list(waiting.prefetch_related("activities").order_by("target", "kind", "timepoint"))
    scene = _Scene(patient, visits, today)
    by_key = {visit.pk: visit for visit in visits}
    found = fewest_trips(
        [Window(v.pk, v.target, v.opens, v.closes, local=local_laboratory and draws_blood_only(v)) for v in visits],
        scene.allowed,
        scene.can_be_joined(),
    )
    return TripProposal(
        today,
        last,
        [scene.proposed(trip, [by_key[key] for key in trip.serves]) for trip in found.trips],
        [LeftOut(by_key[key], scene.why_without_day(by_key[key])) for key in found.without_day],
    )


def draws_blood_only(visit: PlannedVisit) -> bool:
    """Say whether all that is open of a visit is done by specimens, so that any laboratory will do."""
    return all(rules.is_specimen(activity.activity) for activity in visit.activities.all() if activity.is_open)


class _Scene:
    """What stands around the visits: the days on which the clinic and the patient can, and what is booked."""

    def __init__(self, patient: Patient, visits: Sequence[PlannedVisit], today: date) -> None:
        self.patient = patient
        self.today = today
        self.last = max((visit.closes for visit in visits), default=today)
        self.diary = diary_of(patient, visits, today=today)
        self.needed = sorted({a.activity for visit in visits for a in visit.activities.all() if a.is_open})

    @cached_property
    def allowed(self) -> list[date]:
        days = (self.today + timedelta(days=n) for n in range((self.last - self.today).days + 1))
        return [day for day in days if self.diary.suits(day, self.needed)]

    def reason(self, day: date) -> str | None:
        """Return why `day` is left out; None when it is allowed."""
        return self.diary.reason(day) or self.full(day)

    def full(self, day: date) -> str | None:
        """Return for what of all that is to be done the clinic has no place left on `day`; None: for nothing."""
        names = [activity_name(name) for name in self.needed if self.diary.left(name, day) == 0]
        return f"no place left for {', '.join(names)}" if names else None

    def can_be_joined(self) -> list[BookedTrip]:
        return [BookedTrip(day, local) for day, local in self.booked if local or not self.full(day)]

    @cached_property
    def booked(self) -> dict[tuple[date, bool], list[Appointment]]:
        """The patient's appointments to come, by day and by whether they lead to the laboratory near home."""
        found: dict[tuple[date, bool], list[Appointment]] = {}
        appointments = Appointment.objects.filter(
            patient=self.patient, state=Appointment.State.BOOKED, on__range=(self.today, self.last)
        )
        for appointment in appointments.prefetch_related("visits__activities").order_by("on", "at", "id"):
            found.setdefault((appointment.on, appointment.place == LOCAL_LABORATORY), []).append(appointment)
        return found

    def proposed(self, trip: Trip[UUID], visits: list[PlannedVisit]) -> ProposedTrip:
        joins = self.booked[trip.on, trip.local] if trip.booked else []
        together = [*visits, *(visit for appointment in joins for visit in appointment.visits.all())]
        return ProposedTrip(trip.on, trip.local, visits, self.why(trip, visits), self.notes(trip.on, together), joins)

    def why(self, trip: Trip[UUID], visits: Sequence[PlannedVisit]) -> str:
        """Return why this day: "Both windows are open 24–30 Mar. Week 8: on its target; …"."""
        parts = []
        if trip.booked:
            parts.append("A trip is booked on this day already.")
        if len(visits) > 1:
            opens, closes = max(visit.opens for visit in visits), min(visit.closes for visit in visits)
            every = "Both" if len(visits) == 2 else f"All {len(visits)}"
            parts.append(f"{every} windows are open {short_window(opens, closes)}.")
        parts.append("; ".join(_beside_target(visit, trip.on) for visit in visits) + ".")
        if len(visits) == 1 and not trip.booked and (reason := self.reason(visits[0].target)):
            parts.append(f"The target, {nice_date(visits[0].target)}, is left out: {reason}.")
        return " ".join(parts)

    def notes(self, on: date, visits: Sequence[PlannedVisit]) -> list[str]:
        """Return what one specimen of `on` leaves open of these visits: PROTOCOL.md 8 and 11."""
        names = {a.activity for visit in visits for a in visit.activities.all() if a.is_open}
        by_key = {visit.pk: visit for visit in visits}
        notes = []
        for name in sorted(filter(rules.is_specimen, names)):
            wanted = [_as_open(visit, name) for visit in visits if _has_open(visit, name)]
            done = rules.fulfilled_by(on, name, wanted, recovered=self.recovered)
            left = [by_key[each.key] for each in wanted if each.key not in done]
            notes += [_stays_open(visit, name) for visit in left]
        return notes

    @cached_property
    def recovered(self) -> bool:
        """Whether the counts have recovered by today; nobody knows it of a later day."""
        recovered = Plan.objects.current().filter(patient=self.patient, counts_recovered_on__lte=self.today)
        return recovered.exists()

    def why_without_day(self, visit: PlannedVisit) -> str:
        if visit.closes < self.today:
            return f"Its window closed on {nice_date(visit.closes)}. Book it on its own, with a reason."
        first = max(visit.opens, self.today)
        days = [first + timedelta(days=n) for n in range((visit.closes - first).days + 1)]
        reasons = list(dict.fromkeys(reason for day in days if (reason := self.reason(day))))
        return f"No day of {short_window(first, visit.closes)} is free: {', '.join(reasons)}."


def _beside_target(visit: PlannedVisit, on: date) -> str:
    name, days = timepoint_name(visit.timepoint, visit.kind), (on - visit.target).days
    if days == 0:
        return f"{name}: on its target"
    return f"{name}: {abs(days)} day{'s' if abs(days) != 1 else ''} {'after' if days > 0 else 'before'} its target"


def _has_open(visit: PlannedVisit, name: str) -> bool:
    return any(each.activity == name and each.is_open for each in visit.activities.all())


def _as_open(visit: PlannedVisit, name: str) -> rules.OpenActivity[UUID]:
    return rules.OpenActivity(visit.pk, name, visit.timepoint, visit.target, visit.opens, visit.closes)


def _stays_open(visit: PlannedVisit, name: str) -> str:
    what = f"{activity_name(name)} of {timepoint_name(visit.timepoint, visit.kind)}"
    if _as_open(visit, name).waits_for_recovery:
        return f"{what} stays open: one specimen serves it and a week’s only once the counts have recovered."
    return f"{what} stays open: one specimen serves one week only."
