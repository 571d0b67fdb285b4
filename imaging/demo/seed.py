"""Filling the demo's clinic with studies, scores and courses: the same for the same clinic, seed and day."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from django.db import transaction

from accounts.models import Staff
from imaging.actions.assessments import Verdict, describe, open_assessment, sign_assessment
from imaging.actions.lesions import LesionFacts, SeenFacts, add_lesion, measure
from imaging.actions.readings import ReadingFacts, record_reading
from imaging.actions.reports import ReportFacts, mark_baseline, record_report
from imaging.actions.studies import StudyFacts, record_study
from imaging.courses.markers import markers_at
from imaging.courses.recist import course_of
from imaging.courses.verdicts import proposed
from imaging.demo.preparations import add_preparations
from imaging.models import ImagingStudy, Lesion, LesionMeasurement
from imaging.response.curie import CURIE
from patients.models import Patient, Treatment
from schedules.demo.clinic import Demo
from schedules.models import PlannedActivity
from schedules.plans.standing import PERFORMED

RECORDED = timedelta(days=400)  # behind today; older scans stay without a study
COURSES = 3  # all but one patient in so many have their lesions measured
BEFORE = timedelta(days=9)  # baseline, before the treatment
REPORTED, LATELY = timedelta(days=2), timedelta(days=6)
KINDS = {"mibg_scan": "mibg_planar", "anatomical_imaging": "ct", "fdg_pet": "fdg_pet", "sstr_pet": "sstr_pet"}
READER = "Dr R. Sol"
# How the sum of diameters goes from one time point to the next, by what becomes of the patient.
STORIES = ((0.8, 0.8, 0.95), (0.95, 1.0, 1.02), (0.75, 1.1, 1.25))
LESIONS = (("Liver 1", "liver", 42, False), ("Node 1", "lymph node", 24, True), ("Lung 1", "lung", 18, False))
UPTAKE = {"pelvis": 3, "lower_spine": 2, "chest": 2, "soft_tissue": 3}

Done = Mapping[date, list[str]]  # activities by the day they were done on


@transaction.atomic
def add_images(demo: Demo, *, seed: int) -> None:
    """Record the studies behind the scans that were done lately, follow lesions, and prepare for the scans ahead."""
    patients = Patient.objects.in_follow_up().filter(clinic=demo.clinic).select_related("clinic").order_by("mrn")
    done = scans_done(demo)
    for number, patient in enumerate(patients):
        chance = Random(f"{seed} images {number}")  # noqa: S311 (a story, not a secret)
        if patient.pk in done:
            follow(demo, patient, done[patient.pk], chance, measured=number % COURSES != 1)
    add_preparations(demo)


def scans_done(demo: Demo) -> Mapping[UUID, Done]:
    """Return what was scanned lately, by patient and day."""
    found: dict[UUID, dict[date, list[str]]] = defaultdict(lambda: defaultdict(list))
    scans = PlannedActivity.objects.filter(clinic=demo.clinic, activity__in=KINDS, status__in=PERFORMED)
    for scan in (
        scans.filter(done_on__gte=demo.today - RECORDED).select_related("visit").order_by("done_on", "activity")
    ):
        if scan.done_on:
            found[scan.visit.patient_id][scan.done_on].append(scan.activity)
    return found


def follow(demo: Demo, patient: Patient, done: Done, chance: Random, *, measured: bool) -> None:
    """Record a patient's studies day by day, each reported unless it is of these days."""
    clinician = demo.clinicians[0]
    story = chance.choice(STORIES)
    share = 1.0
    if measured:
        begin(demo, patient, chance)
    for number, (day, activities) in enumerate(done.items()):
        studies = [record(demo, patient, KINDS[activity], day) for activity in activities]
        if day > demo.today - LATELY:
            continue
        for study in studies:
            report(demo, study)
        if measured:
            share *= story[min(number, len(story) - 1)]
            assess(patient, studies, share, chance, by=clinician, today=demo.today)


