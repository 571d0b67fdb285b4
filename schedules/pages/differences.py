"""What a change would do to a patient's plans, in words: the same rows on every page and in the API, before it is done.

Two ways lead here. `previewed` makes a change and takes it back, so that the preview cannot differ from the change.
`difference_shown` puts into words what `schedules.plans.replanning.differences` found without writing anything.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from uuid import UUID

from django.db import transaction

from patients.models import Patient
from schedules import protocol as rules
from schedules.actions.settling import collected
from schedules.models import Plan, PlannedVisit
from schedules.pages.difference_rows import Dates, DifferenceRow, DifferenceShown, What
from schedules.plans.replanning import Difference
from schedules.protocol.replanning import HAPPENED
from schedules.protocol.trace import words

__all__ = ["Dates", "DifferenceRow", "DifferenceShown", "What", "difference_shown", "previewed"]

Change = rules.Change[UUID]
ENDED_NAMES = frozenset({"cancelled", "superseded"})


def previewed(
    change: Callable[[], object], patient: Patient, *, today: date, calendar: rules.WorkingCalendar
) -> DifferenceShown:
    """Return what `change` would do to the stored plans of `patient`; nothing stays stored.

    Raises   DomainError: whatever the change refuses.
    """
    held_before = holds_of(patient)
    with transaction.atomic():
        with collected() as settled:
            change()
        plans = {plan.pk: plan for plan in Plan.objects.filter(patient=patient)}
        shown = difference_shown(all_of(settled), plans, today=today, calendar=calendar)
        visits = PlannedVisit.objects.filter(patient=patient).select_related("plan")
        held = hold_rows(visits, held_before, today=today)
        transaction.set_rollback(True)
    told = {row.visit for row in held}
    unheld = [row for row in shown.rows if row.visit not in told or row.what != What.STANDS]
    return DifferenceShown(sorted([*unheld, *held], key=in_order))


def holds_of(patient: Patient) -> dict[UUID, str]:
    """Return why each planned visit of `patient` waits for a decision; empty: it does not."""
    return dict(PlannedVisit.objects.filter(patient=patient).values_list("pk", "on_hold"))


def hold_rows(visits: Iterable[PlannedVisit], before: Mapping[UUID, str], *, today: date) -> list[DifferenceRow]:
    """Return the rows of open visits that wait for a decision now and did not `before`, or the other way round."""
    found = []
    for visit in visits:
        if visit.before_enrolment or visit.status != visit.Status.PLANNED:
            continue
        if bool(visit.on_hold) == bool(before.get(visit.pk, "")):
            continue
        at = Dates(visit.target, visit.opens, visit.closes)
        what = What.HELD if visit.on_hold else What.GOES_ON
        placed = (visit.plan_id, visit.plan.anchor, visit.pk, visit.timepoint, visit.kind, at, at)
        overdue = what == What.GOES_ON and visit.closes < today
        found.append(DifferenceRow(what, *placed, because=visit.on_hold, overdue=overdue))
    return found


def all_of(settled: Iterable[Mapping[UUID, Difference]]) -> dict[UUID, Difference]:
    """Return, by plan, what several settlings changed one after the other, each timepoint once.

    A timepoint that a later settling left alone keeps what the earlier one did to it.
    """
    found: dict[UUID, dict[tuple[str, str], tuple[str, Change]]] = {}
    for differences in settled:
        for plan, difference in differences.items():
            known = found.setdefault(plan, {})
            for part in difference._fields:
                for each in getattr(difference, part):
                    name = name_of(each)
                    if each.writes or name not in known or not known[name][1].writes:
                        known[name] = part, each
    parts = {
        plan: {part: tuple(each for at, each in known.values() if at == part) for part in rules.Changes._fields}
        for plan, known in found.items()
    }
    return {plan: Difference(**each) for plan, each in parts.items()}


def difference_shown(
    differences: Mapping[UUID, Difference],
    plans: Mapping[UUID, Plan],
    *,
    today: date,
    calendar: rules.WorkingCalendar,
) -> DifferenceShown:
    """Return the differences of a patient's `plans` (both by plan) in words."""
    rows = [
        row
        for pk, difference in differences.items()
        for part in difference._fields
        for each in getattr(difference, part)
        if (row := row_of(part, each, plans[pk], today=today, calendar=calendar))
    ]
    return DifferenceShown(sorted(rows, key=in_order))


