import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.grading.analytes import (
    Misfit,
    Placed,
    accepted_units,
    age_in_days,
    catalogue,
    coding_error,
    default_range,
    in_si,
    likely_units,
    out_of_hard_limits,
    place,
)

ANALYTES = catalogue()
SEED = Path(__file__).parents[4] / "shared" / "data" / "analytes.csv"
PROTOCOL = [analyte for analyte in ANALYTES.values() if analyte.in_protocol]
ADULT, YEAR = 30 * 1461 // 4, 1461 // 4


def seed():
    return csv.DictReader(SEED.read_text(encoding="utf-8").splitlines())


def placed(key, value, unit):
    return place(ANALYTES[key], Decimal(value), unit)


def limits(key, *, sex=None, age="30 y", system="si"):
    number, unit = age.split()
    days = {"d": int(number), "mo": int(number) * 487 // 16, "y": int(number) * 1461 // 4}[unit]
    found = default_range(ANALYTES[key], sex=sex, age_days=days, system=system)
    return found and tuple(None if limit is None else str(limit) for limit in (found.low, found.high))


@pytest.mark.parametrize(
    ("key", "value", "unit", "expected"),
    [
        ("platelets", "150", "10*9/L", ("si", "150", "10*9/L")),
        ("platelets", "150.0", "x10^9/L", ("si", "150.0", "10*9/L")),
        ("platelets", "150", "G/L", ("si", "150", "10*9/L")),
        ("platelets", "150", "K/uL", ("us", "150", "10*3/uL")),
        ("platelets", "150", "/nL", ("us", "150", "10*3/uL")),
        ("platelets", "150000", "/mm3", ("us", "150", "10*3/uL")),
        ("platelets", "1.5", "lakh/cumm", ("us", "150", "10*3/uL")),
        ("platelets", "150", "10*3/mL", ("us", "0.15", "10*3/uL")),
        ("hgb", "130", "g/L", ("si", "130", "g/L")),
        ("hgb", "13.0", "g/dL", ("us", "13.0", "g/dL")),
        ("hgb", "130", "mg/mL", ("us", "13", "g/dL")),
        ("hct", "0.42", "L/L", ("si", "0.42", "L/L")),
        ("hct", "0.42", "FRACTION", ("si", "0.42", "L/L")),
        ("hct", "42", "%", ("us", "42", "%")),
        ("mcv", "90", "um3", ("si", "90", "fL")),
        ("creatinine", "80", "umol/L", ("si", "80", "umol/L")),
        ("creatinine", "0.08", "mmol/L", ("si", "80", "umol/L")),
        ("creatinine", "9", "mg/L", ("us", "0.9", "mg/dL")),
        ("bun", "14", "mg/dL", ("us", "14", "mg/dL")),
        ("urea", "5", "mmol/L", ("si", "5", "mmol/L")),
        ("sodium", "140", "mmol/L", ("si", "140", "mmol/L")),
        ("sodium", "140", "mEq/L", ("si", "140", "mmol/L")),
        ("calcium", "4.8", "mEq/L", ("si", "2.4", "mmol/L")),
        ("magnesium", "1.7", "mEq/L", ("si", "0.85", "mmol/L")),
        ("alt", "40", "U/L", ("si", "40", "U/L")),
        ("alt", "40", "IU/L", ("si", "40", "U/L")),
        ("alt", "0.8", "µkat/L", ("si", "48", "U/L")),
        ("alt", "0.04", "U/mL", ("us", "40", "U/L")),
        ("tsh", "2.5", "mIU/L", ("si", "2.5", "m[IU]/L")),
        ("tsh", "2.5", "mU/L", ("si", "2.5", "m[IU]/L")),
        ("tsh", "2.5", "µU/mL", ("us", "2.5", "u[IU]/mL")),
        ("ft4", "15", "pmol/L", ("si", "15", "pmol/L")),
        ("ft4", "12", "ng/L", ("us", "1.2", "ng/dL")),
        ("inr", "1.1", "ratio", ("si", "1.1", "{INR}")),
        ("egfr", "85", "ml/min/1,73m²", ("si", "85", "mL/min/{1.73_m2}")),
        ("nmn_urine_24h", "300", "nmol/d", ("si", "0.3", "umol/(24.h)")),
        ("nmn_urine_24h", "300", "mcg/24 hr", ("us", "300", "ug/(24.h)")),
        ("hva_creat_urine", "8", "mg/g", ("us", "8", "mg/g{creat}")),
        ("hva_creat_urine", "8", "ug/mg creatinine", ("us", "8", "mg/g{creat}")),
        ("hva_creat_urine", "5", "mmol/mol", ("si", "5", "mmol/mol{creat}")),
        ("hva_creat_urine", "5", "umol/mmol creat", ("si", "5", "mmol/mol{creat}")),
        ("cga", "80", "ug/L", ("si", "80", "ug/L")),
        ("cga", "80", "ng/mL", ("us", "80", "ng/mL")),
        ("neutrophils_percent", "0.45", "FRACTION", ("si", "45", "%")),
    ],
)
def test_a_number_is_placed_in_the_system_of_its_unit(key, value, unit, expected):
    found = placed(key, value, unit)
    assert (found.system, str(found.value), found.unit) == expected


@pytest.mark.parametrize(
    ("key", "unit", "reason"),
    [
        ("platelets", " ", "no unit is reported; accepted for Platelets: 10*9/L, 10*3/uL, /uL"),
        ("platelets", "foo", "the unit 'foo' is not known; accepted for Platelets: 10*9/L, 10*3/uL, /uL"),
        (
            "creatinine",
            "mg/(24.h)",
            "mg/(24.h) measures mass rate, which does not fit; accepted for Creatinine: umol/L, mg/dL",
        ),
        (
            "hgb",
            "mmol/L",
            "mmol/L measures substance concentration, which does not fit; accepted for Hemoglobin: g/L, g/dL; "
            "hemoglobin in mmol/L is not graded: mmol of what (monomer, tetramer) is not agreed",
        ),
        (
            "phosphate",
            "mEq/L",
            "meq/L measures equivalent concentration, which does not fit; accepted for Phosphate: mmol/L, mg/dL; "
            "its equivalents have no fixed charge",
        ),
        ("inr", "%", "% measures fraction, which does not fit; accepted for INR: {INR}"),
        ("inr", "", "no unit is reported; accepted for INR: {INR}"),
        ("tsh", "ukat/L", "ukat/L measures catalytic concentration, which does not fit; accepted for "
         "Thyrotropin (TSH): m[IU]/L, u[IU]/mL"),
        ("egfr", "mL/min", "mL/min measures volume rate, which does not fit; accepted for Estimated GFR: "
         "mL/min/{1.73_m2}"),
        ("cga", "nmol/L", "nmol/L measures substance concentration, which does not fit; accepted for "
         "Chromogranin A: ug/L, ng/mL"),
        ("hct", "1", "1 measures ratio, which does not fit; accepted for Hematocrit: L/L, %"),
    ],
)  # fmt: skip
def test_a_unit_that_does_not_fit_is_refused_with_the_remedy(key, unit, reason):
    assert placed(key, "5", unit) == Misfit(reason)


@pytest.mark.parametrize("analyte", ANALYTES.values(), ids=list(ANALYTES))
def test_the_units_of_an_analyte_are_accepted_and_keep_the_number(analyte):
    value = Decimal("1.50")
    assert place(analyte, value, analyte.si.code) == Placed("si", value, analyte.si.code)
    if analyte.conventional != analyte.si:
        assert place(analyte, value, analyte.conventional.code) == Placed("us", value, analyte.conventional.code)
    assert [unit for unit in accepted_units(analyte) if isinstance(place(analyte, value, unit), Misfit)] == []


@pytest.mark.parametrize(
    ("key", "value", "unit", "reason"),
    [
        ("platelets", "5000", "10*9/L", None),
        (
            "platelets",
            "150000",
            "10*9/L",
            "Platelets 150000 10*9/L is above the most that is possible (5000): a unit slip?",
        ),
        ("hgb", "1.0", "g/dL", None),
        ("hgb", "13", "g/L", None),
        ("hgb", "130", "g/dL", "Hemoglobin 130 g/dL is above the most that is possible (26): a unit slip?"),
        ("hgb", "0.9", "g/dL", "Hemoglobin 0.9 g/dL is below the least that is possible (1): a unit slip?"),
        ("creatinine", "90", "mg/dL", "Creatinine 90 mg/dL is above the most that is possible (45.25): a unit slip?"),
        ("hct", "42", "L/L", "Hematocrit 42 L/L is above the most that is possible (0.85): a unit slip?"),
        (
            "mns_total_urine_24h",
            "2000000",
            "ug/d",
            "Metanephrines, total, 24 h urine 2000000 ug/(24.h) is above the most that is possible (1887000): "
            "a unit slip?",
        ),
    ],
)
def test_a_number_no_patient_has_is_named(key, value, unit, reason):
    assert out_of_hard_limits(ANALYTES[key], placed(key, value, unit)) == reason


@pytest.mark.parametrize(
    ("key", "value", "units"),
    [
        ("platelets", "150", ("10*9/L", "10*3/uL", "/uL")),
        ("platelets", "150000", ("/uL",)),
        ("hgb", "13", ("g/L", "g/dL")),
        ("hgb", "130", ("g/L",)),
        ("hgb", "8.1", ("g/dL",)),
        ("creatinine", "80", ("umol/L",)),
        ("calcium", "9.4", ("mg/dL", "meq/L")),
        ("hct", "42", ("%",)),
    ],
)
def test_the_units_that_would_make_a_number_possible_are_offered(key, value, units):
    assert likely_units(ANALYTES[key], Decimal(value)) == units


@pytest.mark.parametrize(
    ("key", "code", "unit", "error"),
    [
        ("creatinine", "2160-0", "mg/dL", None),
        (
            "creatinine",
            "2160-0",
            "umol/L",
            "LOINC 2160-0 is for mass concentration, umol/L measures substance concentration: code or unit is wrong",
        ),
        (
            "bun",
            "14937-7",
            "mg/dL",
            "LOINC 14937-7 is for substance concentration, mg/dL measures mass concentration: code or unit is wrong",
        ),
        ("sodium", "2951-2", "mEq/L", None),
        ("alt", "1742-6", "IU/L", None),
        ("hva_creat_urine", "11146-8", "mg/g", None),
        ("hva_creat_urine", "25931-7", "mg/g", None),
        ("creatinine", "0-0", "umol/L", None),
        ("creatinine", "2160-0", "", None),
    ],
)
def test_a_mass_code_with_a_molar_unit_is_a_coding_error(key, code, unit, error):
    assert coding_error(ANALYTES[key], code, unit) == error


@pytest.mark.parametrize(
    ("key", "value", "unit", "expected"),
    [
        ("creatinine", "1.0", "mg/dL", "88.4"),
        ("bun", "14", "mg/dL", "4.998"),
        ("ft4", "12", "ng/L", "15.444"),
        ("platelets", "150", "K/uL", "150"),
        ("hgb", "130", "g/L", "130"),
        ("mns_total_urine_24h", "900", "ug/d", "None"),
    ],
)
def test_a_number_is_known_in_si_where_an_exact_factor_exists(key, value, unit, expected):
    assert str(in_si(ANALYTES[key], placed(key, value, unit))) == expected


@pytest.mark.parametrize(
    ("key", "who", "expected"),
    [
        ("hgb", {"sex": "female"}, ("120", "175")),
        ("hgb", {"sex": "male"}, ("130", "175")),
        ("hgb", {"sex": "male", "system": "us"}, ("13", "17.5")),
        ("hgb", {"sex": "unknown"}, None),
        ("hgb", {}, None),
        ("hgb", {"age": "0 d"}, ("134", "199")),
        ("hgb", {"age": "0 d", "system": "us"}, ("13.4", "19.9")),
        ("hgb", {"age": "11 mo"}, ("113", "141")),
        ("hgb", {"age": "1 y"}, ("110", None)),
        ("hgb", {"age": "5 y"}, ("115", None)),
        ("hgb", {"age": "17 y", "sex": "female"}, ("120", None)),
        ("anc", {"age": "29 d"}, ("1.0", "20.0")),
        ("anc", {"age": "1 mo"}, ("1.0", "9.0")),
        ("anc", {"age": "5 mo"}, ("1.0", "8.5")),
        ("anc", {"age": "4 y"}, ("1.5", "8.5")),
        ("anc", {"age": "5 y"}, ("1.7", "7.5")),
        ("anc", {"age": "18 y"}, ("1.8", "7.5")),
        ("wbc", {"age": "3 y"}, ("5.5", "15.5")),
        ("wbc", {"age": "4 y"}, None),
        ("platelets", {"age": "17 y"}, None),
        ("platelets", {"age": "18 y"}, ("150", "400")),
        ("creatinine", {"age": "14 d"}, None),
        ("creatinine", {"age": "3 y", "system": "us"}, ("0.20", "0.43")),
        ("creatinine", {"age": "3 y"}, ("17.68", "38.01")),
        ("creatinine", {"age": "16 y"}, None),
        ("creatinine", {"age": "16 y", "sex": "male", "system": "us"}, ("0.62", "1.08")),
        ("creatinine", {"sex": "male", "system": "us"}, ("0.6787", "1.244")),
        ("hva_creat_urine", {"age": "2 y", "system": "us"}, (None, "42")),
        ("hva_creat_urine", {"age": "3 y", "system": "us"}, (None, "22")),
        ("hva_creat_urine", {}, (None, "4.967")),
        ("nmn_urine_24h", {"age": "29 y", "sex": "male"}, None),
        ("nmn_urine_24h", {"sex": "male", "system": "us"}, ("114", "865")),
        ("mns_total_urine_24h", {}, (None, "6.5")),
        ("mns_total_urine_24h", {"system": "us"}, None),
        ("rbc", {}, None),
    ],
)
def test_the_default_range_is_that_of_sex_and_age(key, who, expected):
    assert limits(key, **who) == expected


def test_no_default_range_is_given_when_the_age_is_unknown():
    assert default_range(ANALYTES["sodium"], sex="male", age_days=None, system="si") is None


@given(
    st.sampled_from(list(ANALYTES.values())), st.integers(0, 18 * 1461 // 4 - 1), st.sampled_from(["female", "male"])
)
def test_an_adult_range_never_applies_under_18(analyte, age_days, sex):
    child = default_range(analyte, sex=sex, age_days=age_days, system="si")
    assert child is None or child.to_days <= 18 * 1461 // 4


@pytest.mark.parametrize(
    ("born", "on", "days"),
    [
        (date(2008, 2, 15), date(2026, 2, 14), 18 * 1461 // 4 - 1),
        (date(2008, 2, 15), date(2026, 2, 15), 18 * 1461 // 4),
        (date(2005, 6, 1), date(2023, 5, 31), 18 * 1461 // 4 - 1),
        (date(2005, 6, 1), date(2023, 6, 1), 18 * 1461 // 4),
        (date(2024, 2, 29), date(2025, 2, 28), YEAR),
        (date(2026, 1, 31), date(2026, 2, 28), 30),
        (date(2026, 7, 1), date(2026, 7, 31), 29),
        (date(2026, 7, 1), date(2026, 7, 1), 0),
        (date(2026, 7, 1), date(2026, 7, 16), 15),
    ],
)
def test_an_age_turns_over_on_the_birthday(born, on, days):
    assert age_in_days(born, on) == days


@given(st.dates(date(1930, 1, 1), date(2026, 1, 1)), st.integers(0, 35000))
def test_an_age_grows_by_days_and_never_falls(born, days):
    ordinal = min(born.toordinal() + days, date(2030, 1, 1).toordinal())
    ages = [age_in_days(born, date.fromordinal(ordinal + later)) for later in (0, 1)]
    assert 0 <= ages[1] - ages[0] <= 4
    assert abs(ages[0] - (ordinal - born.toordinal())) <= 3


SAME_NUMBER = {
    ("anc", "si"): ("10*9/L", "G/L", "x10E9/L", "giga/l"),
    ("anc", "us"): ("10*3/uL", "K/mm3", "x10(3)/mcL", "THOU/uL", "/nL"),
    ("hgb", "us"): ("g/dL", "G/DL", "gm%", "g/100 mL"),
    ("creatinine", "si"): ("umol/L", "µmol/l", "UMOL/L"),
    ("tsh", "us"): ("u[IU]/mL", "µIU/mL", "uU/mL"),
    ("mn_urine_24h", "us"): ("ug/(24.h)", "mcg/day", "µg/24h"),
}


@given(st.sampled_from(list(SAME_NUMBER)), st.decimals(min_value=0, max_value=10**6, places=3))
def test_any_spelling_of_a_unit_places_the_same_number(which, value):
    key, system = which
    own = ANALYTES[key].unit(system).code
    assert {place(ANALYTES[key], value, spelling) for spelling in SAME_NUMBER[which]} == {Placed(system, value, own)}


@given(st.integers(0, 10**9))
def test_counts_per_microlitre_and_per_litre_are_the_same_patient(cells_per_ul):
    value = Decimal(cells_per_ul)
    spelled = ((value, "/mm3"), (value / 1000, "K/uL"), (value / 1000, "10*9/L"), (value * 1000, "/mL"))
    assert {in_si(ANALYTES["wbc"], place(ANALYTES["wbc"], *each)) for each in spelled} == {value / 1000}


def test_urea_is_one_amount_of_substance_whichever_way_it_is_weighed():
    nitrogen, urea = in_si(ANALYTES["bun"], placed("bun", "28.014", "mg/dL")), placed("urea", "60.056", "mg/dL")
    assert (round(nitrogen, 1), round(in_si(ANALYTES["urea"], urea), 1)) == (Decimal("10.0"), Decimal("10.0"))


@pytest.mark.skipif(not SEED.exists(), reason="the list the catalogue was made from is not here")
def test_the_analytes_of_the_protocol_are_exactly_those_of_the_list():
    assert {
        row["key"]: (
            {*row["loinc_codes"].split(";")} - ({"22664-7"} if row["key"] == "bun" else set()),
            row["si_unit_ucum"],
            row["conventional_unit_ucum"],
            Decimal(row["factor_conventional_to_si"]),
            Decimal(row["hard_min_si"]),
            Decimal(row["hard_max_si"]),
        )
        for row in seed()
    } == {
        analyte.key: (
            {*analyte.loinc},
            analyte.si.code,
            analyte.conventional.code,
            analyte.factor,
            analyte.hard_min,
            analyte.hard_max,
        )
        for analyte in PROTOCOL
    }


@pytest.mark.skipif(not SEED.exists(), reason="the list the catalogue was made from is not here")
def test_the_adult_ranges_span_those_of_the_list():
    for row in seed():
        both = [default_range(ANALYTES[row["key"]], sex=sex, age_days=ADULT, system="si") for sex in ("female", "male")]
        low = min(each.low or Decimal(0) for each in both)
        high = max(each.high for each in both)
        for ours, theirs in ((low, Decimal(row["adult_low_si"])), (high, Decimal(row["adult_high_si"]))):
            assert abs(ours - theirs) <= theirs * Decimal("0.02"), row["key"]
