"""Simulations of a protocol version over a whole clinic: ordered, and kept when they are done."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from accounts.models import Clinic, Staff
from events.models import Job, StoredFile
from iotrex_followup.errors import InputRefused, TransitionRefused
from iotrex_followup.history import action
from schedules import protocol as rules
from schedules.actions.protocols import findings_about
from schedules.models import Protocol
from schedules.versions.simulation import plans_to_follow


@action
def order_simulation(*, clinic: Clinic, protocol: Protocol, by: Staff, today: date) -> Job:
    """Order a simulation of `protocol`, as it is written now, for the clinic's current plans that do not follow it.

    Raises   TransitionRefused: the version is not the clinic's to use, or the linter finds errors in it.
    Raises   InputRefused: no plan would change.
    """
    refuse_unsound(protocol, clinic, today=today)
    total = plans_to_follow(clinic, protocol=protocol).count()
    if not total:
        raise InputRefused("Every plan of the clinic's patients in follow-up follows this version already.")
    options = {
        "protocol": str(protocol.pk),
        "reference": protocol.reference,
        "sha256": protocol.sha256,
        "text": protocol.text,
        "today": today.isoformat(),
    }
    return Job.objects.create(clinic=clinic, kind=Job.Kind.SIMULATION, total=total, options=options, created_by=by)


def refuse_unsound(protocol: Protocol, clinic: Clinic, *, today: date) -> None:
    """Raise TransitionRefused when nobody can say what `protocol` would plan, or it is another clinic's."""
    if protocol.clinic_id not in (None, clinic.pk):
        raise TransitionRefused("This version belongs to another clinic.")
    if errors := rules.errors_of(findings_about(protocol, clinic, today=today)):
        listed = " ".join(f"{finding.sentence} {finding.remedy}" for finding in errors)
        raise TransitionRefused(f"Mend this version first. {listed}")


@action
def finish_simulation(*, job: Job, result: Mapping[str, Any], file: StoredFile, by: Staff, now: datetime) -> None:
    """Keep what was counted, and `file`, which holds a row for each patient. Does nothing when it is kept already."""
    kept = Job.objects.select_for_update().get(pk=job.pk)
    if kept.state == Job.State.FINISHED:
        return
    file.save(force_insert=True)
    kept.result, kept.file, kept.done = dict(result), file, kept.total
    kept.state, kept.finished_at = Job.State.FINISHED, now
    kept.save(update_fields=["result", "file", "done", "state", "finished_at"])
