"""INRC 2017 from what is stored: primary tumour, soft tissue, bone by the relative MIBG score, marrow."""

from datetime import date
from decimal import Decimal

import pytest

from events.models import Event
from events.undo import undo
from imaging.actions.assessments import describe, open_assessment
from imaging.actions.lesions import LesionFacts, SeenFacts, add_lesion, measure
from imaging.courses.proposing import questions_of
from imaging.courses.recist import course_of
from imaging.courses.verdicts import proposed
from imaging.models import ImagingStudy, Lesion
from iotrex_followup.errors import ReasonNeeded
from patients.models import Patient
from tests.factories import noon
from tests.imaging.conftest import TODAY
from tests.imaging.courses import ct, mm, sign
from tests.imaging.factories import ReadingFactory, StudyFactory

pytestmark = pytest.mark.django_db

BEFORE, AFTER = date(2024, 1, 20), date(2024, 5, 2)
SMALLER, NORMAL = mm(30), mm(12)


@pytest.fixture
def child(patient):
    patient.indication = "neuroblastoma"
    patient.save()
    return Patient.objects.get(pk=patient.pk)


@pytest.fixture
def baseline(child, clinician):
    """A primary tumour of 50 mm, a node of 20 mm, bone score 8 of Curie, marrow 30 %."""
    scan = StudyFactory(patient=child, imaged_on=BEFORE, is_baseline=True)
    ReadingFactory(study=scan, given={"pelvis": 3, "thighs": 3, "chest": 2, "soft_tissue": 3})
    studies = [ct(child, BEFORE, by=clinician), scan]
    opened = open_assessment(patient=child, studies=studies, is_baseline=True, by=clinician)
    adrenal = LesionFacts("target", "Adrenal 1", "adrenal", is_primary=True)
    add_lesion(assessment=opened, facts=adrenal, found=mm(50), by=clinician)
    node = LesionFacts("target", "Node 1", "node", is_node=True)
    add_lesion(assessment=opened, facts=node, found=mm(20), by=clinician)
    describe(assessment=opened, fields={"marrow_percent": Decimal(30)}, by=clinician)
    return sign(opened, by=clinician)


def computed(child, clinician, *, scored=True, marrow="3", adrenal=SMALLER, node=NORMAL, given=None, **described):
    scan = StudyFactory(patient=child, imaged_on=AFTER)
    if scored:
        ReadingFactory(study=scan, given=given or {"pelvis": 2, "soft_tissue": 3})
    studies = [ct(child, AFTER, by=clinician), scan]
    opened = open_assessment(patient=child, studies=studies, is_baseline=False, by=clinician)
    lesions = {each.name: each.pk for each in Lesion.objects.all()}
    measure(assessment=opened, found={lesions["Adrenal 1"]: adrenal, lesions["Node 1"]: node}, by=clinician)
    known = {"primary_uptake": "less", "soft_tissue_uptake": "less"} | described
    known["marrow_percent"] = None if marrow is None else Decimal(marrow)
    opened = describe(assessment=opened, fields=known, by=clinician)
    return proposed(course_of(opened.baseline), opened)


def test_parts_make_one_response(baseline, child, clinician):
    found = computed(child, clinician)

    assert found.recist.response == "PR"
    assert [part.response for part in found.inrc.parts] == ["PR", "PR", "PR", "MD"]
    assert found.inrc.response == "PR"
    assert found.inrc.verified is False


def test_bone_is_held_against_bone_alone(baseline, child, clinician):
    (scan,) = computed(child, clinician).mibg

    assert (scan.total, scan.bone, scan.relative.value, scan.of_bone.value) == (
        5,
        2,
        Decimal(5) / 11,
        Decimal(2) / 8,
    )


def test_bone_that_was_not_scored_leaves_the_whole_not_evaluable(baseline, child, clinician):
    found = computed(child, clinician, scored=False)

    assert found.inrc.parts[2].response == "NE"
    assert found.inrc.response == "NE"


def test_marrow_that_was_not_looked_at_leaves_the_whole_not_evaluable(baseline, child, clinician):
    assert computed(child, clinician, marrow=None).inrc.response == "NE"


def test_new_site_of_uptake_is_progression(baseline, child, clinician):
    assert computed(child, clinician, new_uptake=True).inrc.response == "PD"


def test_lesion_not_evaluated_leaves_its_part_open(baseline, child, clinician):
    found = computed(child, clinician, node=SeenFacts("not_evaluated"))

    assert [part.response for part in found.inrc.parts[:2]] == ["PR", "NE"]


