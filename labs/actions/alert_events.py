"""What is written down of an alert: who did what, and the rows that undoing puts back."""

from accounts.models import Staff
from events.actions import record_event
from events.undo import Changes
from labs.models import Alert


def watched(alert: Alert) -> Changes:
    """Return changes that remember `alert` as it stands."""
    changes = Changes()
    changes.watch(alert)
    return changes


def write_alert_event(
    kind: str,
    alert: Alert,
    *,
    by: Staff | None,
    changes: Changes | None = None,
    reason: str = "",
    **facts: object,
) -> None:
    """Write an event about one alert, with the rows it changed if it can be undone."""
    rows = {"rows": changes.facts()} if changes else {}
    record_event(
        kind,
        clinic=alert.clinic,
        patient=alert.patient,
        by=by,
        reason=reason,
        alert=alert.pk,
        what=alert.sentence.rstrip("."),
        **facts,
        **rows,
    )
