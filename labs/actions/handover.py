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
def take_over_shift(*, clinic: Clinic, by: Staff, as_of: datetime, now: datetime, note: str = "") -> list[Alert]:
    """Take over what the sheet showed at `as_of`: its immediate and same-day alerts become `by`'s. Return those.

    What was raised since is nobody's by this: who takes over has not read it.

    Raises   InputRefused: `by` does not work on the alerts of this clinic.
    Records  handover.taken, and alert.claimed for each alert that was not theirs
    """
    if role_in(clinic, by) not in ROLES:
        raise InputRefused(f"{by} does not work on the alerts of {clinic}.")
    # In the order of the ids, as everybody who locks several.
    shown = open_alerts(clinic).filter(raised_at__lte=as_of).order_by("pk")
    alerts = [claim(alert=alert, by=by, now=now) for alert in shown]
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
