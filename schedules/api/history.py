"""What happened, in the past tense; what can be undone is undone by a new event."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Membership
from accounts.permissions import GRANTS, May
from events.models import Event, Job
from events.reasons import reason_for
from events.undo import can_be_undone, undo
from iotrex_followup.api.resources import Resource
from schedules.api.bodies import ReasonSerializer
from schedules.pages.patient_page import DECISIONS


class EventSerializer(serializers.ModelSerializer[Event]):
    facts = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField(
        help_text="Null while it is kept from you, such as one that may tell a second reader what the first has seen."
    )
    by_name: serializers.StringRelatedField[Any] = serializers.StringRelatedField(
        source="by", read_only=True, help_text="None: the system itself."
    )
    undone_by = serializers.SerializerMethodField(help_text="The event that undid this one.")
    can_be_undone = serializers.SerializerMethodField()

    class Meta:
        model = Event
        fields = (
            "id",
            "clinic",
            "patient",
            "kind",
            "facts",
            "reason",
            "by",
            "by_name",
            "at",
            "undoes",
            "undone_by",
            "can_be_undone",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.DictField())
    def get_facts(self, event: Event) -> dict[str, Any]:
        return {name: value for name, value in event.facts.items() if name != "rows"}

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_reason(self, event: Event) -> str | None:
        return reason_for(event, self.context["request"].user)

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_undone_by(self, event: Event) -> str | None:
        return str(event.undone_by.pk) if hasattr(event, "undone_by") else None

    @extend_schema_field(serializers.BooleanField())
    def get_can_be_undone(self, event: Event) -> bool:
        return can_be_undone(event)


class EventFilter(filters.FilterSet):
    patient = filters.UUIDFilter(label="Only of this patient; left out, for those who audit the clinic.")
    by = filters.UUIDFilter(label="Only what this person did; what you did yourself, without a patient too.")
    at_from = filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")
    at_to = filters.IsoDateTimeFilter(field_name="at", lookup_expr="lte")

    class Meta:
        model = Event
        fields = ("clinic", "kind")


class EventResource(Resource):
    """What happened to a patient's record, newest first; without `patient`, what you did, or clinics you audit."""

    queryset = Event.objects.select_related("clinic", "by", "undone_by")
    serializer_class = EventSerializer
    filterset_class = EventFilter
    ordering = ("-at", "-id")
    permissions_by_action: ClassVar = {"list": May.VIEW, "retrieve": May.VIEW, "undo": May.RECORD}
    bodies: ClassVar = {"undo": ReasonSerializer}

    def get_queryset(self) -> QuerySet[Event]:
        events = super().get_queryset()
        asked = self.request.query_params
        if self.action != "list" or "patient" in asked or asked.get("by") == str(self.staff.pk):
            return events
        return events.filter(clinic__in=self._audited())

    def _audited(self) -> list[Any]:
        """Return the clinics of which the person may read the whole history."""
        if self.is_described:
            return []
        members = Membership.objects.filter(staff=self.staff, is_active=True)
        clinics = [member.clinic_id for member in members if May.AUDIT in GRANTS[member.role]]
        if not clinics:
            raise PermissionDenied("Name a patient: your role does not include the history of a whole clinic.")
        return clinics

    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: UUID) -> Response:
        """Put back what this event changed, by a new event; returns this one. Only clinicians undo their decisions."""
        reason, event = self.body()["reason"], self.get_object()
        if event.kind in DECISIONS:
            self.require(event.clinic, May.DECIDE)
        return self.change(lambda event: undo(event=event, by=self.staff, reason=reason, now=timezone.now()))


class JobSerializer(serializers.ModelSerializer[Job]):
    result = serializers.DictField(read_only=True)

    class Meta:
        model = Job
        fields: ClassVar[tuple[str, ...]] = (
            *("id", "clinic", "kind", "state", "done", "total", "result", "error", "created_at", "finished_at"),
        )
        read_only_fields = fields


class JobFilter(filters.FilterSet):
    class Meta:
        model = Job
        fields = ("clinic", "kind", "state")


class JobResource(Resource):
    """Work that takes longer than a request, such as an import, and how far it is."""

    queryset = Job.objects.select_related("clinic")
    serializer_class = JobSerializer
    filterset_class = JobFilter
    ordering = ("-created_at", "-id")
    permissions_by_action: ClassVar = {"list": May.VIEW, "retrieve": May.VIEW}
