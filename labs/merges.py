"""Undoing a merge: what came for the duplicate since goes back with it, or stands in the way by name."""

from django.utils import timezone

from accounts.models import Staff
from events.models import Event
from iotrex_followup.errors import TransitionRefused
from labs.intake.understanding import digest
from labs.models import LabGrade, LabResult, QuarantineItem
from labs.settling import settle
from patients.models import Patient
from schedules.actions.records import lock_records

NAMED = 3  # of what stands in the way; the rest is counted


def give_back_what_came(event: Event, by: Staff) -> None:
    """Move the results that came for the duplicate's MRN since the merge `event` back to its record.

    Both records are locked, so that nothing more comes meanwhile.

    Raises   TransitionRefused: something came that may be of either record, is held back, or is a new version of a
             result that came before the merge.
    """
    duplicate = Patient.objects.get(pk=event.facts["duplicate"])
    into = Patient.objects.get(pk=event.patient_id)  # type: ignore[misc]  # a merge is of a patient
    duplicate, into = lock_records(duplicate, into)
    back, in_the_way = told_apart(event, duplicate, into)
    if in_the_way:
        more = f" and {len(in_the_way) - NAMED} more" if len(in_the_way) > NAMED else ""
        named = ", ".join(map(str, in_the_way[:NAMED])) + more
        raise TransitionRefused(
            f"Since the merge came what may be of either record, or corrects what was merged: {named}. The merge stays;"
            f" mark what is not {into}’s as the wrong patient’s, and enter it for the right one."
        )
    refuse_held_back(event, duplicate, into)
    moved = LabResult.objects.filter(pk__in=[each.pk for each in back])
    LabGrade.objects.filter(result__in=moved).update(patient=duplicate)
    moved.update(patient=duplicate)


def told_apart(event: Event, duplicate: Patient, into: Patient) -> tuple[list[LabResult], list[LabResult]]:
    """Return the results since the merge that are surely the duplicate's, and those that stand in the way."""
    since = LabResult.objects.filter(patient=into, pk__gt=event.pk, derived_from=None).select_related("report")
    before = LabResult.objects.filter(patient=into, pk__lt=event.pk)
    merged = [row["id"] for row in event.facts["rows"] if row["row"] == LabResult._meta.label_lower]
    corrected = set(before.filter(pk__in=merged).values_list("identity", flat=True))
    own = set(before.exclude(pk__in=merged).values_list("identity", flat=True))
    back, in_the_way = [], []
    for each in since.order_by("collected_at", "id"):
        if each.identity in corrected:
            in_the_way.append(each)
        elif is_of(each, duplicate, other=into):
            back.append(each)
        elif each.identity not in own and not is_of(each, into, other=duplicate):
            in_the_way.append(each)
    return back, in_the_way


def is_of(result: LabResult, patient: Patient, *, other: Patient) -> bool:
    """Say whether `result` was surely sent for the MRN of `patient`, and not of `other`.

    What tells results apart is made of the record they were sent for (`labs.intake.understanding.identity_of`);
    where the laboratory numbers its specimens, the text that came says it.
    """
    when = result.collected_at if result.time_known else result.collected_on
    what = result.analyte or f"code:{result.code}"
    if result.identity == digest(patient.pk, result.laboratory_id, result.accession, when, what):
        return True
    if result.identity == digest(other.pk, result.laboratory_id, result.accession, when, what):
        return False
    return patient.mrn in result.report.raw and other.mrn not in result.report.raw


def refuse_held_back(event: Event, duplicate: Patient, into: Patient) -> None:
    """Raise TransitionRefused while something that came for the duplicate since the merge is held back."""
    waiting = QuarantineItem.objects.filter(
        patient=into, pk__gt=event.pk, row__mrn=duplicate.mrn, state=QuarantineItem.State.OPEN
    )
    if count := waiting.count():
        rows = "row" if count == 1 else "rows"
        raise TransitionRefused(
            f"{count} {rows} for MRN {duplicate.mrn} came since the merge and wait in quarantine. Settle them first."
        )


def settle_duplicate(event: Event) -> None:
    """Bring the record that stands for itself again up to date, with what went back to it."""
    duplicate = Patient.objects.select_related("clinic").get(pk=event.facts["duplicate"])
    if LabResult.objects.filter(patient=duplicate).exists():
        settle([duplicate], clinic=event.clinic, by=event.by, now=timezone.now())
