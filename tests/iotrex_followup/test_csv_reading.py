import pytest
from hypothesis import given
from hypothesis import strategies as st

from iotrex_followup.csv_reading import READ_AS_WINDOWS, Sheet, read_sheet
from iotrex_followup.errors import InputRefused

SHEET = Sheet(("mrn", "given_name"), ((2, ["A1", "Ana"]),))


@pytest.mark.parametrize(
    "content",
    [
        b"mrn,given_name\nA1,Ana\n",
        b"mrn;given_name\nA1;Ana\n",
        b"mrn\tgiven_name\nA1\tAna\n",
        b"\xef\xbb\xbfmrn,given_name\r\nA1,Ana\r\n",
        b"mrn,given_name\rA1,Ana\r",
        b'"mrn","given_name"\n"A1","Ana"',
    ],
)
def test_read_sheet_of_the_usual_dialects_is_the_same(content):
    assert read_sheet(content) == SHEET


def test_read_sheet_skips_the_line_that_is_for_excel_only():
    assert read_sheet(b"sep=;\r\nmrn;given_name\r\nA1;Ana\r\n") == SHEET


def test_read_sheet_leaves_empty_rows_out_and_counts_rows_as_a_spreadsheet_does():
    sheet = read_sheet(b'mrn,note\nA1,"two\nlines"\n,\n\nB2,x\n')

    assert sheet.rows == ((2, ["A1", "two\nlines"]), (5, ["B2", "x"]))


def test_read_sheet_of_windows_1252_is_read_with_a_note():
    sheet = read_sheet("mrn,given_name\nA1,José".encode("cp1252"))

    assert (sheet.rows, sheet.notes) == (((2, ["A1", "José"]),), (READ_AS_WINDOWS,))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty. It needs a header and one row per treatment."),
        (b" \r\n \n", "The file is empty. It needs a header and one row per treatment."),
        (b"\n\nmrn\n", "The first row is empty. It must hold the names of the columns."),
        (b"mrn,given_name\n,\n", "The file has a header but no rows. It needs one row per treatment."),
        (b"PK\x03\x04...", "This is an Excel or other zipped file, not a CSV file."),
        ("mrn,x".encode("utf-16"), "This is a “Unicode text” file (UTF-16), not a CSV file."),
        (b"mrn\nA1\0\n", "The file is not text: line 2 holds a NUL byte."),
        (b"mrn\n\x81\x8d\x8f\n", "The file is neither UTF-8 nor Windows-1252 text."),
        (b'mrn,given_name\nA1,"Ana\n', "The file cannot be read as CSV (unexpected end of data)."),
        (b"mrn\n" + b"x" * 200_000, "The file cannot be read as CSV (field larger than field limit (131072))."),
    ],
)
def test_read_sheet_of_what_is_no_list_is_refused_with_a_remedy(content, words):
    with pytest.raises(InputRefused) as refused:
        read_sheet(content)

    assert refused.value.message.startswith(words)


@given(st.one_of(st.binary(max_size=200), st.text(alphabet='a1,;"\r\n\t =', max_size=60).map(str.encode)))
def test_read_sheet_of_any_bytes_is_rows_or_a_refusal(content):
    try:
        rows = read_sheet(content).rows
    except InputRefused:
        return
    assert rows
    assert [row for _, row in rows if not any(cell.strip() for cell in row)] == []
