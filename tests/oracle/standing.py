"""Recomputes what becomes of each visit of one patient, from the lines of the log in their order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

from tests.oracle import life
from tests.oracle.additions import DECIDED_ON, Additions
from tests.oracle.fields import VisitKey
from tests.oracle.log import Line
from tests.oracle.matching import match, served_besides
from tests.oracle.results import Course, Result, Results, course_of
from tests.oracle.timeline import Choices, Plans, Timepoint, choices_of, stored_part
from tests.oracle.wall_clock import DAY, local_day

# The stored status of a visit: the first that holds for any of its activities.
STATUSES = (
    ("planned", ("planned", "drawn")),
    ("missed", ("missed",)),
    ("done", ("done", "done_elsewhere")),
    ("superseded", ("superseded",)),
    ("cancelled", ("cancelled",)),
)
OPEN = ("planned", "drawn")
HAPPENED = ("done", "done_elsewhere", "missed")


@dataclass
class Treatment:
    """A therapeutic infusion and the plan that is anchored on it."""

    number: int
    on: date
    followed_from: date
    choices: Choices
    additions: Additions = field(default_factory=Additions)
    lines: list[int] = field(default_factory=list)


@dataclass
class Appointment:
    """A day on which the patient is to come for some visits."""

    visits: tuple[VisitKey, ...]
    on: date
    state: str = "booked"
    line: int = 0


@dataclass
class Visit:
    """One timepoint of a plan: where it lies, what was said of it, what results fulfilled."""

    key: VisitKey
    timepoint: Timepoint
    is_addition: bool = False
    is_wanted: bool = True
    said: dict[str, str] = field(default_factory=dict)
    drawn_on: dict[str, date] = field(default_factory=dict)
    matched: dict[str, date] = field(default_factory=dict)
    activities: dict[str, str] = field(default_factory=dict)
    before_enrolment: bool = False
    on_hold: bool = False
    lines: list[int] = field(default_factory=list)

    @property
    def has_happened(self) -> bool:
        """Whether something of it was done, drawn or missed: then its dates stay."""
        return bool(self.said or self.matched)

    @property
    def status(self) -> str:
        for status, of in STATUSES:
            if any(activity in of for activity in self.activities.values()):
                return status
        return "cancelled"

    @property
    def is_open(self) -> bool:
        return self.status == "planned"

    @property
    def awaits_result(self) -> bool:
        return "drawn" in self.activities.values()


class Standing:
    """One patient as the log has them so far."""

    def __init__(self, line: Line, clinic: Line, plans: Plans, ends_on: date) -> None:
        self.line, self.clinic, self.plans, self.ends_on = line, clinic, plans, ends_on
        self.results = Results(line["sex"], line["born"])
        self.treatments: dict[int, Treatment] = {}
        self.visits: dict[VisitKey, Visit] = {}
        self.appointments: dict[str, Appointment] = {}
        self.life: dict[str, life.LifeEvent] = {}
        self.new_results: list[Result] = []
        self.unknown: list[tuple[int, VisitKey]] = []  # lines that name a visit there should not be
        self._course = cache(lambda anchor, last: course_of(self.results, anchor, last))

    # Taking lines in

    def take(self, line: Line) -> bool:
        """Take one line in; tell whether it is one that changes the standing."""
        taking = getattr(self, f"_take_{line.what.replace('.', '_')}", None)
        if taking is None:
            return False
        taking(line)
        return True

    def _take_treatment(self, line: Line) -> None:
        choices = choices_of(self.clinic["protocol"], self.line["indication"], line.fields)
        followed_from = local_day(line.at, self.clinic["zone"]) if line.at else line["on"]
        self.treatments[line["treatment"]] = Treatment(
            line["treatment"], line["on"], followed_from, choices, lines=[line.number]
        )

    def _take_treatment_redated(self, line: Line) -> None:
        treatment = self.treatments[line["treatment"]]
        treatment.on = line["on"]
        treatment.additions.move(line["on"])
        treatment.lines.append(line.number)

    def _take_booked(self, line: Line) -> None:
        self.appointments[line["appointment"]] = Appointment(line["visits"], line["on"], line=line.number)

    def _take_moved(self, line: Line) -> None:
        appointment = self.appointments[line["appointment"]]
        appointment.on, appointment.line = line["on"], line.number

    def _take_cancelled(self, line: Line) -> None:
        self.appointments[line["appointment"]].state = "cancelled"

    def _take_not_attended(self, line: Line) -> None:
        self.appointments[line["appointment"]].state = "not_attended"

    def _named_visit(self, line: Line) -> Visit:
        """Return the visit that a line names; one there should not be is noted, and goes nowhere."""
        if line["visit"] not in self.visits:
            self.unknown.append((line.number, line["visit"]))
            return Visit(line["visit"], Timepoint("", "", date.min, date.min, date.max, ()))
        return self.visits[line["visit"]]

    def _take_done(self, line: Line) -> None:
        visit = self._named_visit(line)
        for activity, outcome in line["outcomes"].items():
            visit.said[activity] = "done_elsewhere" if outcome == "done" and line["elsewhere"] else outcome
            if outcome == "drawn":
                visit.drawn_on[activity] = line["on"]
            for other in served_besides(self, visit, activity, line["on"]):
                other.said[activity], other.drawn_on[activity] = visit.said[activity], line["on"]
        visit.lines.append(line.number)
        for appointment in self.appointments.values():
            if appointment.state == "booked" and visit.key in appointment.visits:
                appointment.state = "attended"

    def _take_missed(self, line: Line) -> None:
        visit = self._named_visit(line)
        visit.said |= {activity: "missed" for activity, status in visit.activities.items() if status in OPEN}
        visit.lines.append(line.number)

    def _take_results(self, line: Line) -> None:
        self.new_results = self.results.take(line)
        self._course.cache_clear()

    def _take_life(self, line: Line) -> None:
        self.life[line["event"]] = life.LifeEvent(line["kind"], line["from"], line.fields, line.number)

    def _take_life_accepted(self, line: Line) -> None:
        self.life[line["event"]].accepted = line["on"]

    def _take_life_ended(self, line: Line) -> None:
        self.life[line["event"]].ended = line["on"]

    # What follows

    def wakes_on(self, day: date) -> bool:
        """Tell whether something changes on `day` by itself."""
        return any(day in event.days for event in self.life.values()) or any(
            treatment.additions.is_running or day == treatment.on + timedelta(days=DECIDED_ON)
            for treatment in self.treatments.values()
        )

    def settle(self, today: date) -> None:
        """Bring every visit to what is known on `today`, the clinic's day."""
        events = list(self.life.values())
        if life.is_dead(events, today):
            for appointment in self.appointments.values():
                appointment.state = "cancelled" if appointment.state == "booked" else appointment.state
        if self.ends_after_it_fulfils:
            self._see_visits(today, events)
        if not (life.ends_follow_up(events, today) or life.is_held(events, today, "visit")):
            self._follow_counts(today)
        self._see_visits(today, events)

    @property
    def ends_after_it_fulfils(self) -> bool:
        """Decision: a count that ends an addition first fulfils the draw of it that it was taken for."""
        return any(
            treatment.additions.weeks_wanted or treatment.additions.is_running for treatment in self.treatments.values()
        )

    def _see_visits(self, today: date, events: list[life.LifeEvent]) -> None:
        """Place every visit, match the specimens, and say how each activity stands."""
        self._place_visits()
        following = {number: self.next_infusion(number) for number in self.treatments}
        for visit in self.visits.values():
            self._close(visit, today, events, following[visit.key[0]])
        if match(self):
            for visit in self.visits.values():
                self._close(visit, today, events, following[visit.key[0]])

    def _follow_counts(self, today: date) -> None:
        """Look at the counts of the current plan: what goes beyond it."""
        current = max(self.treatments.values(), key=lambda treatment: treatment.on, default=None)
        if current:
            counted = {at.target for at in self.plan(current) if at.name.startswith("W") and "cbc" in at.activities}
            current.additions.follow(self.course(current.number), current.followed_from, today, counted)

    def _place_visits(self) -> None:
        """Give each visit the place that its plan has for it, unless something of it has happened."""
        for treatment in self.treatments.values():
            for timepoint in self.plan(treatment):
                self._place(treatment, timepoint)
            for timepoint, is_wanted in treatment.additions.timepoints(treatment.on):
                self._place(treatment, timepoint, is_addition=True, is_wanted=is_wanted)

    def plan(self, treatment: Treatment) -> list[Timepoint]:
        """Return the timepoints of a treatment that may be stored by the end of the log."""
        return self._stored(treatment.on, treatment.choices)

    def _stored(self, anchor: date, choices: Choices) -> list[Timepoint]:
        return stored_part(self.plans.plan(anchor, choices), anchor, self.ends_on + DAY)

    def _place(
        self, treatment: Treatment, timepoint: Timepoint, is_addition: bool = False, is_wanted: bool = True
    ) -> None:
        key = (treatment.number, timepoint.name, timepoint.kind)
        visit = self.visits.get(key)
        if visit is None:
            visit = self.visits[key] = Visit(key, timepoint, is_addition)
        if not visit.has_happened:
            visit.timepoint = timepoint
        visit.is_wanted = is_wanted
        visit.before_enrolment = visit.timepoint.closes < treatment.followed_from

    def _close(self, visit: Visit, today: date, events: list[life.LifeEvent], next_infusion: date | None) -> None:
        """Say of each activity of a visit how it stands."""
        at = visit.timepoint
        closed = closed_by(visit, today, events, next_infusion)
        for activity in at.activities:
            said = visit.said.get(activity)
            if said in HAPPENED:
                visit.activities[activity] = said
            elif activity in visit.matched:
                visit.activities[activity] = "done"
            elif closed and not goes_on_waiting(said):
                visit.activities[activity] = closed
            elif events and life.is_declined(events, today, activity, at.opens, at.closes):
                visit.activities[activity] = "cancelled"
            else:
                visit.activities[activity] = said or "planned"
        visit.on_hold = bool(events) and visit.is_open and life.is_held(events, today, at.kind)

    def next_infusion(self, number: int) -> date | None:
        """Return the day of the infusion after treatment `number`."""
        on = self.treatments[number].on
        return min((each.on for each in self.treatments.values() if each.on > on), default=None)

    def course(self, number: int) -> Course:
        """Return what the counts after treatment `number` say."""
        return self._course(self.treatments[number].on, self.next_infusion(number) or date.max)

    def booked_days(self) -> dict[VisitKey, date]:
        """Return the day for which each visit is booked, the latest booking of each."""
        booked = [each for each in self.appointments.values() if each.state == "booked"]
        return {key: appointment.on for appointment in booked for key in appointment.visits}

    def booked_for(self, key: VisitKey) -> Appointment | None:
        """Return the latest appointment for a visit that still stands."""
        found = [each for each in self.appointments.values() if each.state == "booked" and key in each.visits]
        return found[-1] if found else None


def closed_by(visit: Visit, today: date, events: list[life.LifeEvent], next_infusion: date | None) -> str:
    """Return what closes all that is open of a visit: superseded, cancelled; blank: nothing does."""
    at = visit.timepoint
    if is_superseded(at.target, next_infusion):
        return "superseded"
    if not visit.is_wanted:
        return "cancelled"
    if events and (life.ends_follow_up(events, today) or life.was_away(events, at.opens, at.closes)):
        return "cancelled"
    return ""


def goes_on_waiting(said: str | None) -> bool:
    """Decision: what was drawn goes on waiting for its result, whatever closes the rest, a death too."""
    return said == "drawn"


def is_superseded(target: date, next_infusion: date | None) -> bool:
    """Tell whether a later plan replaces what is planned for that target."""
    return next_infusion is not None and target >= next_infusion


def described(visit: Visit) -> dict[str, Any]:
    """Return what is compared of a visit at the end."""
    at = visit.timepoint
    return {
        "target": at.target,
        "opens": at.opens,
        "closes": at.closes,
        "status": visit.status,
        "activities": dict(visit.activities),
    }
