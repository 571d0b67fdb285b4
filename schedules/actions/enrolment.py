"""Treatments and the plans they anchor."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, F, FilteredRelation, Max, OuterRef, Q

from accounts.models import Clinic, Staff
from accounts.permissions import May, may
from events.actions import record_event
from events.undo import Changes
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from patients.actions import (
    PatientFacts,
    check_treatment,
    lock_patient,
    record_unanchored_treatment,
    register_patient,
    rows_of_new_treatment,
    save_contact,
)
from patients.models import FOLLOWED_HERE, Patient, Treatment
from patients.treatment_checks import TreatmentFacts
from schedules.actions.settling import settle_plans
from schedules.models import Plan, PlannedVisit, Protocol
from schedules.plans.planning import PlanChoices, new_plan, options_for
from schedules.protocol import latest_to_extend, packaged_protocol, stored_timeline
from schedules.protocol.options import one_of


def current_protocol(clinic: Clinic | None = None) -> Protocol:
    """Return the protocol version new plans of `clinic` follow unless another is chosen.

    The clinic's default; without one, or without a clinic, the latest version shipped for use.

    Raises   InputRefused: none is loaded.
    """
    chosen = FilteredRelation("default_of", condition=Q(default_of__clinic=clinic))
    shipped = Q(clinic=None, status=Protocol.Status.ACTIVE, slug=packaged_protocol().protocol.slug)
    found = Protocol.objects.annotate(chosen=chosen).filter(Q(chosen__pk__isnull=False) | shipped)
    protocol = found.order_by(F("chosen__pk").asc(nulls_last=True), "-pk").first()
    if protocol is None:
        raise InputRefused("No protocol is loaded. Run “manage.py load_protocols”.")
    return protocol


def protocol_for(choices: PlanChoices, clinic: Clinic) -> Protocol:
    """Return the protocol version a new plan of `clinic` follows by `choices`.

    Raises   InputRefused: none is loaded, or the chosen one is not offered to the clinic's new plans.
    """
    default = current_protocol(clinic)
    if choices.protocol is None:
        return default
    offered = Protocol.objects.offered(clinic)
    if choices.protocol not in offered:
        own = choices.protocol.clinic_id in (None, clinic.pk)  # of another clinic's, not even the name is told
        state = choices.protocol.get_status_display().lower()
        why = (
            f"{choices.protocol.reference} is {state}: no new plan can follow it."
            if own
            else f"{clinic} has no such version."
        )
        names = one_of([protocol.reference for protocol in offered])
        raise InputRefused(f"{why} Choose {names}; left out, it is {default.reference}.", field="protocol")
    return choices.protocol


@action
def enrol(
    *,
    clinic: Clinic,
    patient: PatientFacts,
    treatment: TreatmentFacts,
    choices: PlanChoices,
    by: Staff,
    today: date,
    contact: Mapping[str, Any] | None = None,
) -> Patient:
    """Enter a patient with their first treatment; a given therapeutic one anchors the plan that is stored with it.

    `contact`: how the patient is reached, the fields of a Contact.

    Raises   InputRefused, ReasonNeeded: see `register_patient`, `check_treatment` and `options_for`.
    Records  patient.registered, and treatment.given (or treatment.planned, treatment.recorded)
    """
    registered = register_patient(clinic=clinic, facts=patient, by=by, today=today)
    if contact:
        save_contact(patient=registered, contact=None, fields=contact, by=by)
    record_treatment(patient=registered, facts=treatment, choices=choices, by=by, today=today)
    return registered


@action
def record_treatment(
    *, patient: Patient, facts: TreatmentFacts, choices: PlanChoices, by: Staff | None, today: date
) -> Treatment:
    """Record a treatment; a given therapeutic one anchors a new plan, and the patient's plans are settled anew.

    Raises   InputRefused, ReasonNeeded: see `check_treatment` and `options_for`.
    Records  treatment.given (or treatment.planned, treatment.recorded), which can be undone
    """
    if facts.kind != Treatment.Kind.THERAPEUTIC or facts.state != Treatment.State.GIVEN:
        return record_unanchored_treatment(patient=patient, facts=facts, by=by, today=today)
    patient = lock_patient(patient)
    check_treatment(patient=patient, facts=facts, today=today)
    treatment = Treatment.objects.create(patient=patient, clinic=patient.clinic, **asdict(facts))
    plan_treatment(treatment, choices, by=by, today=today)
    return treatment


@action
def confirm_treatment(
    *,
    treatment: Treatment,
    started_on: date,
    activity_mbq: Decimal | None,
    weight_kg: Decimal | None,
    override_reason: str,
    choices: PlanChoices,
    by: Staff,
    today: date,
) -> Treatment:
    """Record that a planned therapeutic treatment was given on `started_on`, which anchors its plan.

    Raises   TransitionRefused: it is not a planned therapeutic treatment.
    Raises   InputRefused, ReasonNeeded: see `check_treatment` and `options_for`.
    Records  treatment.given, which can be undone
    """
    lock_patient(treatment.patient)
    treatment.refresh_from_db()
    if treatment.state != Treatment.State.PLANNED or treatment.kind != Treatment.Kind.THERAPEUTIC:
        raise TransitionRefused("Only a planned therapeutic treatment can be confirmed as given.")
    treatment.state = Treatment.State.GIVEN
    treatment.started_on, treatment.activity_mbq, treatment.weight_kg = started_on, activity_mbq, weight_kg
    treatment.override_reason = override_reason
    facts = TreatmentFacts(**{name: getattr(treatment, name) for name in TreatmentFacts.__dataclass_fields__})
    check_treatment(patient=treatment.patient, facts=facts, today=today, apart_from=treatment)
    treatment.save()
    plan_treatment(treatment, choices, by=by, today=today)
    return treatment


def plan_treatment(treatment: Treatment, choices: PlanChoices, *, by: Staff | None, today: date) -> Plan:
    """Store the plan a given therapeutic treatment anchors, settle the patient's plans and write the event."""
    patient = treatment.patient
    refuse_longer_interval(choices, patient.clinic, by=by)
    protocol = protocol_for(choices, patient.clinic)
    options = options_for(protocol.definition, choices, indication=patient.indication, secreting=patient.secreting)
    plan = new_plan(treatment, protocol, options, choices, today=today)
    plan.save()
    difference = settle_plans(patient, today=today)[plan.pk]
    record_event(
        "treatment.given",
        clinic=patient.clinic,
        patient=patient,
        by=by,
        reason=treatment.override_reason,
        **facts_of_given(treatment, protocol, visits=sum(change.existing is None for change in difference.writes)),
    )
    return plan


