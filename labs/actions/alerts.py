"""What people do with an alert. Who may do what is decided by `labs.rules.episodes`.

`seen` is the version of the alert the person has read (`labs.alerting.versions`), blank when they do not say.
"""

from datetime import date, datetime, timedelta

from accounts.models import Staff
from iotrex_followup.errors import InputRefused
from iotrex_followup.history import action
from labs.actions.alert_events import watched, write_alert_event
from labs.actions.alert_rights import locked, refuse_outsider
from labs.alerting.next_steps import (
    IMPROVED,
    moment_in_words,
    next_planned_count,
    plan_in_words,
)
from labs.alerting.notifying import tell_person
from labs.models import Alert
from labs.rules.episodes import TRANSITIONS, Act, State, snooze_ends
from schedules.protocol.trace import words

LONGEST_PLAN = timedelta(days=92)  # a slip of the finger must not silence an alert for years


@action
def acknowledge(
    *, alert: Alert, next_step: str, by_when: date | None, by: Staff, now: datetime, text: str = "", seen: str = ""
) -> Alert:
    """Answer an alert: what happens next, and by when (inclusive, the clinic's date); otherwise it comes back.

    Raises   TransitionRefused: it is resolved.
    Raises   PermissionDenied: this person's role may not answer it.
    Raises   ChangedSince: it is not as `seen`, or blank `seen` would replace somebody else's answer.
    Raises   InputRefused: no step, no date or an impossible one, no words where the step says nothing by itself.
    Records  alert.acknowledged, which can be undone
    """
    alert = locked(alert, Act.ACKNOWLEDGE, by, now, seen)
    refuse_unclear_step(alert, next_step, text)
    if by_when or next_step != Alert.NextStep.NO_ACTION:
        refuse_impossible_day(alert, by_when, now, field="by_when")
    told = alert.owner if alert.owner_id != by.pk else None
    changes = watched(alert)
    alert.state = TRANSITIONS[State(alert.state)][Act.ACKNOWLEDGE].value
    alert.next_step, alert.next_step_text, alert.next_step_by = next_step, text.strip(), by_when
    alert.snoozed_until = None
    alert.answered_by, alert.answered_at, alert.next_notice_at = by, now, None
    alert.owner = alert.owner or by
    alert.save()
    said = plan_in_words(alert)
    facts = {"plan": said, "next_step": next_step, IMPROVED: alert.improved}
    write_alert_event("alert.acknowledged", alert, by=by, changes=changes, **facts)
    if told:
        tell_person(alert, told, "alert.acknowledged", f"{by}: {said}. {alert.sentence}", now=now)
    return alert


@action
def tell(
    *,
    alert: Alert,
    told: str,
    at: datetime,
    read_back: bool,
    by: Staff,
    now: datetime,
    told_staff: Staff | None = None,
    seen: str = "",
) -> Alert:
    """Record whom somebody told of an alert, when, and whether it was read back; the alert keeps waiting.

    `told` names the person, one of ours (`told_staff`) or not; one of ours also finds it in the inbox.

    Raises   TransitionRefused, PermissionDenied, ChangedSince: see `acknowledge`.
    Raises   InputRefused: nobody is named, a stranger as one of ours, or a time that has not come or was before
             the alert.
    Records  alert.told
    """
    alert = locked(alert, Act.TELL, by, now, seen)
    name = (str(told_staff) if told_staff else told).strip()
    if not name:
        raise InputRefused("Say who was told.", field="told")
    if told_staff:
        refuse_outsider(alert, told_staff, field="told_staff")
    if at > now:
        raise InputRefused("This time has not come yet.", field="at")
    if at.replace(second=0, microsecond=0) < alert.opened_at.replace(second=0, microsecond=0):  # typed to the minute
        opened = moment_in_words(alert, alert.opened_at)
        raise InputRefused(f"The alert is of {opened}: nobody was told before.", field="at")
    write_alert_event(
        "alert.told",
        alert,
        by=by,
        told=name,
        told_staff=told_staff.pk if told_staff else None,
        at=at,
        when=moment_in_words(alert, at),
        read_back=read_back,
        how="read back" if read_back else "not read back",
    )
    if told_staff and told_staff.pk != by.pk:
        tell_person(alert, told_staff, "alert.told", f"{by} told you: {alert.sentence}", now=now)
    return alert


@action
def claim(*, alert: Alert, by: Staff, now: datetime, seen: str = "") -> Alert:
    """Make an alert one's own; who owned it before is told.

    Raises   TransitionRefused, PermissionDenied, ChangedSince: see `acknowledge`.
    Records  alert.claimed, which can be undone
    """
    alert = locked(alert, Act.HAND_OVER, by, now, seen)
    before = alert.owner
    if before == by:
        return alert
    changes = watched(alert)
    alert.owner = by
    alert.save(update_fields=["owner"])
    write_alert_event("alert.claimed", alert, by=by, changes=changes)
    if before:
        tell_person(alert, before, "alert.claimed", f"{by} took this over from you: {alert.sentence}", now=now)
    return alert


