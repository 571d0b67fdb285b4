from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.grading.units import FOLDED, SPELLED, convert, read_unit

# Canonical code: the spellings that mean it.
SPELLINGS = {
    "10*9/L": "10*9/L|10^9/L|10**9/L|10E9/L|10e9/L|x10E9/L|x10^9/L|X10^9/L|x 10^9 / L|x10(9)/L|10(9)/L|x10*9/L|"
    "*10^9/L|×10⁹/L|10⁹/L|10⁹/l|10 ^ 9/L|10x9/L|1e9/L|E9/L|G/L|G/l|Giga/L|giga/l|giga.l-1|Gpt/l|Mrd/l|10*9/l|"
    r"10\S\9/L|x10\S\9/L|10*9{plts}/L|10exp9/L|１０^９/L|10E+9/L|x10e+09/L",
    "10*3/uL": "10*3/uL|10*3/ul|10^3/uL|10**3/uL|10E3/uL|x10E3/uL|X10E3/UL|x10e3/ul|x10(3)/uL|10³/µL|10³/μL|×10³/µl|"
    r"10*3/mcL|K/uL|K/UL|k/uL|K/µL|K/mcL|K/mm3|K/cmm|THOU/uL|Thou/uL|thou/mcL|Thousand/uL|Thousands/uL|TH/uL|"
    r"th/cmm|Tsd/µl|10\S\3/uL|10*3{cells}/uL|10*3.cells/uL|10^3 cells/uL|K cells/uL|10*3/mm3|10^3/mm³|x10^3/cumm|"
    "10*3/cu mm|1000/uL|1,000/uL|x1000/mm3|E3/uL",
    "10*5/uL": "lakh/cumm|Lakhs/cu.mm",
    "10*6/uL": "10*6/uL|10^6/µL|x10E6/uL|M/uL|M/mm3|MILL/uL|Mill/mm3|million/uL|Millions/cumm|Mio/µl|Mio./µl|"
    "1000000/uL",
    "10*12/L": "10*12/L|10^12/L|x10E12/L|T/L|T/l|Tera/L|tera.l-1|Tpt/l",
    "10*3/mL": "10*3/mL|10^3/ml|K/mL",
    "/uL": "/uL|/ul|/mm3|/mm^3|/mm³|/cmm|/cumm|/cu mm|/cubic mm|cells/uL|cell/uL|cells/mcL|cells/mm3|{cells}/uL|#/uL|"
    "Zell./µl|per uL|cells per uL|WBC/uL|1/uL|1/µl|1/mm3",
    "/nL": "/nL|/nl",
    "/mL": "/mL|cells/mL",
    "g/dL": "g/dL|g/dl|G/DL|G/dL|gm/dL|gm/dl|GM/DL|gms/dL|g / dL|grams/dL|g/100 mL|g/100ml|gm%|g%|grams per deciliter|"
    "g.dL-1|g∕dL|ｇ/ｄL",
    "g/L": "g/L|g/l|gm/L|g.l-1|gram/liter",
    "mg/dL": "mg/dL|mg/dl|MG/DL|MG/dL|mg/100mL|mg%",
    "mg/L": "mg/L|mg/l|MG/L",
    "ug/dL": "ug/dL|µg/dL|μg/dl|mcg/dL|MCG/DL|UG/DL",
    "ug/L": "ug/L|µg/L|mcg/L|UG/L",
    "ng/dL": "ng/dL|ng/dl|NG/DL",
    "ng/mL": "ng/mL|ng/ml|NG/ML|ng/cc",
    "ng/L": "ng/L|ng/l|NG/L",
    "pg/mL": "pg/mL|pg/ml|PG/ML",
    "umol/L": "umol/L|umol/l|UMOL/L|µmol/L|μmol/L|µmol/l|mcmol/L|uMol/L|micromole/liter|umol L-1",
    "mmol/L": "mmol/L|mmol/l|MMOL/L|mMol/L|mmol.l-1|mmol L⁻¹|millimoles/liter",
    "nmol/L": "nmol/L|nmol/l|NMOL/L",
    "pmol/L": "pmol/L|pmol/l|PMOL/L",
    "meq/L": "mEq/L|meq/L|mEq/l|MEQ/L|mval/l",
    "U/L": "U/L|U/l|u/l|u/L|units/L|Units/L",
    "[IU]/L": "IU/L|IU/l|iu/l|[IU]/L|[iU]/L|UI/L|UI/l",
    "ukat/L": "ukat/L|µkat/L|μkat/l|UKAT/L|mckat/L",
    "nkat/L": "nkat/L|NKAT/L",
    "m[IU]/L": "mIU/L|mIU/l|miu/l|m[IU]/L|m[iU]/L|mUI/L",
    "u[IU]/mL": "uIU/mL|µIU/mL|μIU/ml|mcIU/mL|UIU/ML|u[IU]/mL|u[iU]/mL|µUI/mL",
    "mU/L": "mU/L|mU/l|mUnits/L",
    "uU/mL": "uU/mL|µU/mL|mcU/mL",
    "ug/(24.h)": "ug/(24.h)|ug/24h|ug/24 h|ug/24.h|ug/24 hr|ug/24hrs|ug/24 hours|ug/24 H|ug/d|ug/day|µg/24h|µg/d|"
    "mcg/24 hr|mcg/24h|mcg/day|ug/(24 h)|ug per 24 hours",
    "mg/(24.h)": "mg/(24.h)|mg/24h|mg/d|MG/24H|mg/24 hr",
    "umol/(24.h)": "umol/(24.h)|umol/24h|umol/d|µmol/24 h|umol/day",
    "nmol/(24.h)": "nmol/(24.h)|nmol/24h|nmol/d",
    "mg/g{creat}": "mg/g{creat}|mg/g creat|mg/g creatinine|mg/g Cr|mg/g CRT|mg/gCr|mg/g{creatinine}|mg/g (creat)|"
    "MG/G CREAT",
    "ug/mg{creat}": "ug/mg{creat}|ug/mg creat|mcg/mg creatinine",
    "ug/g{creat}": "ug/g{creat}|µg/g creat",
    "mmol/mol{creat}": "mmol/mol{creat}|mmol/mol creat|mmol/mol creatinine|mmol/mol Cr",
    "umol/mmol{creat}": "umol/mmol{creat}|umol/mmol creat|µmol/mmol creatinine",
    "umol/g{creat}": "umol/g{creat}|umol/g creat",
    "mg/mmol{creat}": "mg/mmol{creat}|mg/mmol creat",
    "mg/g": "mg/g",
    "mmol/mol": "mmol/mol",
    "mL/min/{1.73_m2}": "mL/min/{1.73_m2}|mL/min/1.73m2|mL/min/1.73 m2|ml/min/1.73m^2|mL/min/1.73 m²|ml/min/1,73m2|"
    "mL/min/1.73_m2|mL/min/{1.73m2}|mL/min/1.73 sq m|mL/min/1.73sqm|mL/min/1.73|mL/min/1.73m*2|mL/min/(1.73 m2)|"
    "ML/MIN/1.73M2|mL/min/[1.73_m2]|mL/min per 1.73 m2",
    "mL/min": "mL/min|ml/min|ML/MIN",
    "%": "%|percent|Percent|pct|％|vol%",
    "L/L": "L/L|l/l|FRACTION|fraction|{fraction}|v/v",
    "fL": "fL|fl|FL|um3|um^3|µm3|µm³|cu mic|cubic microns|femtoliter",
    "pg": "pg|PG|pg/{cell}|pg/{RBC}|picogram",
    "{INR}": "{INR}|INR|inr",
    "1": "ratio|RATIO|{ratio}|{Ratio}|1|{1}",
}
EACH_SPELLING = [(spelling, code) for code, spellings in SPELLINGS.items() for spelling in spellings.split("|")]

