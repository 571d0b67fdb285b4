"""What stands in the way of undoing something about a score: what others said, or have built on it since."""

from accounts.models import Staff
from events.models import Event
from imaging.actions.readings import READER, refuse_adjudicated, scored
from imaging.models import ScoreReading
from imaging.scoring.blinding import MOST_READERS
from imaging.scoring.counting import Standing, StudyScore
from imaging.scoring.schemes import SCHEMES
from iotrex_followup.errors import TransitionRefused
from patients.actions import lock_patient

UNDONE = ("score.recorded", "score.changed", "score.withdrawn", "score.adjudicated")
# What one person said of a scan, which others take back with a reason only.
OWN = ("score.recorded", "score.changed", "score.adjudicated")


def refuse_undoing(event: Event, by: Staff) -> None:
    """Raise TransitionRefused when undoing would lose or overrule what a reader or an adjudicator said.

    Taking a withdrawal back needs its place to be free: one of two readers, or two who differ as they did.
    """
    reading = ScoreReading.objects.select_related("patient", "study__clinic", "reader").get(pk=event.facts["reading"])
    lock_patient(reading.patient)
    if event.kind in OWN and reading.reader_id != by.pk:
        remedy = "Only they undo that; it can be marked as entered in error, with a reason."
        raise TransitionRefused(f"{reading.reader} said this. {remedy}")
    score = scored(reading.study, SCHEMES[reading.scheme])
    refuse_adjudicated(reading, score)
    if event.kind == "score.withdrawn":
        refuse_without_a_place(reading, score)
    refuse_changed_since(event, reading)


def refuse_without_a_place(reading: ScoreReading, score: StudyScore) -> None:
    """Raise TransitionRefused when two others have read since, or nothing is left to adjudicate."""
    if reading.role == READER and len(score.readings) >= MOST_READERS:
        raise TransitionRefused(f"{score.read_by} have read this scan since.")
    if reading.role != READER and score.standing is not Standing.AWAITS_ADJUDICATION:
        raise TransitionRefused(f"There is nothing to adjudicate any more. {score.sentence}")


def refuse_changed_since(event: Event, reading: ScoreReading) -> None:
    """Raise TransitionRefused when something happened after `event` to the reading, or to what an adjudication is of.

    Not in the way is what was undone itself.
    """
    of_scan = ScoreReading.objects.filter(study=reading.study_id, scheme=reading.scheme).values_list("pk", flat=True)
    concerned = [reading.pk] if reading.role == READER else of_scan
    told = Event.objects.filter(kind__in=UNDONE, facts__reading__in=[str(pk) for pk in concerned])
    if told.filter(clinic=event.clinic_id, pk__gt=event.pk, undone_by__isnull=True).exists():
        remedy = "or adjudicate the scan anew" if reading.role != READER else "or change the reading, with a reason"
        raise TransitionRefused(f"What was read was changed since. Undo that later change first, {remedy}.")
