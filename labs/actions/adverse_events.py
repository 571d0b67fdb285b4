"""Adverse events: what a clinician judged to be one, by a CTCAE term and its grade."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from accounts.models import Staff
from events.actions import record_event
from events.undo import Changes
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from labs.adverse_terms import terms_of
from labs.settling.charts import policy_of
from patients.actions import lock_patient
from patients.models import AdverseEvent, Patient, Treatment
from schedules.protocol.trace import words


@dataclass(frozen=True, slots=True)
class AdverseEventFacts:
    """An adverse event as entered; `ctcae` blank is the clinic's version."""

    term: str
    grade: int
    onset_on: date
    attribution: str
    ended_on: date | None = None
    note: str = ""
    ctcae: str = ""


@action
def record_adverse_event(*, patient: Patient, facts: AdverseEventFacts, by: Staff, today: date) -> AdverseEvent:
    """Record an adverse event; it belongs to the last treatment given on or before its onset.

    Raises   TransitionRefused: the patient's record is closed.
    Raises   InputRefused: that version has no such term or grade, an impossible date, or it is recorded already.
    Records  adverse_event.recorded, which can be undone
    """
    patient = lock_patient(patient)
    values = asdict(facts) | {"ctcae": facts.ctcae or policy_of(patient.clinic).ctcae}
    recorded = AdverseEvent(clinic=patient.clinic, patient=patient, recorded_by=by, **values)
    refuse_impossible(recorded, today)
    same = patient.adverse_events.filter(term=recorded.term, onset_on=recorded.onset_on, withdrawn=False)
    if same.exists():
        raise InputRefused("This term is recorded with that onset already. Change that one.", field="term")
    recorded.treatment = treatment_before(patient, recorded.onset_on)
    recorded.save()
    changes = Changes()
    changes.created(recorded, undone={"withdrawn": True})
    write_event("adverse_event.recorded", recorded, changes, by=by)
    return recorded


@action
def change_adverse_event(
    *, event: AdverseEvent, fields: Mapping[str, Any], reason: str, by: Staff, today: date
) -> AdverseEvent:
    """Change what is known of an adverse event, such as its grade.

    Raises   TransitionRefused: it was entered in error, or the patient's record is closed.
    Raises   InputRefused: see `record_adverse_event`.
    Raises   ReasonNeeded: no reason.
    Records  adverse_event.changed, which can be undone
    """
    event = locked(event)
    changed = {name: value for name, value in fields.items() if getattr(event, name) != value}
    if not changed:
        return event
    if not reason:
        raise ReasonNeeded(["This changes what a clinician had judged."], field="reason")
    changes = Changes()
    changes.watch(event)
    for name, value in changed.items():
        setattr(event, name, value)
    refuse_impossible(event, today)
    event.treatment = treatment_before(event.patient, event.onset_on)
    event.save()
    write_event("adverse_event.changed", event, changes, by=by, reason=reason, fields=sorted(changed))
    return event


@action
def end_adverse_event(*, event: AdverseEvent, ended_on: date, by: Staff, today: date) -> AdverseEvent:
    """Record the day on which an adverse event ended.

    Raises   TransitionRefused: it ended already, was entered in error, or the patient's record is closed.
    Raises   InputRefused: a day before the onset or in the future.
    Records  adverse_event.ended, which can be undone
    """
    event = locked(event)
    if event.ended_on:
        raise TransitionRefused(f"It ended on {words(event.ended_on)} already. Change that, with a reason.")
    changes = Changes()
    changes.watch(event)
    event.ended_on = ended_on
    refuse_impossible(event, today)
    event.save(update_fields=["ended_on"])
    write_event("adverse_event.ended", event, changes, by=by, ended_on=ended_on)
    return event


@action
def withdraw_adverse_event(*, event: AdverseEvent, reason: str, by: Staff) -> AdverseEvent:
    """Record that an adverse event was entered in error; the row stays.

    Raises   TransitionRefused: that is so already, or the patient's record is closed.
    Raises   ReasonNeeded: no reason.
    Records  adverse_event.withdrawn, which can be undone
    """
    event = locked(event)
    if not reason:
        raise ReasonNeeded(["This takes back what a clinician had judged."], field="reason")
    changes = Changes()
    changes.watch(event)
    event.withdrawn = True
    event.save(update_fields=["withdrawn"])
    write_event("adverse_event.withdrawn", event, changes, by=by, reason=reason)
    return event


def locked(event: AdverseEvent) -> AdverseEvent:
    """Return the adverse event as it is now, locked, the patient first.

    Raises   TransitionRefused: it was entered in error, or the patient's record is closed.
    """
    lock_patient(Patient.objects.get(adverse_events=event.pk))
    rows = AdverseEvent.objects.select_for_update(of=("self",)).select_related("patient__clinic", "clinic")
    fresh: AdverseEvent = rows.get(pk=event.pk)
    if fresh.withdrawn:
        raise TransitionRefused("It was entered in error.")
    return fresh


def refuse_impossible(event: AdverseEvent, today: date) -> None:
    """Raise InputRefused for a term, grade, attribution or date that cannot be."""
    term = terms_of(event.ctcae).get(event.term)
    if term is None:
        raise InputRefused(f"CTCAE {event.ctcae} as used here has no term “{event.term}”.", field="term")
    if event.grade not in term.grades:
        known = ", ".join(map(str, term.grades))
        raise InputRefused(
            f"{term.name} has no grade {event.grade} in CTCAE {event.ctcae}; it has {known}.", field="grade"
        )
    if event.attribution not in AdverseEvent.Attribution.values:
        raise InputRefused("Say whether it is put down to the treatment.", field="attribution")
    if not event.patient.birth_date <= event.onset_on <= today:
        raise InputRefused("The onset lies between the birth of the patient and today.", field="onset_on")
    if event.ended_on and not event.onset_on <= event.ended_on <= today:
        raise InputRefused("The end lies between the onset and today.", field="ended_on")


def treatment_before(patient: Patient, day: date) -> Treatment | None:
    """Return the last therapeutic treatment given on or before `day`."""
    given = patient.treatments.given_therapeutic().filter(started_on__lte=day)
    last: Treatment | None = given.order_by("started_on").last()
    return last


def write_event(
    kind: str, event: AdverseEvent, changes: Changes, *, by: Staff, reason: str = "", **facts: object
) -> None:
    """Write an event about one adverse event, with the rows it changed."""
    attribution = event.get_attribution_display().lower()
    record_event(
        kind,
        clinic=event.clinic,
        patient=event.patient,
        by=by,
        reason=reason,
        adverse_event=event.pk,
        what=f"{event.term}, grade {event.grade} (CTCAE {event.ctcae}), from {words(event.onset_on)}, {attribution}",
        **facts,
        rows=changes.facts(),
    )
