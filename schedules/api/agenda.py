"""How much a clinic can do on a day, and its calendar: who comes on which day, with conflicts and free places."""

from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Clinic
from accounts.permissions import May
from iotrex_followup.api.resources import Resource, Route
from iotrex_followup.api.shapes import ModelShape, Shape, VisibleField
from schedules.actions.capacity import remove_capacity, set_capacity
from schedules.api.serializers import AppointmentSerializer
from schedules.appointments.agenda import WEEK, AgendaDay, Entry, Places, agenda
from schedules.models import Capacity

LONGEST_SPAN = 62


class CapacitySerializer(serializers.ModelSerializer[Capacity]):
    class Meta:
        model = Capacity
        fields = ("id", "clinic", "activity", "places")
        read_only_fields = fields


class NewCapacitySerializer(ModelShape):
    clinic = VisibleField(queryset=Clinic.objects.all())

    class Meta:
        model = Capacity
        fields: ClassVar[tuple[str, ...]] = ("clinic", "activity", "places")


class CapacityFilter(filters.FilterSet):
    class Meta:
        model = Capacity
        fields = ("clinic", "activity")


class CapacityResource(Resource):
    """How many of an activity a clinic can do on a working day; what has no row is not counted."""

    queryset = Capacity.objects.select_related("clinic")
    serializer_class = CapacitySerializer
    filterset_class = CapacityFilter
    ordering = ("activity", "id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "create": May.ADMINISTER,
        "destroy": May.ADMINISTER,
    }
    bodies: ClassVar = {"create": NewCapacitySerializer}

    def create(self, request: Request) -> Response:
        """Set the places of an activity, anew or instead of those it had; the calendar shows which days are over."""
        body = self.body()
        self.require(body["clinic"])
        return self.created(set_capacity(by=self.staff, today=self.today(body["clinic"]), **body))

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Count an activity no longer."""
        with transaction.atomic():
            remove_capacity(capacity=self.as_read(), by=self.staff)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PlacesSerializer(serializers.Serializer[Places]):
    """The places of one activity on one day."""

    activity = serializers.CharField()
    places = serializers.IntegerField()
    taken = serializers.IntegerField()
    free = serializers.IntegerField()
    over = serializers.IntegerField(help_text="How many are booked beyond the places, for a decision.")


class EntrySerializer(serializers.Serializer[Entry]):
    """One appointment of a day."""

    appointment = AppointmentSerializer()
    what = serializers.ListField(child=serializers.CharField(), help_text="What it is for, in words.")
    state = serializers.CharField(help_text="As people read it: of a child nobody came with, `Was not brought`.")
    conflicts = serializers.ListField(child=serializers.CharField(), help_text="In words; empty: nothing.")


class AgendaDaySerializer(serializers.Serializer[AgendaDay]):
    """One day of the clinic."""

    on = serializers.DateField()
    closed = serializers.CharField(allow_null=True, help_text="Why the clinic does not work; null: it does.")
    entries = EntrySerializer(many=True)
    places = PlacesSerializer(many=True)


class AgendaSerializer(serializers.Serializer[Any]):
    """The days of a span, both ends inclusive."""

    first = serializers.DateField()
    last = serializers.DateField()
    days = AgendaDaySerializer(many=True)


class SpanQuery(Shape):
    first = serializers.DateField(required=False)
    last = serializers.DateField(required=False)


class ClinicCalendarRoute(Route):
    """The calendar of a clinic."""

    queryset = Clinic.objects.all()
    serializer_class = AgendaSerializer
    pagination_class = None
    filter_backends = ()
    permissions_by_action: ClassVar = {"read": May.VIEW}

    @extend_schema(
        operation_id="clinics_calendar_list",
        parameters=[
            OpenApiParameter("first", date, description="Left out: today."),
            OpenApiParameter("last", date, description=f"At most {LONGEST_SPAN} days in all. Left out: six days on."),
        ],
    )
    def read(self, request: Request, pk: UUID) -> Response:
        """List the days of a span: who comes, what stands against it, which places are free, why a day is closed."""
        clinic = get_object_or_404(Clinic.objects.visible_to(self.staff), pk=pk)
        self.check_object_permissions(request, clinic)
        asked = SpanQuery(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        first = asked.validated_data.get("first") or self.today(clinic)
        last = asked.validated_data.get("last") or first + timedelta(days=WEEK - 1)
        if not 0 <= (last - first).days < LONGEST_SPAN:
            raise serializers.ValidationError({"last": f"Choose a day from {first} on, {LONGEST_SPAN} days at most."})
        return Response(AgendaSerializer({"first": first, "last": last, "days": agenda(clinic, first, last)}).data)
