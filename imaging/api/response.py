"""A patient's courses for other systems: time points side by side, lesion by lesion, and the best response."""

from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from imaging.api.verdicts import EXACT, VERDICTS, BestResponseSerializer
from imaging.courses.recist import courses_of_patient
from imaging.courses.verdicts import best_response
from imaging.models import ResponseAssessment
from imaging.pages.course_page import Column, Row, shown
from iotrex_followup.api.resources import Route
from iotrex_followup.api.shapes import NumberField
from patients.models import Patient

VERDICT = ("recist", "mibg", "markers", "symptoms", "differs", "comment")


class CoursePointSerializer(serializers.ModelSerializer[ResponseAssessment]):
    """A baseline or time point, and what a clinician signed."""

    class Meta:
        model = ResponseAssessment
        fields = ("id", "on", "state", *VERDICT, "signed_by", "signed_on")
        read_only_fields = fields


class CourseColumnSerializer(serializers.Serializer[Column]):
    """A time point: what was signed, and what is computed now; null where it is not complete."""

    assessment = CoursePointSerializer()
    studies = serializers.SerializerMethodField(help_text="Read together.")
    computed = serializers.CharField(
        source="response.response", allow_null=True, default=None, help_text=f"One of {VERDICTS}."
    )
    sum_mm = NumberField(source="response.target.sum_mm", allow_null=True, default=None)
    from_baseline_percent = NumberField(
        source="response.target.from_baseline_percent", allow_null=True, default=None, help_text=EXACT
    )
    from_nadir_percent = NumberField(
        source="response.target.from_nadir_percent", allow_null=True, default=None, help_text=EXACT
    )
    nadir_on = serializers.DateField(source="response.target.nadir_on", allow_null=True, default=None)
    has_changed = serializers.BooleanField(help_text="What was signed is computed otherwise by now.")

    def get_studies(self, column: Column) -> list[UUID]:
        return [study.pk for study in column.studies]


class CourseRowSerializer(serializers.Serializer[Row]):
    """A lesion of a course."""

    lesion = serializers.UUIDField(source="lesion.pk")
    name = serializers.CharField(source="lesion.name")
    role = serializers.CharField(source="lesion.role")
    organ = serializers.CharField(source="lesion.organ")
    is_node = serializers.BooleanField(source="lesion.is_node")
    seen = serializers.ListField(
        source="cells",
        child=serializers.CharField(),
        help_text="In words or mm, at the baseline and at each time point; blank: nothing was entered.",
    )


class CourseSerializer(serializers.Serializer[Any]):
    """A course: its baseline, the time points by day, a row for each lesion."""

    baseline = CoursePointSerializer(source="shown.baseline")
    baseline_sum_mm = serializers.CharField(
        source="shown.baseline_sum", help_text="A number as a text; blank without target lesions."
    )
    best_response = BestResponseSerializer(
        source="best", allow_null=True, help_text="Null before a time point is signed."
    )
    time_points = CourseColumnSerializer(source="shown.columns", many=True)
    lesions = CourseRowSerializer(source="shown.rows", many=True)


class ResponseOverTimeSerializer(serializers.Serializer[Any]):
    """Every course of a patient, the latest first."""

    patient = serializers.UUIDField(source="pk")
    courses = CourseSerializer(many=True)


class ResponseRoute(Route):
    """A patient's response over time."""

    queryset = Patient.objects.select_related("clinic")
    serializer_class = ResponseOverTimeSerializer
    pagination_class = None
    filter_backends = ()
    permissions_by_action: ClassVar = {"read": May.VIEW}

    @extend_schema(operation_id="patients_response_retrieve", responses=ResponseOverTimeSerializer)
    def read(self, request: Request, pk: UUID) -> Response:
        """Read a patient's courses with every time point and lesion, as they are computed now."""
        patient = get_object_or_404(Patient.objects.select_related("clinic").visible_to(self.staff), pk=pk)
        self.check_object_permissions(request, patient)
        courses = [{"shown": shown(each), "best": best_response(each)} for each in courses_of_patient(patient)]
        return Response(self.get_serializer({"pk": patient.pk, "courses": courses}).data)
