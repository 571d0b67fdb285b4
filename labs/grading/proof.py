"""Prove that criteria are sound: whatever a value, one grade follows, and a worse value never grades lower."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from labs.grading.catalogue_file import catalogue
from labs.grading.terms import HIGH, LOW, SYSTEMS, Criteria, Step, Term, Threshold

WORST_NUMERIC, DEATH = 4, 5
LIMIT = {LOW: "LLN", HIGH: "ULN"}
LIMITS = tuple(LIMIT.values())
OUTWARD = {LOW: -1, HIGH: 1}


def prove(criteria: Criteria) -> Iterator[str]:
    """Yield every mistake in `criteria`, each naming the term and, where there is one, the step."""
    names = Counter((term.name, analyte) for term in criteria.terms for analyte in term.analytes)
    yield from (f"{name}: grades {analyte} twice" for (name, analyte), count in names.items() if count > 1)
    clinical = Counter(term.name for term in criteria.clinical_terms)
    yield from (f"{name}: stands among the clinical terms twice" for name, count in clinical.items() if count > 1)
    for clinical_term in criteria.clinical_terms:
        grades = clinical_term.grades
        if not grades or list(grades) != sorted(set(grades)) or not 1 <= grades[0] <= grades[-1] <= DEATH:
            yield f"{clinical_term.name}: grades {list(grades)} are not ascending numbers from 1 to {DEATH}"
    for term in criteria.terms:
        yield from (f"{term.name}: {mistake}" for mistake in _about(term))


def _about(term: Term) -> Iterator[str]:
    if term.direction not in LIMIT:
        yield f"direction {term.direction!r} is unknown; use low or high"
        return
    if term.baseline_counts not in ("always", "if below LLN"):
        yield f"baseline_counts {term.baseline_counts!r} is unknown; use always or if below LLN"
    if term.unknown_baseline not in ("", "as normal"):
        yield f"unknown_baseline {term.unknown_baseline!r} is unknown; use as normal, or leave it out"
    if term.needs != term.needed():
        yield f"needs {list(term.needs)}, but its steps look at {list(term.needed())}"
    yield from _about_units(term)
    yield from _about_shape(term)
    yield from _about_steps(term, "steps", term.steps, (*LIMITS, "number"))
    yield from _about_steps(term, "steps_if_baseline_high", term.steps_if_baseline_high, ("baseline",))
    yield from _about_steps(term, "steps_on_anticoagulation", term.steps_on_anticoagulation, ("baseline",))
    if not term.steps:
        yield "steps are missing"
    numeric = {step.grade for step in term.steps}
    for one in term.clinical:
        if one.grade in numeric or not 1 <= one.grade <= DEATH:
            yield f"clinical grade {one.grade} is one of the steps already, or not from 1 to {DEATH}"


def _about_units(term: Term) -> Iterator[str]:
    if not term.analytes:
        yield "analytes are missing"
    for key in (*term.analytes, *term.cautions):
        analyte = catalogue().get(key)
        if analyte is None:
            yield f"{key!r} is not an analyte"
        elif (analyte.si.code, analyte.conventional.code) != (term.si_unit, term.us_unit):
            known = f"si {analyte.si.code}, us {analyte.conventional.code}"
            yield f"units si {term.si_unit}, us {term.us_unit} are not those {key} is graded in: {known}"


def _about_shape(term: Term) -> Iterator[str]:
    """Yield what the engine does not know how to grade."""
    joined = any(step.or_at or step.and_at or step.only_if_fasting for step in term.steps)
    if joined and (term.direction == LOW or term.steps_if_baseline_high):
        yield "or_above, and_above and only_if_fasting belong to terms of direction high with one list of steps"
    if term.steps_if_baseline_high and any(step.at.basis != "ULN" for step in term.steps):
        yield "beside steps_if_baseline_high all steps are multiples of ULN"
    if any(step.or_at or step.and_at or step.only_if_fasting for step in term.steps_if_baseline_high):
        yield "steps_if_baseline_high are multiples of the baseline and nothing else"
    if any(step.at.inclusive for step in term.steps):
        yield "at_least belongs to steps of the baseline"
    limits = [step.at for step in term.steps if step.at.basis != "number"]
    plain = not joined and (term.direction == LOW or len(limits) < len(term.steps))
    if plain and (len(limits) > 1 or any(limit.times != 1 or limit.si or limit.us for limit in limits)):
        yield "beside plain numbers, and below LLN, there is one step of the limit itself"
    if joined and any(limit.si or limit.us for limit in limits):
        yield "over_uln does not go with or_above, and_above and only_if_fasting"


def _about_steps(term: Term, key: str, steps: tuple[Step, ...], bases: tuple[str, ...]) -> Iterator[str]:
    for number, step in enumerate(steps, start=1):
        yield from (f"{key} {number}: {mistake}" for mistake in _about_step(term, step, bases))
    for number, (worse, milder) in enumerate(pairwise(steps), start=2):
        yield from (f"{key} {number}: {mistake}" for mistake in _out_of_order(term, worse, milder))


def _about_step(term: Term, step: Step, bases: tuple[str, ...]) -> Iterator[str]:
    if not 1 <= step.grade <= WORST_NUMERIC:
        yield f"grade {step.grade} is not from 1 to {WORST_NUMERIC}"
    if step.if_symptomatic is not None and not step.grade < step.if_symptomatic <= WORST_NUMERIC:
        yield f"if_symptomatic {step.if_symptomatic} is not worse than grade {step.grade}"
    if bool(step.text_if_symptomatic) != (step.if_symptomatic is not None):
        yield "text_if_symptomatic and if_symptomatic go together"
    if not step.text.strip():
        yield "text is empty"
    if step.baseline_up_to_uln is not None and step.at.basis != "baseline":
        yield "baseline_up_to_uln belongs to a step of the baseline"
    for threshold in step.thresholds():
        allowed = bases if threshold is step.at else ("baseline",)
        if threshold.basis not in allowed or (threshold.basis in LIMITS and threshold.basis != LIMIT[term.direction]):
            yield f"{threshold.basis} does not belong here"
        elif threshold.basis == "number" and min(threshold.si, threshold.us) <= 0:
            yield "a threshold is above 0 in both systems"
        elif threshold.basis != "number" and OUTWARD[term.direction] * (threshold.times - 1) < 0:
            yield f"{threshold.times} x {threshold.basis} lies on the healthy side of it"


def _out_of_order(term: Term, worse: Step, milder: Step) -> Iterator[str]:
    """Yield what keeps `milder` from being the next step after `worse`."""
    symptomatic = [step.if_symptomatic or step.grade for step in (worse, milder)]
    if worse.grade < milder.grade or symptomatic[0] < symptomatic[1]:
        yield f"grade {milder.grade} stands after grade {worse.grade}; write the worst first"
    elif (worse.grade, symptomatic[0]) == (milder.grade, symptomatic[1]):
        yield f"grade {milder.grade} stands there twice"
    if worse.at.inclusive:
        yield "only the last step may include its threshold"
    if worse.only_if_fasting and not milder.only_if_fasting:
        yield "a step for any time stands after one for fasting values"
    for one, other in ((worse.at, milder.at), (worse.or_at, milder.or_at)):
        if one is None or other is None:
            continue
        if one.basis != other.basis and one.basis != "number":
            yield f"{other.basis} stands after {one.basis}; write plain numbers first"
        if one.basis == other.basis and not all(_is_milder(term, one, other, system) for system in SYSTEMS):
            yield "its threshold is not milder than that of the step before"


def _is_milder(term: Term, worse: Threshold, milder: Threshold, system: str) -> bool:
    """Return whether `milder` is reached strictly before `worse`, whatever the limit."""
    differences = (worse.times - milder.times, worse.amount(system) - milder.amount(system))
    outward = [OUTWARD[term.direction] * difference for difference in differences]
    return min(outward) >= 0 and max(outward) > 0
