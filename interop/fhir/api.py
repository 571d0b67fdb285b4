"""Protocols as FHIR PlanDefinitions, out and in."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import JsonResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Clinic
from accounts.permissions import May
from interop.fhir.plan_definition import plan_definition
from interop.fhir.plan_definition_reading import read_plan_definition
from iotrex_followup.api.resources import Route
from iotrex_followup.api.shapes import Shape, VisibleField
from iotrex_followup.errors import InputRefused
from schedules.actions import draft_protocol
from schedules.api.protocols import ProtocolResource
from schedules.api.serializers import ProtocolSerializer
from schedules.models import Protocol
from schedules.protocol import ProtocolError

MEDIA_TYPE = "application/fhir+json"


class PlanDefinitionRequestSerializer(Shape):
    clinic = VisibleField(queryset=Clinic.objects.all())
    resource = serializers.JSONField(help_text="A FHIR R4 PlanDefinition.")
    slug = serializers.SlugField(required=False, max_length=50, help_text="Left out: as in the resource.")
    version = serializers.CharField(required=False, max_length=20, help_text="Left out: as in the resource.")


class DraftedSerializer(serializers.Serializer[Any]):
    """The draft a PlanDefinition became, and what to check in it."""

    protocol = ProtocolSerializer(read_only=True)
    notes = serializers.ListField(child=serializers.CharField(), read_only=True)


class PlanDefinitionResource(ProtocolResource):
    """A protocol version as a PlanDefinition in the shape of the HL7 Vulcan schedule of activities."""

    permissions_by_action: ClassVar = {"read": May.VIEW}

    @extend_schema(responses={(200, MEDIA_TYPE): OpenApiTypes.OBJECT})
    def read(self, request: Request, pk: UUID) -> JsonResponse:
        """Return a protocol version as a FHIR R4 PlanDefinition."""
        protocol = self.get_object()
        return JsonResponse(plan_definition(protocol.definition, status=protocol.status), content_type=MEDIA_TYPE)


class PlanDefinitionsRoute(Route):
    """PlanDefinitions of other systems, and our own, as drafts."""

    serializer_class = DraftedSerializer
    pagination_class = None
    permissions_by_action: ClassVar = {"create": May.DECIDE}
    bodies: ClassVar = {"create": PlanDefinitionRequestSerializer}

    def create(self, request: Request) -> Response:
        """Store a PlanDefinition as a clinic's own draft; what could not be understood is named, and nothing stored."""
        body = self.body()
        self.require(body["clinic"])
        try:
            read = read_plan_definition(body["resource"], slug=body.get("slug", ""), version=body.get("version", ""))
        except ProtocolError as error:
            raise InputRefused(str(error), field="resource") from error
        protocol = draft_protocol(text=read.text, clinic=body["clinic"], by=self.staff)
        drafted = Protocol.objects.with_decisions_of(Clinic.objects.visible_to(self.staff)).get(pk=protocol.pk)
        shown = self.get_serializer({"protocol": drafted, "notes": read.notes}).data
        return Response(shown, status=status.HTTP_201_CREATED)
