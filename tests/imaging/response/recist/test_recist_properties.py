"""What holds of every course, whatever the lesions: order, progression, what a new lesion means, and the arithmetic."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from imaging.response.reasons import as_json
from imaging.response.recist import (
    Baseline,
    BestRules,
    Merged,
    NewLesion,
    NonTargetLesion,
    NonTargetState,
    Response,
    Seen,
    Split,
    TargetLesion,
    TimePoint,
    assess,
    best_overall_response,
    check_targets,
)
from tests.imaging.response.recist.courses import EVERY, START

DIAMETERS = st.decimals("0.1", 200, places=1)
NEAR = st.sampled_from(
    [Decimal(each) for each in ("3", "5", "9.9", "10", "14", "14.3", "20", "24", "28.8", "40", "48")]
)
SIZES = DIAMETERS | NEAR
STATES = st.sampled_from(NonTargetState)


@st.composite
def baselines(draw):
    """Draw up to five target lesions and three non-target lesions, nodes among them."""
    nodes = draw(st.lists(st.booleans(), max_size=5))
    others = draw(st.lists(st.booleans(), max_size=3))
    return Baseline(
        on=START,
        targets=tuple(
            TargetLesion(name=f"T{number}", organ="liver", diameter_mm=draw(SIZES), is_node=is_node)
            for number, is_node in enumerate(nodes)
        ),
        non_targets=tuple(NonTargetLesion(f"X{number}", is_node) for number, is_node in enumerate(others)),
        marker_raised=draw(st.booleans()),
    )


@st.composite
def courses(draw):
    """Draw a baseline with up to four time points: sizes, lesions gone, merged, split or not evaluated."""
    baseline = draw(baselines())
    names = [lesion.name for lesion in baseline.targets]
    plain = SIZES | st.sampled_from(Seen) | st.tuples(SIZES, SIZES).map(Split)
    points = []
    for number in range(draw(st.integers(1, 4))):
        findings = {name: draw(plain) for name in names}
        if len(names) > 1 and draw(st.booleans()):
            findings[names[-1]] = Merged(names[0])
        points.append(
            TimePoint(
                on=START + EVERY * (number + 1),
                targets=findings,
                non_targets={lesion.name: draw(STATES) for lesion in baseline.non_targets},
                new=tuple(
                    NewLesion(*each) for each in draw(st.lists(st.tuples(st.just("New"), st.booleans()), max_size=1))
                ),
                marker_normal=draw(st.none() | st.booleans()),
            )
        )
    return baseline, points


def shuffled(draw, mapping):
    return {key: mapping[key] for key in draw(st.permutations(list(mapping)))}


@given(courses(), st.data())
def test_order_of_lesions_and_time_points_is_irrelevant(drawn, data):
    baseline, points = drawn
    mixed = replace(
        baseline,
        targets=tuple(data.draw(st.permutations(baseline.targets))),
        non_targets=tuple(data.draw(st.permutations(baseline.non_targets))),
    )
    others = [
        replace(each, targets=shuffled(data.draw, each.targets), non_targets=shuffled(data.draw, each.non_targets))
        for each in data.draw(st.permutations(points))
    ]
    assert json.dumps(as_json(assess(mixed, others))) == json.dumps(as_json(assess(baseline, points)))


@given(courses())
def test_a_sum_at_or_below_its_nadir_is_never_progression_of_targets(drawn):
    for found in assess(*drawn).responses:
        if found.target and found.target.sum_mm <= found.target.nadir_mm:
            assert found.target.response is not Response.PD


@given(courses())
def test_nadir_is_the_smallest_complete_sum_so_far(drawn):
    found = assess(*drawn)
    sums = [found.baseline.mm] if found.baseline else []
    for each in found.responses:
        if each.target:
            assert each.target.nadir_mm == min(sums)
            sums += [] if each.target.missing else [each.target.sum_mm]


@given(courses())
def test_a_certain_new_lesion_or_unequivocal_progression_is_progression(drawn):
    baseline, points = drawn
    for point, found in zip(points, assess(baseline, points).responses, strict=True):
        certain = any(lesion.certain for lesion in point.new)
        if certain or NonTargetState.PROGRESSED in point.non_targets.values():
            assert found.response is Response.PD


@given(courses())
def test_progression_of_targets_is_told_by_both_its_numbers(drawn):
    for found in assess(*drawn).responses:
        target = found.target
        if target and target.response is Response.PD and target.nadir_mm:
            assert target.sum_mm / target.nadir_mm >= Decimal("1.2") - Decimal("1e-25")
            assert target.sum_mm - target.nadir_mm >= 5
        if target and target.response is Response.PR:
            assert target.from_baseline_percent <= -30
        if target and target.response is Response.SD:
            assert target.from_baseline_percent > -30


@given(courses())
def test_every_verdict_has_a_reason_that_was_met_first(drawn):
    for found in assess(*drawn).responses:
        assert found.reasons[0].met
        if found.target:
            assert found.target.reasons[0].met
            assert len({reason.rule for reason in found.target.reasons}) == len(found.target.reasons)


@given(courses())
def test_nothing_evaluated_later_changes_what_was_said_before(drawn):
    baseline, points = drawn
    whole = assess(baseline, points).responses
    assert assess(baseline, points[:-1]).responses == whole[:-1]


@given(courses(), st.booleans())
def test_best_response_asks_no_less_with_confirmation(drawn, shorter):
    order = (Response.CR, Response.PR, Response.SD, Response.NON_CR_NON_PD, Response.PD, Response.NE)
    found = assess(*drawn)
    days = 28 if shorter else 84
    plain = best_overall_response(found, BestRules(stable_after_days=days))
    confirmed = best_overall_response(found, BestRules(confirm=True, stable_after_days=days))
    if Response.NE not in (plain.response, confirmed.response):
        assert order.index(plain.response) <= order.index(confirmed.response)
    assert (plain.on is None) == (plain.response is Response.NE)


@given(courses())
def test_best_response_knows_nothing_after_progression(drawn):
    baseline, points = drawn
    found = assess(baseline, points)
    if found.progression_on:
        until = [each for each in points if each.on <= found.progression_on]
        earlier = assess(baseline, until)
        if earlier.progression_on:
            assert best_overall_response(earlier) == best_overall_response(found)


@given(st.lists(st.tuples(SIZES, st.booleans(), st.sampled_from(["liver", "lung"])), max_size=7), st.data())
def test_the_choice_of_targets_is_judged_whatever_their_order(lesions, data):
    targets = [
        TargetLesion(name=f"T{number}", organ=organ, diameter_mm=size, is_node=is_node, slice_mm=Decimal(5))
        for number, (size, is_node, organ) in enumerate(lesions)
    ]
    found = check_targets(targets)
    assert check_targets(data.draw(st.permutations(targets))) == found
    if not found:
        assert len(targets) <= 5
        assert all(each.diameter_mm >= (15 if each.is_node else 10) for each in targets)


@given(DIAMETERS, DIAMETERS, st.integers(1, 300))
def test_days_between_change_no_verdict(before, now, days):
    lesion = TargetLesion(name="T", organ="liver", diameter_mm=before)
    baseline = Baseline(on=START, targets=(lesion,))
    responses = [
        assess(baseline, [TimePoint(on=START + timedelta(gap), targets={"T": now})]).responses[0].response
        for gap in (1, days)
    ]
    assert responses[0] is responses[1]
