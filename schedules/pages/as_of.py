"""A plan as it stood at the end of a past day of the clinic, from the row history; and how its dates came to move.

Every row's history is kept by triggers, whoever or whatever wrote it, so imported rows count too. The state of a row on
a day is its latest history row of that day or before.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models

from accounts.models import Clinic, Staff
from events.models import Event
from iotrex_followup.errors import InputRefused
from schedules import protocol as rules
from schedules.models import Appointment, Plan, PlannedActivity, PlannedVisit, Proposal, Protocol
from schedules.names import activity_name, timepoint_name
from schedules.pages.patient_page import PlanShown, plan_rows
from schedules.protocol.trace import words
from schedules.wording import event_sentence

Row = TypeVar("Row", bound=models.Model)
DELETED = "delete"
LONGEST = timedelta(minutes=15)  # from the beginning of a change to its event; one without an event has no later one


class History(NamedTuple):
    """What was kept of a row when it was written: when, and in which change (None: outside any)."""

    at: datetime
    context: UUID | None


def end_of(day: date, clinic: Clinic) -> datetime:
    """Return the moment at which the clinic's `day` ends, exclusive."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(clinic.time_zone))


def rows_as_of(model: type[Row], moment: datetime, **lookup: Any) -> list[Row]:
    """Return the rows as they stood just before `moment`, unsaved; `lookup` narrows by columns that never change."""
    kept: Any = model.pgh_event_model  # type: ignore[attr-defined]  # set by pghistory
    latest = kept.objects.filter(pgh_created_at__lt=moment, **lookup).order_by("id", "-pgh_id").distinct("id")
    names = [field.attname for field in model._meta.concrete_fields]
    return [model(**{name: getattr(row, name) for name in names}) for row in latest if row.pgh_label != DELETED]


def plan_as_of(plan: Plan, on: date, *, today: date) -> tuple[Plan, list[PlannedVisit]] | None:
    """Return the plan and its visits, with activities and appointments, as they stood at the end of `on`; unsaved.

    None: the plan did not exist yet.

    Raises   InputRefused: `on` is after `today`.
    """
    if on > today:
        raise InputRefused("Choose a day up to today; what is planned for later days is the plan itself.", field="on")
    moment = end_of(on, plan.clinic)
    then = next(iter(rows_as_of(Plan, moment, id=plan.pk)), None)
    if then is None:
        return None
    then.clinic, then.patient, then.treatment = plan.clinic, plan.patient, plan.treatment
    then.protocol = Protocol.objects.get(pk=then.protocol_id)
    visits = sorted(rows_as_of(PlannedVisit, moment, plan_id=plan.pk), key=lambda each: (each.target, each.kind))
    join(visits, then, moment)
    # Annotated where plans are listed; the clock over the counts is not part of what the plan said on a day.
    then.last_count_on = then.prolonged_until = None  # type: ignore[attr-defined]
    return then, visits


def join(visits: Sequence[PlannedVisit], plan: Plan, moment: datetime) -> None:
    """Give past visits their plan, their appointments and activities of the same moment."""
    booked = {visit.appointment_id for visit in visits if visit.appointment_id}
    appointments = {each.pk: each for each in rows_as_of(Appointment, moment, id__in=booked)}
    activities: dict[UUID, list[PlannedActivity]] = {visit.pk: [] for visit in visits}
    found = rows_as_of(PlannedActivity, moment, visit_id__in=list(activities))
    origins = {each.proposal_id for each in found if each.proposal_id}
    proposals = {each.pk: each for each in rows_as_of(Proposal, moment, id__in=origins)}
    for activity in found:
        if activity.proposal_id in proposals:
            activity.proposal = proposals[activity.proposal_id]
        activities[activity.visit_id].append(activity)
    for visit in visits:
        visit.plan = plan
        visit.appointment = appointments.get(visit.appointment_id) if visit.appointment_id else None
        listed = sorted(activities[visit.pk], key=lambda each: each.activity)
        visit._prefetched_objects_cache = {"activities": Listed(listed)}  # type: ignore[attr-defined]


