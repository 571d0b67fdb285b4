"""The CTCAE terms and grades an adverse event can have, and what an alert suggests."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import NamedTuple

from labs.grading.criteria import packaged
from labs.models import Alert, LabGrade
from labs.settling.charts import policy_of


class AdverseTerm(NamedTuple):
    """A term with its system organ class and the grades that exist."""

    name: str
    soc: str
    grades: tuple[int, ...]


@cache
def terms_of(ctcae: str) -> Mapping[str, AdverseTerm]:
    """Return the terms of one version by name: the clinical ones, and those a number grades."""
    criteria = packaged(ctcae)
    found = {term.name: AdverseTerm(term.name, term.soc, term.grades) for term in criteria.clinical_terms}
    for term in criteria.terms:
        steps = (*term.steps, *term.steps_if_baseline_high, *term.steps_on_anticoagulation)
        grades = {step.grade for step in steps} | {step.if_symptomatic for step in steps if step.if_symptomatic}
        grades |= {clinical.grade for clinical in term.clinical}
        found[term.name] = AdverseTerm(term.name, term.soc, tuple(sorted(grades)))
    return dict(sorted(found.items()))


def by_soc(ctcae: str) -> list[tuple[str, list[str]]]:
    """Return the names of the terms by system organ class, both in order of the alphabet."""
    groups: dict[str, list[str]] = {}
    for term in terms_of(ctcae).values():
        groups.setdefault(term.soc, []).append(term.name)
    return sorted(groups.items())


class Suggestion(NamedTuple):
    """What an alert's results were graded: the worst term, its grade, and the first specimen that showed it."""

    term: str
    grade: int
    onset_on: date


def suggested_by(alert: Alert) -> Suggestion | None:
    """Return the worst grade of the findings of `alert` that still hold; None when nothing was graded above 0."""
    ctcae = policy_of(alert.clinic).ctcae
    results = alert.findings.filter(holds=True, result__is_current=True).values("result")
    graded = LabGrade.objects.filter(result__in=results, grade__gte=1, term__in=terms_of(ctcae))
    if alert.direction:
        graded = graded.filter(direction=alert.direction)
    found = list(graded.select_related("result").order_by("-grade", "result__collected_at"))
    if not found:
        return None
    worst = found[0]
    first = min(each.result.collected_on for each in found if each.term == worst.term)
    return Suggestion(worst.term, worst.grade or 0, first)
