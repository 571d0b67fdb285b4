"""The demo's images: consistent with its plans, and something in each list to look at."""

import pytest

from imaging.demo.seed import LATELY, add_images
from imaging.models import ImagingStudy, ResponseAssessment, ThyroidBlockade, Withdrawal
from imaging.pages import worklist as lists
from schedules.demo.seed import seed
from tests.imaging.conftest import TODAY

pytestmark = pytest.mark.django_db


def test_demo_has_courses_and_something_to_do():
    demo = seed(patients=12, seed=1, today=TODAY)
    add_images(demo, seed=1)

    waiting = {group.key: group.rows for group in lists.groups(demo.clinic, TODAY)}
    old = ImagingStudy.objects.unreported().filter(imaged_on__lt=TODAY - LATELY)
    signed = ResponseAssessment.objects.filter(state="signed", baseline__isnull=False)
    assert ImagingStudy.objects.count() > 10
    assert waiting["unrecorded"] == []
    assert list(old) == []
    assert signed.count() >= 3
    assert all(each.recist == each.proposal["recist"]["response"] for each in signed)
    assert all(each.proposal["mibg"][0]["relative"] for each in signed if each.mibg != "not_done")
    assert {each.state for each in Withdrawal.objects.all()} >= {"confirmed", "cannot"}
    assert ThyroidBlockade.objects.exists()