def test_other_tumours_have_no_inrc(baseline, child, clinician):
    child.indication = "pheochromocytoma"
    child.save()

    assert computed(child, clinician).inrc is None


def test_scores_and_inrc_are_kept_with_the_signature(baseline, child, clinician):
    scan = StudyFactory(patient=child, imaged_on=AFTER)
    ReadingFactory(study=scan, given={"pelvis": 2})
    opened = open_assessment(patient=child, studies=[scan], is_baseline=False, by=clinician)
    lesions = {each.name: each.pk for each in Lesion.objects.all()}
    found = {lesions["Adrenal 1"]: SeenFacts("absent"), lesions["Node 1"]: mm(9)}
    measure(assessment=opened, found=found, by=clinician)

    kept = sign(opened, "CR", "better", by=clinician).proposal

    assert kept["mibg"][0]["of_bone"]["value"] == "0.25"
    assert kept["inrc"]["version"] == "2017"


def test_new_lesion_is_progression_of_soft_tissue_without_a_target_there(child, clinician):
    opened = open_assessment(patient=child, studies=[ct(child, BEFORE, by=clinician)], is_baseline=True, by=clinician)
    adrenal = LesionFacts("target", "Adrenal 1", "adrenal", is_primary=True)
    lesion = add_lesion(assessment=opened, facts=adrenal, found=mm(50), by=clinician)
    later = open_assessment(patient=child, studies=[ct(child, AFTER, by=clinician)], is_baseline=False, by=clinician)
    measure(assessment=later, found={lesion.pk: SMALLER}, by=clinician)
    describe(assessment=later, fields={"primary_uptake": "less"}, by=clinician)
    assert proposed(course_of(opened), later).inrc.parts[1].response == "NI"

    liver = LesionFacts("new", "Liver 1", "liver")
    add_lesion(assessment=later, facts=liver, found=SeenFacts("present"), by=clinician)

    found = proposed(course_of(opened), later)
    assert (found.recist.response, found.inrc.response) == ("PD", "PD")


def test_metastasis_merged_with_the_primary_tumour_leaves_its_part_open(baseline, child, clinician):
    primary = Lesion.objects.get(name="Adrenal 1")

    found = computed(child, clinician, node=SeenFacts("merged", merged_into=primary))

    assert [part.response for part in found.inrc.parts[:2]] == ["PR", "NE"]


def test_soft_tissue_that_is_not_measured_is_not_evaluable(child, clinician):
    opened = open_assessment(patient=child, studies=[ct(child, BEFORE, by=clinician)], is_baseline=True, by=clinician)
    facts = LesionFacts("non_target", "Ascites", "abdomen", nature="fluid")
    lesion = add_lesion(assessment=opened, facts=facts, found=SeenFacts("present"), by=clinician)
    later = open_assessment(patient=child, studies=[ct(child, AFTER, by=clinician)], is_baseline=False, by=clinician)
    measure(assessment=later, found={lesion.pk: SeenFacts("present")}, by=clinician)

    assert proposed(course_of(opened), later).inrc.parts[1].response == "NE"


@pytest.fixture
def follow(child, clinician):
    """Open a course of the lesions given, and a later time point at which each is seen as given."""

    def opened(*lesions, **described):
        before, later = (StudyFactory(patient=child, kind="ct", imaged_on=day) for day in (BEFORE, AFTER))
        first = open_assessment(patient=child, studies=[before], is_baseline=True, by=clinician)
        rows = {
            add_lesion(assessment=first, facts=facts, found=found, by=clinician): now for facts, found, now in lesions
        }
        point = open_assessment(patient=child, studies=[later], is_baseline=False, by=clinician)
        measure(assessment=point, found={lesion.pk: now for lesion, now in rows.items()}, by=clinician)
        point = describe(assessment=point, fields=described, by=clinician)
        return proposed(course_of(first), point).inrc

    return opened


PRESENT, GONE, UNSEEN = SeenFacts("present"), SeenFacts("absent"), SeenFacts("not_evaluated")
LIVER = (LesionFacts("target", "Liver 1", "liver"), mm(20), GONE)
LIVER_2, NODE = LesionFacts("non_target", "Liver 2", "liver"), LesionFacts("non_target", "Node 2", "node", is_node=True)


