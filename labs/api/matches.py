"""Which specimens fulfil which planned activities."""

from typing import Any, ClassVar
from uuid import UUID

from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from iotrex_followup.api.resources import Resource
from iotrex_followup.api.shapes import Shape
from labs.actions.matches import accept_match, decline_match
from labs.models import SpecimenMatch
from schedules.api.bodies import ReasonSerializer


class MatchSerializer(serializers.ModelSerializer[SpecimenMatch]):
    visit = serializers.UUIDField(source="activity.visit_id", read_only=True)
    timepoint = serializers.CharField(source="activity.visit.timepoint", read_only=True)
    activity_kind = serializers.CharField(source="activity.activity", read_only=True)

    class Meta:
        model = SpecimenMatch
        fields = (
            *("id", "clinic", "patient", "activity", "visit", "timepoint", "activity_kind", "specimen_on", "state"),
            *("missing", "confirmed", "reason"),
        )
        read_only_fields = fields


class NothingSerializer(Shape):
    """An empty body."""


class MatchFilter(filters.FilterSet):
    class Meta:
        model = SpecimenMatch
        fields = ("clinic", "patient", "state", "activity")


class MatchResource(Resource):
    """Specimens beside planned activities: fulfilled, partly done, proposed, or taken apart by a person."""

    queryset = SpecimenMatch.objects.select_related("clinic", "patient__clinic", "activity__visit")
    serializer_class = MatchSerializer
    filterset_class = MatchFilter
    ordering = ("specimen_on", "id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "accept": May.RECORD,
        "decline": May.RECORD,
    }
    bodies: ClassVar[Any] = {"accept": NothingSerializer, "decline": ReasonSerializer}

    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: UUID) -> Response:
        """Let a proposed specimen stand for the activity."""
        return self.change(lambda match: accept_match(match=match, by=self.staff, now=self.now))

    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: UUID) -> Response:
        """Say that a proposed specimen does not stand for the activity."""
        reason = self.body()["reason"]
        return self.change(lambda match: decline_match(match=match, reason=reason, by=self.staff, now=self.now))