def refuse_longer_interval(choices: PlanChoices, clinic: Clinic, *, by: Staff | None) -> None:
    """Raise InputRefused when somebody who is not a clinician of `clinic` chooses an interval of 24 months."""
    for field in ("annual_interval", "late_imaging_interval"):
        if getattr(choices, field) != 12 and by and not may(by, May.DECIDE, clinic):
            raise InputRefused("A longer interval is a clinician's decision.", field=field)


def facts_of_given(treatment: Treatment, protocol: Protocol, *, visits: int) -> dict[str, Any]:
    """Return what the event of a treatment that anchors a plan of so many visits holds."""
    return {
        "treatment": treatment.pk,
        "started_on": treatment.started_on,
        "protocol": str(protocol),
        "visits": visits,
        "rows": rows_of_new_treatment(treatment),
    }


@action
def withdraw_treatment(*, treatment: Treatment, reason: str, by: Staff, today: date) -> Treatment:
    """Record that a treatment was entered in error; what its plan has open is cancelled, the earlier plan stands again.

    Raises   TransitionRefused: it is withdrawn already, or the patient's record is closed.
    Raises   ReasonNeeded: no reason.
    Records  treatment.withdrawn, which can be undone
    """
    patient = lock_patient(treatment.patient)
    treatment.refresh_from_db()
    if treatment.state == Treatment.State.WITHDRAWN:
        raise TransitionRefused("This treatment is already marked as entered in error.")
    if not reason:
        raise ReasonNeeded(["This cancels what the treatment had planned."], field="reason")
    changes = Changes()
    changes.watch(treatment)
    treatment.state = Treatment.State.WITHDRAWN
    treatment.number = None
    treatment.save(update_fields=["state", "number"])
    settle_plans(patient, today=today)
    record_event(
        "treatment.withdrawn",
        clinic=patient.clinic,
        patient=patient,
        by=by,
        reason=reason,
        treatment=treatment.pk,
        started_on=treatment.started_on,
        rows=changes.facts(),
    )
    return treatment


@action
def record_count_recovery(*, plan: Plan, recovered_on: date, by: Staff, today: date) -> Plan:
    """Record that a clinician saw the blood counts recovered, which stops the clock over them.

    Raises   InputRefused: the date lies before the infusion or in the future.
    Raises   TransitionRefused: the patient's record is closed.
    Records  counts.recovered, which can be undone
    """
    lock_patient(plan.patient)
    plan.refresh_from_db()
    if not plan.anchor <= recovered_on <= today:
        raise InputRefused("Recovery lies between the infusion and today.", field="recovered_on")
    changes = Changes()
    changes.watch(plan)
    # A clinician's word stands, whatever the results tell.
    plan.counts_recovered_on, plan.recovery_by_rule = recovered_on, False
    plan.save(update_fields=["counts_recovered_on", "recovery_by_rule"])
    record_event(
        "counts.recovered",
        clinic=plan.clinic,
        patient=plan.patient,
        by=by,
        recovered_on=recovered_on,
        rows=changes.facts(),
    )
    return plan


@action
def extend_plans(*, today: date, by: Staff | None = None) -> int:
    """Store the timepoints that came within the horizon of the current plans, and return how many plans grew.

    Only plans whose last stored timepoint of a kind lies before that of their horizon are opened, and of those whose
    horizon has not begun to move nothing is read; running it twice changes nothing.
    """
    moving = [
        Q(protocol=protocol, anchor__lte=latest_to_extend(protocol.definition, today=today))
        for protocol in Protocol.objects.filter(Exists(Plan.objects.current().filter(protocol=OuterRef("pk"))))
    ]
    followed = Plan.objects.current().filter(patient__status=Patient.Status.ACTIVE, patient__care__in=FOLLOWED_HERE)
    followed = followed.filter(reduce(or_, moving)) if moving else followed.none()
    reach = {f"last_{kind}": Max("visits__target", filter=Q(visits__kind=kind)) for kind in PlannedVisit.Kind.values}
    grown = 0
    # In the order in which records are locked elsewhere.
    for plan in followed.select_related("protocol").annotate(**reach).order_by("patient").iterator(chunk_size=1000):
        points = stored_timeline(plan.protocol.definition, plan.anchor, plan.options, today=today)
        if any(point.target > (getattr(plan, f"last_{point.kind}") or date.min) for point in points):
            patient = Patient.objects.select_for_update(no_key=True).get(pk=plan.patient_id)
            grown += bool(settle_plans(patient, today=today)[plan.pk].add)
    return grown
