"""What holds of every grade, whatever the number: order, units, and what missing inputs may and may not do."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from labs.grading.criteria import VERSIONS, packaged
from labs.grading.grade import GRADED, Observation, grade
from labs.grading.rows import grade_row

ANALYTES = sorted({key for version in VERSIONS for term in packaged(version).terms for key in term.analytes})
NUMBERS = st.decimals("0.01", 3000, places=2)
MAYBE = st.none() | NUMBERS
FLAGS = st.sampled_from(("", "low", "normal", "high"))
RATIOS = tuple(map(Decimal, ("0.04", "0.1", "0.2", "0.4", "0.6", "0.9", "1", "1.1", "1.6", "2.4", "3", "6", "30")))
NAMES = ("low", "high", "baseline", "fasting")


@st.composite
def observations(draw, comparators=("",)):
    """Draw an observation near its terms' thresholds, its limits in order, any of them missing."""
    value = draw(NUMBERS)
    ratios = st.sampled_from(RATIOS)
    near = ratios.map(lambda ratio: value * ratio)
    low, high = sorted([draw(near), draw(near)])
    baseline_low, baseline_high = sorted([draw(near), draw(near)])
    full = {"low": low, "high": high, "baseline": draw(near), "fasting": draw(st.booleans())}
    full |= {"baseline_low": baseline_low, "baseline_high": baseline_high}
    missing = draw(st.sets(st.sampled_from(sorted(full))))
    return Observation(
        draw(st.sampled_from(ANALYTES)),
        value,
        draw(st.sampled_from(("si", "us"))),
        draw(st.sampled_from(comparators)),
        baseline_flag=draw(FLAGS),
        **{key: None if key in missing else each for key, each in full.items()},
    )


def answers(observation, criteria):
    return {(one.term, one.direction): (one.grade, one.grade_if_symptomatic) for one in grade(observation, criteria)}


def severity(answer):
    mildest, symptomatic = answer
    return mildest, symptomatic or mildest


@given(observations(), NUMBERS, st.sampled_from(VERSIONS))
def test_a_worse_value_never_grades_lower(observation, other, version):
    criteria = packaged(version)
    smaller, larger = sorted((observation.value, other))
    of_smaller, of_larger = (answers(observation._replace(value=value), criteria) for value in (smaller, larger))
    for term in of_smaller:
        worse, milder = (of_smaller, of_larger) if term[1] == "low" else (of_larger, of_smaller)
        if None not in (worse[term][0], milder[term][0]):
            assert severity(worse[term]) >= severity(milder[term])


UNITS = [
    ("platelets", "10*9/L", "/nL", 1),
    ("platelets", "10*3/uL", "/uL", 1000),
    ("platelets", "K/uL", "/mm3", 1000),
    ("anc", "10^9/L", "10*6/L", 1000),
    ("wbc", "10*3/uL", "cells/uL", 1000),
    ("hgb", "g/dL", "mg/dL", 1000),
    ("creatinine", "umol/L", "mmol/L", Decimal("0.001")),
    ("bili_total", "mg/dL", "g/dL", Decimal("0.001")),
    ("potassium", "mmol/L", "umol/L", 1000),
    ("calcium", "mmol/L", "umol/L", 1000),
    ("glucose", "mg/dL", "g/dL", Decimal("0.001")),
]


@pytest.mark.parametrize(("analyte", "unit", "other", "factor"), UNITS)
@given(st.data(), st.sampled_from(VERSIONS))
def test_another_unit_of_the_same_system_never_changes_a_grade(analyte, unit, other, factor, data, version):
    numbers = {key: data.draw(MAYBE) for key in ("low", "high", "baseline")} | {"value": data.draw(NUMBERS)}
    row = {"analyte": analyte, "unit": unit, "fasting": "yes"} | numbers
    converted = row | {"unit": other} | {key: each and each * factor for key, each in numbers.items()}
    lines, others = (grade_row(cells, packaged(version)) for cells in (row, converted))
    keys = ("term", "grade", "grade_if_symptomatic", "status")
    assert [[line[key] for key in keys] for line in lines] == [[line[key] for key in keys] for line in others]


