"""Working through what is held back: nothing vanishes, and everything that is done says by whom and why."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models.fields.json import KT
from django.db.models.functions import Trim

from accounts.models import Staff
from events.actions import record_event
from events.undo import Changes
from iotrex_followup.errors import InputRefused, ReasonNeeded
from iotrex_followup.history import action
from labs.actions.laboratories import as_it_is
from labs.actions.mappings import map_code, map_unit
from labs.actions.replaying import Replay, locked, replay_items
from labs.grading.analytes import catalogue
from labs.intake.quarantine import about
from labs.models import CodeMapping, Laboratory, QuarantineItem
from labs.senders.shipped import CodeMeaning
from patients.actions import refuse_closed_record
from patients.models import Patient

CORRECTABLE = ("value", "unit", "collected_at", "status")
CLEARABLE = ("low", "high", "issued_at")  # blank: the report says none
Items = Sequence[QuarantineItem]


@action
def claim_items(*, items: Items, by: Staff) -> None:
    """Take over looking after held-back rows, from nobody or from somebody else.

    Raises   TransitionRefused: they are dealt with already.
    Records  quarantine.claimed, which can be undone
    """
    waiting = locked(items)
    changes = Changes()
    changes.watch(*waiting)
    for item in waiting:
        item.owner = by
    QuarantineItem.objects.bulk_update(waiting, ["owner"], batch_size=1000)
    write_quarantine_event("quarantine.claimed", waiting, by=by, rows=changes.facts())


@action
def set_aside(*, items: Items, reason: str, by: Staff) -> None:
    """Set held-back rows aside for good, with a reason; what came stays on record.

    Raises   TransitionRefused: they are dealt with already.
    Raises   ReasonNeeded: no reason.
    Records  quarantine.set_aside, which can be undone
    """
    waiting = locked(items)
    refuse_without_words(reason, "What is set aside is neither graded nor followed.")
    changes = Changes()
    changes.watch(*waiting)
    for item in waiting:
        item.state, item.outcome = QuarantineItem.State.DISMISSED, reason.strip()
    QuarantineItem.objects.bulk_update(waiting, ["state", "outcome"], batch_size=1000)
    write_quarantine_event("quarantine.set_aside", waiting, by=by, reason=reason, rows=changes.facts())


@action
def take_in_again(*, items: Items, by: Staff, now: datetime) -> Replay:
    """Read held-back rows again with what is known now; those that still cannot be read say why.

    Raises   TransitionRefused: they are dealt with already.
    Records  quarantine.replayed, when any is taken in
    """
    waiting = locked(items)
    words = about(waiting)
    return written_down(replay_items(waiting, by=by, now=now), words, by=by)


@action
def take_in_waiting(
    *, laboratory: Laboratory, by: Staff, now: datetime, code: str | None = None, unit: str | None = None
) -> Replay:
    """Read again what a laboratory sent and is held back, all of it or that of one code or spelling of a unit.

    Records  quarantine.replayed, when any is taken in
    """
    waiting = QuarantineItem.objects.filter(laboratory=laboratory, state=QuarantineItem.State.OPEN)
    waiting = waiting.exclude(problem=QuarantineItem.Problem.CONFLICT)
    waiting = waiting.annotate(code=Trim(KT("row__analyte")), unit=Trim(KT("row__unit")))
    waiting = waiting if code is None else waiting.filter(code=code)
    waiting = waiting if unit is None else waiting.filter(unit=unit)
    found = list(QuarantineItem.objects.filter(pk__in=waiting.values("pk")))
    if not found:
        return Replay()
    items = locked(found)
    words = about(items)
    return written_down(replay_items(items, by=by, now=now), words, by=by)


@action
def map_code_and_take_in(
    *,
    laboratory: Laboratory,
    code: str,
    meaning: CodeMeaning,
    by: Staff,
    now: datetime,
    reason: str = "",
    seen: str = "",
) -> Replay:
    """Say what a laboratory's code stands for, and take in every row that waits for it.

    Raises   InputRefused, ReasonNeeded, ChangedSince: see `map_code`.
    Records  laboratory.code_mapped; quarantine.replayed, when any is taken in
    """
    map_code(laboratory=laboratory, code=code, meaning=meaning, by=by, reason=reason, seen=seen)
    return take_in_waiting(laboratory=laboratory, code=code, by=by, now=now)


@action
def map_unit_and_take_in(
    *, laboratory: Laboratory, spelling: str, unit: str, by: Staff, now: datetime, reason: str = "", seen: str = ""
) -> Replay:
    """Say which unit a laboratory means by a spelling, and take in every row that waits for it.

    Raises   InputRefused, ReasonNeeded, ChangedSince: see `map_unit`.
    Records  laboratory.unit_mapped; quarantine.replayed, when any is taken in
    """
    map_unit(laboratory=laboratory, spelling=spelling, unit=unit, by=by, reason=reason, seen=seen)
    return take_in_waiting(laboratory=laboratory, unit=spelling, by=by, now=now)


@action
def map_code_of_item(
    *, item: QuarantineItem, meaning: CodeMeaning, by: Staff, now: datetime, reason: str = ""
) -> Replay:
    """Say what the item's code stands for at its laboratory, and take in every row that waits for it.

    Raises   TransitionRefused: it is dealt with already.
    Raises   InputRefused, ReasonNeeded, Records: see `map_code_and_take_in`.
    """
    laboratory, code = locked_laboratory(item), item.row["analyte"].strip()
    locked([item])
    return map_code_and_take_in(laboratory=laboratory, code=code, meaning=meaning, by=by, now=now, reason=reason)


@action
def map_unit_of_item(*, item: QuarantineItem, unit: str, by: Staff, now: datetime, reason: str = "") -> Replay:
    """Say which unit the laboratory means by the item's spelling, or by none, and take in every row that waits for it.

    Where the laboratory gives none, the unit is the code's: it holds wherever that code comes without one.

    Raises   TransitionRefused: it is dealt with already.
    Raises   InputRefused, ReasonNeeded, Records: see `map_unit_and_take_in` and `map_code_and_take_in`.
    """
    laboratory, spelling, code = locked_laboratory(item), item.row["unit"].strip(), item.row["analyte"].strip()
    locked([item])
    if spelling:
        return map_unit_and_take_in(laboratory=laboratory, spelling=spelling, unit=unit, by=by, now=now, reason=reason)
    meaning = meaning_known(laboratory, code)._replace(unit=unit)
    return map_code_and_take_in(laboratory=laboratory, code=code, meaning=meaning, by=by, now=now, reason=reason)


@action
def choose_patient(*, items: Items, patient: Patient, by: Staff, now: datetime) -> Replay:
    """Say whose held-back rows these are, and take them in; those that still cannot be read say why.

    Raises   TransitionRefused: they are dealt with already, or the patient's record is closed.
    Raises   InputRefused: a patient of another clinic, or rows that name a patient of their own.
    Records  quarantine.patient_chosen
    """
    waiting = locked(items)
    refuse_closed_record(patient)
    if any(item.clinic_id != patient.clinic_id for item in waiting):
        raise InputRefused("Choose a patient of this clinic.", field="patient")
    if any(item.problem != QuarantineItem.Problem.PATIENT_UNKNOWN for item in waiting):
        raise InputRefused(
            "These rows name a patient of this clinic. Set them aside if that is wrong.", field="patient"
        )
    words = about(waiting)
    replay = replay_items(waiting, patient=patient, by=by, now=now, outcome=f"Taken in for {patient}")
    return written_down(replay, words, by=by, kind="quarantine.patient_chosen", patient=patient)


@action
def correct_item(
    *, item: QuarantineItem, fields: Mapping[str, str], value_again: str, reason: str, by: Staff, now: datetime
) -> Replay:
    """Take in a held-back row with some fields read otherwise than they came; a value is typed twice.

    A blank field stays as it came, but a blank limit or time of issue is none.

    Raises   TransitionRefused: it is dealt with already.
    Raises   InputRefused: nothing is corrected, the two values differ, or it still cannot be read.
    Raises   ReasonNeeded: no reason.
    Records  quarantine.corrected
    """
    [waiting] = locked([item])
    entered = {name: text.strip() for name, text in fields.items() if name in (*CORRECTABLE, *CLEARABLE)}
    instead = {
        name: text
        for name, text in entered.items()
        if text != waiting.row[name].strip() and (text or name in CLEARABLE)
    }
    if not instead:
        raise InputRefused("Nothing is corrected.", field="value")
    if "value" in instead and instead["value"] != value_again.strip():
        raise InputRefused("The two values are not the same. Type both again.", field="value_again")
    refuse_without_words(reason, "This changes what came.")
    words = about([waiting])
    said = ", ".join(
        f"{name.replace('_', ' ')} {waiting.row[name] or '–'} → {text or '–'}" for name, text in instead.items()
    )
    replay = replay_items([waiting], instead=instead, by=by, now=now, outcome=f"Taken in with {said}: {reason.strip()}")
    for _, held in replay.still_held:
        raise InputRefused(f"{held.reason} {held.remedy}", field=next(iter(instead)))
    return written_down(replay, words, by=by, kind="quarantine.corrected", reason=reason, said=said)


@action
def set_unit(*, items: Items, unit: str, reason: str, by: Staff, now: datetime) -> Replay:
    """Take in held-back rows in another unit than they came with; only these, not what the laboratory sends later.

    Raises   TransitionRefused: they are dealt with already.
    Raises   InputRefused: none of them can be read in this unit.
    Raises   ReasonNeeded: no reason.
    Records  quarantine.corrected
    """
    waiting = locked(items)
    refuse_without_words(reason, "This changes what came.")
    words, said = about(waiting), f"unit {waiting[0].row['unit'] or '–'} → {unit.strip()}"
    outcome = f"Taken in with {said}: {reason.strip()}"
    replay = replay_items(waiting, instead={"unit": unit.strip()}, by=by, now=now, outcome=outcome)
    if not replay.taken_in:
        held = replay.still_held[0][1]
        raise InputRefused(f"{held.reason} {held.remedy}", field="unit")
    return written_down(replay, words, by=by, kind="quarantine.corrected", reason=reason, said=said)


def meaning_known(laboratory: Laboratory, code: str) -> CodeMeaning:
    """Return what a code stands for so far: the laboratory's own word, or our key or LOINC code."""
    if known := CodeMapping.objects.filter(laboratory=laboratory, code=code, is_active=True).first():
        return CodeMeaning(known.analyte, known.unit, known.assay, known.specimen_type)
    ours = catalogue().find(code)
    return CodeMeaning(ours.key if ours else "")


