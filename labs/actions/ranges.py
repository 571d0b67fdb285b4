"""What a laboratory, or the clinic itself, calls normal."""

from dataclasses import asdict
from typing import Any

from accounts.models import Clinic, Staff
from events.actions import record_event
from events.undo import Changes
from iotrex_followup.errors import InputRefused, TransitionRefused
from iotrex_followup.history import action
from labs.actions.as_seen import refuse_unseen
from labs.actions.mappings import refuse_mistakes
from labs.intake.mapping_checks import RangeFacts, clash, range_mistakes, range_words
from labs.models import Laboratory, ReferenceRange


@action
def set_range(
    *,
    clinic: Clinic,
    laboratory: Laboratory | None,
    facts: RangeFacts,
    by: Staff,
    existing: ReferenceRange | None = None,
    seen: str = "",
) -> ReferenceRange:
    """Set a reference range, of a laboratory or (None) the clinic's own; `existing` is the one that becomes this.

    `seen` is the version of it the person saw. Results taken in before keep the limits they were graded with.

    Raises   InputRefused: analyte, unit, limits, ages or dates are not possible, another range holds for the same, or
             the laboratory is another clinic's.
    Raises   TransitionRefused: the existing one is taken back.
    Raises   ChangedSince: the existing one is not as `seen`.
    Records  range.set, which can be undone
    """
    refuse_mistakes(range_mistakes(facts))
    if laboratory and laboratory.clinic_id != clinic.pk:
        raise InputRefused("Choose a laboratory of this clinic.", field="laboratory")
    lock_ranges(clinic, laboratory)
    existing = existing and as_it_is(existing)
    if existing and not existing.is_active:
        raise TransitionRefused("This range is taken back. Set a new one.")
    if existing:
        refuse_unseen(existing, seen, f"{range_words(existing)}, {limits_words(existing)}")
    others = standing_ranges(clinic, laboratory).filter(analyte=facts.analyte).exclude(pk=existing and existing.pk)
    if other := clash(facts, others):
        what = f"{range_words(other)} is set already, and would hold for the same."
        raise InputRefused(f"{what} Change that one, or let one end where the other begins.", field="analyte")
    changes = Changes()
    if existing:
        changes.watch(existing)
        for name, value in asdict(facts).items():
            setattr(existing, name, value)
        existing.save()
        each = existing
    else:
        each = ReferenceRange.objects.create(clinic=clinic, laboratory=laboratory, **asdict(facts))
        changes.created(each, undone={"is_active": False})
    write_range_event("range.set", each, by=by, changes=changes)
    return each


@action
def retire_range(*, existing: ReferenceRange, by: Staff) -> None:
    """Take back a range; results taken in before keep the limits they were graded with.

    Raises   TransitionRefused: it is taken back already.
    Records  range.retired, which can be undone
    """
    lock_ranges(existing.clinic, existing.laboratory)
    existing = as_it_is(existing)
    if not existing.is_active:
        raise TransitionRefused("This range is taken back already.")
    changes = Changes()
    changes.watch(existing)
    existing.is_active = False
    existing.save(update_fields=["is_active"])
    write_range_event("range.retired", existing, by=by, changes=changes)


def lock_ranges(clinic: Clinic, laboratory: Laboratory | None) -> None:
    """Wait for others who are changing the same ranges, so that no two that clash are written at once."""
    if laboratory:
        Laboratory.objects.select_for_update().get(pk=laboratory.pk)
    else:
        Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)


def as_it_is(existing: ReferenceRange) -> ReferenceRange:
    """Return the range as it is now, locked."""
    rows = ReferenceRange.objects.select_for_update(of=("self",)).select_related("clinic", "laboratory")
    found: ReferenceRange = rows.get(pk=existing.pk)
    return found


def standing_ranges(clinic: Clinic, laboratory: Laboratory | None) -> Any:
    """Return the ranges of a laboratory, or the clinic's own, that were not taken back."""
    return ReferenceRange.objects.filter(clinic=clinic, laboratory=laboratory, is_active=True)


def write_range_event(kind: str, each: ReferenceRange, *, by: Staff, changes: Changes) -> None:
    record_event(
        kind,
        clinic=each.clinic,
        by=by,
        laboratory=each.laboratory.name if each.laboratory else "this clinic",
        laboratory_id=each.laboratory_id,
        holds_for=range_words(each),
        limits=limits_words(each),
        rows=changes.facts(),
    )


def limits_words(each: ReferenceRange) -> str:
    """Return the limits as a person writes them: "130–394 10*3/uL", "up to 1.2 mg/dL"."""
    if each.low is None:
        return f"up to {each.high} {each.unit}"
    return f"{each.low}–{each.high} {each.unit}" if each.high is not None else f"from {each.low} {each.unit}"
