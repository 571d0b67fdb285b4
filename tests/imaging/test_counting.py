"""Which score of a scan counts, who may see what before it does, and what it is held against."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Staff
from events.models import Event
from events.undo import undo
from imaging.actions.scoring_policy import set_scoring
from imaging.models import ImagingPolicy, ScoreReading
from imaging.response.curie import CURIE
from imaging.response.siopen import SIOPEN
from imaging.scoring.blinding import hides, is_hidden, with_readers
from imaging.scoring.comparing import compare, course_of, notes_of
from imaging.scoring.counting import Standing, scores_by, study_score
from imaging.scoring.schemes import all_cut_offs, cut_offs_shown, policy_of
from imaging.sign_offs import imaging_settings
from iotrex_followup.errors import InputRefused
from schedules.sign_offs import register_of
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, StaffFactory, noon
from tests.imaging.factories import ReadingFactory, StudyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient():
    return PatientFactory()


@pytest.fixture
def scan(patient):
    """A follow-up scan, read with a Curie score of 3."""
    study = StudyFactory(patient=patient)
    ReadingFactory(study=study, given={"pelvis": 2, "soft_tissue": 1}, reader=dr_ito())
    return study


def dr_ito():
    return Staff.objects.filter(name="Dr Ito").first() or StaffFactory(name="Dr Ito")


def baseline_of(patient, *, scheme="Curie", given=None, imaged_on=date(2023, 12, 1), **facts):
    study = StudyFactory(patient=patient, imaged_on=imaged_on, is_baseline=True, **facts)
    ReadingFactory(study=study, scheme=scheme, given=given or {"pelvis": 3, "head": 3}, reader=dr_ito())
    return study


def found(study, scheme=CURIE):
    return compare(study, scheme, policy_of(study.clinic))


@pytest.mark.parametrize(
    ("two_readers", "given", "standing", "total"),
    [
        (False, [], Standing.UNREAD, None),
        (False, [2], Standing.COUNTS, 2),
        (True, [2], Standing.AWAITS_SECOND, None),
        (False, [2, 2], Standing.COUNTS, 2),
        (True, [2, 2], Standing.COUNTS, 2),
        (False, [2, 3], Standing.AWAITS_ADJUDICATION, None),
        (True, [2, 3], Standing.AWAITS_ADJUDICATION, None),
    ],
)
def test_what_counts(patient, two_readers, given, standing, total):
    ImagingPolicy.objects.create(clinic=patient.clinic, two_readers=two_readers)
    study = StudyFactory(patient=patient)
    for value in given:
        ReadingFactory(study=study, given={"pelvis": value})

    score = study_score(study, CURIE, policy_of(patient.clinic))

    assert (score.standing, score.counts.total if score.counts else None) == (standing, total)


def test_same_total_in_other_regions_is_no_agreement(patient):
    study = StudyFactory(patient=patient)
    ReadingFactory(study=study, given={"pelvis": 2})
    ReadingFactory(study=study, given={"head": 2})

    score = study_score(study, CURIE, policy_of(patient.clinic))

    assert score.agreement.differing == ("head", "pelvis")
    assert score.sentence == "The readers differ in 2 regions; awaits adjudication."


def test_adjudication_counts(patient):
    study = StudyFactory(patient=patient)
    ReadingFactory(study=study, given={"pelvis": 2})
    ReadingFactory(study=study, given={"pelvis": 3})
    ReadingFactory(study=study, given={"pelvis": 1}, role="adjudication", reader__name="Dr Oz")

    score = study_score(study, CURIE, policy_of(patient.clinic))

    assert (score.counts.total, score.sentence) == (1, "Curie score 1, adjudicated by Dr Oz.")


def test_withdrawn_reading_and_other_scheme_count_nothing(patient):
    study = StudyFactory(patient=patient)
    ReadingFactory(study=study, withdrawn=True)
    ReadingFactory(study=study, scheme="SIOPEN")

    assert study_score(study, CURIE, policy_of(patient.clinic)).standing == Standing.UNREAD


def test_first_of_two_readings_is_hidden_from_all_but_its_reader_until_both_have_read(patient):
    ImagingPolicy.objects.create(clinic=patient.clinic, two_readers=True)
    study = StudyFactory(patient=patient)
    first = ReadingFactory(study=study)
    other = StaffFactory()

    alone = study_score(study, CURIE, policy_of(patient.clinic))
    assert (alone.hides(first, first.reader), alone.hides(first, other)) == (False, True)

    ReadingFactory(study=study, reader=other)
    both = study_score(study, CURIE, policy_of(patient.clinic))
    assert (both.hides(first, first.reader), both.hides(first, other)) == (False, False)


@pytest.mark.parametrize(
    ("two_readers", "readers", "hidden"), [(True, 1, True), (True, 2, False), (False, 1, False), (True, 0, True)]
)
def test_page_and_api_hide_a_reading_by_one_rule(patient, two_readers, readers, hidden):
    ImagingPolicy.objects.create(clinic=patient.clinic, two_readers=two_readers)
    study = StudyFactory(patient=patient)
    for _ in range(readers):
        ReadingFactory(study=study)
    reading = study.readings.first() or ReadingFactory(study=study, withdrawn=True)
    score, viewer = study_score(study, CURIE, policy_of(patient.clinic)), StaffFactory()
    in_api = with_readers(ScoreReading.objects.all()).get(pk=reading.pk)

    by_rule = hides(reading, viewer, two_readers=two_readers, readers=readers)
    assert [by_rule, score.hides(reading, viewer), is_hidden(in_api, viewer)] == [hidden] * 3
    assert not (hidden and score.counts)  # what a file or paper says


def test_scores_of_many_scans_take_as_many_queries_as_of_one(patient, django_assert_num_queries):
    studies = StudyFactory.create_batch(3, patient=patient)
    for study in studies:
        ReadingFactory(study=study)
    policy = policy_of(patient.clinic)

    with CaptureQueriesContext(connection) as one:
        [each.sentence for each in scores_by(CURIE, studies[:1], policy)]
    with CaptureQueriesContext(connection) as three:
        [each.sentence for each in scores_by(CURIE, studies, policy)]

    assert len(one) == len(three) == 1


def test_relative_score_is_over_the_latest_earlier_baseline_with_a_score(patient, scan):
    baseline_of(patient, imaged_on=date(2023, 6, 1), given={"pelvis": 1})
    latest = baseline_of(patient)
    StudyFactory(patient=patient, imaged_on=date(2024, 1, 1), is_baseline=True)  # not scored
    baseline_of(patient, imaged_on=date(2024, 2, 1), withdrawn=True)
    baseline_of(patient, imaged_on=date(2024, 3, 7))  # later
    baseline_of(PatientFactory(clinic=patient.clinic))

    comparison = found(scan)

    assert comparison.baseline.study == latest
    assert (comparison.relative.value, comparison.obstacles) == (Decimal("0.5"), ())
    assert comparison.sentence == "Curie score 3, at baseline 6: relative score 0.5."
    assert comparison.of_bone.sentence == "Curie score over bone 2, at baseline 6: relative score 0.333."


def test_scan_without_a_baseline_says_so(patient, scan):
    comparison = found(scan)

    assert (comparison.relative, comparison.baseline) == (None, None)
    assert comparison.sentence == "No earlier baseline has a Curie score that counts: there is no relative score."


def test_baseline_itself_is_held_against_nothing(patient):
    baseline_of(patient, imaged_on=date(2023, 1, 1))

    assert found(baseline_of(patient)).sentence == "This scan is a baseline: later scans are held against it."


def test_later_baseline_that_is_not_decided_is_told(patient, scan):
    used = baseline_of(patient)
    undecided = baseline_of(patient, imaged_on=date(2024, 1, 1))
    ReadingFactory(study=undecided)

    comparison = found(scan)

    assert comparison.baseline.study == used
    assert comparison.passed_over == (
        "The baseline of Mon 1 Jan 2024 (I-123 MIBG scan, planar) has no score that counts. "
        "The readers differ in 2 regions; awaits adjudication.",
    )


@pytest.mark.parametrize("is_read_before", [True, False])
def test_baseline_that_was_not_read_is_named(patient, scan, is_read_before):
    used = baseline_of(patient) if is_read_before else None
    StudyFactory(patient=patient, imaged_on=date(2024, 1, 1), is_baseline=True, kind="mibg_spect_ct")
    StudyFactory(patient=patient, imaged_on=date(2023, 6, 1), is_baseline=is_read_before)  # before the one that counts
    StudyFactory(patient=patient, imaged_on=date(2024, 1, 2), is_baseline=True, kind="ct")

    of_course, alone = course_of(patient, CURIE, policy_of(patient.clinic))[-1], found(scan)

    told = (
        "The baseline of Mon 1 Jan 2024 (I-123 MIBG scan with SPECT/CT) has no score that counts. Not scored by Curie.",
    )
    assert (of_course.passed_over, alone.passed_over) == (told, told)
    assert (alone.baseline.study if alone.baseline else None) == used


def test_scan_after_therapy_is_refused_as_denominator(patient, scan):
    baseline_of(patient, kind="post_therapy")

    comparison = found(scan)

    assert comparison.refused
    assert (comparison.relative, comparison.of_bone) == (None, None)
    assert [each.rule for each in comparison.obstacles if each.refused] == ["post_therapy_baseline"]
    assert [note.says for note in notes_of(found(scan, SIOPEN), policy_of(patient.clinic))] == ["", "", ""]


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"kind": "mibg_spect_ct"}, "modality"),
        ({"kind": "mibg_i131"}, "tracer"),
        ({"slice_mm": 5}, "slices"),
    ],
)
def test_other_technique_is_warned_of_and_compared(patient, scan, facts, rule):
    baseline_of(patient, **facts)

    comparison = found(scan)

    assert [each.rule for each in comparison.obstacles] == [rule]
    assert comparison.relative.value == Decimal("0.5")


def test_another_reader_is_warned_of(patient, scan):
    baseline = StudyFactory(patient=patient, imaged_on=date(2023, 12, 1), is_baseline=True)
    ReadingFactory(study=baseline, reader__name="Dr Oz")

    assert [each.sentence for each in found(scan).obstacles] == ["The readers differ: Dr Oz, then Dr Ito."]


def test_reader_of_the_same_name_is_another(patient, scan):
    baseline = StudyFactory(patient=patient, imaged_on=date(2023, 12, 1), is_baseline=True)
    ReadingFactory(study=baseline, reader__name="Dr Ito")

    assert [each.sentence for each in found(scan).obstacles] == ["The readers differ: Dr Ito, then another Dr Ito."]


def test_baseline_by_another_scheme_is_none(patient, scan):
    baseline_of(patient, scheme="SIOPEN", given={"pelvis": 6})

    assert found(scan).baseline is None


def test_baseline_of_zero_leaves_the_relative_score_undefined(patient, scan):
    baseline_of(patient, given={"pelvis": 0})

    assert found(scan).sentence == ("Curie score 3, at baseline 0: a relative score is undefined with a baseline of 0.")


def test_siopen_has_no_score_of_bone_apart(patient):
    study = StudyFactory(patient=patient)
    reader = ReadingFactory(study=study, scheme="SIOPEN", given={"pelvis": 2}).reader
    baseline = StudyFactory(patient=patient, imaged_on=date(2023, 12, 1), is_baseline=True)
    ReadingFactory(study=baseline, scheme="SIOPEN", given={"pelvis": 6}, reader=reader)

    comparison = found(study, SIOPEN)

    assert (comparison.relative.follow_up, comparison.of_bone) == (2, None)
    assert notes_of(comparison, policy_of(patient.clinic))[2].says.startswith("Relative 0.333, not above 0.5")


def test_cut_offs_say_what_they_are_and_what_they_are_not(patient, scan):
    says = [note.says for note in notes_of(found(scan), policy_of(patient.clinic))]

    assert says[0].endswith("Whether 12 itself belongs to the worse side was not read. Not verified.")
    assert says[1].startswith("Total 3, above 2: worse outcome (after induction, COG A3973, validated in HR-NBL1).")
    assert "not validated after 131I-MIBG therapy" in says[1]


def test_clinic_hides_cut_offs_and_the_register_says_so():
    member = MembershipFactory()
    asked = {"clinic": member.clinic, "scheme": "SIOPEN", "two_readers": True, "viewer_url": "", "by": member.staff}
    with pytest.raises(InputRefused):
        set_scoring(**asked, cut_offs_hidden=["Curie.none"])

    policy = set_scoring(**asked, cut_offs_hidden=["Curie.diagnosis_12", "Curie.induction_2"])

    assert [each.key for each in cut_offs_shown(CURIE, policy)] == ["induction_0"]
    settings = {each.key: each for each in imaging_settings(member.clinic)}
    assert settings["imaging.scoring"].value.startswith("SIOPEN, two readers, blinded to each other")
    assert settings["imaging.cut_offs.curie"].lines == [
        "Total above 0: worse outcome (after induction, COG ANBL0532, with tandem transplantation). Found after "
        "induction chemotherapy of high-risk neuroblastoma, not validated after 131I-MIBG therapy. Streby et al., on "
        "COG ANBL0532."
    ]
    assert settings["imaging.cut_offs.siopen"].value.count("Not verified.") == 2
    undo(event=Event.objects.get(kind="imaging_policy.scoring_changed"), by=member.staff, now=noon(date(2024, 3, 6)))
    assert policy_of(member.clinic).scheme == "Curie"


def test_scoring_set_as_it_is_writes_nothing():
    member = MembershipFactory()

    set_scoring(
        clinic=member.clinic, scheme="Curie", two_readers=False, cut_offs_hidden=[], viewer_url="", by=member.staff
    )

    assert not Event.objects.exists()


def test_register_names_how_scans_are_scored():
    keys = {entry.setting.key for entry in register_of(ClinicFactory())}

    assert {"imaging.scoring", "imaging.cut_offs.curie", "imaging.cut_offs.siopen"} < keys


def test_cut_off_keys_fit_their_column():
    assert max(len(key) for key, _, _ in all_cut_offs()) <= 40
