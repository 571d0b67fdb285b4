from datetime import UTC, datetime

import pytest

from labs.rules.baseline import baselines, pick_baseline
from labs.rules.names import spoken
from labs.rules.values import Infusion
from tests.labs.rules.courses import ANCHOR, FIRST, RULES, course, on, sample

RULE = RULES.baseline
START = datetime(2024, 1, 31, 10, tzinfo=UTC)


def picked(*samples, start=ANCHOR):
    return pick_baseline(RULE, samples, start)


@pytest.mark.parametrize(
    ("sample_given", "fits"),
    [
        (sample("anc", -1, 4), True),
        (sample("anc", -28, 4), True),
        (sample("anc", -29, 4), False),
        (sample("anc", 1, 4), False),
        (sample("anc", -3, 4, final=False), False),
        (sample("anc", -3, 4, affected=("filgrastim",)), False),
        (sample("anc", -3, 4, "<=", bound=True), False),
    ],
)
def test_a_baseline_is_final_unaffected_and_at_most_28_days_old(sample_given, fits):
    assert (picked(sample_given).sample is sample_given) is fits


def test_the_last_fitting_value_is_picked_whatever_the_order():
    older, last, affected = sample("anc", -9, 3), sample("anc", -2, 4), sample("anc", -1, 9, affected=("filgrastim",))
    assert picked(last, affected, older).sample is last
    assert picked(older, last, affected).reason == "The last before the infusion, 2 days before it."


def test_without_a_baseline_each_reason_is_named():
    pick = picked(sample("anc", -40, 4), sample("anc", -3, 4, final=False))
    assert pick.reason == (
        f"No baseline: the one of {spoken(on(-3))} is preliminary; "
        f"the one of {spoken(on(-40))} is 40 days old, more than 28."
    )
    assert picked().reason == "No baseline: no value before the infusion."


@pytest.mark.parametrize(
    ("hour", "timed", "start", "fits"),
    [
        (8, True, START, True),
        (10, True, START, False),
        (12, True, START, False),
        (8, False, START, False),
        (8, True, ANCHOR, False),
    ],
)
def test_a_value_of_the_day_itself_counts_only_when_known_to_be_before_the_start(hour, timed, start, fits):
    same_day = sample("anc", 0, 4, hour=hour, timed=timed)
    assert (picked(same_day, start=start).sample is same_day) is fits


def test_a_value_of_the_day_itself_is_offered_beside_the_older_one():
    same_day, older = sample("anc", 0, 4), sample("anc", -5, 3)
    pick = picked(same_day, older)
    assert (pick.sample, pick.unsure) == (older, (same_day,))


def test_two_baselines_are_kept_from_the_second_treatment():
    second = Infusion(2, on(100))
    before_first, before_second = sample("anc", -3, 4), sample("anc", 95, 2)
    found = baselines(RULE, course(before_first, before_second, infusions=(FIRST, second)), second)["anc"]
    assert (found.this.sample, found.first.sample) == (before_second, before_first)


def test_in_the_first_treatment_both_baselines_are_one():
    before = sample("anc", -3, 4)
    found = baselines(RULE, course(before), FIRST)["anc"]
    assert found.this == found.first
    assert found.this.sample is before


def test_a_clinicians_pick_wins():
    old, last = sample("anc", -40, 3, id="old"), sample("anc", -3, 4)
    found = baselines(RULE, course(old, last), FIRST, {(1, "anc"): "old"})["anc"].this
    assert (found.sample, found.reason, found.picked) == (old, "Picked by a clinician.", True)


def test_a_pick_that_was_withdrawn_falls_back_to_the_rule():
    last = sample("anc", -3, 4)
    assert baselines(RULE, course(last), FIRST, {(1, "anc"): "gone"})["anc"].this.sample is last
