"""Fewest trips of a patient: proposed, and accepted apart."""

from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from iotrex_followup.api.resources import Route
from iotrex_followup.api.shapes import Shape, VisibleField
from patients.models import Patient
from schedules.actions.bundles import AcceptedTrip, accept_trips
from schedules.api.serializers import AppointmentSerializer
from schedules.appointments.bundling import SPANS, USUAL_SPAN, propose_trips
from schedules.models import PlannedVisit


class TripSerializer(serializers.Serializer[Any]):
    """One day and what it covers."""

    on = serializers.DateField()
    local = serializers.BooleanField(help_text="To the laboratory near home.")
    visits = serializers.ListField(child=serializers.UUIDField(), source="visit_ids")
    why = serializers.CharField(help_text="Why that day.")
    notes = serializers.ListField(child=serializers.CharField(), help_text="What stays open all the same.")
    joins = serializers.ListField(
        child=serializers.UUIDField(),
        source="joined_ids",
        help_text="Appointments of that day, which takes place anyway.",
    )


class LeftOutSerializer(serializers.Serializer[Any]):
    """A visit that fits on no day."""

    visit = serializers.UUIDField(source="visit.pk")
    why = serializers.CharField()


class TripProposalSerializer(serializers.Serializer[Any]):
    """The fewest trips of a span; nothing of it is stored."""

    first = serializers.DateField()
    last = serializers.DateField()
    trips = TripSerializer(many=True)
    without_day = LeftOutSerializer(many=True)
    alone = serializers.IntegerField(help_text="Trips with one for each visit.")
    new = serializers.IntegerField(help_text="Trips beyond those that are booked.")
    joined = serializers.IntegerField(help_text="Trips that are booked already; with the new ones, all of them.")
    saved = serializers.IntegerField(help_text="One trip for each visit, less the new ones.")
    to_centre = serializers.IntegerField(help_text="How many of the new trips lead to the centre.")
    to_laboratory = serializers.IntegerField(help_text="How many of the new trips lead to a laboratory near home.")


class SpanSerializer(Shape):
    months = serializers.ChoiceField(choices=list(SPANS.items()), default=USUAL_SPAN)
    local_laboratory = serializers.BooleanField(
        default=False, help_text="Blood may be drawn near home; only scans and visits need the centre."
    )


class AcceptedTripSerializer(Shape):
    on = serializers.DateField()
    visits = VisibleField(queryset=PlannedVisit.objects.all(), many=True, allow_empty=False)
    local = serializers.BooleanField(default=False)


class AcceptTripsSerializer(Shape):
    trips = AcceptedTripSerializer(many=True, allow_empty=False)


class FewestTripsRoute(Route):
    """Fewest trips of a patient."""

    queryset = Patient.objects.select_related("clinic")
    serializer_class = TripProposalSerializer
    pagination_class = None
    filter_backends = ()
    permissions_by_action: ClassVar = {"preview": May.VIEW, "accept": May.RECORD}
    bodies: ClassVar = {"accept": AcceptTripsSerializer}

    @extend_schema(parameters=[SpanSerializer], responses=TripProposalSerializer)
    def preview(self, request: Request, pk: UUID) -> Response:
        """Return the fewest trips for what is open and not booked; nothing is stored."""
        patient = self.patient(pk)
        asked = SpanSerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        proposal = propose_trips(patient, today=self.today(patient.clinic), **asked.validated_data)
        return Response(self.get_serializer(proposal).data)

    @extend_schema(responses={201: AppointmentSerializer(many=True)})
    def accept(self, request: Request, pk: UUID) -> Response:
        """Book trips, all of them or none."""
        patient = self.patient(pk)
        trips = [AcceptedTrip(**trip) for trip in self.body()["trips"]]
        booked = accept_trips(patient=patient, trips=trips, by=self.staff, today=self.today(patient.clinic))
        return Response(AppointmentSerializer(booked, many=True).data, status=status.HTTP_201_CREATED)

    def patient(self, pk: UUID) -> Patient:
        patient = get_object_or_404(Patient.objects.select_related("clinic").visible_to(self.staff), pk=pk)
        self.check_object_permissions(self.request, patient)
        return patient
