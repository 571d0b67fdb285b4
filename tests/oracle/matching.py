"""Recomputes which specimen fulfils which planned activity (PROTOCOL.md 8, docs/laboratory-rules.md)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.oracle.standing import Standing, Visit

# By activity: the sets of analytes of which any one, whole, completes it.
PANELS: dict[str, list[set[str]]] = {
    "cbc": [{"hgb", "wbc", "platelets", "anc"}],
    "chemistry": [
        {"creatinine", "bun", "alt", "ast", "bili_total"},
        {"creatinine", "urea", "alt", "ast", "bili_total"},
    ],
    "thyroid": [{"tsh", "ft4"}],
    "metanephrines": [{"nmn_free_plasma", "mn_free_plasma"}, {"nmn_urine_24h", "mn_urine_24h"}],
    "hva_vma": [{"hva_creat_urine", "vma_creat_urine"}, {"hva_urine_24h", "vma_urine_24h"}],
    "chromogranin_a": [{"cga"}],
    "5_hiaa": [{"hiaa_urine_24h"}],
    "calcitonin_cea": [{"calcitonin", "cea"}],
}


def match(standing: Standing) -> bool:
    """Match all specimens anew, the earliest first: the first one inside a window counts, whatever came first.

    Returns whether anything is matched otherwise than before.
    """
    before = {key: visit.matched for key, visit in standing.visits.items() if visit.matched}
    days = sorted(standing.results.by_day)
    inside: dict[date, list[tuple[str, Visit]]] = {}
    for visit in standing.visits.values():
        wanted = can_be_matched(visit)
        visit.matched = {}
        for activity in wanted:
            for day in days_held(days, visit, activity):
                inside.setdefault(day, []).append((activity, visit))
    for day in sorted(inside):
        for activity in completed(standing.results.finals_of(day)):
            holding = [visit for of, visit in inside[day] if of == activity and activity not in visit.matched]
            for visit in fulfilled_together(standing, activity, holding, day):
                visit.matched[activity] = day
    return before != {key: visit.matched for key, visit in standing.visits.items() if visit.matched}


def days_held(days: list[date], visit: Visit, activity: str) -> list[date]:
    """Decision: a specimen belongs to the visit whose window holds its day; what was drawn waits for that day's alone.

    What was drawn for a visit outside its window is on record as its own, so that nobody need be asked.
    """
    if drawn := visit.drawn_on.get(activity):
        return [drawn] if drawn in days else []
    return days[bisect_left(days, visit.timepoint.opens) : bisect_right(days, visit.timepoint.closes)]


def drawn_for(visit: Visit, activity: str, day: date) -> bool:
    """Decision: a visit that says its blood was drawn that day gets the result.

    So of two weeks that wait for one specimen the one it was drawn for has it, else the nearest; and month 2 has what
    was drawn for it, recovered or not.
    """
    return visit.drawn_on.get(activity) == day


def can_be_matched(visit: Visit) -> list[str]:
    """Return the activities of a visit that results may fulfil, or have fulfilled."""
    return [
        activity
        for activity, status in visit.activities.items()
        if activity in PANELS and (status in ("planned", "drawn") or activity in visit.matched)
    ]


def completed(finals: set[str]) -> list[str]:
    """Return the activities whose panel is there whole."""
    return [activity for activity, panels in PANELS.items() if any(panel <= finals for panel in panels)]


def fulfilled_together(standing: Standing, activity: str, holding: list[Visit], day: date) -> list[Visit]:
    """Return which of these visits one specimen fulfils: one week at most; a month beside it only once recovered."""
    weeks = weeks_served([visit for visit in holding if is_week(visit)], activity, day)
    others = [visit for visit in holding if not is_week(visit)]
    if activity == "cbc":
        apart = [visit for visit in others if is_month(visit) and not has_recovered(standing, visit, day)]
        drawn = [visit for visit in apart if drawn_for(visit, activity, day)]
        if drawn:  # for a month: then it serves no week but one it was drawn for too
            weeks = [visit for visit in weeks if drawn_for(visit, activity, day)]
        elif weeks:
            others = [visit for visit in others if visit not in apart]
    return weeks + others


def weeks_served(weeks: list[Visit], activity: str, day: date) -> list[Visit]:
    """Return the weeks that a day's blood serves: those it was drawn for, else the nearest."""
    drawn = [visit for visit in weeks if drawn_for(visit, activity, day)]
    return drawn or nearest_of(weeks, day)


def nearest_of(weeks: list[Visit], day: date) -> list[Visit]:
    """Return the week whose target is nearest to `day`, the earlier of two; none of none."""
    return sorted(weeks, key=lambda visit: (abs(visit.timepoint.target - day), visit.timepoint.target))[:1]


def served_besides(standing: Standing, drawn: Visit, activity: str, day: date) -> list[Visit]:
    """Decision: what is drawn for one visit is drawn for the others too that wait for it then, before any result."""
    if activity not in PANELS:
        return []
    others = [
        visit
        for visit in standing.visits.values()
        if visit is not drawn
        and visit.activities.get(activity) == "planned"
        and not visit.before_enrolment
        and visit.timepoint.opens <= day <= visit.timepoint.closes
    ]
    months = [visit for visit in others if activity == "cbc" and is_month(visit)]
    apart = [visit for visit in months if not has_recovered(standing, visit, day)]
    if is_week(drawn):
        return [visit for visit in others if not is_week(visit) and visit not in apart]
    if activity == "cbc" and is_month(drawn) and not has_recovered(standing, drawn, day):
        return [visit for visit in others if not is_week(visit)]
    nearest = nearest_of([visit for visit in others if is_week(visit)], day)
    return [*nearest, *(visit for visit in others if not is_week(visit) and not (nearest and visit in apart))]


def is_week(visit: Visit) -> bool:
    """Tell whether a visit is a week's, whatever its phase."""
    return visit.timepoint.name.startswith("W")


def is_month(visit: Visit) -> bool:
    """Tell whether a visit is a month's."""
    return visit.timepoint.name.startswith("M")


def has_recovered(standing: Standing, visit: Visit, day: date) -> bool:
    """Decision: recovered counts are those from the day of the second good count on, that day included."""
    return any(recovered <= day for recovered in standing.course(visit.key[0]).recovered)
