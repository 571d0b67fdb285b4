"""Alerts for other systems: what was found, whose it is, and the same acts as on the pages."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Membership, Staff
from accounts.permissions import May
from iotrex_followup.api.resources import Resource
from iotrex_followup.api.shapes import ModelShape, Shape
from labs.actions import alerts as actions
from labs.alerting.versions import version_of
from labs.models import Alert, AlertFinding


class FindingSerializer(serializers.ModelSerializer[AlertFinding]):
    numbers = serializers.DictField(read_only=True, help_text="The numbers that decided, as texts.")

    class Meta:
        model = AlertFinding
        fields = ("id", "rule", "rule_version", "result", "tier", "sentence", "numbers", "holds", "found_at")
        read_only_fields = fields


class AlertSerializer(serializers.ModelSerializer[Alert]):
    direction = serializers.CharField(read_only=True, help_text="`low` or `high`; blank where there is none.")
    next_step = serializers.CharField(read_only=True, help_text="As in `acknowledge`; blank until then.")
    findings = FindingSerializer(many=True, read_only=True)

    class Meta:
        model = Alert
        fields = (
            *("id", "clinic", "patient", "quarantine_item", "rule", "rule_version", "direction", "tier", "state"),
            *("sentence", "context", "improved", "opened_at", "raised_at", "answer_by", "notices", "next_notice_at"),
            "owner",
            *("next_step", "next_step_text", "next_step_by", "snoozed_until", "answered_by", "answered_at"),
            *("resolved_at", "resolution", "findings"),
        )
        read_only_fields = fields


class AcknowledgeSerializer(Shape):
    next_step = serializers.ChoiceField(choices=Alert.NextStep.choices)
    by_when = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="If it has not happened by then, the alert comes back."
    )
    text = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)


class ColleagueField(serializers.PrimaryKeyRelatedField[Staff]):
    """The id of somebody of the alert's clinic; others do not exist, so that nothing is told of them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=Staff.objects.all(), **options)

    def get_queryset(self) -> QuerySet[Staff]:
        here = Membership.objects.filter(clinic=self.context["view"].get_object().clinic_id, is_active=True)
        return Staff.objects.filter(pk__in=here.values("staff"))


class TellSerializer(Shape):
    told = serializers.CharField(required=False, allow_blank=True, default="", max_length=200, help_text="A name.")
    told_staff = ColleagueField(required=False, allow_null=True, default=None, help_text="One of this clinic.")
    at = serializers.DateTimeField()
    read_back = serializers.BooleanField()


class HandOverSerializer(Shape):
    to: Any = ColleagueField(help_text="One of this clinic.")
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)


class SnoozeSerializer(Shape):
    until = serializers.DateField(help_text="At the latest it ends with the next planned blood count.")
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)


class ResolveSerializer(ModelShape):
    class Meta:
        model = Alert
        fields: ClassVar[tuple[str, ...]] = ("resolution",)
        extra_kwargs: ClassVar = {"resolution": {"required": True, "allow_blank": False, "max_length": 500}}


class AlertFilter(filters.FilterSet):
    unresolved = filters.BooleanFilter(method="not_closed", label="Only those that are not resolved, or only those.")
    unassigned = filters.BooleanFilter(field_name="owner", lookup_expr="isnull", label="Nobody has it yet.")
    raised_from = filters.IsoDateTimeFilter(field_name="raised_at", lookup_expr="gte")

    class Meta:
        model = Alert
        fields = ("clinic", "patient", "tier", "state", "rule", "owner")

    def not_closed(self, rows: QuerySet[Alert], name: str, value: bool) -> QuerySet[Alert]:
        return rows.exclude(state=Alert.State.RESOLVED) if value else rows.filter(state=Alert.State.RESOLVED)


class AlertResource(Resource):
    """Alerts, by the time until which they must be answered."""

    queryset = Alert.objects.select_related("clinic").prefetch_related("findings")
    serializer_class = AlertSerializer
    filterset_class = AlertFilter
    ordering = ("answer_by", "id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "acknowledge": May.RECORD,
        "tell": May.RECORD,
        "claim": May.RECORD,
        "hand_over": May.RECORD,
        "snooze": May.RECORD,
        "resolve": May.RECORD,
    }
    bodies: ClassVar = {
        "acknowledge": AcknowledgeSerializer,
        "tell": TellSerializer,
        "claim": Shape,
        "hand_over": HandOverSerializer,
        "snooze": SnoozeSerializer,
        "resolve": ResolveSerializer,
    }

    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: UUID) -> Response:
        """Say what happens next and by when; immediate and same-day alerts: clinicians only.

        Replacing somebody else's answer needs If-Match.
        """
        return self.act(actions.acknowledge)

    @action(detail=True, methods=["post"])
    def tell(self, request: Request, pk: UUID) -> Response:
        """Record whom you told of it, when, and whether it was read back."""
        return self.act(actions.tell)

    @action(detail=True, methods=["post"])
    def claim(self, request: Request, pk: UUID) -> Response:
        """Make it your own."""
        return self.act(actions.claim)

    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, pk: UUID) -> Response:
        """Make it a colleague's; it comes to their inbox."""
        return self.act(actions.hand_over)

    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, pk: UUID) -> Response:
        """Set it aside until a day; immediate ones cannot be. Replacing somebody else's answer needs If-Match."""
        return self.act(actions.snooze)

    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: UUID) -> Response:
        """Close it, in words; immediate and same-day alerts: clinicians only."""
        return self.act(actions.resolve)

    def act(self, do: Callable[..., Alert]) -> Response:
        """Do what the body says with the alert; If-Match, which the row was compared with, says what was read."""
        body, says_version = self.body(), "If-Match" in self.request.headers
        return self.change(
            lambda alert: do(
                alert=alert, by=self.staff, now=self.now, seen=version_of(alert) if says_version else "", **body
            )
        )
