"""A course of two target lesions and a non-target one, as a clinician would enter it."""

from datetime import date
from decimal import Decimal

from imaging.actions.assessments import Verdict, open_assessment, sign_assessment
from imaging.actions.lesions import LesionFacts, SeenFacts, add_lesion, measure
from imaging.actions.studies import StudyFacts, record_study
from imaging.models import Lesion, LesionMeasurement
from tests.imaging.conftest import TODAY

Seen = LesionMeasurement.Seen
BEFORE = date(2024, 1, 20)
AFTER = date(2024, 5, 2)


def mm(value):
    return SeenFacts("measured", Decimal(str(value)))


def ct(patient, day, *, by, **facts):
    return record_study(
        patient=patient, facts=StudyFacts("ct", day, slice_mm=Decimal("2.5"), **facts), by=by, today=TODAY
    )


def baseline_of(patient, *, by, targets=(("Liver 1", "liver", 40), ("Lung 1", "lung", 20)), non_targets=("Bone 1",)):
    """Open a baseline with its lesions, not signed."""
    study = ct(patient, BEFORE, by=by)
    baseline = open_assessment(patient=patient, studies=[study], is_baseline=True, by=by)
    for name, organ, diameter in targets:
        add_lesion(assessment=baseline, facts=LesionFacts("target", name, organ), found=mm(diameter), by=by)
    for name in non_targets:
        facts = LesionFacts("non_target", name, "bone", nature="bone_alone")
        add_lesion(assessment=baseline, facts=facts, found=SeenFacts("present"), by=by)
    return baseline


def time_point(patient, found, *, by, day=AFTER):
    """Open a time point with what was seen of lesions, by name."""
    assessment = open_assessment(patient=patient, studies=[ct(patient, day, by=by)], is_baseline=False, by=by)
    lesions = {each.name: each.pk for each in Lesion.objects.filter(patient=patient, withdrawn=False)}
    measure(assessment=assessment, found={lesions[name]: facts for name, facts in found.items()}, by=by)
    return assessment


def sign(assessment, recist="", mibg="not_done", *, by, **verdict):
    return sign_assessment(assessment=assessment, verdict=Verdict(recist, mibg, **verdict), by=by, today=TODAY)
