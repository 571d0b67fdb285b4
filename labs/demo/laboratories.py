"""The demo's two laboratories: one with its own codes and ranges, one that speaks our keys."""

from labs.actions.laboratories import add_laboratory
from labs.actions.mappings import map_code
from labs.actions.ranges import set_range
from labs.demo.values import measured
from labs.grading.catalogue_file import age_threshold
from labs.intake.mapping_checks import RangeFacts
from labs.senders.shipped import CodeMeaning
from schedules.demo.clinic import Demo

OURS, NEAR_HOME = "Harbour Lane Pathology", "Health centre near home"
GROWN_UP = age_threshold(18, "y")  # days


def open_laboratories(demo: Demo) -> None:
    """Enter both laboratories, and what is known of the first."""
    by = demo.clinicians[0]
    ours = add_laboratory(clinic=demo.clinic, name=OURS, phone="020 7946 0150", by=by)
    add_laboratory(clinic=demo.clinic, name=NEAR_HOME, phone="020 7946 0151", by=by)
    for analyte, each in measured().items():
        meaning = CodeMeaning(analyte, unit=each.unit, assay=each.assay)
        map_code(laboratory=ours, code=each.code, meaning=meaning, by=by)
        if each.low or each.high:
            facts = RangeFacts(
                analyte=analyte,
                unit=each.unit,
                low=each.low,
                high=each.high,
                age_from_days=GROWN_UP,
                source="Handbook of the laboratory",
            )
            set_range(clinic=demo.clinic, laboratory=ours, facts=facts, by=by)
