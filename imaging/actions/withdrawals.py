"""Withholding a medicine for a scan or infusion: planned, confirmed by a clinician, and taken again."""

from datetime import date

from accounts.models import Staff
from events.undo import Changes
from imaging.actions.withdrawing import (
    OVER,
    STOPPED,
    State,
    WithdrawalFacts,
    concerns,
    count_from,
    days_by_table,
    has_begun,
    locked,
    new_withdrawal,
    refuse_impossible,
    refuse_incomplete,
    refuse_other_than_clinician,
    save_new,
    step_to,
    take_facts,
    write_event,
)
from imaging.models import Withdrawal
from imaging.occasions import Occasion, occasion_of
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from patients.actions import lock_patient, refuse_stranger
from patients.models import Medicine
from schedules.protocol.trace import words


@action
def plan_withdrawal(
    *, medicine: Medicine, occasion: Occasion, facts: WithdrawalFacts, by: Staff, today: date
) -> Withdrawal:
    """Write down that a medicine is to be withheld; the patient is told nothing of it until it is confirmed.

    Raises   TransitionRefused: the scan or infusion is not ahead, or the patient's record is closed.
    Raises   InputRefused: dates that cannot be, somebody of another clinic, another patient's or an ended medicine,
             or it is planned already.
    Records  withdrawal.planned, which can be undone
    """
    withdrawal = new_withdrawal(medicine, occasion, by=by, today=today)
    take_facts(withdrawal, facts)
    refuse_impossible(withdrawal)
    return save_new(withdrawal, "withdrawal.planned", by=by)


@action
def change_withdrawal(*, withdrawal: Withdrawal, facts: WithdrawalFacts, by: Staff) -> Withdrawal:
    """Change a withdrawal that is not confirmed yet; its dates count from where the scan or infusion is now.

    Raises   TransitionRefused: it is confirmed or over, or the scan or infusion is not ahead.
    Raises   InputRefused: see `plan_withdrawal`.
    Records  withdrawal.changed, which can be undone; nothing when nothing changes
    """
    withdrawal = locked(withdrawal)
    if withdrawal.state == State.CONFIRMED:
        raise TransitionRefused("A clinician has confirmed it. A clinician confirms it anew.")
    changes = step_to(withdrawal, State.PLANNED)
    count_from(withdrawal)
    take_facts(withdrawal, facts)
    refuse_impossible(withdrawal)
    if changes.facts():
        withdrawal.save()
        write_event("withdrawal.changed", withdrawal, changes, by=by)
    return withdrawal


@action
def confirm_withdrawal(
    *, withdrawal: Withdrawal, facts: WithdrawalFacts, by: Staff, today: date, reason: str = ""
) -> Withdrawal:
    """Confirm, as a clinician, that a medicine is withheld as `facts` say; from then on the patient may read of it.

    Confirmed anew when the scan or infusion has moved, or anything else changes.

    Raises   TransitionRefused: it is over, nothing changes, or the scan or infusion is not ahead.
    Raises   InputRefused: `by` is no clinician, something is not said yet, or see `plan_withdrawal`.
    Raises   ReasonNeeded: it is stopped later or taken again sooner than the table has it, and nobody says why.
    Records  withdrawal.confirmed, which can be undone
    """
    withdrawal = locked(withdrawal)
    refuse_other_than_clinician(withdrawal, by)
    if has_begun(withdrawal, today) and facts.stop_on > today:
        raise InputRefused("It has been stopped. Record first when it was taken again.", field="stop_on")
    changes = step_to(withdrawal, State.CONFIRMED)
    count_from(withdrawal)
    take_facts(withdrawal, facts)
    refuse_impossible(withdrawal)
    refuse_incomplete(withdrawal)
    if not changes.facts():
        raise TransitionRefused("It is confirmed as it stands.")
    withdrawal.confirmed_by, withdrawal.confirmed_on = by, today
    withdrawal.reason = withdrawal.decision = ""
    if (unusual := concerns(withdrawal)) and not reason:
        raise ReasonNeeded(unusual, field="reason")
    withdrawal.save()
    write_event("withdrawal.confirmed", withdrawal, changes, by=by, reason=reason)
    return withdrawal


@action
def refuse_withdrawal(*, medicine: Medicine, occasion: Occasion, reason: str, by: Staff, today: date) -> Withdrawal:
    """Say, as a clinician, that a medicine cannot be withheld: the scan or infusion then needs a decision.

    Raises   TransitionRefused: that was said already, it is over, or the scan or infusion is not ahead.
    Raises   InputRefused: `by` is no clinician, another patient's or an ended medicine.
    Raises   ReasonNeeded: no reason.
    Records  withdrawal.refused, which can be undone
    """
    if not reason:
        raise ReasonNeeded(["The scan or infusion waits for a decision then."], field="reason")
    lock_patient(occasion.patient)
    known = Withdrawal.objects.open().filter(medicine=medicine, **occasion.columns).first()
    if known is None:
        withdrawal = new_withdrawal(medicine, occasion, by=by, today=today)
        refuse_other_than_clinician(withdrawal, by)
        withdrawal.state, withdrawal.reason = State.CANNOT, reason
        return save_new(withdrawal, "withdrawal.refused", by=by, reason=reason)
    withdrawal = locked(known)
    refuse_other_than_clinician(withdrawal, by)
    if has_begun(withdrawal, today):
        raise TransitionRefused("It is withheld since its first day without it. Record when it is taken again.")
    changes = step_to(withdrawal, State.CANNOT)
    count_from(withdrawal)
    withdrawal.reason, withdrawal.decision = reason, ""
    withdrawal.save()
    write_event("withdrawal.refused", withdrawal, changes, by=by, reason=reason)
    return withdrawal