class Listed(list[PlannedActivity]):
    """Activities that are not asked of the database again."""

    def all(self) -> "Listed":
        return self


def shown_as_of(plan: Plan, on: date, *, today: date, calendar: rules.WorkingCalendar) -> PlanShown | None:
    """Return the plan as its page showed it at the end of `on`; None: it did not exist yet.

    Raises   InputRefused: `on` is after `today`.
    """
    stood = plan_as_of(plan, on, today=today)
    return PlanShown(stood[0], plan_rows(*stood, on, calendar)) if stood else None


@dataclass(frozen=True, slots=True)
class Since:
    """What changed of one timepoint since a past day; `event`: what last changed it, as far as it is known.

    `zone`: the clinic's.
    """

    name: str
    then: str
    now: str
    event: Event | None
    zone: ZoneInfo

    @property
    def because(self) -> str:
        """What happened, when and by whom, in words."""
        if self.event is None:
            return ""
        by = self.event.by.name if self.event.by else "the system"
        reason = f": {self.event.reason}" if self.event.reason else ""
        return f"{event_sentence(self.event)}, {words(self.event.at.astimezone(self.zone).date())}, {by}{reason}"


def said(visit: PlannedVisit | None) -> str:
    """Return where a visit stands in one line: target, window, booking, what is done and what is not."""
    if visit is None:
        return "not planned"
    parts = [words(visit.target), f"window {words(visit.opens)} to {words(visit.closes)}"]
    if visit.appointment and visit.appointment.state == Appointment.State.BOOKED:
        at = f", {visit.appointment.at:%H:%M}" if visit.appointment.at else ""
        parts.append(f"booked for {words(visit.appointment.on)}{at}")
    statuses: dict[str, list[str]] = {}
    for activity in visit.activities.all():
        statuses.setdefault(activity.get_status_display().lower(), []).append(activity_name(activity.activity))
    parts += [f"{', '.join(names)} {status}" for status, names in statuses.items()]
    if visit.on_hold:
        parts.append(f"on hold: {visit.on_hold}")
    return "; ".join(parts)


def changed_since(plan: Plan, then: Sequence[PlannedVisit], on: date) -> list[Since]:
    """Return what of the plan is other now than `then`, at the end of `on`, by target."""
    visits = plan.visits.select_related("appointment").prefetch_related("activities").order_by("target", "kind")
    now = {visit.pk: visit for visit in visits}
    before = {visit.pk: visit for visit in then}
    pairs = [(before.get(pk), now.get(pk)) for pk in dict.fromkeys([*before, *now])]
    differing = [(old, new) for old, new in pairs if said(old) != said(new)]
    moment, zone = end_of(on, plan.clinic), ZoneInfo(plan.clinic.time_zone)
    written = last_written([new or old for old, new in differing if new or old], moment)  # type: ignore[misc]
    events = events_of(plan, written.values())
    found = []
    for old, new in differing:
        visit = new or old
        if visit is not None:
            name = timepoint_name(visit.timepoint, visit.kind)
            change = written.get(visit.pk)
            event = events.get(change) if change else None
            found.append((visit.target, Since(name, said(old), said(new), event, zone)))
    return [each for _, each in sorted(found, key=lambda pair: pair[0])]


def last_written(visits: Sequence[PlannedVisit], moment: datetime) -> dict[UUID, History]:
    """Return, by visit, when it, one of its activities or its appointment was last written, from `moment` on."""
    found: dict[UUID, History] = {}
    each = {visit.pk: [visit.pk] for visit in visits}
    booked: dict[UUID, list[UUID]] = {}
    for visit in visits:
        if visit.appointment_id:
            booked.setdefault(visit.appointment_id, []).append(visit.pk)
    sources: tuple[tuple[Any, str, dict[UUID, list[UUID]]], ...] = (
        (PlannedVisit, "id", each),
        (PlannedActivity, "visit_id", each),
        (Appointment, "id", booked),
    )
    for model, column, of in sources:
        rows = model.pgh_event_model.objects.filter(pgh_created_at__gte=moment, **{f"{column}__in": list(of)})
        for key, at, context in rows.order_by("pgh_id").values_list(column, "pgh_created_at", "pgh_context"):
            for pk in of[key]:
                if pk not in found or at >= found[pk].at:
                    found[pk] = History(at, context)
    return found


