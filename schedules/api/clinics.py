"""What a clinic's plans stand on: protocol versions and the days it is closed."""

from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django_filters import rest_framework as filters
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Clinic
from accounts.permissions import May
from iotrex_followup.api.resources import Resource
from schedules import actions
from schedules.api.bodies import ApproveSerializer, NewClosureSerializer
from schedules.api.serializers import ClosureSerializer, ProtocolSerializer
from schedules.models import ClinicClosure, Protocol, ProtocolApproval


class ClosureFilter(filters.FilterSet):
    class Meta:
        model = ClinicClosure
        fields = ("clinic",)


class ClosureResource(Resource):
    """Days on which a clinic is closed beyond its weekdays and public holidays."""

    queryset = ClinicClosure.objects.select_related("clinic")
    serializer_class = ClosureSerializer
    filterset_class = ClosureFilter
    ordering = ("first_day", "id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "create": May.ADMINISTER,
        "destroy": May.ADMINISTER,
    }
    bodies: ClassVar = {"create": NewClosureSerializer}

    def create(self, request: Request) -> Response:
        """Close the clinic on some days; what is booked then stays booked."""
        body = self.body()
        self.require(body["clinic"])
        return self.created(actions.add_closure(by=self.staff, **body))

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Work again on the days of a closure."""
        with transaction.atomic():
            actions.remove_closure(closure=self.as_read(), by=self.staff)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ProtocolResource(Resource):
    """Protocol versions, with the approvals of your clinics. Until approved: an example, not signed off."""

    queryset = Protocol.objects.all()
    serializer_class = ProtocolSerializer
    ordering = ("slug", "version", "id")
    permissions_by_action: ClassVar = {"list": May.VIEW, "retrieve": May.VIEW, "approve": May.DECIDE}
    bodies: ClassVar = {"approve": ApproveSerializer}

    def get_queryset(self) -> QuerySet[Protocol]:
        """Return all versions: a protocol belongs to no clinic, its approvals do."""
        if self.is_described:
            return Protocol.objects.none()
        clinics = Clinic.objects.visible_to(self.staff)
        approvals = ProtocolApproval.objects.filter(clinic__in=clinics).order_by("approved_on", "id")
        return Protocol.objects.prefetch_related(Prefetch("approvals", queryset=approvals, to_attr="own_approvals"))

    def check_object_permissions(self, request: Request, obj: Any) -> None:
        """Do nothing: a protocol has no clinic; approving one is judged by the clinic in the body."""

    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: UUID) -> Response:
        """Record that a clinic approves a protocol version for its patients."""
        clinic = self.body()["clinic"]
        self.require(clinic)
        return self.change(
            lambda protocol: actions.approve_protocol(
                protocol=protocol, clinic=clinic, approved_on=self.today(clinic), by=self.staff
            )
        )
