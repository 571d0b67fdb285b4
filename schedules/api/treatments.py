"""Treatments, the timelines they would give, and enrolment: a patient with the first treatment in one step."""

from typing import Any, ClassVar
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from iotrex_followup.api.filters import DayFilter
from iotrex_followup.api.resources import Resource, Route
from patients.actions import PatientFacts, update_treatment
from patients.models import Treatment
from patients.treatment_checks import TreatmentFacts
from schedules import actions
from schedules import protocol as rules
from schedules.actions.enrolment import current_protocol
from schedules.api.bodies import (
    ConfirmationSerializer,
    EnrolmentSerializer,
    NewTreatmentSerializer,
    PreviewRequestSerializer,
    ReasonSerializer,
    TreatmentChangeSerializer,
    choices_in,
)
from schedules.api.serializers import EnrolledSerializer, PreviewSerializer, TreatmentSerializer
from schedules.models import Plan
from schedules.planning import PlanChoices, options_for

PREVIEWED = relativedelta(years=10)
USUAL_INTERVAL = 12


def permission_for(choices: PlanChoices) -> May:
    """Return who may choose this: a clinician, when an interval is longer than usual."""
    longer = max(choices.annual_interval, choices.late_imaging_interval) > USUAL_INTERVAL
    return May.DECIDE if longer else May.RECORD


class TreatmentFilter(filters.FilterSet):
    started_from = DayFilter(field_name="started_on", lookup_expr="gte")
    started_to = DayFilter(field_name="started_on", lookup_expr="lte")

    class Meta:
        model = Treatment
        fields = ("clinic", "patient", "kind", "state")


class TreatmentResource(Resource):
    """Treatments with iobenguane I-131 (131I-MIBG), planned and given."""

    queryset = Treatment.objects.select_related("clinic", "patient__clinic", "plan")
    serializer_class = TreatmentSerializer
    filterset_class = TreatmentFilter
    ordering = ("started_on", "id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "create": May.RECORD,
        "partial_update": May.RECORD,
        "confirm": May.RECORD,
        "withdraw": May.RECORD,
    }
    bodies: ClassVar = {
        "create": NewTreatmentSerializer,
        "partial_update": TreatmentChangeSerializer,
        "confirm": ConfirmationSerializer,
        "withdraw": ReasonSerializer,
    }

    def create(self, request: Request) -> Response:
        """Record a treatment; a given therapeutic one anchors a new plan."""
        body = self.body()
        patient, choices = body.pop("patient"), choices_in(body)
        body.pop("choices", None)
        self.require(patient.clinic, permission_for(choices))
        treatment = actions.record_treatment(
            patient=patient,
            facts=TreatmentFacts(**body),
            choices=choices,
            by=self.staff,
            today=self.today(patient.clinic),
        )
        return self.created(treatment)

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Correct what is known about a treatment apart from its date, kind and state."""
        fields = self.body(partial=True)
        reason = fields.pop("reason", "")
        return self.change(
            lambda treatment: update_treatment(
                treatment=treatment,
                fields=fields,
                reason=reason,
                by=self.staff,
                today=self.today(treatment.clinic),
            )
        )

    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: UUID) -> Response:
        """Record that a planned therapeutic treatment was given, which anchors its plan."""
        body = self.body()
        choices = choices_in(body)
        return self.change(lambda treatment: self._confirm(treatment, body, choices))

    def _confirm(self, treatment: Treatment, body: dict[str, Any], choices: PlanChoices) -> None:
        self.require(treatment.clinic, permission_for(choices))
        actions.confirm_treatment(
            treatment=treatment,
            started_on=body["started_on"],
            activity_mbq=body.get("activity_mbq"),
            weight_kg=body.get("weight_kg"),
            override_reason=body.get("override_reason", ""),
            choices=choices,
            by=self.staff,
            today=self.today(treatment.clinic),
        )

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: UUID) -> Response:
        """Record that a treatment was entered in error; what its plan has open is cancelled."""
        reason = self.body()["reason"]
        return self.change(
            lambda treatment: actions.withdraw_treatment(treatment=treatment, reason=reason, by=self.staff)
        )


class EnrolmentRoute(Route):
    """A patient with the first treatment, and the plan it anchors, in one step."""

    serializer_class = EnrolledSerializer
    pagination_class = None
    permissions_by_action: ClassVar = {"create": May.RECORD}
    bodies: ClassVar = {"create": EnrolmentSerializer}

    def create(self, request: Request) -> Response:
        """Enter a patient with the first treatment."""
        body = self.body()
        clinic, choices = body["clinic"], choices_in(body)
        self.require(clinic)
        self.require(clinic, permission_for(choices))
        patient = actions.enrol(
            clinic=clinic,
            patient=PatientFacts(**body["patient"]),
            treatment=TreatmentFacts(**body["treatment"]),
            choices=choices,
            by=self.staff,
            today=self.today(clinic),
        )
        plan = Plan.objects.with_last_count().select_related("clinic", "protocol").filter(patient=patient).first()
        stored = {
            "patient": patient,
            "treatment": patient.treatments.get(),
            "plan": plan,
            "visits": plan.visits.count() if plan else 0,
        }
        return Response(self.get_serializer(stored).data, status=status.HTTP_201_CREATED)


class TimelineRoute(Route):
    """What a plan would hold, before anything is saved."""

    serializer_class = PreviewSerializer
    pagination_class = None
    permissions_by_action: ClassVar = {"preview": May.VIEW}
    bodies: ClassVar = {"preview": PreviewRequestSerializer}

    @extend_schema(responses=PreviewSerializer)
    def preview(self, request: Request) -> Response:
        """Return ten years of a timeline from a date of infusion; nothing is saved."""
        body = self.body()
        return Response(self.get_serializer(previewed(body)).data)


def previewed(body: dict[str, Any]) -> dict[str, Any]:
    """Return the timeline a body asks for, with what a clinician should know about its options."""
    protocol = current_protocol()
    definition, anchor = protocol.definition, body["treated_on"]
    options = options_for(definition, choices_in(body), indication=body["indication"], secreting=body["secreting"])
    continuation = rules.continues(definition, options)
    return {
        "protocol": str(protocol),
        "timepoints": [
            point._asdict() for point in rules.timeline(definition, anchor, options, until=anchor + PREVIEWED)
        ],
        "warnings": rules.warnings(definition, options),
        "continues": continuation.sentence if continuation else None,
    }
