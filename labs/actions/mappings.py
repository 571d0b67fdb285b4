"""What a laboratory's codes and spellings of units stand for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Staff
from events.undo import Changes
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.findings import Finding
from iotrex_followup.history import action
from labs.actions.as_seen import refuse_unseen
from labs.actions.laboratories import write_laboratory_event
from labs.grading.analytes import catalogue
from labs.intake.mapping_checks import code_concerns, code_mistakes, unit_concerns, unit_mistakes
from labs.models import CodeMapping, Laboratory, UnitMapping
from labs.senders.shipped import CodeMeaning


@dataclass
class Written:
    """What became of the words that were written: the rows, how many are new, changed, or as they were."""

    rows: list[Any] = field(default_factory=list)
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    changes: Changes = field(default_factory=Changes)


@action
def map_code(
    *, laboratory: Laboratory, code: str, meaning: CodeMeaning, by: Staff, reason: str = "", seen: str = ""
) -> CodeMapping:
    """Say what a laboratory's code stands for. Results taken in before stay as they were read.

    `seen` is the version of what was said before that the person saw.

    Raises   InputRefused: the analyte or unit is not known, or they do not fit.
    Raises   ChangedSince: what was said before is not as `seen`.
    Raises   ReasonNeeded: everybody else uses the code for something else.
    Records  laboratory.code_mapped, which can be undone; nothing when it was so already
    """
    refuse_mistakes(code_mistakes(code, meaning))
    refuse_unseen_word(laboratory, CodeMapping, seen, code=code)
    refuse_without_reason(code_concerns(code, meaning), reason)
    written = write_words(laboratory, CodeMapping, "code", {code: meaning._asdict()})
    if not written.unchanged:
        stands_for = catalogue()[meaning.analyte].name if meaning.analyte else "nothing that is followed"
        facts = {"code": code, "stands_for": stands_for, "analyte": meaning.analyte}
        write_laboratory_event(
            "laboratory.code_mapped", laboratory, by=by, changes=written.changes, reason=reason, **facts
        )
    mapping: CodeMapping = written.rows[0]
    return mapping


@action
def map_unit(
    *, laboratory: Laboratory, spelling: str, unit: str, by: Staff, reason: str = "", seen: str = ""
) -> UnitMapping:
    """Say which unit a laboratory means by a spelling. Results taken in before stay as they were read.

    `seen` is the version of what was said before that the person saw.

    Raises   InputRefused: the unit is not known.
    Raises   ChangedSince: what was said before is not as `seen`.
    Raises   ReasonNeeded: the spelling means another unit everywhere else.
    Records  laboratory.unit_mapped, which can be undone; nothing when it was so already
    """
    refuse_mistakes(unit_mistakes(spelling, unit))
    refuse_unseen_word(laboratory, UnitMapping, seen, spelling=spelling)
    refuse_without_reason(unit_concerns(spelling, unit), reason)
    written = write_words(laboratory, UnitMapping, "spelling", {spelling: {"unit": unit}})
    if not written.unchanged:
        write_laboratory_event(
            "laboratory.unit_mapped",
            laboratory,
            by=by,
            changes=written.changes,
            reason=reason,
            spelling=spelling,
            unit=unit,
        )
    mapping: UnitMapping = written.rows[0]
    return mapping


@action
def take_back_mapping(*, mapping: CodeMapping | UnitMapping, by: Staff) -> None:
    """Take back what was said of a code or a spelling, as if it had never been said.

    Raises   TransitionRefused: it is taken back already.
    Records  laboratory.mapping_taken_back, which can be undone
    """
    Laboratory.objects.select_for_update().get(pk=mapping.laboratory_id)  # as `write_words` does
    mapping = type(mapping).objects.select_related("laboratory__clinic").get(pk=mapping.pk)
    if not mapping.is_active:
        raise TransitionRefused("This is taken back already.")
    changes = Changes()
    changes.watch(mapping)
    mapping.is_active = False
    mapping.save(update_fields=["is_active"])
    write_laboratory_event(
        "laboratory.mapping_taken_back", mapping.laboratory, by=by, changes=changes, mapping=str(mapping)
    )


def write_words(laboratory: Laboratory, model: Any, key: str, words: Mapping[str, Mapping[str, str]]) -> Written:
    """Write what a laboratory's words (by code or spelling) stand for; what was taken back holds again."""
    Laboratory.objects.select_for_update().get(pk=laboratory.pk)
    written = Written()
    known = {
        getattr(row, key): row for row in model.objects.filter(laboratory=laboratory, **{f"{key}__in": list(words)})
    }
    new = []
    for word, values in words.items():
        row = known.get(word)
        if row is None:
            row = model(clinic_id=laboratory.clinic_id, laboratory=laboratory, **{key: word}, **values)
            written.changes.created(row, undone={"is_active": False})
            new.append(row)
        else:
            written.changes.watch(row)
            if row.is_active and all(getattr(row, name) == value for name, value in values.items()):
                written.unchanged += 1
            else:
                written.changed += 1
            for name, value in {**values, "is_active": True}.items():
                setattr(row, name, value)
        written.rows.append(row)
    written.added = len(new)
    model.objects.bulk_create(new)
    model.objects.bulk_update(known.values(), [*next(iter(words.values())), "is_active"], batch_size=500)
    return written


def refuse_unseen_word(laboratory: Laboratory, model: Any, seen: str, **word: str) -> None:
    """Raise ChangedSince when what was said of a laboratory's code or spelling is not as it was `seen`."""
    if seen:
        Laboratory.objects.select_for_update().get(pk=laboratory.pk)  # as `write_words` does
        row = model.objects.get(laboratory=laboratory, **word)
        refuse_unseen(row, seen, f"{row}{'' if row.is_active else ', taken back'}")


def refuse_mistakes(mistakes: list[Finding]) -> None:
    """Raise InputRefused with the first mistake, at its field."""
    if mistakes:
        raise InputRefused(f"{mistakes[0].what} {mistakes[0].remedy}", field=mistakes[0].column)


def refuse_without_reason(concerns: list[str], reason: str) -> None:
    """Raise ReasonNeeded when something is unusual and no reason is given."""
    if concerns and not reason.strip():
        raise ReasonNeeded(concerns, field="reason")
