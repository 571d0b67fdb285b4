"""What earlier plans leave to the current one, for other systems: looked at, carried over."""

from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from iotrex_followup.api.resources import Route
from iotrex_followup.api.shapes import Shape, VisibleField
from patients.models import Patient
from schedules import actions
from schedules.api.visits import VisitResource
from schedules.models import PlannedVisit
from schedules.plans.carrying import left_by_earlier_plans


class CarrySerializer(serializers.Serializer[Any]):
    """An overdue visit of an earlier plan, and the visit of the current plan that is offered to hold it."""

    visit = serializers.UUIDField(source="visit.pk")
    activities = serializers.ListField(child=serializers.CharField(), help_text="Those of it that are carried.")
    to = serializers.UUIDField(source="to.pk", help_text="The visit of the current plan.")
    sentence = serializers.CharField()


class LeftBookingSerializer(serializers.Serializer[Any]):
    """An appointment whose visits a later plan replaced: to be kept for another visit, or cancelled."""

    appointment = serializers.UUIDField(source="appointment.pk")
    on = serializers.DateField(source="appointment.on")
    replaced = serializers.SerializerMethodField(help_text="What it was booked for.")
    fitting = serializers.SerializerMethodField(help_text="Visits of the current plan whose window holds its day.")

    def get_replaced(self, left: Any) -> list[UUID]:
        return [visit.pk for visit in left.replaced]

    def get_fitting(self, left: Any) -> list[UUID]:
        return [visit.pk for visit in left.fitting]


class LeftSerializer(serializers.Serializer[Any]):
    """What earlier plans leave to the current one."""

    overdue = CarrySerializer(many=True)
    booked = LeftBookingSerializer(many=True)


class CarryBodySerializer(Shape):
    to = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text="The visit it was offered to; refused when another one is offered now.",
    )


class AttachSerializer(Shape):
    visits = VisibleField(queryset=PlannedVisit.objects.all(), many=True, allow_empty=False)
    reason = serializers.CharField(allow_blank=True, default="", max_length=500)


class LeftRoute(Route):
    """What the earlier plans of a patient leave to the current one."""

    queryset = Patient.objects.select_related("clinic")
    serializer_class = LeftSerializer
    pagination_class = None
    filter_backends = ()
    permissions_by_action: ClassVar = {"read": May.VIEW}

    @extend_schema(responses=LeftSerializer)
    def read(self, request: Request, pk: UUID) -> Response:
        """Return what is overdue of earlier plans and offered to the current one, and bookings they left."""
        patient = get_object_or_404(Patient.objects.select_related("clinic").visible_to(self.staff), pk=pk)
        self.check_object_permissions(request, patient)
        found = left_by_earlier_plans(patient, today=self.today(patient.clinic))
        return Response(self.get_serializer(found).data)


class CarriedVisitResource(VisitResource):
    """An overdue visit of an earlier plan."""

    permissions_by_action: ClassVar = {"carry": May.DECIDE}
    bodies: ClassVar = {"carry": CarryBodySerializer}

    def carry(self, request: Request, pk: UUID) -> Response:
        """Carry what is overdue of an earlier plan to the visit of the current plan it is offered to."""
        body = self.body()
        return self.change(
            lambda visit: actions.carry_over(visit=visit, by=self.staff, today=self.today(visit.clinic), **body)
        )
