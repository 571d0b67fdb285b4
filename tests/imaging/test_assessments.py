"""Assessments: what is computed, what keeps one from being signed, what it asks for, and that undoing is exact."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils.html import escape

from events.models import Event
from events.undo import undo
from imaging.actions.assessments import (
    describe,
    open_assessment,
    reopen_assessment,
    withdraw_assessment,
)
from imaging.actions.lesions import LesionFacts, SeenFacts, add_lesion, change_lesion, measure, withdraw_lesion
from imaging.courses.recist import course_of, responses_of
from imaging.courses.verdicts import best_response, what_is_missing
from imaging.models import Lesion, LesionMeasurement, ResponseAssessment
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from schedules.actions.proposals import decide
from schedules.models import Proposal
from schedules.wording import event_sentence
from tests.factories import noon
from tests.imaging.conftest import TODAY
from tests.imaging.courses import AFTER, baseline_of, ct, mm, sign, time_point
from tests.imaging.factories import StudyFactory

pytestmark = pytest.mark.django_db

SMALLER = {"Liver 1": mm(25), "Lung 1": mm(15), "Bone 1": SeenFacts("present")}
GROWN = {"Liver 1": mm(50), "Lung 1": mm(25), "Bone 1": SeenFacts("present")}


@pytest.fixture
def baseline(patient, clinician):
    return baseline_of(patient, by=clinician)


@pytest.fixture
def signed(baseline, clinician):
    return sign(baseline, by=clinician)


def last_event():
    return Event.objects.order_by("-at", "-id")[0]


def lesion(name):
    return Lesion.objects.get(name=name)


def test_response_carries_its_arithmetic(signed, patient, clinician):
    assessment = sign(time_point(patient, SMALLER, by=clinician), "PR", by=clinician)

    told = assessment.proposal["recist"]
    assert told["response"] == "PR"
    assert told["target"]["sum_mm"] == "40"
    assert told["reasons"][0]["sentence"] == (
        "Target lesions PR, non-target lesions Non-CR/Non-PD, no new lesion: PR, partial response."
    )
    assert told["target"]["reasons"][0]["sentence"] == (
        "Sum 40.0 mm, baseline 60.0 mm on 20 Jan 2024: -33.33 %: partial response."
    )
    assert event_sentence(last_event()) == (
        "Imaging assessment signed: response of Thu 2 May 2024: PR by RECIST, no MIBG scan"
    )


def test_verdict_other_than_computed_says_why(signed, patient, clinician):
    assessment = time_point(patient, SMALLER, by=clinician)
    with pytest.raises(ReasonNeeded, match=r"RECIST 1\.1 computes PR, this says SD"):
        sign(assessment, "SD", by=clinician)

    sign(assessment, "SD", differs="Liver 1 is badly seen.", by=clinician)

    assessment.refresh_from_db()
    assert (assessment.recist, assessment.differs) == ("SD", "Liver 1 is badly seen.")


def test_lesion_without_finding_keeps_it_from_being_signed(signed, patient, clinician):
    assessment = time_point(patient, {"Liver 1": mm(25)}, by=clinician)

    with pytest.raises(InputRefused, match=r"Lung 1 has no finding.*Bone 1 has no finding"):
        sign(assessment, "PR", by=clinician)


def test_baseline_keeps_to_the_limits_of_recist(patient, clinician):
    targets = [(f"Liver {n}", "liver", 20) for n in (1, 2, 3)]
    baseline = baseline_of(patient, targets=targets, by=clinician)

    with pytest.raises(InputRefused, match="3 target lesions of liver"):
        sign(baseline, by=clinician)


def test_time_point_needs_a_baseline_before_it(patient, clinician):
    study = ct(patient, AFTER, by=clinician)

    with pytest.raises(InputRefused, match="Open the baseline first"):
        open_assessment(patient=patient, studies=[study], is_baseline=False, by=clinician)


def test_day_is_assessed_once(signed, patient, clinician):
    first = time_point(patient, SMALLER, by=clinician)

    with pytest.raises(InputRefused, match="assessed already"):
        open_assessment(patient=patient, studies=list(first.studies.all()), is_baseline=False, by=clinician)


def test_studies_of_another_patient_are_refused(patient, clinician):
    other = StudyFactory(patient__clinic=patient.clinic)

    with pytest.raises(InputRefused, match="of this patient"):
        open_assessment(patient=patient, studies=[other], is_baseline=True, by=clinician)


def test_last_study_of_the_first_course_opens_the_next(signed, patient, clinician):
    study = time_point(patient, SMALLER, by=clinician).studies.get()

    second = open_assessment(patient=patient, studies=[study], is_baseline=True, by=clinician)

    assert (second.on, second.baseline) == (AFTER, None)


@pytest.mark.parametrize(
    ("facts", "found", "field"),
    [
        (LesionFacts("new", "Liver 2", "liver"), mm(20), "role"),
        (LesionFacts("target", " ", "liver"), mm(20), "name"),
        (LesionFacts("target", "liver 1", "liver"), mm(20), "name"),
        (LesionFacts("target", "Liver 2", "liver"), SeenFacts("absent"), "seen"),
        (LesionFacts("target", "Liver 2", "liver"), SeenFacts("measured"), "seen"),
        (LesionFacts("target", "Liver 2", "liver"), mm(0), "seen"),
        (LesionFacts("target", "Liver 2", "liver"), mm(1001), "seen"),
        (LesionFacts("non_target", "Liver 2", "liver"), mm(8), "seen"),
        (LesionFacts("non_target", "Liver 2", "liver"), SeenFacts("split"), "seen"),
        (LesionFacts("non_target", "Liver 2", "liver"), SeenFacts("present", Decimal(8)), "seen"),
    ],
)
def test_lesion_that_cannot_be_is_refused_at_its_field(baseline, clinician, facts, found, field):
    with pytest.raises(InputRefused) as refused:
        add_lesion(assessment=baseline, facts=facts, found=found, by=clinician)

    assert refused.value.field == field
    assert Lesion.objects.count() == 3


def test_signed_baseline_takes_no_lesion(signed, clinician):
    with pytest.raises(TransitionRefused, match="Reopen it"):
        add_lesion(assessment=signed, facts=LesionFacts("target", "Liver 2", "liver"), found=mm(20), by=clinician)


def test_new_lesion_is_progression_whatever_the_sum(signed, patient, clinician):
    assessment = time_point(patient, SMALLER, by=clinician)
    add_lesion(
        assessment=assessment, facts=LesionFacts("new", "Brain 1", "brain"), found=SeenFacts("present"), by=clinician
    )

    assert sign(assessment, "PD", by=clinician).proposal["recist"]["response"] == "PD"


def test_merged_and_split_lesions_come_into_the_sum(signed, patient, clinician):
    liver = lesion("Liver 1")
    found = {
        "Liver 1": SeenFacts("split", parts_mm=(Decimal(12), Decimal(9))),
        "Lung 1": SeenFacts("merged", merged_into=liver),
        "Bone 1": SeenFacts("present"),
    }

    assessment = sign(time_point(patient, found, by=clinician), "PR", by=clinician)

    assert assessment.proposal["recist"]["target"]["sum_mm"] == "21"


def signature_of(assessment):
    return Event.objects.get(kind="assessment.signed", facts__assessment=str(assessment.pk))


def test_order_of_entry_changes_nothing(signed, patient, clinician):
    late = time_point(patient, GROWN, day=date(2024, 5, 18), by=clinician)
    early = time_point(patient, SMALLER, by=clinician)

    told = responses_of(course_of(signed))

    assert [told[each.pk].response for each in (early, late)] == ["PR", "PD"]
    assert told[late.pk].target.nadir_on == AFTER


def test_draft_with_gaps_does_not_hide_the_others(signed, patient, clinician):
    time_point(patient, {"Liver 1": mm(25)}, by=clinician)
    later = time_point(patient, SMALLER, day=date(2024, 5, 18), by=clinician)

    assert sign(later, "PR", by=clinician).recist == "PR"


def test_best_response_is_of_what_was_signed(signed, patient, clinician):
    first = time_point(patient, SMALLER, by=clinician)
    assert best_response(course_of(signed)) is None

    sign(first, "PR", by=clinician)

    assert best_response(course_of(signed)).response == "PR"


def test_discordance_offers_a_pet(signed, patient, clinician):
    assessment = time_point(patient, GROWN, by=clinician)

    sign(assessment, "PD", "better", by=clinician)

    offered = Proposal.objects.get(rule="pet_after_imaging")
    assert (offered.state, offered.adds[0]["activities"], offered.adds[0]["target"]) == (
        "offered",
        ["fdg_pet"],
        "2024-06-03",
    )
    assert offered.sentence.startswith("The MIBG scan is better while CT or MRI shows progression")


@pytest.mark.parametrize(
    "back",
    [
        lambda a, by: undo(
            event=Event.objects.get(kind="assessment.signed", facts__assessment=str(a.pk)), by=by, now=noon(TODAY)
        ),
        lambda a, by: reopen_assessment(assessment=a, reason="Look again.", by=by, today=TODAY),
        lambda a, by: withdraw_assessment(assessment=a, reason="Wrong patient.", by=by, today=TODAY),
    ],
    ids=["undone", "reopened", "withdrawn"],
)
def test_offer_falls_away_with_what_asked_for_it(signed, patient, clinician, back):
    assessment = sign(time_point(patient, GROWN, by=clinician), "PD", "better", by=clinician)

    back(assessment, clinician)

    assert Proposal.objects.get(rule="pet_after_imaging").state == "lapsed"


def test_what_a_clinician_decided_about_is_not_offered_again(signed, patient, clinician):
    assessment = sign(time_point(patient, GROWN, by=clinician), "PD", "better", by=clinician)
    offered = Proposal.objects.get(rule="pet_after_imaging")
    decide(proposal=offered, accept=False, reason="Too ill.", by=clinician, today=TODAY)
    reopen_assessment(assessment=assessment, reason="Comment.", by=clinician, today=TODAY)

    sign(assessment, "PD", "better", by=clinician)

    assert Proposal.objects.get(rule="pet_after_imaging").state == "declined"


def test_baseline_others_are_held_against_stays(signed, patient, clinician):
    time_point(patient, SMALLER, by=clinician)

    with pytest.raises(TransitionRefused, match="held against this baseline"):
        withdraw_assessment(assessment=signed, reason="Wrong.", by=clinician, today=TODAY)


def test_marrow_is_a_percentage(baseline, clinician):
    with pytest.raises(InputRefused) as refused:
        describe(assessment=baseline, fields={"marrow_percent": Decimal("100.1")}, by=clinician)

    assert refused.value.field == "marrow_percent"


CHANGES = {
    "lesion.added": lambda b, by: add_lesion(
        assessment=b, facts=LesionFacts("target", "Liver 2", "liver"), found=mm(20), by=by
    ),
    "lesion.changed": lambda b, by: change_lesion(
        lesion=lesion("Liver 1"), fields={"irradiated": True}, found=mm(41), by=by
    ),
    "lesion.withdrawn": lambda b, by: withdraw_lesion(lesion=lesion("Liver 1"), reason="", by=by),
    "lesions.measured": lambda b, by: measure(assessment=b, found={lesion("Liver 1").pk: mm(42)}, by=by),
    "assessment.described": lambda b, by: describe(
        assessment=b, fields={"marrow_percent": Decimal(5), "marker_raised": True}, by=by
    ),
    "assessment.signed": lambda b, by: sign(b, by=by),
    "assessment.withdrawn": lambda b, by: withdraw_assessment(assessment=b, reason="Wrong.", by=by, today=TODAY),
}


def standing():
    """Everything that counts; what was undone stays, as withdrawn."""
    seen = LesionMeasurement.objects.filter(withdrawn=False, lesion__withdrawn=False)
    rows = Lesion.objects.filter(withdrawn=False), seen, ResponseAssessment.objects.all()
    return [list(each.order_by("pk").values()) for each in rows]


@pytest.mark.parametrize("kind", CHANGES)
def test_undoing_puts_everything_back(baseline, clinician, kind):
    before = standing()
    CHANGES[kind](baseline, clinician)
    event = last_event()
    assert event.kind == kind

    undo(event=event, by=clinician, now=noon(TODAY))

    assert standing() == before


def test_first_finding_of_a_time_point_is_undone(signed, patient, clinician):
    time_point(patient, SMALLER, by=clinician)

    undo(event=last_event(), by=clinician, now=noon(TODAY))

    assert not LesionMeasurement.objects.filter(assessment__baseline=signed, withdrawn=False).exists()


def test_course_whose_lesion_merged_with_one_entered_in_error_is_still_shown(signed, patient, clinician, client):
    liver = lesion("Liver 1")
    merged = SMALLER | {"Lung 1": SeenFacts("merged", merged_into=liver)}
    sign(time_point(patient, merged, by=clinician), "PR", by=clinician)
    reopen_assessment(assessment=signed, reason="A vessel.", by=clinician, today=TODAY)
    withdraw_lesion(lesion=liver, reason="A vessel.", by=clinician)

    assert best_response(course_of(signed)) is None
    assert client.get(f"/patients/{patient.pk}/response/").status_code == 200
    (course,) = client.get(f"/api/v1/patients/{patient.pk}/response").json()["courses"]
    assert course["time_points"][0]["sum_mm"] is None


@pytest.mark.parametrize("kind", ["lesion.added", "assessment.described", "lesions.measured"])
def test_nothing_is_undone_beneath_a_signature(baseline, clinician, kind):
    CHANGES[kind](baseline, clinician)
    event = last_event()
    sign(baseline, by=clinician)

    with pytest.raises(TransitionRefused, match="signed since"):
        undo(event=event, by=clinician, now=noon(TODAY))


def test_baseline_others_are_held_against_is_not_undone(baseline, patient, clinician):
    time_point(patient, SMALLER, by=clinician)

    with pytest.raises(TransitionRefused, match="held against this baseline"):
        undo(event=Event.objects.filter(kind="assessment.opened").earliest("at"), by=clinician, now=noon(TODAY))


def test_time_point_does_not_come_back_without_its_baseline(signed, patient, clinician):
    later = time_point(patient, SMALLER, by=clinician)
    withdraw_assessment(assessment=later, reason="Wrong.", by=clinician, today=TODAY)
    event = last_event()
    withdraw_assessment(assessment=signed, reason="Wrong.", by=clinician, today=TODAY)

    with pytest.raises(TransitionRefused, match="Its baseline was marked"):
        undo(event=event, by=clinician, now=noon(TODAY))


def test_role_that_later_findings_contradict_is_refused(baseline, patient, clinician):
    time_point(patient, SMALLER, by=clinician)
    bone = {"role": "target", "nature": "bone_with_soft_tissue"}

    with pytest.raises(InputRefused) as refused:
        change_lesion(lesion=lesion("Bone 1"), fields=bone, found=mm(20), by=clinician)

    assert refused.value.field == "role"


def test_what_it_is_held_against_is_signed_first(baseline, patient, clinician):
    early = time_point(patient, SMALLER, by=clinician)
    late = time_point(patient, GROWN, day=date(2024, 5, 18), by=clinician)

    with pytest.raises(InputRefused, match=r"20 Jan 2024 is not signed.*2 May 2024 is not signed"):
        sign(late, "PD", by=clinician)

    sign(baseline, by=clinician)
    sign(early, "PR", by=clinician)
    assert sign(late, "PD", by=clinician).is_signed


def test_page_says_before_what_keeps_it_from_being_signed(client, baseline, patient, clinician):
    time_point(patient, SMALLER, by=clinician)
    late = time_point(patient, GROWN, day=date(2024, 5, 18), by=clinician)

    def said(assessment):
        page = client.get(f"/imaging/assessments/{assessment.pk}/").content.decode()
        assert page.count("Before it can be signed:") == (1 if assessment.pk == late.pk else 0)
        return [page.count(f"What was read on {day} 2024 is not signed: sign it first") for day in ("20 Jan", "2 May")]

    assert said(late) == [1, 1]
    assert said(baseline) == [0, 0]


def test_page_of_an_incomplete_time_point_says_once_what_is_missing(client, baseline, patient, clinician):
    draft = time_point(patient, {"Liver 1": mm(25)}, by=clinician)

    page = client.get(f"/imaging/assessments/{draft.pk}/").content.decode()

    for sentence in what_is_missing(course_of(baseline), draft):
        assert page.count(escape(sentence)) == 1


def test_reopened_assessment_forgets_its_verdict_until_undone(signed, patient, clinician, client):
    point = sign(time_point(patient, SMALLER, by=clinician), "SD", differs="Liver 1 is badly seen.", by=clinician)
    reopen_assessment(assessment=point, reason="Measured anew.", by=clinician, today=TODAY)
    measure(
        assessment=point,
        found={lesion("Liver 1").pk: mm(50), lesion("Lung 1").pk: mm(25)},
        by=clinician,
    )
    point.refresh_from_db()
    assert (point.recist, point.mibg, point.differs, point.proposal) == ("", "", "", {})

    client.force_login(clinician)
    page = client.get(f"/imaging/assessments/{point.pk}/").content.decode()
    assert '<option value="PD" selected>' in page
    assert "badly seen" not in page
    with pytest.raises(ReasonNeeded):
        sign(point, "SD", by=clinician)


def test_undoing_a_reopening_brings_the_verdict_back(signed, patient, clinician):
    point = sign(time_point(patient, SMALLER, by=clinician), "SD", differs="Liver 1 is badly seen.", by=clinician)
    told = ResponseAssessment.objects.get(pk=point.pk).proposal
    reopen_assessment(assessment=point, reason="Measured anew.", by=clinician, today=TODAY)
    undo(event=last_event(), by=clinician, now=noon(TODAY))

    point.refresh_from_db()
    assert (point.state, point.recist, point.differs, point.proposal) == (
        "signed",
        "SD",
        "Liver 1 is badly seen.",
        told,
    )


def test_disease_of_bone_alone_is_no_measurable_disease(patient, clinician):
    baseline = sign(baseline_of(patient, targets=(), by=clinician), by=clinician)
    point = time_point(patient, {"Bone 1": SeenFacts("present")}, by=clinician)

    told = responses_of(course_of(baseline))[point.pk]

    assert told.response == "Non-CR/Non-PD"
    assert told.reasons[0].sentence.startswith("No measurable disease (no target lesions)")
