"""Treatments and the plans they anchor."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.db.models import Count, QuerySet

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
from patients.models import Patient, Treatment
from patients.treatment_checks import TreatmentFacts
from schedules.models import OPEN_ACTIVITY, ActivityStatus, Plan, PlannedActivity, PlannedVisit, Protocol
from schedules.planning import PlanChoices, new_plan, options_for, store_timeline
from schedules.protocol import stored_timeline
from schedules.standing import follow_activities

WITHDRAWN_REASON = "The treatment was entered in error."
SUPERSEDED_REASON = "Replaced by a later plan."


def current_protocol() -> Protocol:
    """Return the protocol version new plans follow: the latest active one.

    Raises   InputRefused: none is loaded.
    """
    protocol = Protocol.objects.filter(status=Protocol.Status.ACTIVE).order_by("slug", "-version").first()
    if protocol is None:
        raise InputRefused("No protocol is loaded. Run “manage.py load_protocols”.")
    return protocol


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
    protocol = current_protocol()
    options = options_for(protocol.definition, choices, indication=patient.indication, secreting=patient.secreting)
    plan = new_plan(treatment, protocol, options, choices, today=today)
    plan.save()
    visits = store_timeline(plan, today=today)
    settle_plans(patient)
    record_event(
        "treatment.given",
        clinic=patient.clinic,
        patient=patient,
        by=by,
        reason=treatment.override_reason,
        **facts_of_given(treatment, protocol, visits=len(visits)),
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


def settle_plans(patient: Patient) -> None:
    """Make the stored plans agree with the treatments that stand, whatever order they were entered in.

    Exactly one plan is current: that of the latest given therapeutic infusion. What an earlier plan still has open
    on or after the next infusion is superseded; what a treatment entered in error had planned is cancelled.
    Nothing done, missed or not applicable is touched, and settling twice changes nothing.
    """
    given = list(Treatment.objects.given_therapeutic().filter(patient=patient).order_by("started_on"))
    for number, treatment in enumerate(given, start=1):
        Treatment.objects.filter(pk=treatment.pk).exclude(number=number).update(number=number)
    patient.treatments.exclude(pk__in=[treatment.pk for treatment in given]).exclude(number=None).update(number=None)
    plans = {plan.treatment_id: plan for plan in patient.plans.all()}
    latest = plans.get(given[-1].pk) if given else None
    outdated = patient.plans.filter(is_current=True)
    (outdated.exclude(pk=latest.pk) if latest else outdated).update(is_current=False)
    for treatment, following in zip_longest(given, given[1:]):
        if plan := plans.pop(treatment.pk, None):
            supersede(plan, replaced_on=following.started_on if following else None)
    for plan in plans.values():
        cancel_open(plan)
    if latest and not latest.is_current:
        patient.plans.filter(pk=latest.pk).update(is_current=True)


def supersede(plan: Plan, *, replaced_on: date | None) -> None:
    """Supersede what the plan has open on or after `replaced_on`; open again what no longer is replaced."""
    activities = PlannedActivity.objects.filter(visit__plan=plan)
    cancelled = activities.filter(status=ActivityStatus.CANCELLED, reason=WITHDRAWN_REASON)
    # A specimen whose result is awaited was drawn, whatever became of the plan.
    replace(cancelled.filter(record__isnull=False), ActivityStatus.DRAWN, "")
    standing = activities.filter(status=ActivityStatus.SUPERSEDED) | cancelled
    if replaced_on:
        to_come = activities.filter(status=ActivityStatus.PLANNED) | cancelled
        replace(to_come.filter(visit__target__gte=replaced_on), ActivityStatus.SUPERSEDED, SUPERSEDED_REASON)
        standing = standing.filter(visit__target__lt=replaced_on)
    replace(standing, ActivityStatus.PLANNED, "")


def cancel_open(plan: Plan) -> None:
    """Cancel what is open in the plan of a treatment that was entered in error."""
    superseded_or_open = PlannedActivity.objects.filter(
        visit__plan=plan, status__in=[*OPEN_ACTIVITY, ActivityStatus.SUPERSEDED]
    )
    replace(superseded_or_open, ActivityStatus.CANCELLED, WITHDRAWN_REASON)


def replace(activities: QuerySet[PlannedActivity], status: str, reason: str) -> None:
    """Set the status and reason of `activities`, and what follows from it on their visits."""
    chosen = dict(activities.values_list("pk", "visit_id"))
    PlannedActivity.objects.filter(pk__in=chosen).update(status=status, reason=reason)
    follow_activities(list(PlannedVisit.objects.filter(pk__in=set(chosen.values()))))


@action
def withdraw_treatment(*, treatment: Treatment, reason: str, by: Staff) -> Treatment:
    """Record that a treatment was entered in error; what its plan has open is cancelled, the earlier plan stands again.

    Raises   TransitionRefused: it is withdrawn already.
    Raises   ReasonNeeded: no reason.
    Records  treatment.withdrawn, which can be undone
    """
    if treatment.state == Treatment.State.WITHDRAWN:
        raise TransitionRefused("This treatment is already marked as entered in error.")
    if not reason:
        raise ReasonNeeded(["This cancels what the treatment had planned."], field="reason")
    changes = Changes()
    changes.watch(treatment)
    treatment.state = Treatment.State.WITHDRAWN
    treatment.number = None
    treatment.save(update_fields=["state", "number"])
    settle_plans(treatment.patient)
    record_event(
        "treatment.withdrawn",
        clinic=treatment.clinic,
        patient=treatment.patient,
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
    Records  counts.recovered, which can be undone
    """
    if not plan.anchor <= recovered_on <= today:
        raise InputRefused("Recovery lies between the infusion and today.", field="recovered_on")
    changes = Changes()
    changes.watch(plan)
    plan.counts_recovered_on = recovered_on
    plan.save(update_fields=["counts_recovered_on"])
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

    Only plans with fewer stored timepoints than their horizon holds are opened; running it twice changes nothing.
    """
    plans = Plan.objects.current().filter(patient__status=Patient.Status.ACTIVE).select_related("protocol")
    grown = 0
    stored = dict(plans.annotate(stored=Count("visits")).values_list("pk", "stored"))
    for plan in plans.iterator(chunk_size=1000):
        wanted = stored_timeline(plan.protocol.definition, plan.anchor, plan.options, today=today)
        if len(wanted) > stored[plan.pk]:
            grown += bool(store_timeline(plan, today=today))
    return grown
