"""What of images goes with a patient into another record, and what an undone study asks for."""

from accounts.models import Staff
from events.models import Event
from events.undo import AFTER_UNDO, BEFORE_UNDO
from imaging.models import ImagingStudy, ScoreReading
from iotrex_followup.errors import TransitionRefused
from schedules.actions.records import CARRIED, lock_concerned, settle_after_undo

MOVED = (ImagingStudy, ScoreReading)
# Undoing these opens planned scans again, or closes them.
OF_STUDIES = ("study.recorded", "study.changed", "study.withdrawn", "study.linked", "study.released")


def register() -> None:
    """Register what follows; called once, when all apps are there."""
    CARRIED.extend(MOVED)
    for kind in OF_STUDIES:
        BEFORE_UNDO[kind].append(lock_concerned)
        AFTER_UNDO[kind] = settle_after_undo
    BEFORE_UNDO["study.recorded"].append(refuse_what_was_scored)


def refuse_what_was_scored(event: Event, by: Staff) -> None:
    """Raise TransitionRefused when the study was scored since it was recorded."""
    if ScoreReading.objects.filter(study=event.facts["study"], withdrawn=False).exists():
        raise TransitionRefused("It was scored since. Mark the scores as entered in error first.")
