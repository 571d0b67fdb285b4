import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from interop.csv.writing import FORMULA, csv_file, harmless


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1))
def test_no_cell_of_a_written_file_begins_as_a_formula(cells):
    (_, row) = csv.reader(io.StringIO(csv_file(["head"] * len(cells), [cells]).decode("utf-8-sig"), newline=""))

    assert [cell for cell in row if cell.startswith(FORMULA)] == []
    assert row == [harmless(cell) for cell in cells]


def test_numbers_are_written_as_they_are():
    assert csv_file(["a", "b"], [[-1, None]]) == b"\xef\xbb\xbfa,b\r\n-1,\r\n"
