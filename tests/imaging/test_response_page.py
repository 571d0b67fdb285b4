"""A patient's course over time: one picture, the tables that say the same, and schemes that are never mixed."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imaging.actions.lesions import SeenFacts
from tests.imaging.courses import baseline_of, mm, sign, time_point
from tests.imaging.factories import ReadingFactory, StudyFactory

pytestmark = pytest.mark.django_db

SMALLER = {"Liver 1": mm(25), "Lung 1": mm(15), "Bone 1": SeenFacts("present")}
MISSED = {"Liver 1": mm(25), "Lung 1": SeenFacts("not_evaluated"), "Bone 1": SeenFacts("present")}


@pytest.fixture
def course(patient, clinician):
    baseline = sign(baseline_of(patient, by=clinician), by=clinician)
    sign(time_point(patient, SMALLER, by=clinician), "PR", by=clinician)
    return baseline


def scored(patient, day, *, scheme="Curie", is_baseline=False, **given):
    study = StudyFactory(patient=patient, clinic=patient.clinic, imaged_on=day, is_baseline=is_baseline)
    return ReadingFactory(study=study, scheme=scheme, given=given)


def page(client, patient):
    return client.get(f"/patients/{patient.pk}/response/")


def words_in(spec):
    parts = spec.get("vconcat", [spec])
    return [
        value.get("word", value.get("total"))
        for part in parts
        for layer in part["layer"]
        if layer["mark"]["type"] == "text" and "style" in layer["mark"]
        for value in layer["data"]["values"]
        if "word" in value or "total" in value
    ]


def test_picture_and_tables_say_the_same(client, patient, course):
    scored(patient, date(2024, 1, 20), is_baseline=True, pelvis=3, head=3)
    scored(patient, date(2024, 5, 2), pelvis=3)

    answer = page(client, patient)

    ((_, _, over_time),) = answer.context["courses"]
    assert words_in(over_time.picture) == ["treatment", "baseline 60.0", "PR 40.0", 6, 3]
    shown = answer.content.decode()
    for said in (
        "-33.33 %",
        "Curie score 3, at baseline 6: relative score 0.5.",
        '<td data-label="Sum (mm)">60.0</td>',
    ):
        assert said in shown


def test_scheme_that_is_not_the_clinics_has_a_picture_of_its_own(client, patient, course):
    scored(patient, date(2024, 5, 2), pelvis=3)
    scored(patient, date(2024, 5, 2), scheme="SIOPEN", left_thigh=5)

    ((_, _, over_time),) = page(client, patient).context["courses"]

    assert [(str(each.scheme.kind), each.picture and words_in(each.picture)) for each in over_time.scores] == [
        ("Curie", None),
        ("SIOPEN", ["treatment", 5]),
    ]
    assert words_in(over_time.picture) == ["treatment", "baseline 60.0", "PR 40.0", 3]


def test_sum_without_a_lesion_is_not_drawn(client, patient, clinician, course):
    sign(time_point(patient, MISSED, day=date(2024, 5, 10), by=clinician), "NE", by=clinician)

    ((_, _, over_time),) = page(client, patient).context["courses"]

    assert words_in(over_time.picture)[-1] == "NE"


def test_baseline_alone_has_no_picture(client, patient, clinician):
    baseline_of(patient, by=clinician)

    ((_, _, over_time),) = page(client, patient).context["courses"]

    assert over_time.picture is None


def test_scan_belongs_to_the_course_it_falls_into(client, patient, clinician, course):
    scored(patient, date(2023, 6, 1), pelvis=1)
    scored(patient, date(2024, 5, 2), pelvis=3)

    ((_, _, over_time),) = page(client, patient).context["courses"]

    assert [each.score.counts.total for each in over_time.scores[0].scans] == [3]


def test_page_takes_as_many_queries_for_three_scored_scans_as_for_one(client, patient, course):
    scored(patient, date(2024, 5, 2), pelvis=3)
    page(client, patient)

    with CaptureQueriesContext(connection) as one:
        page(client, patient)
    scored(patient, date(2024, 5, 3), pelvis=2)
    scored(patient, date(2024, 5, 4), pelvis=1)
    with CaptureQueriesContext(connection) as three:
        page(client, patient)

    assert len(one) == len(three)
