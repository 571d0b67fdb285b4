"""The visit plan: every timepoint of a patient's follow-up, for the clinic's file and the colleagues elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import UUID

from dateutil.relativedelta import relativedelta

from iotrex_followup.documents import as_one_pdf, typeset
from iotrex_followup.errors import TransitionRefused
from patients.models import Patient
from schedules.appointments.decisions import absence_on
from schedules.documents.preparing import AGREED
from schedules.documents.source import approval_of, current_plan, in_order, printed_visits
from schedules.models import Appointment, Plan, PlannedActivity, PlannedVisit
from schedules.names import FULL_NAMES, activity_name, timepoint_name
from schedules.pages.as_of import Move, moves_of, plan_as_of
from schedules.plans.additions import origins
from schedules.plans.planning import facts_of, points_of
from schedules.protocol import (
    Protocol,
    Status,
    Trace,
    WorkingCalendar,
    continues,
    explain,
    shown_status,
    suggested_day,
)

if TYPE_CHECKING:
    from weasyprint import Document

MARKS = {"drawn": "drawn", "done": "done", "done_elsewhere": "done elsewhere", "not_applicable": "not applicable"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the plan; `suggested` is None when nothing is to be suggested, `undecided` when no day can be."""

    name: str
    target: date
    opens: date
    closes: date
    includes: tuple[str, ...]
    added: tuple[str, ...]
    status: Status
    done_on: date | None
    appointment: Appointment | None
    suggested: date | None
    undecided: bool
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Year:
    """The timepoints of one year after the treatment."""

    name: str
    rows: tuple[Row, ...]


def visit_plan_pdf(patient: Patient, *, calendar: WorkingCalendar, today: date) -> bytes:
    """Return the visit plan of `patient` as it stands on `today`, with working days of `calendar` suggested on which
    the patient is not away.

    Raises   TransitionRefused: the patient has no plan yet.
    """
    return as_one_pdf([visit_plan_pages(patient, calendar=calendar, today=today)])


def visit_plan_pages(patient: Patient, *, calendar: WorkingCalendar, today: date) -> Document:
    """Return the pages of the visit plan, to be written alone or together with those of other patients.

    Raises   TransitionRefused: the patient has no plan yet.
    """
    plan = current_plan(patient)
    absences = [each for each in patient.absences.all() if not each.withdrawn]

    def possible(day: date) -> bool:
        return calendar.is_working(day) and absence_on(day, absences) is None

    context = content(plan, printed_visits(plan), possible, today, moves_of(plan))
    agreed = [tell(patient, today) for tell in AGREED]
    context["withheld"] = [medicine for each in agreed for medicine in each.withheld]
    context["blockades"] = [blockade for each in agreed for blockade in each.blockades]
    return typeset("documents/visit_plan.html", context, paper=patient.clinic.paper)


def visit_plan_as_of_pdf(plan: Plan, on: date, *, calendar: WorkingCalendar, today: date) -> bytes:
    """Return the visit plan as it stood at the end of `on`: the plan's own timepoints, with the statuses of that day.

    Raises   TransitionRefused: the plan did not exist yet.
    Raises   InputRefused: `on` is after `today`.
    """
    stood = plan_as_of(plan, on, today=today)
    if stood is None:
        raise TransitionRefused("There was no plan yet on that day.")
    moves = {pk: [move for move in each if move.until <= on] for pk, each in moves_of(plan).items()}
    context = content(*stood, calendar.is_working, on, moves)
    return as_one_pdf([typeset("documents/visit_plan.html", context, paper=plan.clinic.paper)])


def content(
    plan: Plan,
    visits: Sequence[PlannedVisit],
    possible: Callable[[date], bool],
    today: date,
    moves: Mapping[UUID, Sequence[Move]],
) -> dict[str, object]:
    """Return what the template of the visit plan shows; `possible`: whether a day can be suggested."""
    definition, approval = plan.protocol.definition, approval_of(plan)
    own = [visit for visit in visits if visit.plan_id == plan.pk]
    points = points_of(plan, own)
    whys = {
        visit.pk: (
            sum_of(explain(definition, plan.anchor, points[visit.pk])),
            *(move.sentence for move in moves.get(visit.pk, ())),
        )
        for visit in own
    }
    listed = [visit for visit in visits if not visit.before_enrolment or visit.status == PlannedVisit.Status.DONE]
    rows = [row_of(visit, possible, today, whys[visit.pk]) for visit in listed if visit.plan_id == plan.pk]
    return {
        "clinic": plan.patient.clinic,
        "patient": plan.patient,
        "plan": plan,
        "protocol": plan.protocol,
        "approval": approval if approval and approval.approved_on <= today else None,
        "years": years(rows, plan.anchor),
        "earlier": [row_of(visit, possible, today) for visit in listed if visit.plan_id != plan.pk],
        "before_enrolment": len(visits) - len(listed),
        "continues": continues(definition, plan.options),
        "legend": legend(listed, definition),
        "today": today,
    }


def sum_of(trace: Trace) -> str:
    """Return what a target comes from in a few words: "31 Jan 2024 + 6 months"."""
    unit = trace.offset_unit.removesuffix("s") if abs(trace.offset) == 1 else trace.offset_unit
    return f"{trace.anchor:%-d %b %Y} + {trace.offset} {unit}{', last of the month' if trace.clamped else ''}"


def row_of(visit: PlannedVisit, possible: Callable[[date], bool], today: date, why: tuple[str, ...] = ()) -> Row:
    """Return the line of `visit`: a possible day is suggested while it is open, not booked and not past."""
    status = shown_status(facts_of(visit), today)
    to_suggest = status in (Status.PLANNED, Status.DUE_SOON, Status.DUE)
    first = max(visit.opens, today)
    suggested = suggested_day(first, max(visit.target, today), visit.closes, possible) if to_suggest else None
    return Row(
        name=timepoint_name(visit.timepoint, visit.kind),
        target=visit.target,
        opens=visit.opens,
        closes=visit.closes,
        includes=included(visit.activities.all()),
        added=tuple(origins(visit.activities.all())),
        status=status,
        done_on=visit.done_on if visit.status == PlannedVisit.Status.DONE else None,
        appointment=visit.appointment if status == Status.BOOKED else None,
        suggested=suggested,
        undecided=to_suggest and suggested is None,
        why=why,
    )


def included(activities: Iterable[PlannedActivity]) -> tuple[str, ...]:
    """Return the names of a visit's activities; of a visit begun, each says what became of it."""
    by_key = {activity.activity: activity for activity in activities}
    begun = any(activity.is_open for activity in by_key.values())
    names = []
    for key in in_order(by_key):
        mark = MARKS.get(by_key[key].status) if begun else None
        names.append(activity_name(key) + (f" ({mark})" if mark else ""))
    return tuple(names)


def years(rows: Iterable[Row], anchor: date) -> list[Year]:
    """Return `rows` by year after the treatment; the anniversary itself closes its year."""

    def year_of(row: Row) -> int:
        return relativedelta(row.target - relativedelta(days=1), anchor).years + 1

    return [Year(f"Year {number}", tuple(group)) for number, group in groupby(rows, key=year_of)]


def legend(visits: Iterable[PlannedVisit], protocol: Protocol) -> list[tuple[str, str]]:
    """Return short and full name of each activity that `visits` include."""
    keys = {activity.activity for visit in visits for activity in visit.activities.all()}
    known = {**FULL_NAMES, **protocol.activities}
    return [(activity_name(key), known.get(key, key)) for key in in_order(keys)]