def row_of(
    part: str, change: Change, plan: Plan, *, today: date, calendar: rules.WorkingCalendar
) -> DifferenceRow | None:
    """Return the row of one change; None for what was cancelled or replaced before and stays so."""
    known, point = change.existing, change.point
    what = what_of(part, change)
    if change.because and not known:
        return None  # a new plan has it, cancelled from the start
    if what in (What.AWAY, What.AGAIN, What.PASSED) and known and known.closes < plan.followed_from:
        return None  # before enrolment: it was never due
    if part == "keep" and known and ENDED_NAMES.issuperset(known.activities.values()):
        return None
    before = Dates(known.target, known.opens, known.closes) if known else None
    after = Dates(point.target, point.opens, point.closes) if point else None
    if before and not change.dates and part != "conflict":
        after = before if point or what == What.STANDS else None  # only its activities change, or nothing
    booked = known.booked_on if known and known.booked_on and known.booked_on >= today else None
    suggested = None
    if what == What.DECIDE and after:
        suggested = rules.suggested_day(max(after.opens, today), after.target, after.closes, calendar.is_working)
    timepoint, kind = name_of(change)
    return DifferenceRow(
        what,
        plan.pk,
        plan.anchor,
        known.key if known else None,
        timepoint,
        kind,
        before,
        after,
        activities=sorted(point.activities if point else known.activities if known else ()),
        more=sorted(change.opened | change.added) if known else (),
        less=sorted(change.closed),
        booked_on=booked,
        suggested_on=suggested,
        because=why_it_stands(change, today, booked) if what == What.STANDS else change.because,
        overdue=bool(what == What.AGAIN and after and after.closes < today),
    )


def what_of(part: str, change: Change) -> What:
    """Return the fate of a timepoint from its part of the difference and what changes of it."""
    match part:
        case "conflict":
            return What.DECIDE
        case "add":
            return What.AGAIN if change.existing else What.NEW
        case "cancel":
            return What.PASSED if change.because and change.existing and not change.existing.open else What.AWAY
        case "supersede":
            return What.REPLACED
        case "move":
            return What.MOVES if moves(change) else What.OTHER
    # What is booked stands in its part of the difference, and still learns its new dates.
    return What.MOVES if moves(change) else What.STANDS


def moves(change: Change) -> bool:
    """Say whether target or window change; what a miss would cost alone is no move."""
    known, point = change.existing, change.point
    if not (change.dates and known and point):
        return False
    return (known.target, known.opens, known.closes) != (point.target, point.opens, point.closes)


def why_it_stands(change: Change, today: date, booked: date | None) -> str:
    """Return why a timepoint stays where it is."""
    known = change.existing
    if known is None or not known.open:
        return "decided." if known and HAPPENED.isdisjoint(known.activities.values()) else "what happened stands."
    if known.happened:
        return "what happened stands; the rest of it stays open."
    if booked:
        return f"booked for {words(booked)}, the appointment stands."
    if change.point is None and known.closes < today:
        return "overdue and no longer part of the plan; it stays until somebody decides."
    return "stays as it is."


def name_of(change: Change) -> tuple[str, str]:
    """Return the timepoint and the kind a change is about."""
    at = change.point or change.existing
    if at is None:
        raise ValueError("a change is about something stored or something wanted")
    return at.timepoint, at.kind


def in_order(row: DifferenceRow) -> tuple[date, str, str]:
    return row.on, row.kind, row.timepoint
