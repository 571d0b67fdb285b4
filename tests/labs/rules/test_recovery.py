import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.rules.recovery import low_again, recovery
from labs.rules.values import Infusion
from tests.labs.rules.courses import FIRST, RULES, count, course, on, sample

RULE = RULES.recovery
LOW, GOOD = ("0.6", 40), ("2.4", 180)


def found(*samples, **given):
    return recovery(RULE, course(*samples, **given), FIRST)


@pytest.mark.parametrize(
    ("days", "recovered"),
    [
        ([(35, LOW), (50, GOOD), (53, GOOD)], 53),
        ([(35, LOW), (50, GOOD), (52, GOOD)], None),  # 2 days apart
        ([(35, LOW), (50, GOOD), (52, GOOD), (53, GOOD)], 53),
        ([(35, LOW), (50, GOOD), (53, LOW), (55, GOOD)], None),  # a low one between starts again
        ([(35, LOW), (50, GOOD), (53, LOW), (55, GOOD), (60, GOOD)], 60),
        ([(35, LOW), (50, ("1.8", 150)), (57, ("1.8", 150))], 57),  # at the limit
        ([(35, LOW), (50, ("2.4", 149)), (57, GOOD)], None),  # platelets short of it
        ([(35, LOW), (50, ("1.79", 180)), (57, GOOD)], None),
        ([(10, LOW), (20, GOOD), (27, GOOD)], 27),  # fallen and back early
        ([(7, GOOD), (14, GOOD), (28, GOOD)], None),  # never fallen: not before day 42
        ([(7, GOOD), (35, GOOD), (42, GOOD)], 42),
        ([(-10, GOOD), (-5, GOOD), (0, GOOD)], None),  # before the infusion
    ],
)
def test_recovery_takes_two_good_counts_three_days_apart(days, recovered):
    samples = [count(day, *values) for day, values in days]
    assert found(*samples).recovered_on == (None if recovered is None else on(recovered))


def test_the_baseline_before_the_first_treatment_is_enough_where_it_is_lower():
    baselines = [sample("anc", -3, "1.2"), sample("platelets", -3, 110)]
    samples = [count(35, *LOW), count(50, "1.2", 110), count(57, "1.2", 110)]
    assert found(*samples).recovered_on is None
    assert found(*samples, baselines=baselines).recovered_on == on(57)


@pytest.mark.parametrize("flaw", [{"affected": ("filgrastim",)}, {"final": False}])
def test_an_affected_or_preliminary_count_is_passed_over_and_starts_nothing_again(flaw):
    samples = [count(35, *LOW), count(50, *GOOD), count(52, *GOOD, **flaw)]
    assert found(*samples).recovered_on is None
    assert found(*samples, count(54, *GOOD)).recovered_on == on(54)


@pytest.mark.parametrize("flaw", [{"affected": ("filgrastim",)}, {"final": False}])
def test_a_low_count_starts_again_whatever_affected_it(flaw):
    samples = [count(35, *LOW), count(50, *GOOD), count(52, *LOW, **flaw), count(54, *GOOD)]
    assert found(*samples).recovered_on is None
    assert found(*samples, count(57, *GOOD)).recovered_on == on(57)


@pytest.mark.parametrize(
    ("samples", "missing"),
    [
        ([], "no count with ANC and platelets since the infusion."),
        ([count(35, *LOW)], "on Wed 6 Mar 2024 ANC 0.6 x10^9/L is below 1.8; Platelets 40 x10^9/L is below 150."),
        (
            [count(35, *LOW), count(50, *GOOD)],
            "a second count on or after Sun 24 Mar 2024, the first was on Thu 21 Mar 2024.",
        ),
        ([count(14, *GOOD)], "the counts have not fallen; a count on or after Wed 13 Mar 2024 decides."),
        (
            [count(35, *LOW), count(50, *GOOD, affected=("filgrastim",))],
            "on Thu 21 Mar 2024 ANC 2.4 x10^9/L is affected by filgrastim; "
            "Platelets 180 x10^9/L is affected by filgrastim.",
        ),
        (
            [count(35, *LOW), count(50, *GOOD, low=None)],
            "on Thu 21 Mar 2024 for ANC neither a lower limit nor a baseline is known; "
            "for Platelets neither a lower limit nor a baseline is known.",
        ),
    ],
)
def test_what_is_missing_is_said(samples, missing):
    stands = found(*samples)
    assert (stands.recovered_on, stands.missing) == (None, missing)
    assert stands.finding.sentence == f"Not recovered: {missing}"


