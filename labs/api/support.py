"""Blood products and growth factors for other systems."""

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
from iotrex_followup.api.shapes import ModelShape, VisibleField
from labs.actions.supportive import SupportFacts, record_support, withdraw_support
from patients.models import Patient, SupportiveCare
from schedules.api.bodies import ReasonSerializer

FACTS = SupportFacts._fields


class SupportSerializer(serializers.ModelSerializer[SupportiveCare]):
    class Meta:
        model = SupportiveCare
        fields = ("id", "clinic", "patient", *FACTS, "withdrawn", "created_at")
        read_only_fields = fields


class NewSupportSerializer(ModelShape):
    patient: Any = VisibleField(queryset=Patient.objects.select_related("clinic"))

    class Meta:
        model = SupportiveCare
        fields: ClassVar[tuple[str, ...]] = ("patient", *FACTS)


class SupportFilter(filters.FilterSet):
    given_from = DayFilter(field_name="given_on", lookup_expr="gte")
    given_to = DayFilter(field_name="given_on", lookup_expr="lte")

    class Meta:
        model = SupportiveCare
        fields = ("clinic", "patient", "product", "withdrawn")


class SupportResource(Resource):
    """Transfusions, growth factors and stem cells; the values they affect are marked."""

    queryset = SupportiveCare.objects.select_related("clinic", "patient__clinic")
    serializer_class = SupportSerializer
    filterset_class = SupportFilter
    ordering = ("given_on", "id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "create": May.RECORD,
        "withdraw": May.RECORD,
    }
    bodies: ClassVar[Any] = {"create": NewSupportSerializer, "withdraw": ReasonSerializer}

    def create(self, request: Request) -> Response:
        """Record what a patient was given."""
        body = self.body()
        patient = body.pop("patient")
        self.require(patient.clinic)
        return self.created(record_support(patient=patient, facts=SupportFacts(**body), by=self.staff, now=self.now))

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: UUID) -> Response:
        """Mark what was recorded as entered in error: it affects no value any more."""
        reason = self.body()["reason"]
        return self.change(lambda given: withdraw_support(given=given, reason=reason, by=self.staff, now=self.now))
