import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from iotrex_followup.csv_files import FORMULA, as_written, csv_file, harmless


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1))
def test_no_cell_of_a_written_file_begins_as_a_formula(cells):
    (heads, row) = csv.reader(io.StringIO(csv_file(cells, [cells]).decode("utf-8-sig"), newline=""))

    assert [cell for cell in row if cell.startswith(FORMULA)] == []
    assert heads == row == [harmless(cell) for cell in cells]


def test_cell_is_read_as_it_was_before_it_was_made_harmless():
    cells = ["=1+1", "-Abel", "O'Neil", "'quoted'", ""]
    assert [as_written(harmless(cell)) for cell in cells] == cells


def test_numbers_are_written_as_they_are():
    assert csv_file(["a", "b"], [[-1, None]]) == b"\xef\xbb\xbfa,b\r\n-1,\r\n"
