"""Results for other systems: as reported, as read, with their grades and versions."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.permissions import May
from iotrex_followup.api.filters import DayFilter
from iotrex_followup.api.resources import Resource
from labs.actions.corrections import Correction, cancel_result, correct_result, version_of_result, withdraw_result
from labs.intake.understanding import LONGEST
from labs.models import LabGrade, LabResult
from labs.readings import DIRECTIONS, effects_on, letter_of, supports_of
from labs.settling.charts import policy_of, rules_of
from patients.actions import lock_patient
from schedules.api.bodies import ReasonSerializer


class GradeSerializer(serializers.ModelSerializer[LabGrade]):
    class Meta:
        model = LabGrade
        fields = (
            *("ctcae", "term", "direction", "status", "grade", "grade_if_symptomatic", "reason"),
            *("baseline", "baseline_flag"),
        )
        read_only_fields = fields


class ResultSerializer(serializers.ModelSerializer[LabResult]):
    flag = serializers.SerializerMethodField(help_text="`low` or `high` against its range; blank within or without.")
    grades = GradeSerializer(many=True, read_only=True)

    class Meta:
        model = LabResult
        fields: ClassVar[tuple[str, ...]] = (
            *("id", "clinic", "patient", "laboratory", "report", "identity", "is_current", "status", "analyte", "code"),
            *("name", "reported", "value", "comparator", "unit", "system", "graded_value", "si_value", "low", "high"),
            *("range_source", "flag", "accession", "assay", "specimen_type", "fasting", "collected_at", "collected_on"),
            *("time_known", "issued_at", "received_at", "derived_from", "derivation", "grades"),
        )
        read_only_fields = fields

    @extend_schema_field(serializers.CharField())
    def get_flag(self, result: LabResult) -> str:
        return DIRECTIONS[letter_of(result.graded_value, result.comparator, result.low, result.high)]


class VersionSerializer(serializers.ModelSerializer[LabResult]):
    class Meta:
        model = LabResult
        fields = ("id", "status", "reported", "unit", "issued_at", "received_at", "is_current")
        read_only_fields = fields


class ResultDetailSerializer(ResultSerializer):
    versions = serializers.SerializerMethodField(help_text="All versions of this result, the first to come first.")
    affected_by = serializers.SerializerMethodField(help_text="Transfusions and growth factors that distort it.")

    class Meta(ResultSerializer.Meta):
        fields = (*ResultSerializer.Meta.fields, "versions", "affected_by")
        read_only_fields = fields

    @extend_schema_field(VersionSerializer(many=True))
    def get_versions(self, result: LabResult) -> Any:
        versions = LabResult.objects.filter(identity=result.identity).order_by("received_at", "id")
        return VersionSerializer(versions, many=True).data

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_affected_by(self, result: LabResult) -> list[str]:
        rules = rules_of(policy_of(result.clinic))
        names, _ = effects_on(result.analyte, result.collected_on, rules, supports_of(result.patient_id))
        return list(names)


class CorrectionSerializer(ReasonSerializer):
    value = serializers.CharField(required=False, max_length=LONGEST["value"])
    unit = serializers.CharField(required=False, max_length=LONGEST["unit"])
    collected_at = serializers.CharField(required=False, max_length=40, help_text="An ISO day or instant.")
    low = serializers.CharField(required=False, allow_blank=True, max_length=30, help_text="Blank: none is printed.")
    high = serializers.CharField(required=False, allow_blank=True, max_length=30, help_text="Blank: none is printed.")


class ResultFilter(filters.FilterSet):
    since = DayFilter(field_name="collected_on", lookup_expr="gte", label="Specimen on or after.")
    until = DayFilter(field_name="collected_on", lookup_expr="lte", label="Specimen on or before.")
    received_from = filters.IsoDateTimeFilter(field_name="received_at", lookup_expr="gte")
    current = filters.BooleanFilter(
        field_name="is_current", label="Only versions that hold (also when left out), or only those that no longer do."
    )

    class Meta:
        model = LabResult
        fields = ("clinic", "patient", "analyte", "status", "laboratory")


class ResultResource(Resource):
    """Results, the last received first; the versions that hold unless asked otherwise."""

    queryset = LabResult.objects.select_related("clinic", "patient__clinic", "laboratory").prefetch_related("grades")
    filterset_class = ResultFilter
    ordering = ("-received_at", "-id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "correct": May.RECORD,
        "cancel": May.RECORD,
        "withdraw": May.RECORD,
    }
    bodies: ClassVar = {"correct": CorrectionSerializer, "cancel": ReasonSerializer, "withdraw": ReasonSerializer}

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        return ResultSerializer if self.action == "list" else ResultDetailSerializer

    def get_queryset(self) -> QuerySet[LabResult]:
        results: QuerySet[LabResult] = super().get_queryset()
        everything = self.action != "list" or "current" in self.request.query_params
        return results if everything else results.filter(is_current=True)

    @extend_schema(responses={201: ResultDetailSerializer})
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: UUID) -> Response:
        """Enter what it should have said: a new version, which is returned and holds; what is not sent stays."""
        body: dict[str, Any] = self.body()
        reason = body.pop("reason")

        def change(result: LabResult) -> LabResult:
            stored = version_of_result(result, now=self.now, reason=reason)._replace(**body)
            correction = Correction(*(getattr(stored, name) for name in Correction._fields))
            return correct_result(result=result, correction=correction, reason=reason, by=self.staff, now=self.now)

        return self.followed_by(change)

    @extend_schema(responses={201: ResultDetailSerializer})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: UUID) -> Response:
        """Record that the laboratory takes it back: a new version, which is returned."""
        reason = self.body()["reason"]
        return self.followed_by(lambda result: cancel_result(result=result, reason=reason, by=self.staff, now=self.now))

    @extend_schema(responses={201: ResultDetailSerializer})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: UUID) -> Response:
        """Record that it is another person's: a new version, which is returned and counts for nothing."""
        reason = self.body()["reason"]
        return self.followed_by(
            lambda result: withdraw_result(result=result, reason=reason, by=self.staff, now=self.now)
        )

    def followed_by(self, change: Callable[[LabResult], LabResult]) -> Response:
        """Make a new version of the result the address names, and return it."""
        with transaction.atomic():
            return self.created(change(self.as_read()))

    def lock(self) -> None:
        """Wait for what else is done about the patient, then for who is changing the row: in the order of arrivals."""
        lock_patient(self.get_object().patient)
        super().lock()
