"""Baselines for other systems, and a clinician's choice of another one."""

from typing import Any, ClassVar
from uuid import UUID

from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from iotrex_followup.api.resources import Resource
from iotrex_followup.api.shapes import Shape, VisibleField
from labs.actions.baselines import choose_baseline, clear_chosen_baseline
from labs.models import Baseline, LabResult


class BaselineSerializer(serializers.ModelSerializer[Baseline]):
    value = serializers.CharField(source="result.reported", default=None, read_only=True, help_text="As reported.")
    unit = serializers.CharField(source="result.unit", default=None, read_only=True)
    collected_on = serializers.DateField(source="result.collected_on", default=None, read_only=True)

    class Meta:
        model = Baseline
        fields = (
            *("id", "clinic", "patient", "treatment", "analyte", "result", "value", "unit", "collected_on"),
            *("chosen", "reason"),
        )
        read_only_fields = fields


class ChooseBaselineSerializer(Shape):
    result: Any = VisibleField(queryset=LabResult.objects.all(), help_text="A final result from before the treatment.")
    reason = serializers.CharField(max_length=500)


class ClearBaselineSerializer(Shape):
    reason = serializers.CharField(max_length=500)


class BaselineFilter(filters.FilterSet):
    class Meta:
        model = Baseline
        fields = ("clinic", "patient", "treatment", "analyte", "chosen")


class BaselineResource(Resource):
    """The value of each analyte from before each treatment; `result` is null where there is none, `reason` says why."""

    queryset = Baseline.objects.select_related("clinic", "treatment", "result")
    serializer_class = BaselineSerializer
    filterset_class = BaselineFilter
    ordering = ("id",)
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "choose": May.DECIDE,
        "clear": May.DECIDE,
    }
    bodies: ClassVar = {"choose": ChooseBaselineSerializer, "clear": ClearBaselineSerializer}

    @action(detail=True, methods=["post"])
    def choose(self, request: Request, pk: UUID) -> Response:
        """Choose another result as the baseline; what it changes is graded anew."""
        body = self.body()
        return self.change(
            lambda baseline: choose_baseline(
                treatment=baseline.treatment, analyte=baseline.analyte, by=self.staff, now=self.now, **body
            )
        )

    @action(detail=True, methods=["post"])
    def clear(self, request: Request, pk: UUID) -> Response:
        """Take a choice back: the baseline is what the rule finds again."""
        body = self.body()
        return self.change(
            lambda baseline: clear_chosen_baseline(
                treatment=baseline.treatment, analyte=baseline.analyte, by=self.staff, now=self.now, **body
            )
        )