# M may be mega or milli, T tera or thousand, mil a thousand or a million; the others are not units of a result.
UNREADABLE = (
    "| |/|.|-|%%|foo|NO UNITS|Mg/dL|Mmol/L|MU/L|MU/mL|MIU/L|M[IU]/L|Mu/L|M/L|m/uL|T/uL|G/uL|MM/uL|mil/mm3|MIL/uL|109/L|"
    "103/uL|10 9/L|10/L|x10/L|10*9|K|thou|cells|mol|sec|s|mm/h|mmHg|/HPF|/[HPF]|/100{WBC}|/100 WBC|{titer}|pH|"
    "10*3/uL/d|mg/dL/L|g/foo|foo/L|mg//dL|mg/dL/|U/g{creat}|mL/min/m2|mg/24|mg/12h|mg/dL (calc)|billion/L|"
    "10*-3/uL|mmol/L creat|mg/kg/d|10*3"
)


def test_there_are_enough_spellings_and_each_once():
    assert len(EACH_SPELLING) == len(set(EACH_SPELLING)) > 250


@pytest.mark.parametrize(("spelling", "code"), EACH_SPELLING)
def test_a_spelling_reads_as_its_ucum_code(spelling, code):
    assert read_unit(spelling).code == code


@pytest.mark.parametrize("spelling", [*UNREADABLE.split("|"), "\t"])
def test_what_is_unknown_or_ambiguous_does_not_read(spelling):
    assert read_unit(spelling) is None