def fillings(observation, term):
    """Yield `observation` with what `term` needs and does not have filled in, in many ways that are possible."""
    unknown = [name for name in NAMES if name in term.needs and getattr(observation, name) is None]
    by_flag = {"Creatinine increased": "low"}.get(term.name, "high")
    if term.unknown_baseline and "baseline" in unknown and observation.baseline_flag != by_flag:
        unknown.remove("baseline")  # graded as with a normal one: agreed, not unknown
    grid = [observation.value / 60 * Decimal("1.07") ** step for step in range(140)] if len(unknown) < 2 else None
    grid = grid or [observation.value / 60 * Decimal("1.3") ** step for step in range(34)]
    bounds = [getattr(observation, key) for key in ("low", "high", "baseline", "baseline_low", "baseline_high")]
    points = [point for point in [*bounds, observation.value] if point is not None]
    grid += [(one + other) / 2 for one, other in product(points, points)]
    choices = [(True, False) if name == "fasting" else grid for name in unknown]
    for values in product(*choices):
        filled = observation._replace(**dict(zip(unknown, values, strict=True)))
        if possible(filled, observation):
            yield filled


def possible(filled, observation):
    """Return whether limits are in order and a baseline filled in is what its flag says."""
    if None not in (filled.low, filled.high) and filled.low > filled.high:
        return False
    low, high, baseline = filled.baseline_low, filled.baseline_high, filled.baseline
    if observation.baseline is not None or baseline is None or not observation.baseline_flag:
        return True
    below, above = low is not None and baseline < low, high is not None and baseline > high
    return {
        "low": below or low is None,
        "normal": not below and not above,
        "high": above or high is None,
    }[observation.baseline_flag]


@given(observations(), st.sampled_from(VERSIONS), st.data())
def test_a_missing_input_is_asked_for_exactly_where_it_could_change_the_grade(observation, version, data):
    term = data.draw(st.sampled_from(packaged(version).terms_of(observation.analyte) or packaged("6.0").terms))
    assume(observation.analyte in term.analytes)
    key = (term.name, term.direction)
    given_answer = answers(observation, packaged(version))[key]
    found = {answers(filled, packaged(version))[key] for filled in fillings(observation, term)}
    assume(found)
    assert (None, None) not in found
    if given_answer[0] is None:
        assert len(found) > 1
    else:
        assert found == {given_answer}


@given(observations(comparators=("<", "<=", ">", ">=")), st.sampled_from(VERSIONS))
def test_a_bounded_value_has_a_grade_only_if_every_number_it_stands_for_has_it(observation, version):
    criteria = packaged(version)
    bound, below = observation.value, observation.comparator.startswith("<")
    sign = -1 if below else 1
    values = [bound * Decimal("1.1") ** (sign * step) for step in range(1, 200)]
    values += [bound + sign * bound * Decimal(10) ** -digits for digits in range(1, 8)]
    values += [bound] if "=" in observation.comparator else []
    exact = [answers(observation._replace(value=value, comparator=""), criteria) for value in values]
    for term, answer in answers(observation, criteria).items():
        found = {each[term] for each in exact}
        if answer[0] is not None:
            assert found == {answer}
        elif (None, None) not in found:
            assert len(found) > 1


@given(observations(comparators=("", "<", ">=")), st.sampled_from(VERSIONS))
def test_every_outcome_is_either_graded_or_says_why_not(observation, version):
    for one in grade(observation, packaged(version)):
        assert (one.status == GRADED) == (one.grade is not None)
        assert one.reason
        assert one.grade_if_symptomatic is None or one.grade_if_symptomatic > one.grade
