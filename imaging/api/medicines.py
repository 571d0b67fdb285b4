"""Medicines for other systems: the same actions as on the pages."""

from typing import Any, ClassVar
from uuid import UUID

from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from imaging.actions import medicines as actions
from iotrex_followup.api.resources import Resource
from iotrex_followup.api.shapes import ModelShape, Shape, VisibleField
from patients.models import Medicine, Patient

CHANGING = ("name", "dose", "taken_for", "prescriber", "started_on", "ended_on", "note")


class MedicineSerializer(serializers.ModelSerializer[Medicine]):
    class Meta:
        model = Medicine
        fields = ("id", "clinic", "patient", *CHANGING, "withdrawn", "recorded_by", "recorded_at")
        read_only_fields = fields


class MedicineChangeSerializer(ModelShape):
    reason = serializers.CharField(default="", allow_blank=True, max_length=500)

    class Meta:
        model = Medicine
        fields: ClassVar[tuple[str, ...]] = (*CHANGING, "reason")


class NewMedicineSerializer(ModelShape):
    patient = VisibleField(queryset=Patient.objects.select_related("clinic"))

    class Meta:
        model = Medicine
        fields: ClassVar[tuple[str, ...]] = ("patient", *CHANGING)


class MedicineEndSerializer(Shape):
    ended_on = serializers.DateField(help_text="The last day it was taken for good.")


class MedicineWithdrawSerializer(Shape):
    reason = serializers.CharField(allow_blank=True, default="", max_length=500)


class MedicineFilter(filters.FilterSet):
    taken = filters.BooleanFilter(field_name="ended_on", lookup_expr="isnull")

    class Meta:
        model = Medicine
        fields = ("clinic", "patient", "withdrawn")


class MedicineResource(Resource):
    """The medicines patients take, by name."""

    queryset = Medicine.objects.select_related("clinic", "patient__clinic")
    serializer_class = MedicineSerializer
    filterset_class = MedicineFilter
    ordering = ("name", "id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "create": May.RECORD,
        "partial_update": May.RECORD,
        "end": May.RECORD,
        "withdraw": May.RECORD,
    }
    bodies: ClassVar = {
        "create": NewMedicineSerializer,
        "partial_update": MedicineChangeSerializer,
        "end": MedicineEndSerializer,
        "withdraw": MedicineWithdrawSerializer,
    }

    def create(self, request: Request) -> Response:
        """Record a medicine a patient takes or took."""
        body: dict[str, Any] = self.body()
        patient = body.pop("patient")
        self.require(patient.clinic)
        facts = actions.MedicineFacts(**body)
        return self.created(
            actions.record_medicine(patient=patient, facts=facts, by=self.staff, today=self.today(patient.clinic))
        )

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change what is known of it."""
        fields = self.body(partial=True)
        reason = fields.pop("reason", "")
        return self.change(
            lambda medicine: actions.change_medicine(
                medicine=medicine, fields=fields, reason=reason, by=self.staff, today=self.today(medicine.clinic)
            )
        )

    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: UUID) -> Response:
        """Record the last day on which it was taken for good."""
        body = self.body()
        return self.change(
            lambda medicine: actions.end_medicine(
                medicine=medicine, by=self.staff, today=self.today(medicine.clinic), **body
            )
        )

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: UUID) -> Response:
        """Mark it as entered in error; the row stays."""
        body = self.body()
        return self.change(lambda medicine: actions.withdraw_medicine(medicine=medicine, by=self.staff, **body))
