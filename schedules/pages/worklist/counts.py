"""The group of the plans whose blood counts are overdue by the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from accounts.models import Clinic
from schedules import protocol as rules
from schedules.models import Plan
from schedules.pages.worklist.paging import Day, Filters, Group, counted, page
from schedules.querysets import PlanQuerySet

CLOCK_GROUP = "counts"
CLOCK_TITLE = "Blood counts overdue by the clock"
CLOCK_PHASES = ("", "weeks", "months")


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One plan whose blood counts are overdue by the clock."""

    plan: Plan
    clock: rules.CountClock


def overdue_counts(clinic: Clinic, day: Day, filters: Filters) -> PlanQuerySet:
    """Return the plans whose blood counts are overdue; none when the filters leave no blood counts."""
    plans = Plan.objects.filter(clinic=clinic).counts_overdue(on=day.today).select_related("patient")
    if filters.phase not in CLOCK_PHASES or filters.activity not in ("", "cbc"):
        return plans.none()
    return plans.filter(patient__responsible_clinician=filters.clinician) if filters.clinician else plans


def clock_group(clinic: Clinic, day: Day, filters: Filters) -> Group:
    """Return the first page of the blood counts overdue by the clock, the longest wait first."""
    plans = overdue_counts(clinic, day, filters)
    return clock_page(plans.longest_wait_first(), day, count=counted(plans))


def next_counts(clinic: Clinic, day: Day, filters: Filters, *, after: str) -> Group:
    """Return the page that follows the key `after`, without its count.

    Raises   ValueError: not a key.
    """
    since, pk = after.split("_")
    return clock_page(overdue_counts(clinic, day, filters).counted_after(date.fromisoformat(since), UUID(pk)), day)


def clock_page(plans: PlanQuerySet, day: Day, *, count: str = "") -> Group:
    found, more = page(plans)
    after = f"{found[-1].counted_from}_{found[-1].pk}" if more else ""  # type: ignore[attr-defined]  # annotated
    return Group(CLOCK_GROUP, CLOCK_TITLE, count, [ClockRow(plan, clock_of(plan, day.today)) for plan in found], after)


def clock_of(plan: Plan, today: date) -> rules.CountClock:
    """Return the clock over the counts of a plan that was selected as overdue."""
    clock = plan.count_clock(today)
    if clock is None:
        raise ValueError(f"{plan} has no running clock on {today}")
    return clock
