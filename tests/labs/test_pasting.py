"""What is read from pasted text, and what is not."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.grading.analytes import accepted_units, catalogue
from labs.intake.pasting import Found, NotUnderstood, read_text


@pytest.mark.parametrize(
    ("line", "key", "found"),
    [
        ("WBC 3.2 10*9/L (4.0-11.0)", "wbc", ("3.2", "10*9/L", "4.0", "11.0")),
        ("Hgb: 9.8 g/dL L", "hgb", ("9.8", "g/dL", "", "")),
        ("Hemoglobin\t9.8\tg/dL\t12.0\t16.0\tL", "hgb", ("9.8", "g/dL", "12.0", "16.0")),
        ("PLT 38 K/uL 150 - 400 L", "platelets", ("38", "K/uL", "150", "400")),
        ("PLT   38K/uL", "platelets", ("38", "K/uL", "", "")),
        ("Platelet count = <10 x10^9/L [150-400] LL", "platelets", ("<10", "x10^9/L", "150", "400")),
        ("Neutrophils 45 %", "neutrophils_percent", ("45", "%", "", "")),
        ("Neutrophils % 45 %", "neutrophils_percent", ("45", "%", "", "")),
        ("Neutrophils 1.4 x10^9/L 1.8 - 7.5", "anc", ("1.4", "x10^9/L", "1.8", "7.5")),
        ("Neutrophils (ANC) 1.4 10E3/uL", "anc", ("1.4", "10E3/uL", "", "")),
        ("Hemoglobin 9.8L g/dL 12.0-16.0", "hgb", ("9.8", "g/dL", "12.0", "16.0")),
        ("Sodium 140 L 135-145 mmol/L", "sodium", ("140", "mmol/L", "135", "145")),
        ("ALT 22 U/L <40", "alt", ("22", "U/L", "", "40")),
        ("Free T4 1.2 ng/dL", "ft4", ("1.2", "ng/dL", "", "")),
        ("TSH <0.01 mIU/L 0.4 - 4.0", "tsh", ("<0.01", "mIU/L", "0.4", "4.0")),
        ("eGFR >60 mL/min/1.73m2", "egfr", (">60", "mL/min/1.73m2", "", "")),
        ("Creatinine 0,9 mg/dl", "creatinine", ("0,9", "mg/dl", "", "")),
        ("Bilirubin, total 12 wibbles (up to 21)", "bili_total", ("12", "wibbles", "", "21")),
    ],
)
def test_line_is_read_as_it_is_written(line, key, found):
    assert read_text(line).found == {key: Found(*found, raw=line)}


@pytest.mark.parametrize("line", ["", "CBC with differential", "Test\tResult\tUnits\tReference range\tFlag", "-----"])
def test_heading_is_passed_over(line):
    pasted = read_text(line)

    assert (pasted.found, pasted.not_understood) == ({}, [])


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("Platelets clumped", "No number stands behind it."),
        ("Hemoglobin pending", "No number stands behind it."),
        ("Foo 33 mg", "Not understood."),
        ("Total 5 of 7 pages", "Not understood."),
        ("PLT 38 40 K/uL", "Not understood."),
        ("Neutrophils 45", "Without a unit it may be a count or per cent."),
    ],
)
def test_line_that_is_not_understood_is_told(line, why):
    pasted = read_text(f"Report\n{line}")

    assert (pasted.found, pasted.not_understood) == ({}, [NotUnderstood(2, line, why)])


def test_second_value_of_an_analyte_is_told_and_the_first_kept():
    pasted = read_text("PLT 38 K/uL\nPlatelets 40 K/uL")

    assert pasted.found["platelets"].value == "38"
    assert [each.why for each in pasted.not_understood] == ["A second value of Platelets."]


def test_specimen_time_and_number_are_taken_from_the_head():
    pasted = read_text("Collected: 2024-03-06 08:15\nAccession: 24-000123\nPLT 38 K/uL")

    assert (pasted.collected_on, pasted.collected_time) == (date(2024, 3, 6), time(8, 15))
    assert pasted.accession == "24-000123"


def test_date_that_could_be_two_days_is_not_taken():
    assert read_text("Collected: 03/06/2024").collected_on is None


def test_laboratorys_own_names_go_first():
    pasted = read_text("GLU 5 mmol/L", lambda name: [catalogue()["glucose"]] if name == "GLU" else [])

    assert list(pasted.found) == ["glucose"]


@given(st.text(max_size=300))
def test_any_text_is_read_or_told_and_never_fails(text):
    pasted = read_text(text)

    assert set(pasted.found) <= set(catalogue())


@given(
    analyte=st.sampled_from([each for each in catalogue().values() if "percent" not in each.key]),
    value=st.decimals("0.1", "999", places=1).map(str),
    data=st.data(),
)
def test_written_result_is_read_back(analyte, value, data):
    unit = data.draw(st.sampled_from(accepted_units(analyte)))

    pasted = read_text(f"{analyte.key}: {value} {unit}")

    assert pasted.found == {analyte.key: Found(value, unit, raw=f"{analyte.key}: {value} {unit}")}