def events_of(plan: Plan, written: Iterable[History]) -> dict[History, Event]:
    """Return the event each change of a row belongs to: the first of the patient, by the same author, from then on.

    The history of a row bears the time at which its change began, and the event the time at which it was written at
    the end of the same change; no other change of the patient runs in between, since each waits for the one before.
    Of the records that were merged since, each had its own events.
    """
    moments = list(written)
    if not moments:
        return {}
    authors = authors_of(moments)
    first = min(each.at for each in moments)
    kept: Any = Plan.pgh_event_model  # type: ignore[attr-defined]  # set by pghistory
    patients = kept.objects.filter(id=plan.pk).values("patient_id")
    events = list(Event.objects.filter(patient__in=patients, at__gte=first).select_related("by").order_by("at", "id"))
    found = {}
    for each in moments:
        by = authors.get(each.context, "") if each.context else ""
        event = next((event for event in events if event.at >= each.at and str(event.by_id or "") == by), None)
        if event and event.at - each.at < LONGEST:
            found[each] = event
    return found


def authors_of(written: Iterable[History]) -> Mapping[UUID, str]:
    """Return the id of the author of each change, by its context; empty: the system itself."""
    from pghistory.models import Context

    contexts = {each.context for each in written if each.context}
    metadata = Context.objects.filter(pk__in=contexts).values_list("pk", "metadata")
    return {pk: str(known.get("by", "")) for pk, known in metadata}


@dataclass(frozen=True, slots=True)
class Move:
    """Once a timepoint was elsewhere: the target it had, until which day, who moved it and why."""

    was: date
    until: date
    by: str
    because: str

    @property
    def sentence(self) -> str:
        because = f" because: {self.because.rstrip('.')}" if self.because else ""
        return f"Was {words(self.was)} until {words(self.until)}, moved by {self.by}{because}."


def moves_of(plan: Plan) -> dict[UUID, list[Move]]:
    """Return, by visit of the plan, where its target was before and how it came to move; only those that moved."""
    kept: Any = PlannedVisit.pgh_event_model  # type: ignore[attr-defined]
    rows = kept.objects.filter(plan_id=plan.pk).order_by("id", "pgh_id")
    steps = list(moved_rows(rows.values_list("id", "target", "pgh_created_at", "pgh_context")))
    if not steps:
        return {}
    events = events_of(plan, [history for _, _, history in steps])
    authors = authors_of([history for _, _, history in steps])
    names = {str(staff.pk): staff.name for staff in Staff.objects.filter(pk__in=[a for a in authors.values() if a])}
    zone = ZoneInfo(plan.clinic.time_zone)
    found: dict[UUID, list[Move]] = {}
    for visit, was, history in steps:
        event = events.get(history)
        because = (event.reason or event_sentence(event)) if event else ""
        by = names.get(authors.get(history.context, ""), "the system") if history.context else "the system"
        found.setdefault(visit, []).append(Move(was, history.at.astimezone(zone).date(), by, because))
    return found


def moved_rows(rows: Iterable[tuple[UUID, date, datetime, UUID | None]]) -> Iterator[tuple[UUID, date, History]]:
    """Yield the visit, the earlier target and the change for each history row that has another target than before."""
    last: tuple[UUID, date] | None = None
    for visit, target, at, context in rows:
        if last and last[0] == visit and last[1] != target:
            yield visit, last[1], History(at, context)
        last = visit, target
