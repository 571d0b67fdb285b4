"""Withholding a medicine for a scan or infusion: planned, confirmed by a clinician, and taken again."""

from dataclasses import dataclass
from datetime import date

from accounts.models import Staff
from accounts.permissions import May, may
from events.actions import record_event
from events.undo import Changes
from imaging.models import Withdrawal
from imaging.occasions import Occasion, occasion_of, of_treatment, of_visit, table_of
from imaging.preparing import Days, days_of
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from patients.actions import lock_patient, refuse_stranger
from patients.models import Medicine, Patient, Treatment
from schedules.models import PlannedVisit
from schedules.protocol.trace import words

State = Withdrawal.State
# From where each step may be taken.
ALLOWED = {
    State.PLANNED: (State.PLANNED,),
    State.CONFIRMED: (State.PLANNED, State.CONFIRMED, State.CANNOT),
    State.CANNOT: (State.PLANNED, State.CONFIRMED),
    State.RESTARTED: (State.CONFIRMED,),
    State.DROPPED: (State.PLANNED, State.CONFIRMED, State.CANNOT),
}
NOT_PLANNED = "This scan or infusion is not planned any more."


@dataclass(frozen=True, slots=True)
class WithdrawalFacts:
    """What is entered of a withdrawal; `stop_on` is the first day without it, `substitute` blank: not said yet."""

    stop_on: date
    restart_on: date
    prescriber: str = ""
    prescriber_staff: Staff | None = None
    substitute: str = ""
    restart_owner: Staff | None = None


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
    Raises   ReasonNeeded: no reason.
    Records  withdrawal.dropped, which can be undone
    """
    withdrawal = locked(withdrawal)
    if not reason:
        raise ReasonNeeded(["It is not clear why."], field="reason")
    if has_begun(withdrawal, today):
        raise TransitionRefused("The medicine has been stopped. Record when it is taken again.")
    changes = step_to(withdrawal, State.DROPPED)
    withdrawal.reason = reason
    withdrawal.save(update_fields=["state", "reason"])
    write_event("withdrawal.dropped", withdrawal, changes, by=by, reason=reason)
    return withdrawal


OVER = "It is {state}: nothing can be changed any more."


def new_withdrawal(medicine: Medicine, occasion: Occasion, *, by: Staff, today: date) -> Withdrawal:
    """Return an unsaved withdrawal, counted from where the scan or infusion is now, the patient locked.

    Raises   TransitionRefused: the scan or infusion is not ahead, or the patient's record is closed.
    Raises   InputRefused: another patient's or an ended medicine, or it is open already.
    """
    patient = lock_patient(occasion.patient)
    day = day_ahead(as_it_is(occasion))
    fresh: Medicine = Medicine.objects.select_for_update(of=("self",)).get(pk=medicine.pk)
    if fresh.patient_id != patient.pk or fresh.withdrawn:
        raise InputRefused("It does not stand on the list of this patient.", field="medicine")
    if fresh.ended_on and fresh.ended_on < today:
        raise InputRefused("It is not taken any more.", field="medicine")
    if Withdrawal.objects.open().filter(medicine=fresh, **occasion.columns).exists():
        raise InputRefused("It is on the page of this preparation already. Change that.", field="medicine")
    return Withdrawal(
        clinic=patient.clinic,
        patient=patient,
        medicine=fresh,
        counted_from=day,
        told_day=day,
        recorded_by=by,
        prescriber=fresh.prescriber,
        **occasion.columns,
    )


def save_new(withdrawal: Withdrawal, kind: str, *, by: Staff, reason: str = "") -> Withdrawal:
    """Store a new withdrawal and write its event; undone, it is one that was dropped."""
    withdrawal.save()
    changes = Changes()
    changes.created(withdrawal, undone={"state": State.DROPPED.value})
    write_event(kind, withdrawal, changes, by=by, reason=reason)
    return withdrawal


def locked(withdrawal: Withdrawal) -> Withdrawal:
    """Return the withdrawal as it is now, locked, the patient first.

    Raises   TransitionRefused: the patient's record is closed.
    """
    lock_patient(Patient.objects.get(withdrawals=withdrawal.pk))
    rows = Withdrawal.objects.select_for_update(of=("self",)).select_related(
        "clinic", "patient__clinic", "medicine", "visit__appointment", "visit__patient", "treatment__patient"
    )
    fresh: Withdrawal = rows.get(pk=withdrawal.pk)
    return fresh


def step_to(withdrawal: Withdrawal, state: Withdrawal.State) -> Changes:
    """Set the state of a withdrawal, unsaved, and return what watches it.

    Raises   TransitionRefused: that step is not open to it.
    """
    if withdrawal.state not in ALLOWED[state]:
        raise TransitionRefused(OVER.format(state=withdrawal.get_state_display().lower()))
    changes = Changes()
    changes.watch(withdrawal)
    withdrawal.state = state
    return changes


def count_from(withdrawal: Withdrawal) -> None:
    """Let a withdrawal count from where its scan or infusion is now.

    Raises   TransitionRefused: that is not ahead.
    """
    occasion = occasion_of(withdrawal)
    # What has taken place is confirmed anew too, on another day: the restart counts from there.
    day = occasion.day if occasion.over else day_ahead(occasion)
    withdrawal.counted_from = withdrawal.told_day = day or withdrawal.counted_from


def as_it_is(occasion: Occasion) -> Occasion:
    """Return the scan or infusion as it is now."""
    if occasion.visit:
        visits = PlannedVisit.objects.select_related("appointment", "patient__clinic").prefetch_related("activities")
        return of_visit(visits.get(pk=occasion.visit.pk))
    treatments = Treatment.objects.select_related("patient__clinic")
    return of_treatment(treatments.get(pk=occasion.row.pk))


def day_ahead(occasion: Occasion) -> date:
    """Return the day of a scan or infusion that is still to take place.

    Raises   TransitionRefused: it is not.
    """
    if occasion.day is None or occasion.over:
        raise TransitionRefused(NOT_PLANNED)
    return occasion.day


def take_facts(withdrawal: Withdrawal, facts: WithdrawalFacts) -> None:
    """Set what was entered on a withdrawal, unsaved."""
    for name in facts.__dataclass_fields__:
        setattr(withdrawal, name, getattr(facts, name))


def refuse_impossible(withdrawal: Withdrawal) -> None:
    """Raise InputRefused for dates that cannot be, or people who do not work in the clinic."""
    if withdrawal.stop_on is None or withdrawal.stop_on > withdrawal.counted_from:
        raise InputRefused(
            f"Its first day without it is on or before {words(withdrawal.counted_from)}.", field="stop_on"
        )
    if withdrawal.restart_on is None or withdrawal.restart_on <= withdrawal.stop_on:
        raise InputRefused("It is taken again after its first day without it.", field="restart_on")
    if withdrawal.restart_on < withdrawal.counted_from:
        raise InputRefused("It is taken again on the day of the scan or infusion, or after it.", field="restart_on")
    refuse_stranger(withdrawal.prescriber_staff, withdrawal.clinic, field="prescriber_staff")
    refuse_stranger(withdrawal.restart_owner, withdrawal.clinic, field="restart_owner")


def refuse_incomplete(withdrawal: Withdrawal) -> None:
    """Raise InputRefused for the first thing that has to be said before it is confirmed."""
    asked = {
        "prescriber": "Say who prescribes it: they are asked before it is stopped.",
        "substitute": "Say what is taken instead, or “none needed”.",
        "restart_owner": "Say who sees to it that it is taken again.",
    }
    for field, sentence in asked.items():
        if not getattr(withdrawal, field):
            raise InputRefused(sentence, field=field)


def refuse_other_than_clinician(withdrawal: Withdrawal, by: Staff) -> None:
    """Raise InputRefused unless `by` decides in the clinic."""
    if not may(by, May.DECIDE, withdrawal.clinic):
        raise InputRefused("A clinician decides this.", field="reason")


def has_begun(withdrawal: Withdrawal, today: date) -> bool:
    """Say whether the patient does without the medicine already, as was confirmed."""
    confirmed = withdrawal.state == State.CONFIRMED
    return confirmed and withdrawal.stop_on is not None and withdrawal.stop_on <= today


def days_by_table(withdrawal: Withdrawal) -> Days:
    """Return when the clinic's table has the medicine stopped and taken again; all None: it knows no number."""
    table = table_of(withdrawal.clinic)
    found = table.find(withdrawal.medicine.name)
    if found is None:
        return Days(None, None, None)
    return days_of(found.group, withdrawal.counted_from, occasion_of(withdrawal).kind, table)


def concerns(withdrawal: Withdrawal) -> list[str]:
    """Return what stands against the dates of a withdrawal by the clinic's table."""
    by_table = days_by_table(withdrawal)
    found = []
    if by_table.stop_on and withdrawal.stop_on and withdrawal.stop_on > by_table.stop_on:
        found.append(f"The table has it stopped from {words(by_table.stop_on)} on.")
    if by_table.restart_on and withdrawal.restart_on and withdrawal.restart_on < by_table.restart_on:
        found.append(f"The table has it taken again from {words(by_table.restart_on)} on.")
    return found


def write_event(
    kind: str, withdrawal: Withdrawal, changes: Changes, *, by: Staff, reason: str = "", **facts: object
) -> None:
    """Write an event about one withdrawal, with the rows it changed."""
    record_event(
        kind,
        clinic=withdrawal.clinic,
        patient=withdrawal.patient,
        by=by,
        reason=reason,
        withdrawal=withdrawal.pk,
        medicine=withdrawal.medicine.name,
        occasion=occasion_of(withdrawal).in_words,
        day=withdrawal.counted_from,
        stop_on=withdrawal.stop_on,
        restart_on=withdrawal.restart_on,
        **facts,
        rows=changes.facts(),
    )
