from decimal import Decimal

import pytest
from dateutil.relativedelta import relativedelta

from labs.rules.cytopenia import cytopenia
from labs.rules.values import Urgency
from tests.labs.rules.courses import ANCHOR, FIRST, RULES, course, on, sample

RULE = RULES.cytopenia


def found(*samples, recovered=None, baselines=()):
    given = course(*samples, today=2000, baselines=baselines)
    return cytopenia(RULE, given, FIRST, None if recovered is None else on(recovered))


def sentences(*samples, **given):
    return [each.sentence for each in found(*samples, **given)]


def platelets(*days_and_values, **given):
    return [sample("platelets", day, value, **given) for day, value in days_and_values]


def after_months(months, day):
    return (on(day) + relativedelta(months=months) - ANCHOR).days


@pytest.mark.parametrize(
    ("months", "less", "sentence"),
    [
        (4, 1, None),
        (4, 0, "Platelets 90 x10^9/L (below 100) on Wed 10 Jul 2024, low since Sun 10 Mar 2024, 4 months or more."),
        (6, 1, "Platelets 90 x10^9/L (below 100) on Mon 9 Sep 2024, low since Sun 10 Mar 2024, 4 months or more."),
        (
            6,
            0,
            "Platelets 90 x10^9/L (below 100) on Tue 10 Sep 2024, low since Sun 10 Mar 2024, 6 months or more: work-up "
            "(smear, marrow, cytogenetics).",
        ),
    ],
)
def test_a_cytopenia_of_four_and_of_six_months_is_told(months, less, sentence):
    last = after_months(months, 39) - less
    given = sentences(platelets((39, 80), (60, 95), (last, 90)))
    assert given == ([] if sentence is None else [f"{sentence} Question of MDS or leukaemia."])


@pytest.mark.parametrize(
    ("between", "low"),
    [
        (sample("platelets", 100, 100), False),
        (sample("platelets", 100, 160, affected=("platelet transfusion",)), True),
        (sample("platelets", 100, 160, final=False), True),
        (sample("platelets", 100, 90, affected=("platelet transfusion",)), True),
    ],
)
def test_only_a_final_unaffected_normal_count_ends_a_cytopenia(between, low):
    assert (found(platelets((39, 80), (200, 90)), between) != []) is low


def test_a_count_at_the_baseline_or_in_range_is_no_cytopenia():
    samples = platelets((39, 90), (200, 90))
    assert found(samples, baselines=platelets((-3, 90))) == []
    assert found(platelets((39, 90), (200, 90), low=Decimal(85))) == []
    assert len(found(samples, baselines=platelets((-3, 91)))) == 1


@pytest.mark.parametrize(("analyte", "value"), [("hgb", 109), ("anc", "1.49"), ("platelets", 99)])
def test_each_line_has_its_limit(analyte, value):
    low = [sample(analyte, 39, value), sample(analyte, 200, value)]
    at_limit = [sample(analyte, day, RULE.limits[analyte]) for day in (39, 200)]
    assert (len(found(low)), len(found(at_limit))) == (1, 0)


def test_a_cytopenia_after_recovery_is_new_and_early_on_may_be_the_nadir():
    assert sentences(platelets((40, 80), (50, 160), (70, 90)), recovered=50) == [
        "Platelets 90 x10^9/L (below 100) on Wed 10 Apr 2024, new after the "
        "recovery of Thu 21 Mar 2024. Day 70 can still be the "
        "nadir."
    ]
    (late,) = found(platelets((40, 80), (50, 160), (85, 90)), recovered=50)
    assert (late.wants, late.direction, late.tier) == ("cytopenia_workup", "low", Urgency.NEXT_WORKING_DAY)
    assert late.sentence.endswith("Question of MDS or leukaemia.")


def test_a_cytopenia_that_is_over_is_not_told():
    assert found(platelets((40, 80), (50, 160), (85, 90), (92, 150)), recovered=50) == []


@pytest.mark.parametrize(
    ("values", "worse"),
    [
        ([(90, 80), (97, 70), (104, 60)], True),  # 60 is 0.75 x 80
        ([(90, 80), (97, 70), (104, 61)], False),
        ([(90, 80), (97, 50), (104, 55)], False),
        ([(84, 80), (97, 70), (104, 60)], False),  # day 84 is the acute phase
    ],
)
def test_a_late_cytopenia_that_falls_by_a_quarter_is_worse(values, worse):
    expected = "Platelets 60 x10^9/L (below 100) on Tue 14 May 2024, falling from 80 on Tue 30 Apr 2024."
    assert sentences(platelets(*values)) == ([f"{expected} Question of MDS or leukaemia."] if worse else [])


@pytest.mark.parametrize(
    ("values", "baseline", "rising"),
    [
        ([(100, 101), (128, 101)], 96, True),
        ([(100, 101), (127, 101)], 96, False),  # 27 days apart
        ([(100, 101), (128, 101)], 97, False),  # 4 fL above
        ([(100, 100), (128, 105)], 96, False),  # 100 is the limit
        ([(100, 101), (110, 99), (128, 104)], 96, False),
        ([(100, 101), (110, 103), (128, 104)], 96, True),
        ([(100, 101), (128, 102)], None, True),
        ([(100, 102), (128, 102)], None, False),
    ],
)
def test_a_rising_mcv_is_told(values, baseline, rising):
    samples = [sample("mcv", day, value) for day, value in values]
    baselines = [] if baseline is None else [sample("mcv", -3, baseline)]
    assert (found(samples, baselines=baselines) != []) is rising


def test_a_rising_mcv_says_from_what():
    assert sentences(sample("mcv", 100, 103), sample("mcv", 190, 106), baselines=[sample("mcv", -3, 90)]) == [
        "MCV 106 fL on Thu 8 Aug 2024, above the upper limit since Fri 10 May 2024 (baseline 90). "
        "Question of MDS or leukaemia."
    ]