@pytest.mark.parametrize(
    ("facts", "before", "now", "response"),
    [
        (LIVER_2, PRESENT, PRESENT, "PR"),
        (LIVER_2, PRESENT, GONE, "CR"),
        (LIVER_2, PRESENT, UNSEEN, "NE"),
        (NODE, mm(13), mm("10"), "PR"),
        (NODE, mm(13), mm("9.9"), "CR"),
        (NODE, mm(13), UNSEEN, "NE"),
    ],
)
def test_non_target_lesion_keeps_soft_tissue_from_complete_response(follow, facts, before, now, response):
    found = follow(LIVER, (facts, before, now), soft_tissue_uptake="none")

    assert found.parts[1].response == response


@pytest.mark.parametrize(("now", "response"), [(PRESENT, "NE"), (GONE, "NE"), (UNSEEN, "NE")])
def test_primary_tumour_without_a_size_is_involved_and_not_evaluable(follow, now, response):
    primary = LesionFacts("non_target", "Adrenal 1", "adrenal", is_primary=True)

    found = follow((primary, PRESENT, now), primary_uptake="more")

    assert found.parts[0].response == response
    assert found.response == "NE"


def test_part_of_the_primary_without_a_size_keeps_it_from_a_verdict(follow):
    measured = (LesionFacts("target", "Adrenal 1", "adrenal", is_primary=True), mm(50), GONE)
    part = (LesionFacts("non_target", "Adrenal 2", "adrenal", is_primary=True), PRESENT, PRESENT)

    assert follow(measured, part, primary_uptake="none").parts[0].response == "NE"


def test_scans_of_the_course_are_held_against_its_own_baseline(baseline, child, clinician):
    """An older scan that is marked as a baseline, with three times the uptake, stands for no other course."""
    older = StudyFactory(patient=child, imaged_on=date(2022, 3, 1), is_baseline=True)
    ReadingFactory(study=older, given={"pelvis": 3, "thighs": 3, "chest": 3, "upper_spine": 3, "lower_spine": 3})
    ImagingStudy.objects.filter(assessed__assessment=baseline).update(is_baseline=False)

    (scan,) = computed(child, clinician, given={"pelvis": 3, "thighs": 3, "chest": 3}).mibg

    assert (scan.of_bone.follow_up, scan.of_bone.baseline) == (9, 8)
    assert scan.sentence.endswith("Baseline: 20 Jan 2024.")


def test_signing_a_baseline_marks_its_scans_and_undoing_unmarks_them(child, clinician):
    scan = StudyFactory(patient=child, imaged_on=BEFORE)
    opened = open_assessment(patient=child, studies=[scan], is_baseline=True, by=clinician)
    sign(opened, by=clinician)
    scan.refresh_from_db()
    assert scan.is_baseline

    undo(event=Event.objects.get(kind="assessment.signed"), by=clinician, now=noon(TODAY))
    scan.refresh_from_db()
    assert not scan.is_baseline


@pytest.fixture
def worse(baseline, child, clinician):
    """A time point with a stable sum and 1.875 times the uptake over bone."""
    scan = StudyFactory(patient=child, imaged_on=AFTER)
    ReadingFactory(study=scan, given={"pelvis": 3, "thighs": 3, "chest": 3, "upper_spine": 3, "lower_spine": 3})
    point = open_assessment(
        patient=child, studies=[ct(child, AFTER, by=clinician), scan], is_baseline=False, by=clinician
    )
    lesions = {each.name: each.pk for each in Lesion.objects.all()}
    measure(assessment=point, found={lesions["Adrenal 1"]: mm(50), lesions["Node 1"]: mm(20)}, by=clinician)
    return describe(assessment=point, fields={"marrow_percent": Decimal(3), "primary_uptake": "the same"}, by=clinician)


@pytest.mark.parametrize("said", ["better", "stable", "complete", "not_done"])
def test_progression_by_the_score_is_not_signed_away_without_a_reason(worse, clinician, said):
    with pytest.raises(ReasonNeeded) as refused:
        sign(worse, "SD", said, by=clinician)
    assert refused.value.field == "differs"

    signed = sign(worse, "SD", said, differs="The scans were done with different cameras.", by=clinician)
    assert [each.rule for each in questions_of(signed)] == ["progression"]


def test_progression_by_the_score_is_signed_as_it_is(worse, clinician):
    signed = sign(worse, "SD", "worse", by=clinician)

    assert signed.proposal["uptake"] == "worse"
    assert questions_of(signed)[0].sentence == (
        "Progression by MIBG scan and INRC 2017 (computed): is it a relapse or progression?"
    )
