from itertools import product
from pathlib import Path

from imaging.response.recist import Response, overall_response

TEXT = (Path(__file__).parents[4] / "docs" / "imaging-scores.md").read_text(encoding="utf-8")
CR, PR, SD, NON, PD, NE = Response


def test_the_documented_table_is_that_of_the_code():
    lines = TEXT.splitlines()
    first = next(place for place, line in enumerate(lines) if line.startswith("| Target lesions | Non-target"))
    rows = [line.strip("| ").split("|")[1:] for line in lines[first + 2 : first + 8]]
    documented = [cell.strip() for row in rows for cell in row]
    targets, non_targets = (CR, PR, SD, NE, PD, None), (None, CR, NON, NE, PD)
    assert documented == [
        overall_response(target, other, new_lesion=False) for target, other in product(targets, non_targets)
    ]
