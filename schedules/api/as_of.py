"""A plan as it stood on a past day, and what changed since."""

from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from iotrex_followup.api.resources import Route
from iotrex_followup.api.shapes import Shape
from schedules.calendars import working_calendar
from schedules.models import Plan
from schedules.pages.as_of import changed_since, shown_as_of


class OnSerializer(Shape):
    on = serializers.DateField(help_text="The clinic's calendar date; the plan is shown as at its end.")


class StoodSerializer(serializers.Serializer[Any]):
    """One timepoint as it stood."""

    visit = serializers.UUIDField(source="visit.pk")
    timepoint = serializers.CharField(source="visit.timepoint")
    kind = serializers.CharField(source="visit.kind")
    target = serializers.DateField(source="visit.target")
    opens = serializers.DateField(source="visit.opens")
    closes = serializers.DateField(source="visit.closes")
    status = serializers.CharField(help_text="As it was shown that day.")
    booked_on = serializers.SerializerMethodField()
    activities = serializers.SerializerMethodField(help_text="Status by activity.")
    why = serializers.CharField(source="trace.sentence")

    def get_booked_on(self, row: Any) -> str | None:
        return row.visit.appointment.on.isoformat() if row.visit.appointment else None

    def get_activities(self, row: Any) -> dict[str, str]:
        return {each.activity: each.status for each in row.activities}


class SinceSerializer(serializers.Serializer[Any]):
    """What is other now."""

    name = serializers.CharField()
    then = serializers.CharField()
    now = serializers.CharField()
    event = serializers.UUIDField(source="event.pk", default=None, help_text="What last changed it, when known.")
    because = serializers.CharField()


class AsOfSerializer(serializers.Serializer[Any]):
    on = serializers.DateField()
    anchor = serializers.DateField()
    protocol = serializers.CharField()
    timepoints = StoodSerializer(many=True)
    since = SinceSerializer(many=True)


class AsOfRoute(Route):
    """A plan as of a past day."""

    queryset = Plan.objects.all()
    serializer_class = AsOfSerializer
    pagination_class = None
    filter_backends = ()
    permissions_by_action: ClassVar = {"read": May.VIEW}

    @extend_schema(parameters=[OnSerializer], responses=AsOfSerializer)
    def read(self, request: Request, pk: UUID) -> Response:
        """Return a plan as it stood at the end of a past day, and what of it is other now."""
        plans = Plan.objects.select_related("clinic", "patient", "treatment", "protocol")
        plan = get_object_or_404(plans.visible_to(self.staff), pk=pk)
        self.check_object_permissions(request, plan)
        asked = OnSerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        on, today = asked.validated_data["on"], self.today(plan.clinic)
        shown = shown_as_of(plan, on, today=today, calendar=working_calendar(plan.clinic))
        if shown is None:
            raise NotFound("This plan did not exist yet on that day.")
        told = {"on": on, "anchor": shown.plan.anchor, "protocol": shown.plan.protocol.reference}
        since = changed_since(plan, [row.visit for row in shown.rows], on)
        return Response(AsOfSerializer({**told, "timepoints": shown.rows, "since": since}).data)
