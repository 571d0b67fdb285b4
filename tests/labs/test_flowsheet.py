"""The flowsheet's rows and columns."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labs.models import LabResult
from labs.pages.flowsheet import flowsheet
from patients.models import SupportiveCare, Treatment
from tests.labs.arrivals import arrive

ANCHOR = date(2024, 1, 31)


def day(number):
    return ANCHOR + timedelta(number)


def row(sheet, analyte):
    return next(row for panel in sheet.panels for row in panel.rows if row.analyte.key == analyte)


def values(row):
    return [[cell.shown.reading.shown_value for cell in cells] for cells in row.cells]


def heads(sheet):
    return ["infusion" if column.infusion else (column.day - ANCHOR).days for column in sheet.columns]


def test_specimens_stand_in_order_with_the_infusion_after_those_of_its_day(plan):
    for number in (7, -3, 0):
        arrive(plan.patient, day(number), platelets=str(200 + number))

    sheet = flowsheet(plan.patient)

    assert heads(sheet) == [-3, 0, "infusion", 7]
    assert values(row(sheet, "platelets")) == [["197"], ["200"], [], ["207"]]


def test_panels_and_analytes_stand_in_the_order_of_the_catalogue(plan):
    arrive(plan.patient, day(7), tsh="2", platelets="200", hgb="130", creatinine="80")

    sheet = flowsheet(plan.patient)

    assert [(p.key, [r.analyte.key for r in p.rows]) for p in sheet.panels] == [
        ("cbc", ["hgb", "platelets"]),
        ("chemistry", ["creatinine", "egfr"]),
        ("thyroid", ["tsh"]),
    ]


def test_one_panel_has_only_its_own_columns(plan):
    arrive(plan.patient, day(7), tsh="2")
    arrive(plan.patient, day(14), platelets="200")

    assert heads(flowsheet(plan.patient, panel="thyroid")) == ["infusion", 7]


@pytest.mark.parametrize(
    ("before", "now", "arrow"),
    [("200", "180", "↓"), ("180", "200", "↑"), ("200", "200.0", ""), ("<5", "200", ""), ("200", "<5", "")],
)
def test_arrow_tells_which_way_a_value_went_where_that_is_certain(plan, before, now, arrow):
    arrive(plan.patient, day(7), platelets=before)
    arrive(plan.patient, day(14), platelets=now)

    assert [cell.arrow for cells in row(flowsheet(plan.patient), "platelets").cells for cell in cells] == ["", arrow]


def test_older_specimens_are_a_page_of_their_own_and_nothing_is_lost(plan):
    for number in range(5):
        arrive(plan.patient, day(7 * number + 7), platelets=str(200 + number))

    newest = flowsheet(plan.patient, size=3)
    older = flowsheet(plan.patient, size=3, before=newest.older)

    assert (heads(newest), newest.is_newest, newest.has_earlier) == ([21, 28, 35], True, True)
    assert (heads(older), older.is_newest, older.older) == (["infusion", 7, 14], False, None)
    assert row(newest, "platelets").earlier.reading.shown_value == "201"
    assert row(newest, "platelets").cells[0][0].arrow == "↑"  # against the one on the page before


def test_analyte_not_measured_lately_still_shows_its_last_value(plan):
    arrive(plan.patient, day(-2), tsh="2.5")
    for number in (7, 14):
        arrive(plan.patient, day(number), platelets="200")

    sheet = flowsheet(plan.patient, size=2)

    assert row(sheet, "tsh").earlier.reading.shown_value == "2.5"
    assert values(row(sheet, "tsh")) == [[], []]


def test_infusion_between_two_pages_stands_on_the_older_one(plan):
    arrive(plan.patient, day(-2), platelets="200")
    arrive(plan.patient, day(7), platelets="190")

    newest = flowsheet(plan.patient, size=1)

    assert heads(newest) == [7]
    assert heads(flowsheet(plan.patient, size=1, before=newest.older)) == [-2, "infusion"]


def test_what_was_given_stands_at_the_next_specimen(plan):
    for number in (28, 35):
        arrive(plan.patient, day(number), platelets="30")
    for number in (20, 30, 35, 40):
        SupportiveCare.objects.create(
            clinic=plan.clinic, patient=plan.patient, product="platelets", given_on=day(number)
        )

    sheet = flowsheet(plan.patient)

    assert [[(given.given_on - ANCHOR).days for given in column.given] for column in sheet.columns] == [
        [],
        [20],
        [30, 35],
    ]
    assert len(sheet.support) == 4


def test_two_specimens_of_a_day_say_their_time(plan):
    arrive(plan.patient, day(7), platelets="200")
    other = LabResult.objects.get(analyte="platelets")
    later = LabResult.objects.create(
        **{
            field.attname: getattr(other, field.attname)
            for field in LabResult._meta.concrete_fields
            if field.attname not in ("id", "identity", "fingerprint", "collected_at", "unit")
        },
        identity=plan.patient.pk,
        fingerprint=plan.patient.pk,
        collected_at=other.collected_at + timedelta(hours=4),
        unit="K/uL",
    )

    sheet = flowsheet(plan.patient)

    assert [column.with_time for column in sheet.columns if column.at] == [True, True]
    assert later.collected_on == other.collected_on


def test_cancelled_and_withdrawn_results_are_not_findings(plan):
    arrive(plan.patient, day(7), platelets="200", hgb="130")
    LabResult.objects.filter(analyte="hgb").update(status="cancelled")

    assert [r.analyte.key for p in flowsheet(plan.patient).panels for r in p.rows] == ["platelets"]


def test_withdrawn_infusion_has_no_column(plan):
    arrive(plan.patient, day(7), platelets="200")
    Treatment.objects.update(state="withdrawn")

    assert heads(flowsheet(plan.patient)) == [7]


def test_patient_without_results_has_an_empty_sheet(plan):
    sheet = flowsheet(plan.patient)

    assert (sheet.columns, sheet.panels, sheet.older) == ([], [], None)


def test_many_results_take_as_many_queries_as_few(plan):
    arrive(plan.patient, day(1), platelets="200", hgb="130")
    arrive(plan.patient, day(2), platelets="200", hgb="130")
    with CaptureQueriesContext(connection) as few:
        flowsheet(plan.patient, size=1)
    for number in range(3, 9):
        arrive(plan.patient, day(number), platelets="200", hgb="130", tsh="2", creatinine="80")
    with CaptureQueriesContext(connection) as many:
        flowsheet(plan.patient, size=5)

    assert len(many) == len(few)
