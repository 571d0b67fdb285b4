"""The names of timepoints and activities in templates."""

from collections.abc import Iterable

from django import template

from schedules import names, wording
from schedules.models import PlannedVisit, Proposal
from schedules.plans import additions

register = template.Library()


@register.filter
def activity_name(activity: str) -> str:
    """Write an activity by its short name: "CBC"."""
    return names.activity_name(activity)


@register.filter
def activity_names(activities: Iterable[str]) -> str:
    """Write activities as one phrase, in the order a visit goes: "Physician visit, CBC"."""
    return wording.activity_words(activities)


@register.filter
def visit_name(visit: PlannedVisit) -> str:
    """Write the timepoint of a visit in words: "Week 5", "Month 6 imaging"."""
    return names.timepoint_name(visit.timepoint, visit.kind)


@register.filter
def addition_name(proposal: Proposal) -> str:
    """Write what is added to a plan in a few words: "weekly counts go on"."""
    return additions.name_of(proposal)
