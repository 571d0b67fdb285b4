"""The protocol library: versions that everybody may read, and a clinic's own drafts on their way to publication."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Clinic
from accounts.permissions import May
from iotrex_followup.api.resources import AsItIs, Resource
from iotrex_followup.api.shapes import Shape, VisibleField
from schedules import actions
from schedules import protocol as rules
from schedules.actions.protocols import NewName, suggested_name
from schedules.api.bodies import DecidingClinicSerializer, ReasonSerializer
from schedules.api.serializers import ProtocolSerializer
from schedules.calendars import working_calendar
from schedules.models import Protocol


class NewProtocolSerializer(Shape):
    """Either a file, or a version to copy with the name of the copy."""

    clinic = VisibleField(queryset=Clinic.objects.all())
    text = serializers.CharField(required=False, trim_whitespace=False, help_text="A protocol file (TOML).")
    based_on = VisibleField(queryset=Protocol.objects.all(), required=False, help_text="A version to copy.")
    slug = serializers.SlugField(required=False, max_length=50, help_text="Of a copy; left out: a name of its own.")
    version = serializers.CharField(required=False, max_length=20, help_text="Of a copy; left out: the next one.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("text" in attrs) == ("based_on" in attrs):
            raise serializers.ValidationError("Give either a file as text, or the version it is based_on.")
        return attrs


class ProtocolTextSerializer(Shape):
    text = serializers.CharField(trim_whitespace=False, help_text="The protocol file (TOML), whole.")


class ProtocolFindingSerializer(serializers.Serializer[Any]):
    """One finding of the linter: an error stops publishing, a warning asks for a reason, a note is there to be read."""

    rule = serializers.CharField(read_only=True)
    severity = serializers.ChoiceField(choices=[each.value for each in rules.Severity], read_only=True)
    where = serializers.CharField(read_only=True, help_text="The key in the file.")
    sentence = serializers.CharField(read_only=True)
    remedy = serializers.CharField(read_only=True)


class ProtocolDifferenceSerializer(serializers.Serializer[Any]):
    """One entry of the file that differs from another version; null: it is not there."""

    where = serializers.CharField(read_only=True, help_text="The key in the file.")
    before = serializers.CharField(read_only=True, allow_null=True)
    after = serializers.CharField(read_only=True, allow_null=True)


class ProtocolFilter(filters.FilterSet):
    class Meta:
        model = Protocol
        fields = ("clinic", "slug", "status", "is_example")


class ProtocolResource(Resource):
    """Protocol versions: what was shipped, and your clinics' own. Until approved: an example, not signed off.

    A draft is changed, submitted, and published by a second person; from then on it never changes.
    """

    queryset = Protocol.objects.all()
    serializer_class = ProtocolSerializer
    filterset_class = ProtocolFilter
    ordering = ("slug", "version", "id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "create": May.DECIDE,
        "partial_update": May.DECIDE,
        "approve": May.DECIDE,
        "make_default": May.DECIDE,
        "submit": May.DECIDE,
        "publish": May.DECIDE,
        "retire": May.DECIDE,
        "findings": May.VIEW,
        "differences": May.VIEW,
        "file": May.VIEW,
    }
    bodies: ClassVar = {
        "create": NewProtocolSerializer,
        "partial_update": ProtocolTextSerializer,
        "approve": DecidingClinicSerializer,
        "make_default": DecidingClinicSerializer,
        "publish": ReasonSerializer,
        "retire": ReasonSerializer,
    }

    def get_queryset(self) -> QuerySet[Protocol]:
        """Return what was shipped and the versions of the person's clinics, with those clinics' decisions."""
        if self.is_described:
            return Protocol.objects.none()
        return Protocol.objects.visible_to(self.staff).with_decisions_of(Clinic.objects.visible_to(self.staff))

    def check_object_permissions(self, request: Request, obj: Any) -> None:
        """Judge a clinic's own version by the role there.

        What was shipped is nobody's, and a clinic's decision about a version is judged by the clinic in its body.
        """
        if obj.clinic_id is not None and self.action not in ("approve", "make_default"):
            super().check_object_permissions(request, obj)

    def create(self, request: Request) -> Response:
        """Store a clinic's own draft: a file, or a copy of a version."""
        body = self.body()
        clinic = body["clinic"]
        self.require(clinic)
        if "text" in body:
            return self.created(actions.draft_protocol(text=body["text"], clinic=clinic, by=self.staff))
        copied = body["based_on"]
        suggested = suggested_name(copied, clinic)
        name = NewName(body.get("slug", suggested.slug), body.get("version", suggested.version))
        return self.created(actions.copy_protocol(protocol=copied, clinic=clinic, name=name, by=self.staff))

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Store a draft anew; one that was submitted is to be submitted again."""
        text = self.body()["text"]
        return self.change(lambda protocol: actions.change_draft(protocol=protocol, text=text, by=self.staff))

    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: UUID) -> Response:
        """Record that a clinic approves a protocol version for its patients.

        Its first one is its default from now on, and so is a later version of its default.
        """
        clinic = self.body()["clinic"]
        self.require(clinic)
        return self.change(
            lambda protocol: actions.approve_protocol(
                protocol=protocol, clinic=clinic, approved_on=self.today(clinic), by=self.staff
            )
        )

    @action(detail=True, methods=["post"], url_path="make-default")
    def make_default(self, request: Request, pk: UUID) -> Response:
        """Let new plans of a clinic follow a version it approved, unless another is chosen."""
        clinic = self.body()["clinic"]
        self.require(clinic)
        return self.change(
            lambda protocol: actions.choose_default_protocol(
                protocol=protocol, clinic=clinic, chosen_on=self.today(clinic), by=self.staff
            )
        )

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: UUID) -> Response:
        """Hand a draft to a second person, who may publish it."""
        return self.change(lambda protocol: actions.submit_protocol(protocol=protocol, by=self.staff, now=self.now))

    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: UUID) -> Response:
        """Publish a submitted draft that another person wrote; a reason is needed for the linter's warnings."""
        reason = self.body()["reason"]
        return self.change(
            lambda protocol: actions.publish_protocol(protocol=protocol, by=self.staff, now=self.now, reason=reason)
        )

    @action(detail=True, methods=["post"])
    def retire(self, request: Request, pk: UUID) -> Response:
        """Offer a clinic's own version to no new plan any more; plans that follow it go on."""
        reason = self.body()["reason"]
        return self.change(lambda protocol: actions.retire_protocol(protocol=protocol, reason=reason, by=self.staff))

    @extend_schema(responses=ProtocolFindingSerializer(many=True))
    @action(detail=True, pagination_class=None, filterset_class=None)
    def findings(self, request: Request, pk: UUID) -> Response:
        """Return what the linter finds, held against the working days of the version's clinic."""
        protocol = self.get_object()
        clinic = protocol.clinic or Clinic.objects.visible_to(self.staff)[0]
        found = rules.lint(protocol.definition, working_calendar(clinic), today=self.today(clinic))
        return Response(ProtocolFindingSerializer([finding._asdict() for finding in found], many=True).data)

    @extend_schema(
        parameters=[OpenApiParameter("with", OpenApiTypes.UUID, description="Left out: the one it was copied from.")],
        responses=ProtocolDifferenceSerializer(many=True),
    )
    @action(detail=True, pagination_class=None, filterset_class=None)
    def differences(self, request: Request, pk: UUID) -> Response:
        """Return every entry of the file in which a version differs from another one."""
        protocol = self.get_object()
        asked = request.query_params.get("with")
        other = get_object_or_404(
            self.get_queryset(), pk=serializers.UUIDField().run_validation(asked) if asked else protocol.based_on_id
        )
        found = rules.compare(other.definition, protocol.definition)
        return Response(ProtocolDifferenceSerializer([each._asdict() for each in found], many=True).data)

    @extend_schema(responses={(200, "application/toml"): OpenApiTypes.STR})
    @action(detail=True, pagination_class=None, filterset_class=None, renderer_classes=[AsItIs])
    def file(self, request: Request, pk: UUID) -> HttpResponse:
        """Return the protocol file (TOML)."""
        protocol = self.get_object()
        return HttpResponse(protocol.text, content_type="application/toml; charset=utf-8")
