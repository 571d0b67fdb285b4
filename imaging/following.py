"""What of images goes with a patient into another record, and what an undone study asks for."""

from accounts.models import Staff
from events.actions import FOLLOWING
from events.models import Event
from events.reasons import WITHHELD
from events.undo import AFTER_UNDO, BEFORE_UNDO
from imaging.actions.studies import refuse_assessed
from imaging.actions.undoing import UNDONE, refuse_undoing
from imaging.courses.proposing import follow_questions
from imaging.models import ImagingStudy, Lesion, ResponseAssessment, ScoreReading
from imaging.scoring.blinding import is_hidden, with_readers
from imaging.sign_offs import imaging_settings
from iotrex_followup.errors import TransitionRefused
from schedules.actions.records import CARRIED, lock_concerned, settle_after_undo
from schedules.sign_offs import SETTINGS

MOVED = (ImagingStudy, ScoreReading, ResponseAssessment, Lesion)
# Undoing these opens planned scans again, or closes them.
OF_STUDIES = ("study.recorded", "study.changed", "study.withdrawn", "study.linked", "study.released")
# What is entered while an assessment is not signed.
OF_DRAFTS = (
    *("assessment.opened", "assessment.described"),
    *("lesion.added", "lesion.changed", "lesion.withdrawn", "lesions.measured"),
)


def register() -> None:
    """Register what follows; called once, when all apps are there."""
    CARRIED.extend(MOVED)
    SETTINGS.append(imaging_settings)
    for kind in UNDONE:
        BEFORE_UNDO[kind].append(refuse_undoing)
        WITHHELD[kind] = is_of_hidden_values
    for kind in OF_STUDIES:
        BEFORE_UNDO[kind].append(lock_concerned)
        AFTER_UNDO[kind] = settle_after_undo
    BEFORE_UNDO["study.recorded"].append(refuse_what_was_read)
    for kind in OF_DRAFTS:
        BEFORE_UNDO[kind] += [lock_concerned, refuse_beneath_a_signature]
    BEFORE_UNDO["assessment.withdrawn"].append(refuse_without_what_it_stands_on)
    for kind in ("assessment.signed", "assessment.reopened", "assessment.withdrawn"):
        BEFORE_UNDO[kind].append(lock_concerned)
        FOLLOWING[f"{kind}.undone"].append(ask_anew)


def is_of_hidden_values(event: Event, viewer: Staff) -> bool:
    """Say whether the reading an event is about is kept from `viewer`: its reason may name what was read."""
    return is_hidden(with_readers(ScoreReading.objects.all()).get(pk=event.facts["reading"]), viewer)


def refuse_what_was_read(event: Event, by: Staff) -> None:
    """Raise TransitionRefused when the study was scored or assessed since it was recorded."""
    study = event.facts["study"]
    if ScoreReading.objects.filter(study=study, withdrawn=False).exists():
        raise TransitionRefused("It was scored since. Mark the scores as entered in error first.")
    refuse_assessed(ImagingStudy(pk=study))


def refuse_beneath_a_signature(event: Event, by: Staff) -> None:
    """Raise TransitionRefused when the assessment was signed since, or others are held against it."""
    assessment = ResponseAssessment.objects.get(pk=event.facts["assessment"])
    if assessment.is_signed:
        raise TransitionRefused("The assessment was signed since. Reopen it first.")
    if event.kind == "assessment.opened" and assessment.time_points.standing().exists():
        raise TransitionRefused("Time points are held against this baseline. Mark those as entered in error first.")


def refuse_without_what_it_stands_on(event: Event, by: Staff) -> None:
    """Raise TransitionRefused when the baseline or a study of an assessment was entered in error, too."""
    assessment = ResponseAssessment.objects.select_related("baseline").get(pk=event.facts["assessment"])
    baseline = assessment.baseline
    if baseline and baseline.state == ResponseAssessment.State.WITHDRAWN:
        raise TransitionRefused("Its baseline was marked as entered in error. Take that back first.")
    if assessment.studies.filter(withdrawn=True).exists():
        raise TransitionRefused("One of its studies was marked as entered in error. Take that back first.")


def ask_anew(event: Event) -> None:
    """Offer what an assessment asks for as it stands after an undo, or let what it asked for before fall away."""
    rows = ResponseAssessment.objects.select_related("patient", "clinic")
    assessment = rows.get(pk=event.facts["assessment"])
    follow_questions(assessment, by=None, today=assessment.clinic.local_date(event.at))
