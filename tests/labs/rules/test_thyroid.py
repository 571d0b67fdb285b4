from datetime import date
from decimal import Decimal

import pytest

from labs.rules.names import spoken
from labs.rules.thyroid import Exposure, ThyroidFacts, thyroid
from labs.rules.values import Urgency
from tests.labs.rules.courses import RULES, course, on, sample

RULE = RULES.thyroid
ADULT = ThyroidFacts(date(1970, 1, 1))
CHILD = ThyroidFacts(date(2021, 6, 1))
TREATED = ADULT._replace(levothyroxine=True, target=(Decimal("0.1"), Decimal("0.5")))


def found(tsh=None, ft4=None, facts=ADULT, **given):
    samples = [sample("tsh", 60, tsh, **given)] if tsh is not None else []
    samples += [sample("ft4", 60, ft4)] if ft4 is not None else []
    return thyroid(RULE, course(*samples), facts)


@pytest.mark.parametrize(
    ("tsh", "ft4", "facts", "wants", "direction"),
    [
        ("4.6", "15", ADULT, "repeat_thyroid", "high"),
        ("9.9", "15", ADULT, "repeat_thyroid", "high"),
        ("4.6", None, ADULT, "repeat_thyroid", "high"),
        ("10", "15", ADULT, "clinician", "high"),
        ("10", None, ADULT, "clinician", "high"),
        ("4.6", "9.9", ADULT, "clinician", "high"),
        ("2.0", "9.9", ADULT, "clinician", "low"),
        ("0.1", "9.9", ADULT, "clinician", "low"),
        (None, "9.9", ADULT, "clinician", "low"),
        ("4.6", "15", CHILD, "clinician", "high"),
        ("4.6", "15", ADULT._replace(pregnant=True), "clinician", "high"),
        ("0.3", "15", ADULT, "", "low"),
        ("0.6", "15", TREATED, "repeat_thyroid", "high"),
        ("0.05", "15", TREATED, "", "low"),
        ("10", "15", TREATED, "clinician", "high"),
        ("5.0", "15", ADULT._replace(levothyroxine=True), "repeat_thyroid", "high"),
    ],
)
def test_what_a_tsh_and_free_t4_ask_for(tsh, ft4, facts, wants, direction):
    finding = found(tsh, ft4, facts)
    assert (finding.wants, finding.direction, finding.tier) == (wants, direction, Urgency.NEXT_WORKING_DAY)


@pytest.mark.parametrize(
    ("tsh", "ft4", "facts"),
    [
        ("4.5", "15", ADULT),
        ("0.4", "15", ADULT),
        ("2.0", "15", CHILD),
        ("0.2", "15", TREATED),  # within the patient's own target
        (None, "15", ADULT),
        (None, None, ADULT),
    ],
)
def test_within_range_or_target_nothing_is_asked(tsh, ft4, facts):
    assert found(tsh, ft4, facts) is None


def test_a_repeat_is_offered_four_to_six_weeks_later():
    finding = found("6.0", "15")
    assert (finding.wanted_from, finding.wanted_until) == (on(88), on(102))
    assert finding.sentence == (
        "TSH 6.0 mIU/L; Free T4 15 pmol/L on Sun 31 Mar 2024: TSH above the reference range. "
        "Repeat TSH with free T4 between Sun 28 Apr 2024 and Sun 12 May 2024."
    )


def test_the_third_birthday_ends_childhood():
    assert found("4.6", "15", ThyroidFacts(on(60).replace(year=2021))).wants == "repeat_thyroid"
    assert found("4.6", "15", ThyroidFacts(on(61).replace(year=2021))).wants == "clinician"


def test_without_a_range_a_tsh_is_not_judged_below_ten():
    shown = found("6.0", "15", low=None, high=None)
    assert (shown.tier, shown.wants) == (None, "")
    assert shown.sentence.endswith("not judged, no range for the TSH.")
    assert found("10", "15", low=None, high=None).wants == "clinician"


def test_a_free_t4_of_another_day_is_not_of_the_tsh():
    later_tsh = course(sample("ft4", 60, "9.0"), sample("tsh", 90, "5"))
    assert thyroid(RULE, later_tsh, ADULT).wants == "repeat_thyroid"
    later_ft4 = course(sample("tsh", 60, "5"), sample("ft4", 61, "9.0"))
    assert thyroid(RULE, later_ft4, ADULT).wants == "clinician"


def test_a_censored_tsh_counts_when_it_is_certain():
    assert found("0.01", None, comparator="<").direction == "low"
    assert found("100", None, comparator=">").wants == "clinician"
    assert found("10", None, comparator="<") is None


@pytest.mark.parametrize(("last", "marked"), [(17, False), (18, True), (60, True)])
def test_values_within_six_weeks_of_iodine_are_marked(last, marked):
    exposures = (Exposure("contrast", on(last), on(last)),)
    near = f" Near contrast of {spoken(on(last))}: it can move TSH and free T4."
    assert found("6", "15", ADULT._replace(exposures=exposures)).sentence.endswith(near) is marked
