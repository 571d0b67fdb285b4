"""The picture of a trend: its marks, bands and lines, and that both renderers read it."""

from datetime import date, timedelta

import pytest
import vl_convert

from labs.models import Baseline, LabResult
from labs.pages.axes import SMALL, WHOLE, time_ends
from labs.pages.pictures import sparkline, trend_picture
from labs.pages.trends import trends
from patients.models import SupportiveCare
from tests.labs.arrivals import arrive
from tests.labs.factories import LaboratoryFactory

ANCHOR = date(2024, 1, 31)


def day(number):
    return ANCHOR + timedelta(number)


def trend_of(patient, analyte):
    (found,) = trends(patient, [analyte])
    return found


def layers(spec, kind, style=None):
    return [
        layer
        for layer in spec["layer"]
        if layer["mark"]["type"] == kind and (style is None or layer["mark"].get("style") == style)
    ]


def points(spec):
    """The shape, whether it is filled, and the value, of each mark."""
    return sorted(
        (layer["mark"]["shape"], layer["mark"]["filled"], value["value"])
        for layer in layers(spec, "point")
        for value in layer["data"]["values"]
    )


def texts(spec):
    return [
        text
        for layer in layers(spec, "text")
        for text in (
            [layer["mark"]["text"]]
            if "text" in layer["mark"]
            else [value[layer["encoding"]["text"]["field"]] for value in layer["data"]["values"]]
        )
    ]


@pytest.fixture
def course(plan):
    """Platelets before and after the infusion, one below the assay's limit, one after a transfusion."""
    for number, value in ((-2, "240"), (7, "200"), (28, "<30"), (35, "45"), (56, "160")):
        arrive(plan.patient, day(number), platelets=value)
    SupportiveCare.objects.create(clinic=plan.clinic, patient=plan.patient, product="platelets", given_on=day(33))
    return plan.patient


def test_each_kind_of_value_has_its_own_mark(course):
    spec = trend_picture(trend_of(course, "platelets"))

    assert points(spec) == [
        ("circle", True, 160.0),
        ("circle", True, 200.0),
        ("circle", True, 240.0),
        ("diamond", True, 45.0),
        ("triangle-down", False, 30.0),
    ]


def test_line_leaves_out_what_is_only_a_limit(course):
    (line,) = layers(trend_picture(trend_of(course, "platelets")), "line")

    assert [value["value"] for value in line["data"]["values"]] == [240.0, 200.0, 45.0, 160.0]


def test_grades_range_baseline_infusion_and_lowest_weeks_are_named(course):
    assert texts(trend_picture(trend_of(course, "platelets"))) == [
        "grade 3",
        "grade 2",
        "grade 1",
        "lowest counts, weeks 4–6",
        "infusion 1",
        "baseline",
        "T",
    ]


def test_baseline_is_dashed_from_the_infusion_on(course):
    (rule,) = layers(trend_picture(trend_of(course, "platelets")), "rule", "baseline")

    (value,) = rule["data"]["values"]
    assert (value["value"], value["from"], value["says"]) == (
        240.0,
        day(0).toordinal() - date(1970, 1, 1).toordinal(),
        "Baseline 240 x10^9/L",
    )


def test_preliminary_value_is_hollow(course):
    LabResult.objects.filter(collected_on=day(56)).update(status="preliminary")

    assert ("circle", False, 160.0) in points(trend_picture(trend_of(course, "platelets")))


def test_sentence_of_a_mark_is_that_of_the_flowsheet_with_its_day(course):
    spec = trend_picture(trend_of(course, "platelets"))

    (affected,) = (v["says"] for layer in layers(spec, "point") for v in layer["data"]["values"] if v["value"] == 45.0)
    assert affected == (
        "PLT 45 x10^9/L, low, range 150–400, grade 3, Thrombocytopenia, affected by platelet transfusion,"
        " Wed 6 Mar 2024"
    )


