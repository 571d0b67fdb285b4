"""What a clinic has to do: groups by urgency, each ranked by what a miss would cost and paged by key."""

from accounts.models import Clinic
from schedules.pages.worklist.counts import CLOCK_GROUP, clock_group, next_counts
from schedules.pages.worklist.life import LIFE_GROUP, life_group, next_life
from schedules.pages.worklist.paging import Day, Filters, Group, counted, day_of
from schedules.pages.worklist.visits import next_opening, next_visits, visit_groups, visit_rows

__all__ = ["Day", "Filters", "Group", "counted", "day_of", "groups", "next_opening", "next_page", "visit_rows"]


def groups(clinic: Clinic, day: Day, filters: Filters) -> list[Group]:
    """Return the first page of every group, the blood counts overdue by the clock first."""
    return [
        clock_group(clinic, day, filters),
        life_group(clinic, day, filters),
        *visit_groups(clinic, day, filters),
    ]


def next_page(clinic: Clinic, day: Day, filters: Filters, *, group: str, after: str) -> Group:
    """Return the page of `group` that follows the key `after`, without its count.

    Raises   ValueError: no such group, or not a key.
    """
    if group == CLOCK_GROUP:
        return next_counts(clinic, day, filters, after=after)
    if group == LIFE_GROUP:
        return next_life(clinic, day, filters, after=after)
    return next_visits(clinic, day, filters, group=group, after=after)
