"""An alert as it is now, locked, for who may act on it and has read it; who may do what: `labs.rules.episodes`.

`seen` is the version of the alert the person has read (`labs.alerting.versions`), blank when they do not say.
"""

from datetime import datetime

from django.core.exceptions import PermissionDenied

from accounts.models import Membership, Staff
from events.models import Event
from iotrex_followup.errors import ChangedSince, InputRefused, TransitionRefused
from labs.alerting.notifying import read_of
from labs.alerting.versions import as_it_stands, version_of
from labs.models import Alert
from labs.rules.episodes import Act, State, refusal
from labs.rules.values import Urgency

# Whoever may do this may undo that; who may answer may take back a snooze, also of what is immediate by now.
UNDONE_BY_WHO_MAY = {
    "alert.acknowledged": Act.ACKNOWLEDGE,
    "alert.snoozed": Act.ACKNOWLEDGE,
    "alert.resolved": Act.RESOLVE,
    "alert.claimed": Act.HAND_OVER,
    "alert.handed_over": Act.HAND_OVER,
}
REPLACING = (Act.ACKNOWLEDGE, Act.SNOOZE)
ANSWERED = (Alert.State.ACKNOWLEDGED, Alert.State.SNOOZED)


def fresh(alert: Alert) -> Alert:
    """Return the alert as it is now, locked."""
    rows = Alert.objects.select_for_update(of=("self",)).select_related("clinic", "patient__clinic", "owner")
    found: Alert = rows.get(pk=alert.pk)
    return found


def locked(alert: Alert, act: Act, by: Staff, now: datetime, seen: str) -> Alert:
    """Return the alert as it is now, locked; who acts on it has read what they were told of it.

    Raises   ChangedSince: see `refuse_unread`.
    Raises   TransitionRefused: nobody may do this to it as it is.
    Raises   PermissionDenied: this person's role may not.
    """
    alert = fresh(alert)
    refuse_unread(alert, act, by, seen)
    state, tier = State(alert.state), Urgency(alert.tier)
    if refused := refusal(state, tier, act, "clinician"):
        raise TransitionRefused(refused)
    if refused := refusal(state, tier, act, role_of(alert, by)):
        raise PermissionDenied(refused)
    read_of(alert, by, now=now)
    return alert


def refuse_unread(alert: Alert, act: Act, by: Staff, seen: str) -> None:
    """Raise ChangedSince when the alert is no longer as the person has read it, with how it stands now.

    Who does not say what they have read may answer an alert, but not replace the answer of somebody else.
    """
    if seen and seen != version_of(alert):
        raise ChangedSince(f"This has changed since you read it. {as_it_stands(alert)}")
    replaces = act in REPLACING and alert.state in ANSWERED and alert.answered_by_id not in (None, by.pk)
    if replaces and not seen:
        raise ChangedSince(f"{as_it_stands(alert)} Read it, and answer the version you have read.")


def refuse_undoing(event: Event, by: Staff) -> None:
    """Raise PermissionDenied when `by` might not have done what `event` says with the alert as it is now."""
    alert = fresh(Alert(pk=event.facts["alert"]))
    if refused := undo_refusal(event.kind, alert.tier, role_of(alert, by)):
        raise PermissionDenied(refused)


def undo_refusal(kind: str, tier: str, role: str) -> str:
    """Return why a person of `role` may not undo an event of this kind; empty when they may."""
    return refusal(State.OPEN, Urgency(tier), UNDONE_BY_WHO_MAY[kind], role)


def role_of(alert: Alert, person: Staff) -> str:
    """Return the person's role in the alert's clinic, empty when they do not work there."""
    own = Membership.objects.filter(clinic=alert.clinic_id, staff=person, is_active=True, staff__is_active=True)
    return own.values_list("role", flat=True).first() or ""


def refuse_outsider(alert: Alert, person: Staff, *, field: str) -> None:
    """Raise InputRefused when `person` does not work on the alerts of this clinic."""
    if refusal(State.OPEN, Urgency.NEXT_WORKING_DAY, Act.TELL, role_of(alert, person)):
        raise InputRefused(f"{person} does not work on the alerts of {alert.clinic}.", field=field)