def test_marker_has_a_logarithmic_axis_and_no_line_across_laboratories(plan):
    for number, value in ((0, "400"), (30, "300"), (60, "90"), (90, "120")):
        arrive(plan.patient, day(number), cga=value)
    LabResult.objects.filter(collected_on__gte=day(60)).update(
        laboratory=LaboratoryFactory(clinic=plan.clinic, name="South")
    )

    trend = trend_of(plan.patient, "cga")
    spec = trend_picture(trend)

    assert trend.series == ["North", "South"]
    assert [[v["value"] for v in line["data"]["values"]] for line in layers(spec, "line")] == [
        [400.0, 300.0],
        [90.0, 120.0],
    ]
    assert {layer["encoding"]["y"]["scale"]["type"] for layer in layers(spec, "point")} == {"log"}
    assert {"North", "South"} <= set(texts(spec))


def test_blood_counts_of_two_laboratories_are_one_line(course):
    LabResult.objects.filter(collected_on=day(56)).update(
        laboratory=LaboratoryFactory(clinic=course.clinic, name="South")
    )

    assert trend_of(course, "platelets").series == [""]


def test_values_in_two_unit_systems_are_drawn_in_si(plan):
    arrive(plan.patient, day(7), hgb="120")
    arrive(plan.patient, day(14), hgb="110")
    LabResult.objects.filter(collected_on=day(14)).update(system="us", graded_value=11, value=11, unit="g/dL")

    trend = trend_of(plan.patient, "hgb")

    assert (trend.unit, [float(point.value) for point in trend.points]) == ("g/L", [120.0, 110.0])


def test_values_all_in_conventional_units_are_drawn_in_them(plan):
    arrive(plan.patient, day(7), hgb="120")
    LabResult.objects.update(system="us", graded_value=12, value=12, unit="g/dL", low=12, high=16)

    trend = trend_of(plan.patient, "hgb")

    assert (trend.unit, [float(point.value) for point in trend.points]) == ("g/dL", [12.0])


def test_baseline_of_each_treatment_ends_with_the_next(course, plan):
    second = plan.treatment
    second.pk, second.number, second.started_on = None, 2, day(100)
    second._state.adding = True
    second.save()
    result = LabResult.objects.get(collected_on=day(56))
    Baseline.objects.create(
        clinic=plan.clinic, patient=course, treatment=second, analyte="platelets", result=result, reason="Last."
    )

    baselines = trend_of(course, "platelets").baselines

    assert [(int(each.value), each.begins, each.ends) for each in baselines] == [
        (240, day(0), day(100)),
        (160, day(100), None),
    ]


def test_pictures_beside_each_other_span_the_same_days(course):
    arrive(course, day(200), hgb="130")
    found = trends(course, ["platelets", "hgb"])
    first, last = time_ends(found)

    domains = [
        trend_picture(each, SMALL, first=first, last=last)["layer"][-1]["encoding"]["x"]["scale"]["domain"]
        for each in found
    ]

    assert domains[0] == domains[1]


@pytest.mark.parametrize("size", [WHOLE, SMALL])
@pytest.mark.parametrize("analyte", ["platelets", "hgb", "cga", "tsh"])
def test_renderer_for_paper_reads_every_picture(plan, analyte, size):
    for number, value in ((-2, "24"), (7, "20"), (700, "19.5")):
        arrive(plan.patient, day(number), **{analyte: value})
    (trend,) = trends(plan.patient, [analyte])

    assert vl_convert.vegalite_to_svg(trend_picture(trend, size)).startswith("<svg")


def test_curve_of_a_row_ends_at_the_last_value(course):
    (found,) = trends(course, ["platelets"])

    curve = sparkline([each.reading for each in found.shown])

    assert (curve.points.split()[-1], len(curve.points.split())) == (f"{curve.x},{curve.y}", 5)


def test_curve_needs_two_values(plan):
    arrive(plan.patient, day(7), hgb="120")
    (found,) = trends(plan.patient, ["hgb"])

    assert sparkline([each.reading for each in found.shown]) is None
