"""Deciding between two values of one result."""

from datetime import datetime

from accounts.models import Staff
from iotrex_followup.errors import InputRefused
from iotrex_followup.history import action
from labs.actions.contradictions import close_decided
from labs.actions.corrections import reported_limits
from labs.actions.quarantine import refuse_without_words, write_quarantine_event
from labs.actions.receiving import Source, patients_by_mrn, receive_results
from labs.actions.replaying import locked
from labs.intake.held_back import close_what_is_judged
from labs.intake.incoming import Incoming
from labs.intake.quarantine import contradicting
from labs.intake.understanding import NOTHING_SAID
from labs.intake.versions import issue_after
from labs.models import LabReport, LabResult, QuarantineItem


@action
def settle_conflict(*, item: QuarantineItem, holds: LabResult, reason: str, by: Staff, now: datetime) -> QuarantineItem:
    """Say which of two contradicting values of a result holds; the other stays on record as a version.

    Where that is not the one that holds now, it becomes a version of its own issued now, so that it goes on holding
    whatever arrives late.

    Raises   TransitionRefused: it is dealt with already.
    Raises   InputRefused: the value is none of the two, or cannot be read any more.
    Raises   ReasonNeeded: no reason.
    Records  quarantine.settled
    """
    # The patient before the item, as arrivals do, which close what a third version answers.
    patients_by_mrn(item.clinic, LabResult.objects.filter(pk=holds.pk).values_list("patient__mrn", flat=True))
    [waiting] = locked([item])
    versions = contradicting(waiting)
    if holds not in versions:
        raise InputRefused("Choose one of the values that came.", field="holds")
    holds = versions[versions.index(holds)]
    refuse_without_words(reason, "One of the values will not count.")
    if not holds.is_current:
        row = as_latest(waiting, holds, over=versions[0], now=now)
        source = Source(LabReport.Source.ENTRY.value, waiting.report.origin)
        received = receive_results(clinic=waiting.clinic, rows=[row], source=source, by=by, now=now)
        if received.quarantined:
            raise InputRefused(received.quarantined[0][1], field="holds")
    value = holds.status if holds.status in NOTHING_SAID else f"{holds.reported} {holds.unit}".strip()
    waiting.state = QuarantineItem.State.REPLAYED
    waiting.outcome = f"{value[:1].upper()}{value[1:]} holds: {reason.strip()}"
    waiting.result = LabResult.objects.current().get(identity=holds.identity)
    waiting.save(update_fields=["state", "outcome", "result"])
    if not holds.is_current:  # the other value was judged all along
        close_decided(result=waiting.result, against=versions[0], outcome=waiting.outcome)
        close_what_is_judged([waiting], clinic=waiting.clinic, now=now)
    write_quarantine_event("quarantine.settled", [waiting], by=by, reason=reason, value=value)
    return waiting


def as_latest(item: QuarantineItem, holds: LabResult, *, over: LabResult, now: datetime) -> Incoming:
    """Return the version that holds as issued now and after `over`, with the limits and the time it came with.

    It is a corrected one, unless it takes the result back.
    """
    low, high = reported_limits(holds)
    taken_at = holds.collected_at.astimezone(item.clinic.zone).isoformat()
    return Incoming(**item.row)._replace(
        mrn=holds.patient.mrn,
        collected_at=taken_at if holds.time_known else holds.collected_on.isoformat(),
        value=holds.reported,
        unit=holds.unit,
        low=low,
        high=high,
        status=holds.status if holds.status in NOTHING_SAID else LabResult.Status.CORRECTED.value,
        issued_at=issue_after(over.issued_at, now).isoformat(),
        corrects=str(holds.identity),
    )
