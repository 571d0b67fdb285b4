"""What every step of a withdrawal goes by: who may take it, from where, what is refused, what the table says."""

from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import Staff
from accounts.permissions import May, may
from events.actions import record_event
from events.models import Event
from events.undo import Changes, columns
from imaging.models import Withdrawal
from imaging.occasions import Occasion, occasion_of, of_treatment, of_visit, table_of
from imaging.preparing import Days, days_of
from iotrex_followup.errors import InputRefused, TransitionRefused
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
    State.ENDED: (State.CONFIRMED,),
    State.DROPPED: (State.PLANNED, State.CONFIRMED, State.CANNOT),
}
OVER = "It is {state}: nothing can be changed any more."
NOT_PLANNED = "This scan or infusion is not planned any more."
STOPPED = "The medicine has been stopped. Record when it is taken again."


@dataclass(frozen=True, slots=True)
class WithdrawalFacts:
    """What is entered of a withdrawal; `stop_on` is the first day without it, `substitute` blank: not said yet."""

    stop_on: date
    restart_on: date
    prescriber: str = ""
    prescriber_staff: Staff | None = None
    substitute: str = ""
    restart_owner: Staff | None = None


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


def refuse_ending(event: Event, now: datetime) -> None:
    """Raise TransitionRefused when an undone confirmation would leave no trace that the medicine was stopped."""
    row = Withdrawal.objects.select_related("clinic").get(pk=event.facts["withdrawal"])
    today = row.clinic.local_date(now)
    # As it stood until now: an undo is refused where a row is not as its event has left it.
    stood = columns(row) | event.facts["rows"][0]["after"]
    had_begun = stood["state"] == State.CONFIRMED and stood["stop_on"] <= today.isoformat()
    if had_begun and not has_begun(row, today):
        raise TransitionRefused(STOPPED)


def refuse_beneath_a_clinician(event: Event, by: Staff) -> None:
    """Raise TransitionRefused when a clinician has confirmed what was changed, or has said that it cannot be, since."""
    if Withdrawal.objects.get(pk=event.facts["withdrawal"]).state != State.PLANNED:
        raise TransitionRefused("A clinician has confirmed it since, or it is over: nothing before that is undone.")


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
