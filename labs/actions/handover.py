"""Taking over a shift: by name, with what was open then."""

from datetime import datetime

from accounts.models import Clinic, Staff
from events.actions import record_event
from iotrex_followup.errors import InputRefused
from iotrex_followup.history import action
from labs.actions.alerts import claim
from labs.actions.duty import role_in
from labs.models import Alert
from labs.pages.handover import awaited_results, open_alerts, promised_calls
from labs.rules.episodes import ROLES


@action
def take_over_shift(*, clinic: Clinic, by: Staff, now: datetime, note: str = "") -> list[Alert]:
    """Take over what the sheet shows: the open immediate and same-day alerts become `by`'s. Return those.

    Raises   InputRefused: `by` does not work on the alerts of this clinic.
    Records  handover.taken, and alert.claimed for each alert that was not theirs
    """
    if role_in(clinic, by) not in ROLES:
        raise InputRefused(f"{by} does not work on the alerts of {clinic}.")
    # In the order of the ids, as everybody who locks several.
    alerts = [claim(alert=alert, by=by, now=now) for alert in open_alerts(clinic).order_by("pk")]
    record_event(
        "handover.taken",
        clinic=clinic,
        by=by,
        reason=note.strip(),
        taken_by=str(by),
        alerts=said(len(alerts), "open alert"),
        awaited=said(awaited_results(clinic).count(), "awaited result"),
        calls=said(promised_calls(clinic, now).count(), "promised call"),
    )
    return alerts


def said(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
