"""Correcting a stored result by hand: never over it, always as a new version of it, with a reason."""

from datetime import datetime
from typing import NamedTuple

from accounts.models import Staff
from events.actions import record_event
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from labs.actions.contradictions import answer_questions
from labs.actions.receiving import Source, receive_results
from labs.grading.units import written_out
from labs.intake.book import Book
from labs.intake.incoming import Incoming
from labs.intake.understanding import NOTHING_SAID
from labs.intake.versions import issue_after
from labs.models import LabReport, LabResult
from labs.readings import name_of, written_unit
from patients.actions import lock_patient
from patients.models import Patient

Status = LabResult.Status


class Correction(NamedTuple):
    """What a result should have said, as text; `collected_at` an ISO day or instant; a blank limit was not printed."""

    value: str
    unit: str
    collected_at: str
    low: str = ""
    high: str = ""


@action
def correct_result(*, result: LabResult, correction: Correction, reason: str, by: Staff, now: datetime) -> LabResult:
    """Enter what a result should have said; it holds from now on, the version before stays.

    Raises   TransitionRefused: another version holds, it is derived, or the patient's record is closed.
    Raises   InputRefused: nothing is changed, or what is entered cannot be read.
    Raises   ReasonNeeded: no reason.
    Records  results.received and result.corrected
    """
    patient = _refuse_unfit(result, reason)
    before = version_of_result(result, now=now, reason=reason)
    row = before._replace(**correction._asdict())
    if row == before and result.status not in NOTHING_SAID:
        raise InputRefused("Nothing is changed.", field="reason")
    held = _take_in(patient, row, over=result, by=by, now=now)
    return _told("result.corrected", held, result, by=by, reason=reason)


@action
def cancel_result(*, result: LabResult, reason: str, by: Staff, now: datetime) -> LabResult:
    """Record that the laboratory takes a result back: what it fulfilled is open again.

    Raises   TransitionRefused, ReasonNeeded: see `correct_result`; or it is cancelled or withdrawn already.
    Records  results.received and result.cancelled
    """
    return _take_back(result, Status.CANCELLED, "result.cancelled", reason=reason, by=by, now=now)


@action
def withdraw_result(*, result: LabResult, reason: str, by: Staff, now: datetime) -> LabResult:
    """Record that a result is another person's: it stays as a version of this patient's record and counts for nothing.

    Raises   TransitionRefused, ReasonNeeded: see `correct_result`; or it is cancelled or withdrawn already.
    Records  results.received and result.withdrawn
    """
    return _take_back(result, Status.WITHDRAWN, "result.withdrawn", reason=reason, by=by, now=now)


def version_of_result(result: LabResult, *, now: datetime, reason: str) -> Incoming:
    """Return a stored result as it would come once more, as corrected at `now` and after it, so that it would hold.

    Its code is the one it came with where that still stands for the analyte, so that its assay is kept.
    """
    own = next((each for each in Book(result.clinic, None).all() if each.laboratory.pk == result.laboratory_id), None)
    meaning = own.meaning(result.code) if own else None
    known = meaning is not None and (meaning.analyte.key if meaning.analyte else "") == result.analyte
    at = result.collected_at.astimezone(result.clinic.zone).isoformat() if result.time_known else None
    low, high = reported_limits(result)
    return Incoming(
        position=result.name or result.code,
        mrn=result.patient.mrn,
        collected_at=at or result.collected_on.isoformat(),
        analyte=result.code if known else result.analyte or result.code,
        value=result.reported,
        unit=result.unit,
        low=low,
        high=high,
        status=Status.CORRECTED,
        accession=result.accession,
        laboratory=result.laboratory.name,
        name=result.name,
        specimen_type=result.specimen_type,
        issued_at=issue_after(result.issued_at, now).isoformat(),
        fasting={True: "yes", False: "no", None: ""}[result.fasting],
        raw=f"Corrected by hand. {reason.strip()}",
        corrects=str(result.identity),
    )


def reported_limits(result: LabResult) -> tuple[str, str]:
    """Return the limits printed with a result, in the unit it was reported in; blank where none were."""
    if result.range_source != LabResult.RangeSource.REPORT or not result.value or result.graded_value is None:
        return "", ""
    factor = result.graded_value / result.value
    low, high = (
        "" if limit is None else str(written_out((limit / factor).normalize())) for limit in (result.low, result.high)
    )
    return low, high


def _take_back(result: LabResult, status: Status, kind: str, *, reason: str, by: Staff, now: datetime) -> LabResult:
    patient = _refuse_unfit(result, reason)
    if result.status in NOTHING_SAID:
        raise TransitionRefused(f"It is {result.get_status_display().lower()} already.")
    row = version_of_result(result, now=now, reason=reason)._replace(status=status)
    return _told(kind, _take_in(patient, row, over=result, by=by, now=now), result, by=by, reason=reason)


def _refuse_unfit(result: LabResult, reason: str) -> Patient:
    """Return the patient, locked, when this version of the result can be followed by another."""
    patient = lock_patient(result.patient)
    if not LabResult.objects.filter(pk=result.pk, is_current=True).exists():
        raise TransitionRefused("Another version of this result holds by now. Look at that one.")
    if result.is_derived:
        raise TransitionRefused("This value is derived. Correct what it was computed from.")
    if not reason.strip():
        raise ReasonNeeded(["This changes what a laboratory reported."], field="reason")
    return patient


def _take_in(patient: Patient, row: Incoming, *, over: LabResult, by: Staff, now: datetime) -> LabResult:
    """Take in the new version, which holds over the one before, and return it.

    Raises   InputRefused: it would be held back.
    Raises   TransitionRefused: it would not hold.
    """
    source = Source(LabReport.Source.ENTRY, f"{by}")
    received = receive_results(clinic=patient.clinic, rows=[row], source=source, by=by, now=now)
    if received.quarantined:
        raise InputRefused(received.quarantined[0][1], field="value")
    held = LabResult.objects.get(identity=row.corrects, is_current=True)
    if held.pk == over.pk:
        raise TransitionRefused("The version before would still hold. Nothing is changed.")
    answer_questions(result=held, outcome=row.raw)
    return held


def _told(kind: str, held: LabResult, before: LabResult, *, by: Staff, reason: str) -> LabResult:
    record_event(
        kind,
        clinic=held.clinic,
        patient=held.patient,
        by=by,
        reason=reason.strip(),
        result=held.pk,
        analyte=name_of(held.analyte) if held.analyte else held.name or held.code,
        on=before.collected_on,
        before=words_of(before),
        after=words_of(held),
    )
    return held


def words_of(result: LabResult) -> str:
    """Return value and unit as they are read."""
    return f"{result.reported} {written_unit(result.unit)}".strip()
