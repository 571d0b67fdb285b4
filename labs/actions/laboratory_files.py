"""Taking over a laboratory's codes, units or ranges from a file."""

from dataclasses import asdict, dataclass

from accounts.models import Clinic, Staff
from events.actions import record_event
from events.undo import Changes
from iotrex_followup.errors import InputRefused
from iotrex_followup.history import action
from labs.actions.mappings import refuse_without_reason, write_words
from labs.actions.ranges import lock_ranges, standing_ranges
from labs.intake.laboratory_files import CheckedFile, check_file, range_key
from labs.models import CodeMapping, Laboratory, ReferenceRange, UnitMapping


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What a file held, and how much of it was new, other than before, or as it was."""

    holds: str
    added: int
    changed: int
    unchanged: int


@action
def import_laboratory_file(
    *, clinic: Clinic, laboratory: Laboratory | None, content: bytes, by: Staff, reason: str = ""
) -> FileOutcome:
    """Take over codes, units or ranges from a CSV file, whole or not at all; without a laboratory the clinic's ranges.

    What the file does not name stays as it is.

    Raises   InputRefused: it is no such file; FileRefused: with every mistake in it.
    Raises   ReasonNeeded: it uses a code or a unit otherwise than everybody else.
    Records  laboratory.file_imported, which can be undone; nothing when nothing changes
    """
    lock_ranges(clinic, laboratory)
    standing = list(standing_ranges(clinic, laboratory))
    checked = check_file(content, standing=standing)
    refuse_without_reason(checked.concerns, reason)
    if checked.kind == "ranges":
        outcome, changes = write_ranges(clinic, laboratory, checked, standing)
    elif laboratory is None:
        raise InputRefused(
            f"This file holds {checked.kind}, which belong to a laboratory. Open the laboratory first.", field="file"
        )
    else:
        model, key = (CodeMapping, "code") if checked.kind == "codes" else (UnitMapping, "spelling")
        written = write_words(laboratory, model, key, checked.words)
        outcome = FileOutcome(checked.kind, written.added, written.changed, written.unchanged)
        changes = written.changes
    if outcome.added or outcome.changed:
        record_event(
            "laboratory.file_imported",
            clinic=clinic,
            by=by,
            reason=reason,
            laboratory=laboratory.name if laboratory else "this clinic",
            laboratory_id=laboratory and laboratory.pk,
            **asdict(outcome),
            rows=changes.facts(),
        )
    return outcome


def write_ranges(
    clinic: Clinic, laboratory: Laboratory | None, checked: CheckedFile, standing: list[ReferenceRange]
) -> tuple[FileOutcome, Changes]:
    """Write the ranges of a file; one for exactly those for whom one holds already changes that one's limits."""
    stored = {range_key(each): each for each in standing}
    changes = Changes()
    new, changed = [], []
    for facts in checked.ranges:
        each = stored.get(range_key(facts))
        if each is None:
            each = ReferenceRange(clinic=clinic, laboratory=laboratory, **asdict(facts))
            changes.created(each, undone={"is_active": False})
            new.append(each)
        elif (each.low, each.high, each.unit) != (facts.low, facts.high, facts.unit):
            changes.watch(each)
            each.low, each.high, each.unit = facts.low, facts.high, facts.unit
            changed.append(each)
    ReferenceRange.objects.bulk_create(new)
    ReferenceRange.objects.bulk_update(changed, ["low", "high", "unit"])
    unchanged = len(checked.ranges) - len(new) - len(changed)
    return FileOutcome("ranges", len(new), len(changed), unchanged), changes