@action
def hand_over(*, alert: Alert, to: Staff, by: Staff, now: datetime, note: str = "", seen: str = "") -> Alert:
    """Make an alert somebody else's; it comes to their inbox.

    Raises   TransitionRefused, PermissionDenied, ChangedSince: see `acknowledge`.
    Raises   InputRefused: that person does not work on alerts here, or has it already.
    Records  alert.handed_over, which can be undone
    """
    alert = locked(alert, Act.HAND_OVER, by, now, seen)
    refuse_outsider(alert, to, field="to")
    if alert.owner_id == to.pk:
        raise InputRefused(f"It is {to}’s already.", field="to")
    changes = watched(alert)
    alert.owner = to
    alert.save(update_fields=["owner"])
    write_alert_event(
        "alert.handed_over", alert, by=by, changes=changes, reason=note.strip(), to=str(to), to_staff=to.pk
    )
    said = f" ({note.strip()})" if note.strip() else ""
    subject = f"{alert.get_tier_display()}, handed over to you by {by}{said}: {alert.sentence}"
    tell_person(alert, to, "alert.handed_over", subject, now=now)
    return alert


@action
def snooze(*, alert: Alert, until: date, by: Staff, now: datetime, reason: str = "", seen: str = "") -> Alert:
    """Set an alert aside until a day, at the latest that of the next planned count; then it comes back.

    Raises   TransitionRefused: it is resolved or immediate.
    Raises   PermissionDenied: this person's role may not answer it.
    Raises   ChangedSince: see `acknowledge`.
    Raises   InputRefused: a day that is not ahead, or a count that is planned today.
    Records  alert.snoozed, which can be undone
    """
    alert = locked(alert, Act.SNOOZE, by, now, seen)
    today = alert.clinic.local_date(now)
    if until <= today:
        raise InputRefused("Choose a day after today.", field="until")
    refuse_impossible_day(alert, until, now, field="until")
    next_count = next_planned_count(alert.patient, today=today) if alert.patient else None
    ends = snooze_ends(until, next_count)
    if ends <= today:
        raise InputRefused("A blood count is planned for today: answer the alert with it.", field="until")
    changes = watched(alert)
    alert.state, alert.snoozed_until = TRANSITIONS[State(alert.state)][Act.SNOOZE].value, ends
    alert.answered_by, alert.answered_at, alert.next_notice_at = by, now, None
    alert.owner = alert.owner or by
    alert.save()
    limit = " (the next blood count is planned then)" if ends < until else ""
    write_alert_event("alert.snoozed", alert, by=by, changes=changes, reason=reason.strip(), until=ends, limit=limit)
    return alert


@action
def resolve(*, alert: Alert, resolution: str, by: Staff, now: datetime, seen: str = "") -> Alert:
    """Close an alert, in words; who owned it is told.

    Raises   TransitionRefused: it is resolved already.
    Raises   PermissionDenied: this person's role may not close it.
    Raises   ChangedSince: it is not as `seen`.
    Raises   InputRefused: no words.
    Records  alert.resolved, which can be undone
    """
    alert = locked(alert, Act.RESOLVE, by, now, seen)
    if not resolution.strip():
        raise InputRefused("Say how it was resolved.", field="resolution")
    changes = watched(alert)
    alert.state = TRANSITIONS[State(alert.state)][Act.RESOLVE].value
    alert.resolution, alert.resolved_at = resolution.strip(), now
    alert.answered_by, alert.answered_at, alert.next_notice_at = by, now, None
    alert.save()
    write_alert_event("alert.resolved", alert, by=by, changes=changes, resolution=alert.resolution)
    if alert.owner and alert.owner_id != by.pk:
        tell_person(alert, alert.owner, "alert.resolved", f"{by} resolved: {alert.sentence}", now=now)
    return alert


def refuse_unclear_step(alert: Alert, next_step: str, text: str) -> None:
    """Raise InputRefused for a step that does not say what happens next."""
    if next_step not in Alert.NextStep.values:
        raise InputRefused("Say what happens next.", field="next_step")
    if text.strip():
        return
    if next_step == Alert.NextStep.OTHER:
        raise InputRefused("Say what happens next.", field="text")
    if next_step == Alert.NextStep.NO_ACTION and alert.tier != Alert.Tier.NEXT_WORKING_DAY:
        raise InputRefused("Say why nothing needs to be done.", field="text")


def refuse_impossible_day(alert: Alert, asked: date | None, now: datetime, *, field: str) -> None:
    """Raise InputRefused when a day is missing, has passed, or lies too far ahead to keep an eye on the alert."""
    today = alert.clinic.local_date(now)
    if asked is None:
        raise InputRefused("Say by when; if it has not happened then, the alert comes back.", field=field)
    if asked < today:
        raise InputRefused("This day has passed.", field=field)
    if asked > today + LONGEST_PLAN:
        raise InputRefused(f"Choose a day up to {words(today + LONGEST_PLAN)}.", field=field)
