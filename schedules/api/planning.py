"""What the plans expect of a clinic, and how far from plan it was."""

from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Clinic
from accounts.permissions import May
from iotrex_followup.api.resources import Route
from iotrex_followup.api.shapes import Shape, VisibleField
from schedules.forms.planning import usual
from schedules.models import Protocol
from schedules.reports.drift import Asked, adherence_by_phase, drift_by_timepoint
from schedules.reports.load import load_ahead


class ExpectedSerializer(serializers.Serializer[Any]):
    """How much of one column a week expects."""

    column = serializers.CharField(help_text="`draws` (one for each patient and day), or an activity.")
    count = serializers.IntegerField()
    booked = serializers.IntegerField(help_text="How much of it is booked.")
    places = serializers.IntegerField(allow_null=True, help_text="Room for so many; null: nobody counts.")


class WeekSerializer(serializers.Serializer[Any]):
    """One ISO week."""

    week = serializers.CharField(source="name", help_text="Such as `2026-W48`.")
    monday = serializers.DateField()
    expected = ExpectedSerializer(many=True)


class LoadSerializer(serializers.Serializer[Any]):
    """24 months by week."""

    columns = serializers.ListField(child=serializers.CharField())
    weeks = WeekSerializer(many=True)
    overdue = serializers.IntegerField(help_text="Visits whose window is over; they stand in no week.")


class TallySerializer(serializers.Serializer[Any]):
    """What became of timepoints that are done, missed or overdue."""

    due = serializers.IntegerField(help_text="All of them.")
    done = serializers.IntegerField()
    in_window = serializers.IntegerField(help_text="Done here, within the window.")
    early = serializers.IntegerField()
    late = serializers.IntegerField()
    elsewhere = serializers.IntegerField()
    missed = serializers.IntegerField()
    overdue = serializers.IntegerField()
    adherence = serializers.IntegerField(
        allow_null=True, help_text="Percent done within the window, here or elsewhere, of all."
    )


class TimepointDriftSerializer(serializers.Serializer[Any]):
    """One timepoint; days count from its target to the day it was done, null: never done."""

    timepoint = serializers.CharField()
    kind = serializers.CharField()
    phase = serializers.CharField()
    median = serializers.IntegerField(allow_null=True)
    lower = serializers.IntegerField(allow_null=True, help_text="The lower quartile.")
    upper = serializers.IntegerField(allow_null=True, help_text="The upper quartile.")
    least = serializers.IntegerField(allow_null=True)
    most = serializers.IntegerField(allow_null=True)
    before = serializers.IntegerField(help_text="Days of the window before the target.")
    after = serializers.IntegerField(help_text="Days of the window after the target.")
    tally = TallySerializer()


class PhaseAdherenceSerializer(serializers.Serializer[Any]):
    phase = serializers.CharField()
    tally = TallySerializer()


class DriftSerializer(serializers.Serializer[Any]):
    """The drift of a clinic; targets from `first` to `last`, both inclusive."""

    first = serializers.DateField()
    last = serializers.DateField()
    timepoints = TimepointDriftSerializer(many=True)
    phases = PhaseAdherenceSerializer(many=True)


class DriftQuery(Shape):
    first = serializers.DateField(required=False, help_text="Left out: twelve months ago.")
    last = serializers.DateField(required=False, help_text="Left out: today.")
    protocol = VisibleField(queryset=Protocol.objects.all(), required=False, help_text="Of one version only.")


class LoadRoute(Route):
    """What the plans of a clinic expect."""

    queryset = Clinic.objects.all()
    serializer_class = LoadSerializer
    pagination_class = None
    filter_backends = ()
    permissions_by_action: ClassVar = {"read": May.VIEW}

    @extend_schema(responses=LoadSerializer)
    def read(self, request: Request, pk: UUID) -> Response:
        """Return the draws, visits and scans each week of the next 24 months expects."""
        clinic = get_object_or_404(Clinic.objects.visible_to(self.staff), pk=pk)
        self.check_object_permissions(request, clinic)
        return Response(self.get_serializer(load_ahead(clinic, today=self.today(clinic))).data)


class DriftRoute(Route):
    """How far from plan the timepoints of a clinic took place."""

    queryset = Clinic.objects.all()
    serializer_class = DriftSerializer
    pagination_class = None
    filter_backends = ()
    permissions_by_action: ClassVar = {"read": May.VIEW}

    @extend_schema(parameters=[DriftQuery], responses=DriftSerializer)
    def read(self, request: Request, pk: UUID) -> Response:
        """Compare the timepoints of a period with what was done of them."""
        clinic = get_object_or_404(Clinic.objects.visible_to(self.staff), pk=pk)
        self.check_object_permissions(request, clinic)
        query = DriftQuery(data=request.query_params.dict(), context=self.get_serializer_context())
        query.is_valid(raise_exception=True)
        today, chosen = self.today(clinic), query.validated_data
        default = usual(today)
        asked = Asked(chosen.get("first", default.first), chosen.get("last", default.last), chosen.get("protocol"))
        if asked.last < asked.first:
            raise serializers.ValidationError({"last": "The last day is before the first."})
        found = {
            "first": asked.first,
            "last": asked.last,
            "timepoints": drift_by_timepoint(clinic, asked, today=today),
            "phases": adherence_by_phase([clinic], asked, today=today),
        }
        return Response(self.get_serializer(found).data)
