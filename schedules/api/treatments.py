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
from iotrex_followup.api.resources import Route
from patients.actions import PatientFacts, update_treatment
from patients.models import Treatment
from patients.treatment_checks import TreatmentFacts
from schedules import actions
from schedules import protocol as rules
from schedules.actions.enrolment import current_protocol
from schedules.api.bodies import (
    TREATMENT,
    ConfirmationSerializer,
    EnrolmentSerializer,
    NewTreatmentSerializer,
    PreviewRequestSerializer,
    TreatmentChangeSerializer,
    choices_in,
)
from schedules.api.differences import DifferenceSerializer, PreviewingResource, RedateSerializer, SeenReasonSerializer
from schedules.api.serializers import EnrolledSerializer, PreviewSerializer, TreatmentSerializer
from schedules.models import Plan
from schedules.plans.planning import PlanChoices, options_for

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


class TreatmentResource(PreviewingResource):
    """Treatments with iobenguane I-131 (131I-MIBG), planned and given."""

    queryset = Treatment.objects.select_related("clinic", "patient__clinic", "plan")
    serializer_class = TreatmentSerializer
    filterset_class = TreatmentFilter
    ordering = ("started_on", "id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "create": May.RECORD,
        "preview": May.RECORD,
        "partial_update": May.RECORD,
        "confirm": May.RECORD,
        "preview_confirm": May.RECORD,
        "withdraw": May.RECORD,
        "preview_withdraw": May.RECORD,
        "redate": May.RECORD,
        "preview_redate": May.RECORD,
    }
    bodies: ClassVar = {
        "create": NewTreatmentSerializer,
        "preview": NewTreatmentSerializer,
        "partial_update": TreatmentChangeSerializer,
        "confirm": ConfirmationSerializer,
        "preview_confirm": ConfirmationSerializer,
        "withdraw": SeenReasonSerializer,
        "preview_withdraw": SeenReasonSerializer,
        "redate": RedateSerializer,
        "preview_redate": RedateSerializer,
    }

    def create(self, request: Request) -> Response:
        """Record a treatment; a given therapeutic one anchors a new plan."""
        return self.created(self._record(self.body()))

    @extend_schema(responses=DifferenceSerializer)
    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        """Return what recording it would plan, and replace in earlier plans; nothing is stored."""
        body = self.body()
        return Response(DifferenceSerializer(self.look(body["patient"], lambda: self._record(body))).data)

    def _record(self, body: dict[str, Any]) -> Treatment:
        choices, first, patient = choices_in(body), body.get("tandem_with"), body["patient"]
        entered = {name: body[name] for name in TREATMENT if name in body}
        self.require(patient.clinic, permission_for(choices))
        return actions.record_treatment(
            patient=patient,
            facts=TreatmentFacts(**entered, tandem_with_id=first.pk if first else None),
            choices=choices,
            by=self.staff,
            today=self.today(patient.clinic),
        )

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
        return self.change(lambda treatment: self._confirm(treatment, body, choices_in(body)))

    @extend_schema(responses=DifferenceSerializer)
    @action(detail=True, methods=["post"], url_path="confirm/preview")
    def preview_confirm(self, request: Request, pk: UUID) -> Response:
        """Return what confirming it would plan, and replace in earlier plans; nothing is stored."""
        body, treatment = self.body(), self.get_object()
        return self.previewed(treatment.patient, lambda: self._confirm(treatment, body, choices_in(body)))

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
        body = self.body()

        def change(treatment: Treatment) -> None:
            self.refuse_unseen(treatment.patient, body["seen"], lambda: self._withdraw(treatment, body))
            self._withdraw(treatment, body)

        return self.change(change)

    @extend_schema(responses=DifferenceSerializer)
    @action(detail=True, methods=["post"], url_path="withdraw/preview")
    def preview_withdraw(self, request: Request, pk: UUID) -> Response:
        """Return what that would cancel and give back; nothing is stored. Its ETag is the treatment's."""
        body, treatment = self.body(), self.get_object()
        return self.previewed(treatment.patient, lambda: self._withdraw(treatment, body))

    def _withdraw(self, treatment: Treatment, body: dict[str, Any]) -> None:
        actions.withdraw_treatment(
            treatment=treatment, reason=body["reason"], by=self.staff, today=self.today(treatment.clinic)
        )

    @action(detail=True, methods=["post"])
    def redate(self, request: Request, pk: UUID) -> Response:
        """Correct the date of a treatment; what is open in its plan follows, what happened or is booked stays."""
        body = self.body()

        def change(treatment: Treatment) -> None:
            self.refuse_unseen(treatment.patient, body["seen"], lambda: self._redate(treatment, body))
            self._redate(treatment, body)

        return self.change(change)

    @extend_schema(responses=DifferenceSerializer)
    @action(detail=True, methods=["post"], url_path="redate/preview")
    def preview_redate(self, request: Request, pk: UUID) -> Response:
        """Return what another date would do to the plans; nothing is stored. Its ETag is the treatment's."""
        body, treatment = self.body(), self.get_object()
        return self.previewed(treatment.patient, lambda: self._redate(treatment, body))

    def _redate(self, treatment: Treatment, body: dict[str, Any]) -> None:
        actions.correct_treatment_date(
            treatment=treatment,
            started_on=body["started_on"],
            reason=body["reason"],
            override_reason=body["override_reason"],
            by=self.staff,
            today=self.today(treatment.clinic),
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
    choices = choices_in(body)
    protocol = choices.protocol or current_protocol(body.get("clinic"))
    definition, anchor = protocol.definition, body["treated_on"]
    options = options_for(definition, choices, indication=body["indication"], secreting=body["secreting"])
    continuation = rules.continues(definition, options)
    return {
        "protocol": str(protocol),
        "timepoints": [
            point._asdict() for point in rules.timeline(definition, anchor, options, until=anchor + PREVIEWED)
        ],
        "warnings": rules.warnings(definition, options),
        "continues": continuation.sentence if continuation else None,
    }
