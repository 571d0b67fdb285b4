"""Whom a clinic has to reach, for other systems."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from accounts.models import Clinic
from accounts.permissions import May
from iotrex_followup.api.pagination import DEFAULT_SIZE, LARGEST_SIZE
from iotrex_followup.api.resources import Route
from iotrex_followup.api.shapes import Shape, VisibleField
from patients.serializers import ColleagueField
from schedules.pages import chase as lists


class ChaseReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=list(lists.TITLES.items()))
    title = serializers.CharField()
    text = serializers.CharField()
    since = serializers.DateField()
    late = serializers.BooleanField(help_text="It has waited for too long.")


class ChasedSerializer(serializers.Serializer[lists.ChaseRow]):
    patient = serializers.UUIDField(source="patient.pk")
    mrn = serializers.CharField(source="patient.mrn")
    cost = serializers.IntegerField(source="chased.cost", help_text="What a miss would cost; ranks the list.")
    since = serializers.DateField(source="chased.since")
    unread = serializers.BooleanField(source="chased.unread", help_text="A word nobody has read; these come first.")
    why = ChaseReasonSerializer(many=True)
    contact = serializers.UUIDField(source="reach.contact.pk", allow_null=True, default=None, help_text="Whom to call.")
    attempts = serializers.IntegerField(source="reach.attempts", help_text="In a row that reached nobody.")
    last_contact = serializers.UUIDField(source="reach.last.pk", allow_null=True, default=None)
    visit = serializers.UUIDField(source="visit.pk", allow_null=True, default=None, help_text="To record or book.")
    loss_proposed = serializers.BooleanField(source="lost", help_text="A person decides; nothing happens by itself.")


class ChasePageSerializer(serializers.Serializer[Any]):
    """Patients to reach, what a miss would cost most first; `next` is null on the last page."""

    next = serializers.URLField(allow_null=True)
    results = ChasedSerializer(many=True)


class ChaseQuery(Shape):
    clinic = VisibleField(queryset=Clinic.objects.all())
    reason = serializers.ChoiceField(choices=list(lists.TITLES), required=False, default="")
    clinician = ColleagueField(required=False, default=None)
    after = serializers.CharField(required=False, default="")
    page_size = serializers.IntegerField(min_value=1, max_value=LARGEST_SIZE, default=DEFAULT_SIZE)


class ChaseRoute(Route):
    """The chase list of a clinic."""

    queryset = Clinic.objects.all()
    serializer_class = ChasePageSerializer
    pagination_class = None
    filter_backends = ()
    permissions_by_action: ClassVar = {"read": May.VIEW}

    @extend_schema(
        operation_id="chase_list",
        parameters=[
            OpenApiParameter("clinic", str, required=True, description="The id of one of your clinics."),
            OpenApiParameter("reason", str, enum=list(lists.TITLES), description="Only whom this concerns."),
            OpenApiParameter("clinician", str, description="Only the patients of this clinician, by id."),
            OpenApiParameter("after", str, description="From `next`; never made up."),
            OpenApiParameter("page_size", int, default=DEFAULT_SIZE, description=f"At most {LARGEST_SIZE}."),
        ],
    )
    def read(self, request: Request) -> Response:
        """List whom somebody of a clinic has to reach, with why, whom to call and how it went so far."""
        asked = ChaseQuery(data=request.query_params.dict(), context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        query = asked.validated_data
        clinic = query["clinic"]
        self.check_object_permissions(request, clinic)
        day = lists.chase_day(clinic, self.now)
        filters = lists.Filters(query["reason"], query["clinician"])
        try:
            found, following = lists.chased(day, filters, after=query["after"], size=query["page_size"])
        except ValueError as error:
            raise serializers.ValidationError({"after": "Use the address in `next`."}) from error
        address = request.build_absolute_uri()
        further = replace_query_param(address, "after", following) if following else None
        return Response(ChasePageSerializer({"next": further, "results": lists.chase_rows(found, day)}).data)
