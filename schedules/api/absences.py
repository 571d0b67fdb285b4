"""Days on which a patient cannot come."""

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
from patients.models import Patient
from schedules.actions.absences import add_absence, change_absence, withdraw_absence
from schedules.models import Absence


class AbsenceSerializer(serializers.ModelSerializer[Absence]):
    class Meta:
        model = Absence
        fields = ("id", "clinic", "patient", "first_day", "last_day", "reason", "withdrawn")
        read_only_fields = fields


class AbsenceChangeSerializer(ModelShape):
    class Meta:
        model = Absence
        fields: ClassVar[tuple[str, ...]] = ("first_day", "last_day", "reason")


class NewAbsenceSerializer(AbsenceChangeSerializer):
    patient = VisibleField(queryset=Patient.objects.select_related("clinic"))

    class Meta(AbsenceChangeSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = ("patient", *AbsenceChangeSerializer.Meta.fields)


class AbsenceFilter(filters.FilterSet):
    on_from = DayFilter(field_name="last_day", lookup_expr="gte", label="Still away on or after.")
    on_to = DayFilter(field_name="first_day", lookup_expr="lte", label="Away on or before.")

    class Meta:
        model = Absence
        fields = ("clinic", "patient", "withdrawn")


class AbsenceResource(Resource):
    """Days on which a patient cannot come: none is suggested then, and booking one needs a reason."""

    queryset = Absence.objects.select_related("clinic", "patient__clinic")
    serializer_class = AbsenceSerializer
    filterset_class = AbsenceFilter
    ordering = ("first_day", "id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "create": May.RECORD,
        "partial_update": May.RECORD,
        "withdraw": May.RECORD,
    }
    bodies: ClassVar = {
        "create": NewAbsenceSerializer,
        "partial_update": AbsenceChangeSerializer,
        "withdraw": Shape,
    }

    def create(self, request: Request) -> Response:
        """Note that a patient cannot come on some days; what is booked then stays booked."""
        body = self.body()
        self.require(body["patient"].clinic)
        return self.created(add_absence(by=self.staff, **body))

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Correct the days of an absence or what it is for."""
        entered = self.body(partial=True)

        def correct(absence: Absence) -> Absence:
            facts: dict[str, Any] = {name: getattr(absence, name) for name in AbsenceChangeSerializer.Meta.fields}
            return change_absence(absence=absence, by=self.staff, **(facts | entered))

        return self.change(correct)

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: UUID) -> Response:
        """Take an absence back: the patient can come after all, or it was entered in error."""
        self.body()
        return self.change(lambda absence: withdraw_absence(absence=absence, by=self.staff))
