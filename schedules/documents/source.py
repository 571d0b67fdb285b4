"""What the documents of a patient are made of."""

from collections.abc import Iterable

from iotrex_followup.errors import TransitionRefused
from patients.models import Patient
from schedules.models import Plan, PlannedVisit, ProtocolApproval
from schedules.names import ACTIVITY_NAMES

# A visit's activities are named in this order: the physician's visit first, then blood, scans and markers.
ORDER = {activity: place for place, activity in enumerate(ACTIVITY_NAMES)}


def in_order(activities: Iterable[str]) -> list[str]:
    """Return `activities`, each once, as people name them; those only a protocol file knows come last."""
    return sorted(set(activities), key=lambda activity: (ORDER.get(activity, len(ORDER)), activity))


def current_plan(patient: Patient) -> Plan:
    """Return the patient's current plan with its treatment and protocol; its patient is `patient`.

    Raises   TransitionRefused: there is none yet.
    """
    plan = patient.plans.current().select_related("treatment", "protocol").first()
    if plan is None:
        raise TransitionRefused("There is nothing to print yet: the plan begins with a treatment that was given.")
    return plan


def printed_visits(plan: Plan) -> list[PlannedVisit]:
    """Return the plan's visits and what is still open of the patient's earlier plans, by target."""
    visits = PlannedVisit.objects.filter(patient=plan.patient_id).select_related("plan", "appointment")
    return [
        visit
        for visit in visits.prefetch_related("activities__proposal").order_by("target", "kind")
        if visit.plan_id == plan.pk or (visit.status == PlannedVisit.Status.PLANNED and not visit.before_enrolment)
    ]


def approval_of(plan: Plan) -> ProtocolApproval | None:
    """Return the clinic's approval of the plan's protocol version; None while it is not signed off."""
    approvals = ProtocolApproval.objects.filter(clinic=plan.clinic_id, protocol=plan.protocol_id)
    return approvals.select_related("approved_by").first()