def locked_laboratory(item: QuarantineItem) -> Laboratory:
    """Return the item's laboratory, locked before its rows, as by who answers on the laboratory's page.

    Raises   InputRefused: it names none.
    """
    if item.laboratory is None:
        raise InputRefused("The row names no laboratory.", field="analyte")
    return as_it_is(item.laboratory)


def written_down(
    replay: Replay, words: str, *, by: Staff, kind: str = "quarantine.replayed", reason: str = "", **facts: Any
) -> Replay:
    """Write down what was taken in, at the patient when all of it is one patient's."""
    if replay.taken_in or kind == "quarantine.patient_chosen":
        items = [*replay.taken_in, *(item for item, _ in replay.still_held)]
        counts = {"taken_in": len(replay.taken_in), "still_held": len(replay.still_held)}
        write_quarantine_event(kind, items, by=by, reason=reason, words=words, **counts, **facts)
    return replay


def write_quarantine_event(
    kind: str, items: Items, *, by: Staff, reason: str = "", words: str = "", **facts: Any
) -> None:
    """Write down what was done with held-back rows, at the patient when all are one patient's."""
    patients = {item.patient_id for item in items}
    patient = facts.pop("patient", None) or (items[0].patient if len(patients) == 1 else None)
    record_event(
        kind,
        clinic=items[0].clinic,
        patient=patient,
        by=by,
        reason=reason,
        what=words or about(items),
        count=len(items),
        items=[item.pk for item in items[:20]],
        **facts,
    )


def refuse_without_words(reason: str, concern: str) -> None:
    """Raise ReasonNeeded when no reason is given."""
    if not reason.strip():
        raise ReasonNeeded([concern], field="reason")
