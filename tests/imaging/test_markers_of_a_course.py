"""Tumour markers beside a time point: on its page, with its signature, on paper and over the API."""

from datetime import date

import pytest
from django.urls import reverse

from imaging.actions.lesions import SeenFacts
from imaging.courses.markers import markers_at
from imaging.courses.recist import course_of
from imaging.documents import assessment_report_pdf
from imaging.models import ResponseAssessment
from tests.imaging.conftest import TODAY
from tests.imaging.courses import baseline_of, mm, sign, time_point
from tests.labs.arrivals import arrive
from tests.labs.factories import LaboratoryFactory
from tests.pdf import text_of

pytestmark = pytest.mark.django_db

SMALLER = {"Liver 1": mm(25), "Lung 1": mm(15), "Bone 1": SeenFacts("present")}


@pytest.fixture
def point(patient, clinician):
    LaboratoryFactory(clinic=patient.clinic, name="North")
    for day, cga in ((date(2024, 1, 30), "400"), (date(2024, 3, 1), "80"), (date(2024, 5, 10), "168")):
        arrive(patient, day, cga=cga)
    sign(baseline_of(patient, by=clinician), by=clinician)
    return time_point(patient, SMALLER, by=clinician)


def test_page_shows_them_before_the_treatment_the_lowest_and_the_last(client, point):
    content = client.get(reverse("imaging:assessment", args=[point.pk])).content.decode()
    for words in ("400 ug/L", "Tue 30 Jan 2024", "80 ug/L", "168 ug/L", "2.10 x"):
        assert words in content


def test_page_of_a_baseline_shows_what_was_before_the_treatment_alone(client, point):
    content = client.get(reverse("imaging:assessment", args=[point.baseline_id])).content.decode()
    assert "400 ug/L" in content
    assert "80 ug/L" not in content


def test_page_says_that_none_is_known(client, patient, clinician):
    baseline = baseline_of(patient, by=clinician)
    content = client.get(reverse("imaging:assessment", args=[baseline.pk])).content.decode()
    assert "No tumour marker is known from before the treatment." in content


def test_value_within_four_weeks_after_the_images_belongs_to_them(point):
    """The images are of 2 May."""
    arrive(point.patient, date(2024, 5, 30), cga="90")
    arrive(point.patient, date(2024, 5, 31), cga="91")
    (marker,) = markers_at(course_of(point.baseline), point)
    assert marker.last.on == date(2024, 5, 30)


def test_signed_ones_are_kept_as_they_were_known_then(point, clinician):
    sign(point, "PR", by=clinician)
    arrive(point.patient, date(2024, 5, 19), cga="55")
    signed = ResponseAssessment.objects.get(pk=point.pk)
    assert signed.proposal["markers"][0]["last"] == {"on": "2024-05-10", "text": "168 ug/L", "high": True}
    text = text_of(assessment_report_pdf(signed, today=TODAY))
    assert "168 ug/L high, 10 May 2024" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "2.10 x" in text
    assert "55\N{NO-BREAK SPACE}ug/L" not in text


def test_api_tells_them(client, point):
    told = client.get(f"/api/v1/assessments/{point.pk}").json()["computed"]["markers"]
    assert told == [
        {
            "name": "Chromogranin A (CgA)",
            "before": {"on": "2024-01-30", "text": "400 ug/L", "high": True},
            "lowest": {"on": "2024-03-01", "text": "80 ug/L", "high": False},
            "last": {"on": "2024-05-10", "text": "168 ug/L", "high": True},
            "times_lowest": told[0]["times_lowest"],
        }
    ]
    assert float(told[0]["times_lowest"]) == 2.1
