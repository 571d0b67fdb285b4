"""What of images goes with a patient into another record, and what an undone study asks for."""

from accounts.models import Staff
from events.actions import FOLLOWING
from events.models import Event
from events.undo import AFTER_UNDO, BEFORE_UNDO
from imaging.actions.studies import refuse_assessed
from imaging.actions.undoing import UNDONE, refuse_undoing
from imaging.courses.proposing import follow_questions
from imaging.models import ImagingStudy, Lesion, ResponseAssessment, ScoreReading
from imaging.sign_offs import imaging_settings
from iotrex_followup.errors import TransitionRefused
from schedules.actions.records import CARRIED, lock_concerned, settle_after_undo
from schedules.sign_offs import SETTINGS

MOVED = (ImagingStudy, ScoreReading, ResponseAssessment, Lesion)
# Undoing these opens planned scans again, or closes them.
OF_STUDIES = ("study.recorded", "study.changed", "study.withdrawn", "study.linked", "study.released")


def register() -> None:
    """Register what follows; called once, when all apps are there."""
    CARRIED.extend(MOVED)
    SETTINGS.append(imaging_settings)
    for kind in UNDONE:
        BEFORE_UNDO[kind].append(refuse_undoing)
    for kind in OF_STUDIES:
        BEFORE_UNDO[kind].append(lock_concerned)
        AFTER_UNDO[kind] = settle_after_undo
    BEFORE_UNDO["study.recorded"].append(refuse_what_was_read)
    for kind in ("assessment.signed", "assessment.reopened", "assessment.withdrawn"):
        BEFORE_UNDO[kind].append(lock_concerned)
        FOLLOWING[f"{kind}.undone"].append(ask_anew)


def refuse_what_was_read(event: Event, by: Staff) -> None:
    """Raise TransitionRefused when the study was scored or assessed since it was recorded."""
    study = event.facts["study"]
    if ScoreReading.objects.filter(study=study, withdrawn=False).exists():
        raise TransitionRefused("It was scored since. Mark the scores as entered in error first.")
    refuse_assessed(ImagingStudy(pk=study))


def ask_anew(event: Event) -> None:
    """Offer what an assessment asks for as it stands after an undo, or let what it asked for before fall away."""
    rows = ResponseAssessment.objects.select_related("patient", "clinic")
    assessment = rows.get(pk=event.facts["assessment"])
    follow_questions(assessment, by=None, today=assessment.clinic.local_date(event.at))
