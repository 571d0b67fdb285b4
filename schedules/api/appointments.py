"""Booked dates, and visits nobody planned."""

from typing import ClassVar
from uuid import UUID

from django_filters import rest_framework as filters
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from iotrex_followup.api.filters import DayFilter
from iotrex_followup.api.resources import Resource
from iotrex_followup.api.shapes import Shape
from schedules import actions
from schedules.api.bodies import (
    CancelSerializer,
    DaySerializer,
    NewAppointmentSerializer,
    ReasonSerializer,
    UnscheduledVisitSerializer,
    what_happened,
)
from schedules.api.carrying import AttachSerializer
from schedules.api.serializers import AppointmentSerializer, RecordSerializer
from schedules.models import Appointment, VisitRecord


class AppointmentFilter(filters.FilterSet):
    on_from = DayFilter(field_name="on", lookup_expr="gte")
    on_to = DayFilter(field_name="on", lookup_expr="lte")

    class Meta:
        model = Appointment
        fields = ("clinic", "patient", "state")


class AppointmentResource(Resource):
    """Booked dates, each for one or several planned visits of one patient."""

    queryset = Appointment.objects.select_related("clinic", "patient__clinic").prefetch_related("visits")
    serializer_class = AppointmentSerializer
    filterset_class = AppointmentFilter
    ordering = ("on", "id")
    needs_version = frozenset({"move"})
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "create": May.RECORD,
        "move": May.RECORD,
        "cancel": May.RECORD,
        "attach": May.RECORD,
        "attended": May.RECORD,
        "did_not_attend": May.RECORD,
    }
    bodies: ClassVar = {
        "create": NewAppointmentSerializer,
        "move": DaySerializer,
        "cancel": CancelSerializer,
        "attach": AttachSerializer,
        "attended": Shape,
        "did_not_attend": ReasonSerializer,
    }

    def create(self, request: Request) -> Response:
        """Book one date for one or several planned visits of one patient."""
        body = self.body()
        for visit in body["visits"]:
            self.require(visit.clinic)
        today = self.today(body["visits"][0].clinic)
        return self.created(actions.book_visits(by=self.staff, today=today, **body))

    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: UUID) -> Response:
        """Move an appointment to another date, time or place."""
        body = self.body()
        return self.change(
            lambda appointment: actions.move_appointment(
                appointment=appointment, by=self.staff, today=self.today(appointment.clinic), **body
            )
        )

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: UUID) -> Response:
        """Cancel an appointment; its visits are to be booked again, its places are free."""
        body = self.body()
        return self.change(
            lambda appointment: actions.cancel_appointment(appointment=appointment, by=self.staff, **body)
        )

    @action(detail=True, methods=["post"])
    def attach(self, request: Request, pk: UUID) -> Response:
        """Keep an appointment whose visits a later plan replaced for visits of the current plan; its day stays."""
        body = self.body()
        for visit in body["visits"]:
            self.require(visit.clinic)
        return self.change(
            lambda appointment: actions.attach_appointment(
                appointment=appointment, by=self.staff, today=self.today(appointment.clinic), **body
            )
        )

    @action(detail=True, methods=["post"])
    def attended(self, request: Request, pk: UUID) -> Response:
        """Record that the patient came; recording one of its visits for that day does this by itself."""
        self.body()
        return self.change(
            lambda appointment: actions.mark_attended(
                appointment=appointment, by=self.staff, today=self.today(appointment.clinic)
            )
        )

    @action(detail=True, methods=["post"], url_path="did-not-attend")
    def did_not_attend(self, request: Request, pk: UUID) -> Response:
        """Record that nobody came; the visits wait for a new date, the places are free."""
        reason = self.body()["reason"]
        return self.change(
            lambda appointment: actions.mark_not_attended(
                appointment=appointment, reason=reason, by=self.staff, today=self.today(appointment.clinic)
            )
        )


class RecordFilter(filters.FilterSet):
    occurred_from = DayFilter(field_name="occurred_on", lookup_expr="gte")
    occurred_to = DayFilter(field_name="occurred_on", lookup_expr="lte")
    unscheduled = filters.BooleanFilter(field_name="visit", lookup_expr="isnull")

    class Meta:
        model = VisitRecord
        fields = ("clinic", "patient", "visit", "withdrawn")


class RecordResource(Resource):
    """What was recorded of a day; a planned visit is recorded at the visit itself."""

    queryset = VisitRecord.objects.select_related("clinic")
    serializer_class = RecordSerializer
    filterset_class = RecordFilter
    ordering = ("occurred_on", "id")
    permissions_by_action: ClassVar = {"list": May.VIEW, "retrieve": May.VIEW, "create": May.RECORD}
    bodies: ClassVar = {"create": UnscheduledVisitSerializer}

    def create(self, request: Request) -> Response:
        """Record a visit nobody planned; its specimens fulfil what is open on that date."""
        body = what_happened(self.body())
        patient = body["patient"]
        self.require(patient.clinic)
        today = self.today(patient.clinic)
        return self.created(actions.record_unscheduled_visit(by=self.staff, today=today, **body))