@pytest.mark.parametrize("code", SPELLINGS)
def test_a_code_reads_as_itself(code):
    assert read_unit(code).code == code


@pytest.mark.parametrize(
    ("code", "dimension", "factor"),
    [
        ("10*9/L", "number concentration", "1000000000"),
        ("10*3/uL", "number concentration", "1000000000"),
        ("/nL", "number concentration", "1000000000"),
        ("10*3/mL", "number concentration", "1000000"),
        ("/uL", "number concentration", "1000000"),
        ("10*12/L", "number concentration", "1000000000000"),
        ("g/dL", "mass concentration", "10"),
        ("pg/mL", "mass concentration", "0.000000001"),
        ("umol/L", "substance concentration", "0.000001"),
        ("meq/L", "equivalent concentration", "0.001"),
        ("U/L", "catalytic concentration", "1"),
        ("ukat/L", "catalytic concentration", "60"),
        ("nkat/L", "catalytic concentration", "0.06"),
        ("u[IU]/mL", "arbitrary concentration", "0.001"),
        ("ug/(24.h)", "mass rate", "0.000001"),
        ("mg/h", "mass rate", "0.024"),
        ("nmol/(24.h)", "substance rate", "0.000000001"),
        ("mL/min", "volume rate", "1.44"),
        ("mg/g{creat}", "mass per creatinine mass", "0.001"),
        ("mg/mmol{creat}", "mass per creatinine substance", "1"),
        ("umol/g{creat}", "substance per creatinine mass", "0.000001"),
        ("umol/mmol{creat}", "substance per creatinine substance", "0.001"),
        ("mL/min/{1.73_m2}", "clearance per surface", "1.44"),
        ("%", "fraction", "0.01"),
        ("L/L", "fraction", "1"),
        ("mL/dL", "fraction", "0.01"),
        ("mg/g", "mass fraction", "0.001"),
        ("mmol/mol", "substance fraction", "0.001"),
        ("fL", "volume", "0.000000000000001"),
        ("pg", "mass", "0.000000000001"),
        ("{INR}", "ratio", "1"),
    ],
)
def test_a_unit_has_its_dimension_and_exact_factor(code, dimension, factor):
    assert read_unit(code) == (code, dimension, Decimal(factor))


def test_letters_in_another_case_never_lead_to_another_unit():
    assert {FOLDED[spelling.casefold()] for spelling in SPELLED} == set(SPELLED.values())
    assert all(FOLDED[spelling.casefold()] == part for spelling, part in SPELLED.items())


@pytest.mark.parametrize(
    ("value", "unit", "to", "converted"),
    [
        ("150", "10*9/L", "10*3/uL", "150"),
        ("150.0", "10*9/L", "10*3/uL", "150.0"),
        ("150000", "/mm3", "10*9/L", "150"),
        ("150", "10*3/mL", "10*3/uL", "0.15"),
        ("130", "g/L", "g/dL", "13"),
        ("5", "g/dL", "g/L", "50"),
        ("0.42", "L/L", "%", "42"),
        ("0.8", "ukat/L", "U/L", "48"),
        ("2", "mg/h", "mg/d", "48"),
        ("0", "/uL", "10*3/uL", "0"),
    ],
)
def test_a_number_converts_within_its_dimension(value, unit, to, converted):
    assert str(convert(Decimal(value), read_unit(unit), read_unit(to))) == converted


def test_a_number_never_converts_to_another_dimension():
    with pytest.raises(ValueError, match=r"^mg/dL measures mass concentration, mmol/L substance concentration$"):
        convert(Decimal(1), read_unit("mg/dL"), read_unit("mmol/L"))


DECIMAL_STEPS = [
    unit for unit in map(read_unit, SPELLINGS) if "kat" not in unit.code and unit.dimension != "volume rate"
]


@given(
    value=st.decimals(min_value=0, max_value=10**10, places=4),
    units=st.sampled_from(DECIMAL_STEPS).flatmap(
        lambda unit: st.tuples(
            st.just(unit), st.sampled_from([u for u in DECIMAL_STEPS if u.dimension == unit.dimension])
        )
    ),
)
def test_converting_there_and_back_gives_the_same_number(value, units):
    unit, to = units
    assert convert(convert(value, unit, to), to, unit) == value
