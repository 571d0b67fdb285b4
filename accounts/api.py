"""The person who calls, and the clinics they belong to."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Clinic, Membership, Staff
from accounts.permissions import May
from iotrex_followup.api.resources import Resource, Route


class ClinicSerializer(serializers.ModelSerializer[Clinic]):
    class Meta:
        model = Clinic
        fields = (
            "id",
            "slug",
            "name",
            "time_zone",
            "country",
            "region",
            "working_weekdays",
            "address",
            "phone",
            "emergency_phone",
            "email",
            "paper",
            "opens_at",
            "closes_at",
            "quiet_from",
            "quiet_until",
            "remind_at",
            "name_in_messages",
            "attempts_before_lost",
        )
        read_only_fields = fields


class MembershipSerializer(serializers.ModelSerializer[Membership]):
    name = serializers.CharField(source="staff.name", read_only=True)
    email = serializers.EmailField(source="staff.email", read_only=True)

    class Meta:
        model = Membership
        fields = ("id", "clinic", "staff", "name", "email", "role", "is_active")
        read_only_fields = fields


class MeSerializer(serializers.ModelSerializer[Staff]):
    memberships = serializers.SerializerMethodField()

    class Meta:
        model = Staff
        fields = ("id", "email", "name", "phone", "language", "memberships")
        read_only_fields = fields

    @extend_schema_field(MembershipSerializer(many=True))
    def get_memberships(self, staff: Staff) -> Any:
        active = staff.memberships.filter(is_active=True).select_related("staff").order_by("clinic__name")
        return MembershipSerializer(active, many=True).data


class MeRoute(Route):
    """Who the token or session belongs to, and what they may do where."""

    permissions_by_action: ClassVar = {"read": May.SIGN_IN}
    serializer_class = MeSerializer
    pagination_class = None

    @extend_schema(operation_id="me_read")
    def read(self, request: Request) -> Response:
        """Read who you are, and your role in each clinic."""
        return Response(self.get_serializer(request.user).data)


class ClinicResource(Resource):
    """Clinics you work in."""

    queryset = Clinic.objects.all()
    serializer_class = ClinicSerializer
    permissions_by_action: ClassVar = {"list": May.VIEW, "retrieve": May.VIEW}
    ordering = ("name", "id")


class MembershipFilter(filters.FilterSet):
    class Meta:
        model = Membership
        fields = ("clinic", "staff", "role", "is_active")


class MembershipResource(Resource):
    """Who works in your clinics, and as what."""

    queryset = Membership.objects.all()
    serializer_class = MembershipSerializer
    filterset_class = MembershipFilter
    permissions_by_action: ClassVar = {"list": May.VIEW, "retrieve": May.VIEW}
    ordering = ("id",)

    def get_queryset(self) -> QuerySet[Membership]:
        """Return the memberships of the person's clinics."""
        rows = Membership.objects.select_related("staff", "clinic")
        return rows.none() if self.is_described else rows.filter(clinic__in=Clinic.objects.visible_to(self.staff))
