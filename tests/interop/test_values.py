from datetime import date
from decimal import Decimal

import pytest

from interop.csv.columns import BY_NAME
from interop.csv.values import Unreadable, clean


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("birth_date", "1961-03-03", date(1961, 3, 3)),
        ("sex", "F", "female"),
        ("sex", "male", "male"),
        ("sex", "Mujer", "female"),
        ("indication", "Phaeochromocytoma", "pheochromocytoma"),
        ("indication", "medullary_thyroid", "medullary_thyroid"),
        ("indication", "Carcinoid or other neuroendocrine tumour", "neuroendocrine"),
        ("secreting", "Sí", True),
        ("secreting", "0", False),
        ("kind", "Dosimetry", "dosimetric"),
        ("activity_mbq", "18500", Decimal("18500.0")),
        ("weight_kg", "7.25", Decimal("7.25")),
        ("language", "Español", "es"),
        ("time_zone", "America/Bogota", "America/Bogota"),
        ("imaging_interval", "12", 12),
        ("annual_interval", "24", 24),
        ("email", "ana@example.org", "ana@example.org"),
    ],
)
def test_cell_that_can_be_read_is_the_value(column, text, value):
    assert BY_NAME[column].read(text) == value


@pytest.mark.parametrize(
    ("column", "text", "what", "remedy"),
    [
        ("birth_date", "03/04/24", "“03/04/24” is not a date as year-month-day.", "Write it like 2024-04-03."),
        ("birth_date", "2024-4-3", "“2024-4-3” is not a date as year-month-day.", "Write it like 2024-04-03."),
        ("birth_date", "20240403", "“20240403” is not a date as year-month-day.", "Write it like 2024-04-03."),
        ("birth_date", "45385", "“45385” is a spreadsheet's own number for a day.", "Write it like 2024-04-03."),
        ("birth_date", "2023-02-29", "There is no day 2023-02-29.", "Correct the date."),
        ("birth_date", "0024-04-03", "0024-04-03 is before 1900-01-01.", "Correct the year."),
        ("birth_date", "٢٠٢٤-٠٤-٠٣", "“٢٠٢٤-٠٤-٠٣” is not a date as year-month-day.", "Write it like 2024-04-03."),
        ("sex", "w", "“w” is not known.", "Write female, male, other or unknown."),
        ("secreting", "maybe", "“maybe” is not known.", "Write yes or no."),
        ("language", "fr", "“fr” is not known.", "Write en, es or other."),
        ("activity_mbq", "7400,5", "“7400,5” has a comma.", "Write decimals with a point, such as 7400.5."),
        ("activity_mbq", "7400 MBq", "“7400 MBq” is not a number.", "Write only the number, in MBq, such as 7400."),
        ("activity_mbq", "-1", "“-1” is not a number.", "Write only the number, in MBq, such as 7400."),
        ("activity_mbq", "NaN", "“NaN” is not a number.", "Write only the number, in MBq, such as 7400."),
        ("activity_mbq", "1e4", "“1e4” is not a number.", "Write only the number, in MBq, such as 7400."),
        ("activity_mbq", "0", "It is 0.", "Leave it blank when it is not known."),
        ("activity_mbq", "7400.25", "7400.25 has too many decimals.", "Round it to 1 decimal."),
        ("activity_mbq", "100000000", "100000000 MBq is too large.", "Correct the number or its unit."),
        ("weight_kg", "1000", "1000 kg is too large.", "Correct the number or its unit."),
        ("mrn", "x" * 65, "It has 65 characters.", "Shorten it to at most 64."),
        ("phone", "1" * 41, "It has 41 characters.", "Shorten it to at most 40."),
        ("email", "ana", "“ana” is not an e-mail address.", "Correct it or leave it blank."),
        ("time_zone", "Mars/Base", "“Mars/Base” is not an IANA time zone.", "Write a name such as Europe/Madrid."),
        ("time_zone", "../etc", "“../etc” is not an IANA time zone.", "Write a name such as Europe/Madrid."),
        ("imaging_interval", "5", "“5” is not known.", "Write a whole number from 6 to 12."),
        ("annual_interval", "13", "“13” is not known.", "Write 12 or 24."),
    ],
)
def test_cell_that_cannot_be_read_says_what_and_what_to_do(column, text, what, remedy):
    with pytest.raises(Unreadable) as unreadable:
        BY_NAME[column].read(text)

    assert (unreadable.value.what, unreadable.value.remedy) == (what, remedy)


@pytest.mark.parametrize(("cell", "text"), [("  Ana ", "Ana"), ("\u00a0José\u00a0", "José"), ("Jose\u0301", "José")])
def test_clean_trims_and_composes(cell, text):
    assert clean(cell) == text


@pytest.mark.parametrize("cell", ["A\x00na", "A\nna", "A\x1bna", "Jos\ufffd"])
def test_clean_refuses_what_cannot_be_shown(cell):
    with pytest.raises(Unreadable):
        clean(cell)
