"""Files of results as laboratories send them: what is a row, and what becomes of one that cannot be read."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.labs.csv_results import LONGEST_ROW, MOST_LINES, open_csv
from interop.labs.importing import READERS
from interop.labs.sources import ResultFile, format_of, open_results
from iotrex_followup.errors import InputRefused

HEADER = "mrn,collected_at,analyte,value\n"
NO_PARTNER = 'A quotation mark (") has no partner, or stands within a cell.'


def opened(text, name="labs.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    return open_csv(ResultFile(name, lambda: io.BytesIO(content)))


def rows(text):
    return list(opened(text).rows)


def test_columns_stand_in_any_order_and_case():
    [row] = rows("Value, Collected at,MRN,ANALYTE,Unit\n210 ,2024-03-05, P1,PLT,K/uL\n")

    assert row == row._replace(
        position="labs.csv row 2",
        mrn="P1",
        collected_at="2024-03-05",
        analyte="PLT",
        value="210",
        unit="K/uL",
        status="",
        raw="210 ,2024-03-05, P1,PLT,K/uL",
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_cells_are_parted_by_comma_semicolon_or_tab(delimiter, end):
    text = (HEADER + "P1,2024-03-05,PLT,210\n").replace(",", delimiter).replace("\n", end)

    assert [row[1:5] for row in rows(text)] == [("P1", "2024-03-05", "PLT", "210")]


@pytest.mark.parametrize(
    ("encoding", "notes"),
    [("utf-8", []), ("utf-8-sig", []), ("cp1252", ["The file is not UTF-8; it was read as Windows-1252."])],
)
def test_letters_are_utf8_or_windows_1252(encoding, notes):
    found = opened((HEADER + "P1,2024-03-05,Größe,210\n").encode(encoding))

    assert [row.analyte for row in found.rows] == ["Größe"]
    assert [note.what for note in found.notes] == notes


def test_column_that_is_not_known_is_noted_and_one_that_is_nearly_so_with_a_remedy():
    found = opened("mrn,collected_at,analyte,value,ward,acession\n")

    assert [(note.column, note.remedy) for note in found.notes] == [
        ("ward", "Nothing needs doing if that is right."),
        ("acession", "If it is accession, rename it."),
    ]


def test_blank_rows_are_no_rows_but_count_as_a_spreadsheet_counts():
    assert [row.position for row in rows(f"{HEADER}\n,,,\nP1,2024-03-05,PLT,210\n\n")] == ["labs.csv row 4"]


def test_line_for_excel_is_no_row():
    [row] = rows("sep=;\nmrn;collected_at;analyte;value\nP1;2024-03-05;PLT;210\n")

    assert (row.position, row.mrn) == ("labs.csv row 2", "P1")


def test_cell_in_quotation_marks_holds_separators_and_line_breaks():
    [row, after] = rows(f'{HEADER}P1,2024-03-05,"PLT, ""automated""\nsecond line",210\nP2,2024-03-05,PLT,1\n')

    assert (row.analyte, row.value, row.position) == ('PLT, "automated"\nsecond line', "210", "labs.csv row 2")
    assert row.raw == 'P1,2024-03-05,"PLT, ""automated""\nsecond line",210'
    assert (after.mrn, after.position) == ("P2", "labs.csv row 3")


def test_quotation_mark_within_a_cell_is_a_sign_like_others():
    assert [row.analyte for row in rows(f'{HEADER}P1,2024-03-05,5" tube,210\n')] == ['5" tube']


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("P1,2024-03-05,PLT", "The row has 3 cells, the header 4."),
        ("P1,2024-03-05,PLT,210,more", "The row has 5 cells, the header 4."),
        ("P1,2024-03-05,P\0LT,210", "The row holds a NUL sign; it is not text."),
        ('P1,2024-03-05,"PLT,210', NO_PARTNER),
        ('P1,2024-03-05,"PLT"x,210', NO_PARTNER),
        (f"P1,2024-03-05,PLT,{'2' * LONGEST_ROW}", f"The row has more than {LONGEST_ROW:,} signs."),
    ],
)
def test_row_that_cannot_be_split_is_passed_on_as_it_came_and_the_others_are_read(line, why):
    broken, other = rows(f"{HEADER}{line}\nP2,2024-03-06,HGB,13\n")

    assert (broken.broken, broken.raw, broken.mrn) == (why, line.replace("\0", "␀"), "")
    assert (other.mrn, other.analyte, other.broken) == ("P2", "HGB", "")


def test_quotation_mark_that_never_ends_spoils_its_own_line_only():
    lines = "".join(f"P{number},2024-03-06,HGB,13\n" for number in range(3 * MOST_LINES))

    found = rows(f'{HEADER}P,2024-03-05,"PLT,210\n{lines}')

    assert [row.mrn for row in found] == ["", *(f"P{number}" for number in range(3 * MOST_LINES))]


def test_blank_cells_beyond_the_header_are_no_mistake():
    assert [row.value for row in rows(f"{HEADER}P1,2024-03-05,PLT,210,,\n")] == ["210"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "labs.csv has no header. It needs one, and one row per result."),
        (b"\n\n", "labs.csv has no header."),
        (b"mrn,value\n", "The header of labs.csv does not name collected_at, analyte."),
        (b"mrn,value,MRN\n", "labs.csv has two columns “MRN”. Delete or rename one."),
        (b"PK\x03\x04 xlsx", "labs.csv is an Excel or other zipped file, not a CSV file."),
        (b"%PDF-1.7", "labs.csv is a PDF, not a CSV file."),
        (b"\xff\xfem\0r\0n\0", "labs.csv is a “Unicode text” file (UTF-16), not a CSV file."),
    ],
)
def test_file_that_is_no_list_of_results_is_refused(content, words):
    with pytest.raises(InputRefused) as refused:
        opened(content)

    assert refused.value.message.startswith(words)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"MSH|^~\\&|LAB|", "hl7v2"),
        (b"\x0bMSH|^~\\&|LAB|", "hl7v2"),
        (b"\xef\xbb\xbfFHS|^~\\&", "hl7v2"),
        (b'\n {"resourceType": "Bundle"}', "fhir"),
        (b'[{"resourceType": "Observation"}]', "fhir"),
        (b'<Bundle xmlns="http://hl7.org/fhir">', "fhir"),
        (b"mrn,value\n", "csv"),
        (b"", "csv"),
    ],
)
def test_format_is_told_by_the_beginning(content, expected):
    assert format_of(content) == expected


@pytest.mark.parametrize(("format", "name"), [("fhir", "FHIR"), ("hl7v2", "HL7 v2")])
def test_format_that_is_not_read_yet_is_said_plainly(format, name):
    file = ResultFile("results.dat", lambda: io.BytesIO(b""))

    with pytest.raises(InputRefused) as refused:
        open_results(file, format=format, readers=READERS)

    assert refused.value.message == f"results.dat is {name}, which is not read yet. Export the results as CSV."


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=8)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), max_size=6))
def test_what_a_spreadsheet_writes_is_read_again(given_rows):
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([("mrn", "collected_at", "analyte", "value"), *given_rows])

    found = [row[1:5] for row in rows(out.getvalue())]

    stripped = [tuple(cell.strip() for cell in row) for row in given_rows]
    assert found == [row for row in stripped if any(row)]


@given(st.text(st.sampled_from('ab,"\n') | st.characters(exclude_categories=["Cs"]), max_size=200))
def test_no_line_that_says_something_is_lost(text):
    found = rows(HEADER + text)

    shown = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "␀")
    assert saying(line for row in found for line in row.raw.split("\n")) == saying(shown.split("\n"))


def saying(lines):
    """The lines that hold more than separators, quotation marks and blanks."""
    return [line for line in lines if line.replace('"', "").replace(",", "").strip()]