@action
def decide_all_the_same(*, withdrawal: Withdrawal, decision: str, by: Staff) -> Withdrawal:
    """Decide, as a clinician, what becomes of the scan or infusion although the medicine cannot be withheld.

    Raises   TransitionRefused: it can be withheld, or that was decided already.
    Raises   InputRefused: `by` is no clinician.
    Raises   ReasonNeeded: nothing is decided.
    Records  withdrawal.decided, which can be undone
    """
    withdrawal = locked(withdrawal)
    refuse_other_than_clinician(withdrawal, by)
    if withdrawal.state != State.CANNOT or withdrawal.decision:
        raise TransitionRefused("This does not wait for a decision.")
    if not decision:
        raise ReasonNeeded(["The medicine cannot be withheld."], field="decision")
    changes = Changes()
    changes.watch(withdrawal)
    withdrawal.decision = decision
    withdrawal.save(update_fields=["decision"])
    write_event("withdrawal.decided", withdrawal, changes, by=by, reason=decision)
    return withdrawal


@action
def record_restart(
    *, withdrawal: Withdrawal, restarted_on: date, by: Staff, today: date, reason: str = ""
) -> Withdrawal:
    """Record the day on which a medicine was taken again.

    Raises   TransitionRefused: it was not withheld, or is taken again already.
    Raises   InputRefused: a day before it was stopped or in the future.
    Raises   ReasonNeeded: sooner than the table has it, and nobody says why.
    Records  withdrawal.restarted, which can be undone
    """
    withdrawal = locked(withdrawal)
    changes = step_to(withdrawal, State.RESTARTED)
    if withdrawal.stop_on is None or not withdrawal.stop_on <= restarted_on <= today:
        raise InputRefused("It was taken again between its first day without it and today.", field="restarted_on")
    earliest = days_by_table(withdrawal).restart_on
    if earliest and restarted_on < earliest and occasion_of(withdrawal).day and not reason:
        raise ReasonNeeded([f"The table has it taken again from {words(earliest)} on."], field="reason")
    withdrawal.restarted_on = restarted_on
    withdrawal.save(update_fields=["state", "restarted_on"])
    write_event("withdrawal.restarted", withdrawal, changes, by=by, reason=reason, restarted_on=restarted_on)
    return withdrawal


@action
def end_withdrawal(*, withdrawal: Withdrawal, reason: str, by: Staff, today: date) -> Withdrawal:
    """Record, as a clinician, that a medicine that was withheld is not taken again since it ended for good.

    Raises   TransitionRefused: it was not withheld, is taken again already, or stands on the list as taken.
    Raises   InputRefused: `by` is no clinician.
    Raises   ReasonNeeded: no reason.
    Records  withdrawal.not_restarted, which can be undone
    """
    withdrawal = locked(withdrawal)
    refuse_other_than_clinician(withdrawal, by)
    begun = has_begun(withdrawal, today)
    changes = step_to(withdrawal, State.ENDED)
    if not begun:
        raise TransitionRefused("It has not been stopped yet. Take the withdrawal back instead.")
    if withdrawal.medicine.ended_on is None:
        raise TransitionRefused("It stands on the list as taken. Record there first when it ended.")
    if not reason:
        raise ReasonNeeded(["Nobody is asked any more to have it taken again."], field="reason")
    withdrawal.reason = reason
    withdrawal.save(update_fields=["state", "reason"])
    write_event("withdrawal.not_restarted", withdrawal, changes, by=by, reason=reason)
    return withdrawal


@action
def hand_over_restart(*, withdrawal: Withdrawal, to: Staff, by: Staff) -> Withdrawal:
    """Let somebody else see to it that a medicine is taken again.

    Raises   TransitionRefused: it is over.
    Raises   InputRefused: somebody who does not work in the clinic, or who has it already.
    Records  withdrawal.handed_over, which can be undone
    """
    withdrawal = locked(withdrawal)
    if withdrawal.state not in (State.PLANNED, State.CONFIRMED):
        raise TransitionRefused(OVER.format(state=withdrawal.get_state_display().lower()))
    refuse_stranger(to, withdrawal.clinic, field="to")
    if withdrawal.restart_owner == to:
        raise InputRefused(f"{to} has it already.", field="to")
    changes = Changes()
    changes.watch(withdrawal)
    withdrawal.restart_owner = to
    withdrawal.save(update_fields=["restart_owner"])
    write_event("withdrawal.handed_over", withdrawal, changes, by=by, to=str(to))
    return withdrawal


@action
def drop_withdrawal(*, withdrawal: Withdrawal, reason: str, by: Staff, today: date) -> Withdrawal:
    """Record that a medicine is not withheld after all; what has begun ends with the restart, not with this.

    Raises   TransitionRefused: it is over, or the medicine has been stopped.
    Raises   InputRefused: it cannot be withheld, and `by` is no clinician to decide that.
    Raises   ReasonNeeded: no reason.
    Records  withdrawal.dropped, which can be undone
    """
    withdrawal = locked(withdrawal)
    if not reason:
        raise ReasonNeeded(["It is not clear why."], field="reason")
    if withdrawal.state == State.CANNOT:
        refuse_other_than_clinician(withdrawal, by)
    if has_begun(withdrawal, today):
        raise TransitionRefused(STOPPED)
    changes = step_to(withdrawal, State.DROPPED)
    withdrawal.reason = reason
    withdrawal.save(update_fields=["state", "reason"])
    write_event("withdrawal.dropped", withdrawal, changes, by=by, reason=reason)
    return withdrawal
