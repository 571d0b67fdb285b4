"""The days a clinic is closed."""

from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django_filters import rest_framework as filters
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from iotrex_followup.api.resources import Resource
from schedules import actions
from schedules.api.bodies import NewClosureSerializer
from schedules.api.serializers import ClosureSerializer
from schedules.models import ClinicClosure


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
