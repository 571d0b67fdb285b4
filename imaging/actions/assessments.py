"""Assessments of response: a time point is opened, described, signed by a clinician, amended, taken back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.models import Staff
from events.actions import record_event
from events.undo import Changes
from imaging.courses.mibg import scans_of
from imaging.courses.proposing import follow_questions
from imaging.courses.recist import course_of
from imaging.courses.verdicts import Computed, proposed, what_is_missing
from imaging.models import AssessedStudy, ImagingStudy, ResponseAssessment
from imaging.response.reasons import as_json
from imaging.response.recist.numbers import MOST_DECIMALS
from imaging.response.uptake import contradicts
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from patients.actions import lock_patient
from patients.models import Patient
from schedules.protocol.trace import words

State = ResponseAssessment.State
# What is told of a time point besides its lesions.
DESCRIBED = (
    *("marker_raised", "marker_normal", "marrow_percent", "primary_uptake", "soft_tissue_uptake", "new_uptake"),
    *("markers", "symptoms"),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a clinician makes of a time point; `differs` says why it is not what was computed."""

    recist: str = ""
    mibg: str = ""
    comment: str = ""
    differs: str = ""


@action
def open_assessment(
    *, patient: Patient, studies: Sequence[ImagingStudy], is_baseline: bool, by: Staff
) -> ResponseAssessment:
    """Open an assessment of studies read together, as the baseline of a course or as a time point of the latest one.

    Raises   TransitionRefused: the patient's record is closed.
    Raises   InputRefused: no study, one of another patient or entered in error, no baseline before it, or that day has
             an assessment already.
    Records  assessment.opened, which can be undone
    """
    patient = lock_patient(patient)
    chosen = list(ImagingStudy.objects.standing().filter(patient=patient, pk__in=[each.pk for each in studies]))
    if not chosen or len(chosen) != len({each.pk for each in studies}):
        raise InputRefused("Choose the studies that are read together, of this patient.", field="studies")
    on = max(each.imaged_on for each in chosen)
    baseline = None if is_baseline else baseline_before(patient, on)
    refuse_assessed(patient, baseline, on)
    assessment = ResponseAssessment.objects.create(
        clinic=patient.clinic, patient=patient, baseline=baseline, on=on, opened_by=by
    )
    changes = Changes()
    changes.created(assessment, undone={"state": State.WITHDRAWN.value})
    for study in chosen:
        AssessedStudy.objects.create(clinic=patient.clinic, assessment=assessment, study=study)
    write_event("assessment.opened", assessment, changes, by=by)
    return assessment


def baseline_before(patient: Patient, on: date) -> ResponseAssessment:
    """Return the baseline that a time point of `on` is held against.

    Raises   InputRefused: there is none before it.
    """
    known = ResponseAssessment.objects.baselines().filter(patient=patient, on__lt=on)
    if found := known.order_by("on", "id").last():
        return found
    remedy = "Open the baseline first: the studies before the treatment, with the lesions that are followed."
    raise InputRefused(f"No baseline is before {words(on)}. {remedy}", field="begins")


def refuse_assessed(patient: Patient, baseline: ResponseAssessment | None, on: date) -> None:
    """Raise InputRefused when that day has an assessment of this course already."""
    same = ResponseAssessment.objects.standing().filter(patient=patient, baseline=baseline, on=on)
    if same.exists():
        raise InputRefused(f"{words(on)} is assessed already. Go on with that assessment.", field="studies")


