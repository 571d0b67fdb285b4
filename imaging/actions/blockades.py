"""The thyroid blockade of a scan or infusion."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.models import Staff
from events.actions import record_event
from events.undo import Changes
from imaging.actions.withdrawing import NOT_PLANNED, as_it_is
from imaging.models import ThyroidBlockade
from imaging.occasions import Occasion, occasion_of, table_of
from imaging.preparing import OccasionKind, tracer_on
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from patients.actions import lock_patient
from patients.models import Patient
from schedules.protocol.trace import words


@dataclass(frozen=True, slots=True)
class BlockadeFacts:
    """A thyroid blockade as entered: both days are inclusive, the dose is of one day; `once`: of that day only."""

    product: str
    dose_mg: Decimal
    starts_on: date
    last_on: date
    note: str = ""
    once: bool = False


@action
def record_blockade(*, occasion: Occasion, facts: BlockadeFacts, by: Staff) -> ThyroidBlockade:
    """Record how the thyroid is blocked for a scan or infusion, also one that is over; it replaces an earlier one.

    Raises   TransitionRefused: the scan or infusion is not planned any more, or the patient's record is closed.
    Raises   InputRefused: no dose, or it begins after the scan or infusion, or ends before the day of its tracer.
    Records  blockade.recorded, which can be undone
    """
    patient = lock_patient(occasion.patient)
    day = as_it_is(occasion).day
    if day is None:
        raise TransitionRefused(NOT_PLANNED)
    changes = Changes()
    earlier = standing_of(occasion)
    if earlier:
        changes.watch(earlier)
        earlier.withdrawn = True
        earlier.save(update_fields=["withdrawn"])
    blockade = ThyroidBlockade(
        clinic=patient.clinic, patient=patient, counted_from=day, recorded_by=by, **occasion.columns
    )
    for name in facts.__dataclass_fields__:
        setattr(blockade, name, getattr(facts, name))
    refuse_impossible(blockade)
    blockade.save()
    created = Changes()
    created.created(blockade, undone={"withdrawn": True})
    # In the order in which undoing puts them back: there is one at a time.
    write_event("blockade.recorded", blockade, [*created.facts(), *changes.facts()], by=by)
    return blockade


@action
def withdraw_blockade(*, blockade: ThyroidBlockade, reason: str, by: Staff) -> ThyroidBlockade:
    """Record that a thyroid blockade was entered in error; the row stays.

    Raises   TransitionRefused: that is so already, or the patient's record is closed.
    Raises   ReasonNeeded: no reason.
    Records  blockade.withdrawn, which can be undone
    """
    lock_patient(Patient.objects.get(blockades=blockade.pk))
    rows = ThyroidBlockade.objects.select_for_update(of=("self",)).select_related("clinic", "patient")
    fresh: ThyroidBlockade = rows.get(pk=blockade.pk)
    if fresh.withdrawn:
        raise TransitionRefused("It was entered in error, or replaced by another.")
    if not reason:
        raise ReasonNeeded(["The patient may have been told its days."], field="reason")
    changes = Changes()
    changes.watch(fresh)
    fresh.withdrawn = True
    fresh.save(update_fields=["withdrawn"])
    write_event("blockade.withdrawn", fresh, changes.facts(), by=by, reason=reason)
    return fresh


def standing_of(occasion: Occasion) -> ThyroidBlockade | None:
    """Return the blockade of a scan or infusion that was not withdrawn, locked; None: there is none."""
    rows = ThyroidBlockade.objects.select_for_update(of=("self",)).filter(withdrawn=False, **occasion.columns)
    found: ThyroidBlockade | None = rows.first()
    return found


def refuse_impossible(blockade: ThyroidBlockade) -> None:
    """Raise InputRefused for a dose or days that cannot be."""
    if blockade.dose_mg <= 0:
        raise InputRefused("Write the dose of one day in mg.", field="dose_mg")
    if blockade.starts_on > blockade.counted_from:
        raise InputRefused("It begins on or before the day of the scan or infusion.", field="starts_on")
    if blockade.last_on < blockade.starts_on:
        raise InputRefused("The last day is before the first.", field="last_on")
    if blockade.once:
        if blockade.last_on > blockade.starts_on:
            raise InputRefused("What is given once has one day. Enter the first day as the last too.", field="last_on")
        return
    kind = OccasionKind.SCAN if blockade.visit_id else OccasionKind.INFUSION
    needed = tracer_on(blockade.counted_from, kind, table_of(blockade.clinic))
    if blockade.last_on < needed:
        what = "tracer" if kind is OccasionKind.SCAN else "infusion"
        raise InputRefused(
            f"It ends before the day of the {what}. Enter {words(needed)} or a later day.", field="last_on"
        )


def write_event(
    kind: str, blockade: ThyroidBlockade, rows: list[dict[str, object]], *, by: Staff, reason: str = ""
) -> None:
    """Write an event about one blockade, with the rows it changed."""
    record_event(
        kind,
        clinic=blockade.clinic,
        patient=blockade.patient,
        by=by,
        reason=reason,
        blockade=blockade.pk,
        what=blockade.what,
        occasion=occasion_of(blockade).in_words,
        starts_on=blockade.starts_on,
        last_on=blockade.last_on,
        rows=rows,
    )
