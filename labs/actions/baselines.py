"""Which value before a treatment later ones are graded against, when a clinician decides it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from accounts.models import Staff
from events.actions import record_event
from events.undo import Changes
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from labs.grading.criteria import packaged
from labs.models import Baseline, LabGrade, LabResult
from labs.readings import name_of, value_words
from labs.settling import settle
from labs.settling.charts import policy_of
from patients.actions import lock_patient
from patients.models import Patient, Treatment

BY_RULE = "Back to the one the rule finds."


class Graded(NamedTuple):
    """A grade as history tells it: the day of the specimen, the term, and the grade or that there is none."""

    day: date
    term: str
    grade: int | None


@action
def choose_baseline(
    *, treatment: Treatment, analyte: str, result: LabResult, reason: str, by: Staff, now: datetime
) -> Baseline:
    """Make `result` the baseline of `analyte` before `treatment`; what it changes is graded anew.

    Raises   TransitionRefused: the treatment was not given, or the patient's record is closed.
    Raises   InputRefused: the result cannot be a baseline of this.
    Raises   ReasonNeeded: no reason.
    Records  baseline.chosen, which can be undone
    """
    patient = _locked(treatment)
    _refuse_unfit(result, treatment, analyte)
    _refuse_without_reason(reason)
    changes, row = Changes(), _stored(treatment, analyte)
    if row is None:
        row = Baseline(clinic=treatment.clinic, patient=patient, treatment=treatment, analyte=analyte)
        changes.created(row, undone={"chosen": False})
    else:
        changes.watch(row)
    row.result, row.chosen, row.reason = result, True, reason.strip()
    row.save()
    _regrade("baseline.chosen", row, changes, by=by, now=now, value=value_words(result), on=result.collected_on)
    return row


@action
def clear_chosen_baseline(*, treatment: Treatment, analyte: str, reason: str, by: Staff, now: datetime) -> Baseline:
    """Take back what a clinician chose: the baseline is what the rule finds again.

    Raises   TransitionRefused: none was chosen, or the patient's record is closed.
    Raises   ReasonNeeded: no reason.
    Records  baseline.cleared, which can be undone
    """
    _locked(treatment)
    row = _stored(treatment, analyte)
    if row is None or not row.chosen:
        raise TransitionRefused("Nobody chose this baseline; the rule found it.")
    _refuse_without_reason(reason)
    changes = Changes()
    changes.watch(row)
    row.chosen, row.reason = False, BY_RULE
    row.save()
    _regrade("baseline.cleared", row, changes, by=by, now=now, why=reason.strip())
    return row


def _locked(treatment: Treatment) -> Patient:
    """Return the treatment's patient, locked, since arriving results settle the same rows."""
    patient = lock_patient(treatment.patient)
    if not treatment.anchors_plan:
        raise TransitionRefused("Only a therapeutic treatment that was given has baselines.")
    return patient


def _refuse_unfit(result: LabResult, treatment: Treatment, analyte: str) -> None:
    """Raise InputRefused unless `result` is a number of `analyte` that holds, from before `treatment`."""
    why = ""
    if result.patient_id != treatment.patient_id or result.analyte != analyte:
        why = "This result is of another patient or another analyte."
    elif not result.is_current or not result.is_settled:
        why = "Choose a final result that holds: not a preliminary, cancelled or replaced one."
    elif result.collected_on > treatment.started_on:
        why = "This specimen is from after the treatment began."
    elif result.si_value is None or result.comparator:
        why = "Only a single number can be a baseline."
    if why:
        raise InputRefused(why, field="result")


def _refuse_without_reason(reason: str) -> None:
    if not reason.strip():
        raise ReasonNeeded(["The rule does not choose this one."], field="reason")


def _stored(treatment: Treatment, analyte: str) -> Baseline | None:
    return Baseline.objects.select_for_update().filter(treatment=treatment, analyte=analyte).first()


def _regrade(kind: str, row: Baseline, changes: Changes, *, by: Staff, now: datetime, **facts: Any) -> None:
    """Grade anew what `row` concerns, and write down what changed."""
    before = _grades(row.patient, row.analyte)
    _settle(row.patient, row.analyte, by=by, now=now)
    row.refresh_from_db()
    grades = regraded(before, _grades(row.patient, row.analyte))
    reason = facts.pop("why", row.reason)
    record_event(
        kind,
        clinic=row.clinic,
        patient=row.patient,
        by=by,
        reason=reason,
        analyte=name_of(row.analyte),
        analyte_key=row.analyte,
        started_on=row.treatment.started_on,
        regraded=regraded_words(len(grades)),
        grades=grades,
        rows=changes.facts(),
        **facts,
    )


def _settle(patient: Patient, analyte: str, *, by: Staff | None, now: datetime) -> None:
    ids = LabResult.objects.flowing().filter(patient=patient, analyte=analyte).values_list("pk", flat=True)
    settle([patient], clinic=patient.clinic, by=by, now=now, changed={str(pk) for pk in ids})


def _grades(patient: Patient, analyte: str) -> dict[tuple[UUID, str], Graded]:
    edition = packaged(policy_of(patient.clinic).ctcae).edition
    found = LabGrade.objects.filter(
        patient=patient, result__analyte=analyte, result__is_current=True, ctcae=edition
    ).values_list("result_id", "term", "result__collected_on", "grade")
    return {(result, term): Graded(day, term, grade) for result, term, day, grade in found}


def regraded(
    before: Mapping[tuple[UUID, str], Graded], after: Mapping[tuple[UUID, str], Graded]
) -> list[dict[str, object]]:
    """Return each grade that is another one now: the day, the term, the grade before and after (None: no grade)."""
    changed: list[dict[str, object]] = [
        {"on": now.day, "term": now.term, "before": before[key].grade if key in before else None, "after": now.grade}
        for key, now in after.items()
        if key not in before or before[key].grade != now.grade
    ]
    return sorted(changed, key=lambda each: (str(each["on"]), str(each["term"])))


def regraded_words(count: int) -> str:
    """Return how many grades changed, in words."""
    return {0: "no grade changed", 1: "1 grade changed"}.get(count, f"{count} grades changed")
