"""Results that a person types in, pastes, or takes down on the telephone."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from accounts.models import Staff
from events.attachments import Attached, keep_attachment
from iotrex_followup.errors import InputRefused
from iotrex_followup.history import action
from labs.actions.receiving import Received, Source, receive_results
from labs.intake.incoming import Incoming
from labs.models import LabGrade, LabReport
from patients.actions import refuse_closed_record
from patients.models import Patient


class Origin(NamedTuple):
    """How a person came by the results: the kind of source; who telephoned them, and whether they were read back."""

    kind: str = LabReport.Source.ENTRY
    caller: str = ""
    read_back: bool = False


@action
def enter_results(
    *,
    patient: Patient,
    rows: Sequence[Incoming],
    origin: Origin,
    by: Staff,
    now: datetime,
    attached: Attached | None = None,
) -> Received:
    """Take in what a person entered about one patient, with the file it was read from.

    Raises   InputRefused: telephoned without a caller or not read back, the file is no PDF or picture, no results.
    Raises   TransitionRefused: the patient's record is closed.
    Records  results.received
    """
    refuse_closed_record(patient)
    if not rows:
        raise InputRefused("Enter at least one value.")
    if any(row.mrn != patient.mrn for row in rows):
        raise InputRefused("These results are of another patient.")
    if origin.kind == LabReport.Source.TELEPHONE:
        refuse_hearsay(origin)
    file = keep_attachment(clinic=patient.clinic, file=attached, by=by) if attached else None
    source = Source(origin.kind, f"{by}", origin.caller.strip(), origin.read_back, file)
    return receive_results(clinic=patient.clinic, rows=rows, source=source, by=by, now=now)


def refuse_hearsay(origin: Origin) -> None:
    """Raise InputRefused for telephoned values that nobody can be asked about, or that were not read back."""
    if not origin.caller.strip():
        raise InputRefused("Write down who telephoned: name and number.", field="caller")
    if not origin.read_back:
        raise InputRefused("Read the values back to the caller first.", field="read_back")


def said_of(received: Received, patient: Patient, *, now: datetime) -> str:
    """Return what came of results taken in at `now`: "4 results stored. Platelet count decreased grade 3."."""
    new = received.stored + received.corrected
    said = [counted(new, "result") + " stored."] if new else ["Nothing new: these results were stored already."]
    if new and received.duplicate:
        said.append(f"{received.duplicate} stored already.")
    if received.quarantined:
        said.append(f"{len(received.quarantined)} held back, see Quarantine.")
    grades = LabGrade.objects.filter(patient=patient, result__received_at=now, result__is_current=True, grade__gte=1)
    worst = dict(grades.order_by("grade").values_list("term", "grade"))
    if worst:
        terms = sorted(worst, key=lambda term: (-(worst[term] or 0), term))
        said.append(", ".join(f"{term} grade {worst[term]}" for term in terms) + ".")
    if received.alerts:
        said.append(f"{counted(received.alerts, 'alert')} raised.")
    return " ".join(said)


def counted(number: int, noun: str) -> str:
    """Return "1 result", "2 results"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
