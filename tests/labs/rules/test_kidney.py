import pytest

from labs.rules.kidney import kidney
from tests.labs.rules.courses import RULES, course, sample

RULE = RULES.kidney
BASELINE = [sample("creatinine", -3, 80)]


def found(*values, baselines=(), **given):
    return kidney(RULE, course(*values, baselines=baselines, **given))


@pytest.mark.parametrize(("value", "comparator", "risen"), [(119, "", False), (120, "", True), (130, "<", False)])
def test_half_as_much_again_as_the_baseline_is_a_rise(value, comparator, risen):
    assert (found(sample("creatinine", 60, value, comparator), baselines=BASELINE) is not None) is risen


@pytest.mark.parametrize(
    ("values", "risen"),
    [
        ([(10, 9, 70), (12, 9, "96.5")], True),
        ([(10, 9, 70), (12, 9, "96.4")], False),
        ([(10, 9, 70), (12, 10, 110)], False),  # 49 hours
        ([(10, 9, 90), (11, 9, 70), (12, 9, "96.5")], True),  # against the lowest
        ([(12, 9, 110)], False),
    ],
)
def test_a_steep_rise_within_two_days_is_one_without_a_baseline(values, risen):
    samples = [sample("creatinine", day, value, hour=hour) for day, hour, value in values]
    assert (found(*samples) is not None) is risen


def test_a_rise_says_against_what():
    finding = found(sample("creatinine", 60, 130), baselines=BASELINE)
    assert (
        finding.sentence
        == "Creatinine 130 umol/L on Sun 31 Mar 2024, 1.5 x the baseline 80 of Sun 28 Jan 2024 or more."
    )
    assert (finding.samples, finding.direction) == (("creatinine -3", "creatinine 60"), "high")


def test_only_the_last_value_after_the_first_infusion_is_judged():
    assert found(sample("creatinine", 60, 200), sample("creatinine", 70, 90), baselines=BASELINE) is None
    assert found(sample("creatinine", -1, 200), baselines=BASELINE) is None
    assert found() is None
