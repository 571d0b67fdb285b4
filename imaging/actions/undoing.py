"""What stands in the way of undoing something about a score: what others have built on it since."""

from accounts.models import Staff
from events.models import Event
from imaging.actions.readings import READER, refuse_adjudicated, refuse_overruling, scored
from imaging.models import ScoreReading
from imaging.scoring.counting import MOST_READERS, Standing
from imaging.scoring.schemes import SCHEMES
from iotrex_followup.errors import TransitionRefused
from patients.actions import lock_patient

UNDONE = ("score.recorded", "score.changed", "score.withdrawn", "score.adjudicated")


def refuse_undoing(event: Event, by: Staff) -> None:
    """Raise TransitionRefused when undoing would leave an adjudication without the readings it stands on.

    Taking a withdrawal back needs its place to be free: one of two readers, or two who differ as they did.
    """
    reading = ScoreReading.objects.select_related("patient", "study__clinic").get(pk=event.facts["reading"])
    lock_patient(reading.patient)
    score = scored(reading.study, SCHEMES[reading.scheme])
    refuse_adjudicated(reading, score)
    if event.kind != "score.withdrawn":
        return
    if reading.role == READER:
        if len(score.readings) >= MOST_READERS:
            raise TransitionRefused(f"{score.read_by} have read this scan since.")
        return
    if score.standing is not Standing.AWAITS_ADJUDICATION:
        raise TransitionRefused(f"There is nothing to adjudicate any more. {score.sentence}")
    refuse_overruling(score, reading.values)
