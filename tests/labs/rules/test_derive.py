from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.rules.derive import Derived, Person, anc_bound, ckd_epi_2021, corrected_calcium, derived, egfr
from labs.rules.names import spoken
from tests.labs.rules.courses import RULES, on, sample

RULE = RULES.derive
WOMAN = Person(date(1974, 1, 1), "female")
CHILD = Person(date(2016, 1, 1), "male", Decimal(100), on(-10))


@pytest.mark.parametrize(
    ("creatinine", "age", "female", "expected"),
    [
        # 142 x (1.2/0.9)^-1.2 x 0.9938^55
        ("1.2", 55, False, 71),
        ("1.0", 50, False, 92),
        ("1.0", 50, True, 69),
        # below k: 142 x (0.5/0.7)^-0.241 x 0.9938^30 x 1.012
        ("0.5", 30, True, 129),
        # at k both powers are 1: 142 x 0.9938^40
        ("0.9", 40, False, 111),
        ("2.5", 70, False, 27),
    ],
)
def test_egfr_of_adults_is_that_of_published_calculators(creatinine, age, female, expected):
    assert round(ckd_epi_2021(Decimal(creatinine), age, female=female)) == expected


@given(st.decimals("0.3", "10", places=2), st.integers(18, 99), st.booleans())
def test_egfr_falls_with_age_and_with_creatinine(creatinine, age, female):
    value = ckd_epi_2021(creatinine, age, female=female)
    assert ckd_epi_2021(creatinine + Decimal("0.1"), age, female=female) < value
    assert ckd_epi_2021(creatinine, age + 1, female=female) < value


def test_egfr_keeps_its_inputs():
    # 88.4 umol/L is 1.0 mg/dL; 50 years and female
    assert egfr(RULE, sample("creatinine", 0, "88.4"), WOMAN) == Derived(
        "egfr",
        Decimal("68.6"),
        "CKD-EPI 2021",
        ("creatinine 0",),
        (("creatinine_umol_l", Decimal("88.4")), ("age_years", 50), ("sex", "female")),
    )


def test_egfr_of_children_goes_by_height():
    # 0.413 x 100 cm / (44.2 / 88.4 = 0.5 mg/dL)
    found = egfr(RULE, sample("creatinine", 0, "44.2"), CHILD)
    assert (found.value, found.formula) == (Decimal("82.6"), "bedside Schwartz")
    assert found.inputs[2] == ("height_cm", Decimal(100))


@pytest.mark.parametrize(
    ("creatinine", "person", "reason"),
    [
        (sample("creatinine", 0, 40, "<"), WOMAN, "the creatinine is not a single positive number"),
        (sample("creatinine", 0, 0), WOMAN, "the creatinine is not a single positive number"),
        (sample("creatinine", 0, 80), WOMAN._replace(sex="unknown"), "the formula needs the sex, female or male"),
        (sample("creatinine", 0, 40), CHILD._replace(height_cm=None), "the formula for children needs a height"),
        (sample("creatinine", 0, 20), CHILD._replace(birth_date=on(-300)), "no formula below 1 year of age"),
        (
            sample("creatinine", 0, 40),
            CHILD._replace(height_on=on(-184)),
            f"the height of {spoken(on(-184))} is 184 days away, more than 183",
        ),
    ],
)
def test_egfr_says_why_there_is_none(creatinine, person, reason):
    found = egfr(RULE, creatinine, person)
    assert (found.value, found.reason) == (None, reason)


def test_the_formula_changes_on_the_eighteenth_birthday():
    person = CHILD._replace(birth_date=date(2006, 1, 31))
    assert egfr(RULE, sample("creatinine", -1, 60), person).formula == "bedside Schwartz"
    assert egfr(RULE, sample("creatinine", 0, 60), person).formula == "CKD-EPI 2021"


def test_calcium_is_corrected_for_albumin():
    # 2.10 + 0.02 x (40 - 30)
    found = corrected_calcium(RULE, sample("calcium", 0, "2.10"), sample("albumin", 0, 30))
    assert (found.value, found.samples) == (Decimal("2.30"), ("calcium 0", "albumin 0"))
    censored = corrected_calcium(RULE, sample("calcium", 0, "2.10"), sample("albumin", 0, 15, "<"))
    assert (censored.value, censored.reason) == (None, "calcium or albumin is not a single number")


def specimen(**values):
    return {key: sample(key, 0, value) for key, value in values.items()}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"wbc": "4.0", "neutrophils_percent": 45}, {"anc": Decimal("1.8000")}),
        ({"wbc": "4.0", "segmented_percent": 40, "bands_percent": 5}, {"anc": Decimal("1.8000")}),
        ({"wbc": "4.0", "anc": "1.7", "neutrophils_percent": 45}, {}),  # reported by the laboratory
        ({"wbc": "4.0", "anc": "1.7", "lymphocytes_percent": 30}, {"alc": Decimal("1.2")}),
        ({"neutrophils_percent": 45}, {}),
        ({"wbc": "4.0", "neutrophils_percent": 101}, {"anc": Decimal("4.0")}),  # not a percentage: only a bound
        ({"wbc": "4.0", "segmented_percent": 40}, {"anc": Decimal("4.0")}),
        ({"calcium": "2.1", "albumin": 30}, {"calcium_corrected": Decimal("2.30")}),
        ({"calcium": "2.1", "albumin": 30, "calcium_corrected": "2.31"}, {}),
        ({"creatinine": "88.4", "egfr": 70}, {}),
    ],
)
def test_what_follows_from_a_specimen(values, expected):
    assert {each.analyte: each.value for each in derived(RULE, specimen(**values), WOMAN)} == expected


@pytest.mark.parametrize(("comparator", "bound"), [("", "<="), ("<", "<"), ("<=", "<="), (">", None), (">=", None)])
def test_a_wbc_without_neutrophils_bounds_the_anc(comparator, bound):
    found = anc_bound(sample("wbc", 0, "0.4", comparator))
    assert (found.comparator if found else None) == bound


def test_a_bound_keeps_the_wbc():
    (found,) = derived(RULE, specimen(wbc="0.4"), WOMAN)
    expected = Derived("anc", Decimal("0.4"), "ANC at most the WBC", ("wbc 0",), (("wbc", Decimal("0.4")),), "<=")
    assert found == expected
    assert found.is_bound


@given(st.decimals(0, 100, places=2), st.decimals(0, 100, places=1))
def test_an_absolute_count_is_never_above_the_wbc(wbc, percent):
    (found,) = derived(RULE, specimen(wbc=wbc, neutrophils_percent=percent), WOMAN)
    assert found.value == wbc * percent / 100
    assert 0 <= found.value <= wbc
