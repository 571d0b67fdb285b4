"""Adverse events for other systems: the same actions as on the pages."""

from typing import Any, ClassVar
from uuid import UUID

from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from iotrex_followup.api.filters import DayFilter
from iotrex_followup.api.resources import Resource
from iotrex_followup.api.shapes import ModelShape, Shape, VisibleField
from labs.actions import adverse_events as actions
from labs.grading.criteria import VERSIONS
from patients.models import AdverseEvent, Patient

CHANGING = ("term", "grade", "onset_on", "ended_on", "attribution", "note")


class AdverseEventSerializer(serializers.ModelSerializer[AdverseEvent]):
    class Meta:
        model = AdverseEvent
        fields = (
            *("id", "clinic", "patient", "treatment", "ctcae", "term", "grade", "onset_on", "ended_on", "attribution"),
            *("note", "withdrawn", "recorded_by", "recorded_at"),
        )
        read_only_fields = fields


class AdverseEventChangeSerializer(ModelShape):
    grade = serializers.IntegerField(min_value=1, max_value=5)
    reason = serializers.CharField(default="", allow_blank=True, max_length=500)

    class Meta:
        model = AdverseEvent
        fields: ClassVar[tuple[str, ...]] = (*CHANGING, "reason")


class NewAdverseEventSerializer(ModelShape):
    patient = VisibleField(queryset=Patient.objects.select_related("clinic"))
    grade = serializers.IntegerField(min_value=1, max_value=5)
    ctcae = serializers.ChoiceField(choices=VERSIONS, required=False, help_text="Left out: the clinic's version.")

    class Meta:
        model = AdverseEvent
        fields: ClassVar[tuple[str, ...]] = ("patient", "ctcae", *CHANGING)


class EndSerializer(Shape):
    ended_on = serializers.DateField()


class WithdrawSerializer(Shape):
    reason = serializers.CharField(allow_blank=True, default="", max_length=500)


class AdverseEventFilter(filters.FilterSet):
    onset_from = DayFilter(field_name="onset_on", lookup_expr="gte")
    onset_to = DayFilter(field_name="onset_on", lookup_expr="lte")
    ongoing = filters.BooleanFilter(field_name="ended_on", lookup_expr="isnull")

    class Meta:
        model = AdverseEvent
        fields = ("clinic", "patient", "ctcae", "term", "grade", "withdrawn")


class AdverseEventResource(Resource):
    """What a clinician judged to be an adverse event, the latest onset first."""

    queryset = AdverseEvent.objects.select_related("clinic", "patient__clinic")
    serializer_class = AdverseEventSerializer
    filterset_class = AdverseEventFilter
    ordering = ("-onset_on", "-id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "create": May.DECIDE,
        "partial_update": May.DECIDE,
        "end": May.DECIDE,
        "withdraw": May.DECIDE,
    }
    bodies: ClassVar = {
        "create": NewAdverseEventSerializer,
        "partial_update": AdverseEventChangeSerializer,
        "end": EndSerializer,
        "withdraw": WithdrawSerializer,
    }

    def create(self, request: Request) -> Response:
        """Record an adverse event; it belongs to the last treatment given on or before its onset."""
        body: dict[str, Any] = self.body()
        patient = body.pop("patient")
        self.require(patient.clinic)
        facts = actions.AdverseEventFacts(**body)
        return self.created(
            actions.record_adverse_event(patient=patient, facts=facts, by=self.staff, today=self.today(patient.clinic))
        )

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change what is known of it, with a reason."""
        fields = self.body(partial=True)
        reason = fields.pop("reason", "")
        return self.change(
            lambda event: actions.change_adverse_event(
                event=event, fields=fields, reason=reason, by=self.staff, today=self.today(event.clinic)
            )
        )

    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: UUID) -> Response:
        """Record the day on which it ended."""
        body = self.body()
        return self.change(
            lambda event: actions.end_adverse_event(event=event, by=self.staff, today=self.today(event.clinic), **body)
        )

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: UUID) -> Response:
        """Mark it as entered in error; the row stays."""
        body = self.body()
        return self.change(lambda event: actions.withdraw_adverse_event(event=event, by=self.staff, **body))