def record(demo: Demo, patient: Patient, kind: str, day: date) -> ImagingStudy:
    """Record one study as the coordinator would."""
    facts = StudyFacts(
        kind,
        day,
        injected_on=day - timedelta(days=1) if kind == "mibg_planar" else None,
        activity_mbq=Decimal(370) if kind == "mibg_planar" else None,
        region="whole body" if kind == "mibg_planar" else "chest, abdomen and pelvis",
        slice_mm=Decimal("2.5") if kind == "ct" else None,
    )
    return record_study(patient=patient, facts=facts, by=demo.coordinator, today=demo.today)


def report(demo: Demo, study: ImagingStudy) -> None:
    """Record a final report."""
    facts = ReportFacts("final", study.imaged_on + REPORTED, "Made-up report of the demo.", READER)
    record_report(study=study, facts=facts, by=demo.coordinator, today=demo.today)


def begin(demo: Demo, patient: Patient, chance: Random) -> None:
    """Open the course before the patient's first treatment, and sign its baseline."""
    treatment = Treatment.objects.filter(patient=patient).given_therapeutic().order_by("started_on").first()
    if treatment is None:
        return
    clinician, day = demo.clinicians[0], treatment.started_on - BEFORE
    studies = [record(demo, patient, kind, day) for kind in ("mibg_planar", "ct")]
    for study in studies:
        report(demo, study)
        mark_baseline(study=study, is_baseline=True, by=clinician)
    score(studies[0], 1.0, by=clinician, today=demo.today)
    baseline = open_assessment(patient=patient, studies=studies, is_baseline=True, by=clinician)
    for name, organ, size, is_node in LESIONS:
        diameter = Decimal(size + chance.randint(-3, 8))
        facts = LesionFacts("target", name, organ, is_node=is_node)
        found = SeenFacts("measured", diameter, study=studies[1])
        add_lesion(assessment=baseline, facts=facts, found=found, by=clinician)
    bone = LesionFacts("non_target", "Bone 1", "bone", nature="bone_alone")
    add_lesion(assessment=baseline, facts=bone, found=SeenFacts("present"), by=clinician)
    sign_assessment(assessment=baseline, verdict=Verdict(), by=clinician, today=demo.today)


def score(study: ImagingStudy, share: float, *, by: Staff, today: date) -> None:
    """Read a scan by Curie, with so much of the uptake at the baseline."""
    values = {region.key: round(UPTAKE.get(region.key, 0) * min(share, 1)) for region in CURIE.regions}
    record_reading(study=study, facts=ReadingFacts(CURIE.kind, values), by=by, today=today)


def assess(
    patient: Patient, studies: list[ImagingStudy], share: float, chance: Random, *, by: Staff, today: date
) -> None:
    """Measure each lesion at a time point and sign what comes of it; the last of all waits for its signature."""
    for study in studies:
        if study.facts.scored:
            score(study, share, by=by, today=today)
    opened = open_assessment(patient=patient, studies=studies, is_baseline=False, by=by)
    before = LesionMeasurement.objects.filter(assessment=opened.baseline).select_related("lesion")
    found = {each.lesion_id: seen_now(each, share) for each in before}
    measure(assessment=opened, found=found, by=by)
    if markers := [each.last for each in markers_at(course_of(opened.baseline or opened), opened) if each.last]:
        told = "stable" if any(last.high for last in markers) else "better"
        describe(assessment=opened, fields={"markers": told, "symptoms": "stable"}, by=by)
    if today - opened.on < timedelta(days=40) and chance.random() < 0.5:
        return
    computed = proposed(course_of(opened.baseline or opened), opened).recist
    if computed is None:
        return
    mibg = "better" if share < 0.9 else "worse" if share > 1.1 else "stable"
    if not any(study.facts.scored for study in studies):
        mibg = "not_done"
    verdict = Verdict(computed.response, mibg)
    sign_assessment(assessment=opened, verdict=verdict, by=by, today=today)


def seen_now(before: LesionMeasurement, share: float) -> SeenFacts:
    """Return what is seen of a lesion of the baseline now."""
    if before.lesion.role != Lesion.Role.TARGET or before.diameter_mm is None:
        return SeenFacts("present")
    return SeenFacts("measured", (before.diameter_mm * Decimal(str(round(share, 3)))).quantize(Decimal("0.1")))