@action
def describe(*, assessment: ResponseAssessment, fields: Mapping[str, Any], by: Staff) -> ResponseAssessment:
    """Say what is known of a time point besides its lesions: marrow, uptake, markers, symptoms.

    Raises   TransitionRefused: it is signed or was entered in error, or the patient's record is closed.
    Raises   InputRefused: a field that is not asked for, or a percentage that cannot be.
    Records  assessment.described, which can be undone; nothing when nothing changes
    """
    assessment = locked_draft(assessment)
    if unknown := sorted(set(fields) - set(DESCRIBED)):
        raise InputRefused("This is not told of a time point.", field=unknown[0])
    marrow = fields.get("marrow_percent")
    if marrow is not None and (not 0 <= marrow <= 100 or -int(marrow.as_tuple().exponent) > MOST_DECIMALS):
        remedy = f"Enter 0 to 100 per cent, with up to {MOST_DECIMALS} decimals."
        raise InputRefused(remedy, field="marrow_percent")
    changes = Changes()
    changes.watch(assessment)
    changed = [name for name, value in fields.items() if getattr(assessment, name) != value]
    for name in changed:
        setattr(assessment, name, fields[name])
    if changed:
        assessment.save(update_fields=changed)
        write_event("assessment.described", assessment, changes, by=by)
    return assessment


@action
def sign_assessment(*, assessment: ResponseAssessment, verdict: Verdict, by: Staff, today: date) -> ResponseAssessment:
    """Sign a baseline, or what a time point says; what was computed is kept with it, with its arithmetic.

    What the findings ask for is offered to a clinician, such as a PET with another tracer.

    Raises   TransitionRefused: it is signed or was entered in error, or the patient's record is closed.
    Raises   InputRefused: something is missing; a verdict that is none.
    Raises   ReasonNeeded: the verdict by RECIST or by MIBG scan is not the one computed, without saying why.
    Records  assessment.signed, which can be undone
    """
    assessment = locked_draft(assessment)
    course = course_of(assessment.baseline or assessment)
    if missing := what_is_missing(course, assessment):
        raise InputRefused(" ".join(missing))
    changes = Changes()
    changes.watch(assessment)
    if assessment.is_baseline:
        mark_baselines(assessment, changes)
    else:
        computed = proposed(course, assessment)
        refuse_verdict(verdict, computed, has_scan=bool(scans_of(assessment)))
        assessment.recist, assessment.mibg = verdict.recist, verdict.mibg
        assessment.differs, assessment.proposal = verdict.differs.strip(), as_json(computed)
    assessment.comment = verdict.comment.strip()
    assessment.state, assessment.signed_by, assessment.signed_on = State.SIGNED, by, today
    assessment.save()
    write_event("assessment.signed", assessment, changes, by=by, verdict=verdict_words(assessment))
    follow_questions(assessment, by=by, today=today)
    return assessment


def mark_baselines(assessment: ResponseAssessment, changes: Changes) -> None:
    """Mark the scored scans of a baseline as what later scans are held against, on the pages of scores too."""
    for study in assessment.studies.filter(withdrawn=False, is_baseline=False).select_for_update(of=("self",)):
        if study.facts.scored and not study.facts.post_therapy:
            changes.watch(study)
            study.is_baseline = True
            study.save(update_fields=["is_baseline"])


def refuse_verdict(verdict: Verdict, computed: Computed, *, has_scan: bool) -> None:
    """Raise for a verdict that is none, or that differs from what was computed without saying why."""
    if verdict.recist not in ResponseAssessment.Recist.values:
        raise InputRefused("Choose the response by RECIST.", field="recist")
    if verdict.mibg not in ResponseAssessment.Mibg.values:
        raise InputRefused("Choose what the MIBG scan says, or that there is none.", field="mibg")
    differs = list(differences(verdict, computed, has_scan=has_scan))
    if differs and not verdict.differs.strip():
        raise ReasonNeeded(differs, field="differs")


def differences(verdict: Verdict, computed: Computed, *, has_scan: bool) -> Iterator[str]:
    """Yield a sentence for each verdict that is another than the one computed."""
    response = computed.recist.response if computed.recist else "nothing"
    if verdict.recist != response:
        yield f"RECIST 1.1 computes {response}, this says {verdict.recist}."
    said = ResponseAssessment.Mibg(verdict.mibg)
    if said is ResponseAssessment.Mibg.NOT_DONE and has_scan:
        yield "An MIBG scan is among the studies, this says there is none."
    elif computed.uptake and contradicts(said, computed.uptake):
        told = ResponseAssessment.Mibg(computed.uptake.value).label
        yield f"The MIBG score says “{told}”, this says “{said.label}”."


