"""The checks of a planned treatment, for other systems."""

from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from iotrex_followup.api.resources import Route
from iotrex_followup.api.shapes import Shape
from labs.planned_treatment import checks_of
from labs.rules.eligibility import Check
from patients.models import Patient


class AskedSerializer(Shape):
    on = serializers.DateField()
    tandem_with = serializers.UUIDField(required=False)


class CheckSerializer(serializers.Serializer[Check]):
    """One check of a planned treatment."""

    key = serializers.CharField()
    question = serializers.CharField()
    met = serializers.BooleanField(allow_null=True, help_text="null: not known.")
    sentence = serializers.CharField()
    results = serializers.ListField(
        source="samples", child=serializers.UUIDField(), help_text="The results that decided."
    )


class PlannedTreatmentRoute(Route):
    """What a therapeutic treatment planned for a day is checked against."""

    queryset = Patient.objects.select_related("clinic")
    serializer_class = CheckSerializer
    pagination_class = None
    filter_backends = ()
    permissions_by_action: ClassVar = {"read": May.VIEW}

    @extend_schema(
        operation_id="patients_planned_treatment_list",
        responses=CheckSerializer(many=True),
        parameters=[
            OpenApiParameter("on", type=str, required=True, description="The planned day."),
            OpenApiParameter("tandem_with", type=str, description="The first infusion of the tandem course."),
        ],
    )
    def read(self, request: Request, pk: UUID) -> Response:
        """List the checks of a treatment planned for a day, as known today; nothing is stored."""
        patient = get_object_or_404(Patient.objects.select_related("clinic").visible_to(self.staff), pk=pk)
        self.check_object_permissions(request, patient)
        shape: Any = AskedSerializer(data=request.query_params.dict())
        shape.is_valid(raise_exception=True)
        asked = shape.validated_data
        first = patient.treatments.filter(pk=asked.get("tandem_with")).first()
        found = checks_of(patient, asked["on"], today=self.today(patient.clinic), tandem_with=first)
        return Response(self.get_serializer(found, many=True).data)
