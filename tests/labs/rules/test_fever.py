from datetime import UTC, datetime, time
from decimal import Decimal

import pytest

from labs.rules.fever import Screen, fever
from labs.rules.values import Infusion, Urgency
from tests.labs.rules.courses import FIRST, RULES, course, on, sample

RULE = RULES.fever


def screen(day, temperature=None, **given):
    at = datetime.combine(on(day), time(20), UTC)
    return Screen(at, on(day), None if temperature is None else Decimal(temperature), **given)


def found(seen, *samples, recovered=None, infusions=(FIRST,)):
    recovered_on = None if recovered is None else on(recovered)
    return fever(RULE, course(*samples, infusions=infusions), FIRST, recovered_on, seen)


@pytest.mark.parametrize(
    ("seen", "alarmed"),
    [
        (screen(30, "38.0"), True),
        (screen(30, "37.9"), False),
        (screen(30, "36.8", rigors=True), True),
        (screen(30, infection=True), True),
        (screen(30), False),
    ],
)
def test_fever_rigors_or_infection_with_a_low_anc_is_immediate(seen, alarmed):
    assert (found(seen, sample("anc", 29, "0.9")) is not None) is alarmed


@pytest.mark.parametrize(
    ("samples", "alarmed"),
    [
        ([], True),  # no count at all
        ([sample("anc", 27, "1.0")], False),
        ([sample("anc", 26, "3.0")], True),  # 4 days old
        ([sample("anc", 20, "0.9")], True),
        ([sample("anc", 25, "0.4"), sample("anc", 29, "1.2")], False),
        ([sample("anc", 29, "1.2"), sample("anc", 32, "0.8")], True),  # low soon after the fever
        ([sample("anc", 29, "1.2"), sample("anc", 34, "0.8")], False),
        ([sample("anc", 30, "0.8", hour=22)], True),
        ([sample("anc", 29, "0.4", "<=", bound=True)], True),
        ([sample("anc", 29, "6", "<=", bound=True)], True),  # a WBC without neutrophils leaves it open
        ([sample("platelets", 29, 200)], True),  # no neutrophils
    ],
)
def test_the_last_anc_decides_and_none_in_three_days_counts_as_low(samples, alarmed):
    assert (found(screen(30, "38.5"), *samples) is not None) is alarmed


@pytest.mark.parametrize(
    ("day", "recovered", "alarmed"), [(-1, None, False), (0, None, True), (49, 50, True), (50, 50, False)]
)
def test_fever_is_judged_from_day_0_until_recovery(day, recovered, alarmed):
    assert (found(screen(day, "39"), recovered=recovered) is not None) is alarmed


def test_fever_after_the_next_infusion_belongs_to_that():
    both = (FIRST, Infusion(2, on(90)))
    assert found(screen(90, "39"), infusions=both) is None
    assert fever(RULE, course(infusions=both), both[1], None, screen(90, "39")) is not None


def test_the_alarm_says_why():
    alarm = found(screen(30, "38.4", rigors=True), sample("anc", 29, "0.3"))
    assert alarm.sentence == (
        "Possible febrile neutropenia: 38.4 °C, rigors on Fri 1 Mar 2024, ANC 0.3 x10^9/L of Thu 29 Feb 2024 below 1.0."
    )
    assert (alarm.tier, alarm.samples, alarm.at) == (Urgency.IMMEDIATE, ("anc 29",), screen(30).at)
    assert found(screen(30, "38.4")).sentence == (
        "Possible febrile neutropenia: 38.4 °C on Fri 1 Mar 2024, no ANC in 3 days."
    )
