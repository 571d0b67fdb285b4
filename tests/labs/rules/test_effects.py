from datetime import UTC, datetime

import pytest

from labs.rules.effects import Support, affected_by
from tests.labs.rules.courses import RULES, on

RULE = RULES.effects


@pytest.mark.parametrize(
    ("kind", "analyte", "days", "affected"),
    [
        ("platelets", "platelets", -1, False),
        ("platelets", "platelets", 0, True),
        ("platelets", "platelets", 7, True),
        ("platelets", "platelets", 8, False),
        ("platelets", "anc", 1, False),
        ("red_cells", "hgb", 30, True),
        ("red_cells", "hgb", 31, False),
        ("red_cells", "mcv", 1, True),
        ("red_cells", "platelets", 1, False),
        ("filgrastim", "anc", 7, True),
        ("filgrastim", "wbc", 8, False),
        ("filgrastim", "alc", 1, False),
        ("pegfilgrastim", "anc", 21, True),
        ("pegfilgrastim", "anc", 22, False),
        ("stem_cells", "anc", 0, False),
        ("unknown", "anc", 0, False),
    ],
)
def test_support_affects_its_analytes_for_its_days(kind, analyte, days, affected):
    found = affected_by(RULE, analyte, on(20 + days), [Support(kind, on(20))])
    assert (found != ()) is affected


def test_several_supports_are_named_once_each():
    given = [Support("filgrastim", on(1)), Support("filgrastim", on(2)), Support("pegfilgrastim", on(2))]
    assert affected_by(RULE, "anc", on(3), given) == ("filgrastim", "pegfilgrastim")


def test_a_draw_known_to_be_before_the_support_is_not_affected():
    at = datetime(2024, 2, 20, 12, tzinfo=UTC)
    given = [Support("platelets", on(20), at)]
    before, after = at.replace(hour=8), at.replace(hour=15)
    assert affected_by(RULE, "platelets", on(20), given, at=before) == ()
    assert affected_by(RULE, "platelets", on(20), given, at=after) == ("platelet transfusion",)
    assert affected_by(RULE, "platelets", on(20), given) == ("platelet transfusion",)
