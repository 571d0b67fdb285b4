"""CT and MRI of a time point beside those of its baseline."""

from datetime import date
from decimal import Decimal

import pytest

from imaging.actions.assessments import open_assessment
from imaging.courses.comparing import compared
from tests.imaging.factories import StudyFactory

pytestmark = pytest.mark.django_db

BEFORE, AFTER = date(2024, 1, 20), date(2024, 5, 2)
ALIKE = {"kind": "ct", "slice_mm": Decimal("2.5"), "reader": "Dr Sol"}


@pytest.fixture
def held(patient, clinician):
    """What stands between two studies, by rule."""

    def between(before, now):
        for day, facts, is_baseline in ((BEFORE, before, True), (AFTER, now, False)):
            study = StudyFactory(patient=patient, imaged_on=day, **{**ALIKE, **facts})
            opened = open_assessment(patient=patient, studies=[study], is_baseline=is_baseline, by=clinician)
        return [obstacle.rule for each in compared(opened) for obstacle in each.obstacles]

    return between


@pytest.mark.parametrize(
    ("before", "now", "rules"),
    [
        ({}, {}, []),
        ({}, {"kind": "mri"}, ["modality"]),
        ({}, {"slice_mm": Decimal("5.1")}, ["slices"]),
        ({}, {"slice_mm": None}, ["slices"]),
        ({}, {"reader": "Dr Luz"}, ["reader"]),
        ({"reader": ""}, {}, ["reader"]),
        ({"kind": "mibg_planar"}, {}, []),
    ],
)
def test_what_differs_is_said(held, before, now, rules):
    assert held(before, now) == rules


def test_study_is_held_against_the_most_alike_of_the_baseline(patient, clinician):
    mri = StudyFactory(patient=patient, imaged_on=BEFORE, **{**ALIKE, "kind": "mri"})
    chest = StudyFactory(patient=patient, imaged_on=BEFORE, region="chest", **ALIKE)
    abdomen = StudyFactory(patient=patient, imaged_on=BEFORE, region="abdomen", **ALIKE)
    open_assessment(patient=patient, studies=[mri, chest, abdomen], is_baseline=True, by=clinician)
    now = StudyFactory(patient=patient, imaged_on=AFTER, region="abdomen", **ALIKE)
    opened = open_assessment(patient=patient, studies=[now], is_baseline=False, by=clinician)

    assert [each.before for each in compared(opened)] == [abdomen]