@action
def reopen_assessment(*, assessment: ResponseAssessment, reason: str, by: Staff, today: date) -> ResponseAssessment:
    """Take the signature back, so that an assessment can be amended and signed anew.

    Raises   TransitionRefused: it is not signed, or the patient's record is closed.
    Raises   ReasonNeeded: no reason.
    Records  assessment.reopened, which can be undone
    """
    assessment = locked(assessment)
    if not assessment.is_signed:
        raise TransitionRefused("It is not signed.")
    if not reason:
        raise ReasonNeeded(["A clinician had signed it."], field="reason")
    changes = Changes()
    changes.watch(assessment)
    assessment.state, assessment.signed_by, assessment.signed_on = State.DRAFT, None, None
    # What was said of it is said anew: it must not be signed again unread.
    assessment.recist = assessment.mibg = assessment.differs = ""
    assessment.proposal = {}
    assessment.save(update_fields=["state", "signed_by", "signed_on", "recist", "mibg", "differs", "proposal"])
    write_event("assessment.reopened", assessment, changes, by=by, reason=reason)
    follow_questions(assessment, by=by, today=today)
    return assessment


@action
def withdraw_assessment(*, assessment: ResponseAssessment, reason: str, by: Staff, today: date) -> ResponseAssessment:
    """Record that an assessment was entered in error; a baseline only once no time point is held against it.

    Raises   TransitionRefused: that is so already, time points are held against it, or the patient's record is closed.
    Raises   ReasonNeeded: no reason.
    Records  assessment.withdrawn, which can be undone
    """
    assessment = locked(assessment)
    if not reason:
        raise ReasonNeeded(["It falls out of the patient's course."], field="reason")
    if assessment.time_points.exclude(state=State.WITHDRAWN).exists():
        raise TransitionRefused("Time points are held against this baseline. Mark those as entered in error first.")
    changes = Changes()
    changes.watch(assessment)
    assessment.state = State.WITHDRAWN
    assessment.save(update_fields=["state"])
    write_event("assessment.withdrawn", assessment, changes, by=by, reason=reason)
    follow_questions(assessment, by=by, today=today)
    return assessment


def locked(assessment: ResponseAssessment) -> ResponseAssessment:
    """Return the assessment as it is now, locked, the patient first.

    Raises   TransitionRefused: it was entered in error, or the patient's record is closed.
    """
    lock_patient(Patient.objects.get(assessments=assessment.pk))
    rows = ResponseAssessment.objects.select_for_update(of=("self",))
    fresh: ResponseAssessment = rows.select_related("patient__clinic", "clinic", "baseline").get(pk=assessment.pk)
    if fresh.state == State.WITHDRAWN:
        raise TransitionRefused("This assessment was entered in error.")
    return fresh


def locked_draft(assessment: ResponseAssessment) -> ResponseAssessment:
    """Return the assessment as `locked` does.

    Raises   TransitionRefused: it is signed, too.
    """
    fresh = locked(assessment)
    if fresh.is_signed:
        raise TransitionRefused("It is signed. Reopen it, with a reason, to change it.")
    return fresh


def verdict_words(assessment: ResponseAssessment) -> str:
    """Return the verdicts in words: ": PR by RECIST, less uptake"; nothing of a baseline."""
    if assessment.is_baseline:
        return ""
    mibg = assessment.get_mibg_display()
    return f": {assessment.recist} by RECIST, {mibg[:1].lower()}{mibg[1:]}"


def write_event(
    kind: str, assessment: ResponseAssessment, changes: Changes, *, by: Staff, reason: str = "", **facts: object
) -> None:
    """Write an event about one assessment, with the rows it changed."""
    what = "baseline" if assessment.is_baseline else "response"
    record_event(
        kind,
        clinic=assessment.clinic,
        patient=assessment.patient,
        by=by,
        reason=reason,
        assessment=assessment.pk,
        what=f"{what} of {words(assessment.on)}",
        **facts,
        rows=changes.facts(),
    )
