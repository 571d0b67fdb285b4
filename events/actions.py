"""Writing down what happened, in the same transaction as the change itself."""

from typing import Any

from accounts.models import Clinic, Staff
from events.models import Event


def record_event(
    kind: str, *, clinic: Clinic, by: Staff | None, patient: Any = None, reason: str = "", **facts: Any
) -> Event:
    """Write the event `kind` (past tense, such as `visit.done`) with the facts a reader needs."""
    return Event.objects.create(clinic=clinic, patient=patient, kind=kind, facts=facts, reason=reason, by=by)