def test_recovery_says_what_decided():
    stands = found(count(35, *LOW), count(50, *GOOD), count(57, *GOOD))
    assert stands.finding.sentence == (
        "Recovered on Thu 28 Mar 2024: ANC and platelets at or above the lower limit or the baseline on "
        "Thu 21 Mar 2024 and Thu 28 Mar 2024, 7 days apart, not affected by transfusion or growth factor."
    )
    assert stands.finding.samples == ("anc 50", "platelets 50", "anc 57", "platelets 57")
    assert (stands.finding.rule, stands.finding.version) == ("recovery", "1.0")


def test_a_fall_after_recovery_is_told_and_undoes_nothing():
    stands = found(count(35, *LOW), count(50, *GOOD), count(57, *GOOD), count(120, *LOW), today=130)
    assert (stands.recovered_on, stands.fell_on) == (on(57), on(120))


def test_grade_one_is_shown_apart_and_is_not_recovery():
    stands = found(count(35, *LOW), count(42, "1.5", 75), count(49, "1.6", 80))
    assert (stands.recovered_on, stands.grade_one_on) == (None, on(42))
    assert found(count(42, "1.5", 75), count(49, "1.4", 80)).grade_one_on is None


def test_counts_after_the_next_infusion_are_not_this_ones():
    second = Infusion(2, on(90))
    samples = [count(35, *LOW), count(91, *GOOD), count(98, *GOOD)]
    assert found(*samples, infusions=(FIRST, second)).recovered_on is None


VALUES = st.tuples(st.sampled_from(["0.6", "1.8", "2.4"]), st.sampled_from([40, 150, 180]))
DAYS = st.dictionaries(st.integers(1, 90), VALUES, max_size=10)


@given(DAYS, st.randoms(use_true_random=False))
def test_recovery_does_not_depend_on_the_order_of_arrival(days, random):
    samples = [each for day, values in days.items() for each in count(day, *values)]
    assert found(random.sample(samples, len(samples))) == found(samples)


@given(DAYS, st.integers(1, 90))
def test_an_affected_good_count_never_makes_recovery(days, day):
    samples = [count(each, *values) for each, values in days.items() if each != day]
    with_affected = found(*samples, count(day, *GOOD, affected=("filgrastim",)))
    assert with_affected.recovered_on == found(*samples).recovered_on


@given(DAYS, st.integers(1, 90))
def test_a_low_count_never_brings_recovery_forward_once_the_counts_have_fallen(days, day):
    samples = [count(1, *LOW), *(count(each, *values) for each, values in days.items() if each not in (1, day))]
    before, after = found(*samples).recovered_on, found(*samples, count(day, *LOW)).recovered_on
    assert after is None or (before is not None and before <= after)


@given(DAYS)
def test_recovery_rests_on_two_good_counts(days):
    stands = found(*(count(day, *values) for day, values in days.items()))
    good = [on(day) for day, (anc, platelets) in days.items() if anc != "0.6" and platelets != 40]
    if stands.recovered_on is not None:
        assert stands.recovered_on in good
        assert min(good) <= stands.recovered_on - (on(3) - on(0))


@pytest.mark.parametrize(
    ("days", "since"),
    [
        ([(50, LOW)], 50),
        ([(45, GOOD), (50, GOOD)], None),
        ([(50, LOW), (57, LOW), (60, GOOD), (62, GOOD)], 50),  # 2 days apart
        ([(50, LOW), (60, GOOD), (63, GOOD)], None),
        ([(50, LOW), (60, GOOD), (62, LOW), (64, GOOD)], 50),
        ([(50, LOW), (60, GOOD), (63, GOOD), (70, LOW)], 70),
        ([(30, LOW), (50, GOOD)], None),  # before the recovery
    ],
)
def test_counts_are_low_again_after_a_recovery_until_they_recover_once_more(days, since):
    flat = [count(day, *values) for day, values in days]
    assert low_again(RULE, course(*flat), FIRST, on(40)) == (since and on(since))
    assert low_again(RULE, course(*flat), FIRST, None) is None
