"""Entering many new patients at once: the same rows and events as one enrolment each, written by COPY.

What a plan holds comes from the same functions as `schedules.actions.enrol`. Only two things are said here again: a
new patient's plans are settled before they are stored, and planned visits and activities are written as text, since
they are most of the rows. A test compares the outcome with enrolments field by field.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from itertools import pairwise
from typing import Any
from uuid import UUID

from accounts.models import Clinic, Staff
from events.models import Event
from events.undo import Changes
from interop.csv.rows import Row
from iotrex_followup.copying import copy_lines
from iotrex_followup.ids import uuid7_texts
from patients.actions import facts_of_unanchored, new_patient
from patients.models import Contact, Patient, Treatment
from schedules.actions.enrolment import facts_of_given
from schedules.actions.settling import SUPERSEDED_REASON
from schedules.models import ActivityStatus, Plan, PlannedActivity, PlannedVisit, Protocol
from schedules.plans.planning import new_plan, options_for
from schedules.protocol import PlannedTimepoint, stored_timeline

VISIT_COLUMNS = (
    *("id", "clinic_id", "patient_id", "plan_id", "timepoint", "kind", "phase", "target", "opens", "closes", "cost"),
    *("before_enrolment", "status", "elsewhere", "closing_reason", "next_step", "on_hold", "hold_decision"),
)
ACTIVITY_COLUMNS = ("id", "clinic_id", "visit_id", "activity", "status", "reason")
PLANNED, SUPERSEDED = ActivityStatus.PLANNED.value, ActivityStatus.SUPERSEDED.value


@dataclass
class Newcomers:
    """Rows of new patients that wait to be stored together."""

    clinic: Clinic
    protocol: Protocol
    by: Staff | None
    today: date
    patients: list[Patient] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    treatments: list[Treatment] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    visits: list[str] = field(default_factory=list)
    activities: list[str] = field(default_factory=list)

    def add(self, rows: Sequence[Row]) -> None:
        """Add one person with the treatments of `rows`, which are in order of their dates."""
        patient = new_patient(self.clinic, merged_facts(rows))
        self.patients.append(patient)
        self._tell("patient.registered", patient, mrn=patient.mrn)
        if contact := {name: value for row in rows for name, value in row.contact.items()}:
            self._add_contact(patient, contact)
        treatments = [Treatment(patient=patient, clinic=self.clinic, **asdict(row.treatment)) for row in rows]
        self.treatments += treatments
        given = [treatment for treatment in treatments if treatment.anchors_plan]
        replaced_on = {one.pk: following.started_on for one, following in pairwise(given)}
        for number, treatment in enumerate(given, start=1):
            treatment.number = number
        for row, treatment in zip(rows, treatments, strict=True):
            if treatment.anchors_plan:
                self._add_plan(row, treatment, replaced_on.get(treatment.pk))
            else:
                facts = facts_of_unanchored(treatment)
                self._tell("treatment.recorded", patient, reason=treatment.override_reason, **facts)

    def _add_contact(self, patient: Patient, fields: dict[str, str]) -> None:
        contact = Contact(patient=patient, clinic=self.clinic, **fields)
        changes = Changes()
        changes.created(contact, undone={"is_active": False})
        self.contacts.append(contact)
        self._tell("contact.added", patient, contact=contact.pk, name=str(contact), rows=changes.facts())

    def _add_plan(self, row: Row, treatment: Treatment, replaced_on: date | None) -> None:
        patient, protocol = treatment.patient, row.choices.protocol or self.protocol
        definition = protocol.definition
        options = options_for(definition, row.choices, indication=patient.indication, secreting=patient.secreting)
        plan = new_plan(treatment, protocol, options, row.choices, today=self.today)
        plan.is_current = replaced_on is None
        self.plans.append(plan)
        points = stored_timeline(definition, plan.anchor, options, today=self.today)
        self._write_timeline(plan, points, replaced_on or date.max)
        facts = facts_of_given(treatment, protocol, visits=len(points))
        self._tell("treatment.given", patient, reason=treatment.override_reason, **facts)

    def _write_timeline(self, plan: Plan, points: Sequence[PlannedTimepoint], replaced_on: date) -> None:
        """Write the plan's visits and activities as lines; those on or after `replaced_on` are superseded."""
        ids = iter(uuid7_texts(sum(1 + len(point.activities) for point in points)))
        clinic, owners = str(plan.clinic_id), f"{plan.clinic_id}\t{plan.patient_id}\t{plan.pk}"
        for point in points:
            visit = next(ids)
            status, reason = (SUPERSEDED, SUPERSEDED_REASON) if point.target >= replaced_on else (PLANNED, "")
            before = "t" if point.closes < plan.followed_from else "f"
            self.visits.append(
                f"{visit}\t{owners}\t{point.timepoint}\t{point.kind}\t{point.phase}\t{point.target}\t{point.opens}\t"
                f"{point.closes}\t{point.cost}\t{before}\t{status}\tf\t{reason}\t\t\t\n"
            )
            for activity in point.activities:
                self.activities.append(f"{next(ids)}\t{clinic}\t{visit}\t{activity}\t{status}\t{reason}\n")

    def _tell(self, kind: str, patient: Patient, *, reason: str = "", **facts: Any) -> None:
        self.events.append(
            Event(clinic=self.clinic, patient=patient, kind=kind, facts=facts, reason=reason, by=self.by)
        )

    def store(self) -> None:
        """Write all rows."""
        # Rows of one statement share their moment; ascending ids keep a person's events in order.
        for event, pk in zip(self.events, uuid7_texts(len(self.events)), strict=True):
            event.pk = UUID(pk)
        Patient.objects.bulk_create(self.patients)
        Contact.objects.bulk_create(self.contacts)
        Treatment.objects.bulk_create(self.treatments)
        Plan.objects.bulk_create(self.plans)
        copy_lines(PlannedVisit, VISIT_COLUMNS, self.visits)
        copy_lines(PlannedActivity, ACTIVITY_COLUMNS, self.activities)
        Event.objects.bulk_create(self.events)


def merged_facts(rows: Sequence[Row]) -> Any:
    """Return the patient's facts; of what only some rows give, the latest treatment's row that gives it counts."""
    optional = {
        name: value
        for row in rows
        for name in ("responsible_clinician", "time_zone")
        if (value := getattr(row.patient, name))
    }
    return replace(rows[0].patient, **optional)
