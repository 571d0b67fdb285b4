"""What happens in a patient's life, for other systems: recorded after a look at what it changes, ended, taken back."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from iotrex_followup.api.shapes import ModelShape, VisibleField
from patients.models import ClinicalEvent, Patient
from schedules.actions import life
from schedules.actions.life import CHANGEABLE, ClinicalFacts
from schedules.api.bodies import ReasonSerializer
from schedules.api.differences import (
    SEEN,
    DifferenceSerializer,
    PreviewingResource,
    SeenReasonSerializer,
    SeenSerializer,
)
from schedules.api.visits import VisitResource
from schedules.plans.kinds_of_event import KINDS

FACTS = ClinicalFacts._fields


class ClinicalEventSerializer(serializers.ModelSerializer[ClinicalEvent]):
    details = serializers.DictField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = ClinicalEvent
        fields = ("id", "clinic", "patient", *FACTS, "accepted_on", "reversal_asked_by", "withdrawn", "created_at")
        read_only_fields = fields


class ClinicalEventChangeSerializer(ModelShape):
    activities = serializers.ListField(child=serializers.CharField(), required=False, help_text="Of an item declined.")
    details = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="What the kind asks for; see /clinical-events/kinds."
    )

    seen = serializers.CharField(allow_blank=True, required=False, default="", help_text=SEEN)

    class Meta:
        model = ClinicalEvent
        fields: ClassVar[tuple[str, ...]] = (*CHANGEABLE, "seen")


class NewClinicalEventSerializer(ClinicalEventChangeSerializer):
    patient: Any = VisibleField(queryset=Patient.objects.select_related("clinic"))

    class Meta(ClinicalEventChangeSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = ("patient", *FACTS, "seen")


class EndOfEventSerializer(SeenReasonSerializer):
    ended_on = serializers.DateField()


class AcceptanceSerializer(SeenSerializer):
    accepted_on = serializers.DateField()
    accepted_by = serializers.CharField(max_length=200)


class AskedSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField(source="label")
    needed = serializers.BooleanField(source="required")
    is_day = serializers.BooleanField()


class KindSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    name = serializers.CharField()
    follows = serializers.CharField()
    asks = AskedSerializer(many=True)
    decides = serializers.BooleanField(help_text="Only a clinician records it.")
    lasts = serializers.BooleanField(help_text="It can have an end.")
    replans = serializers.BooleanField(help_text="It may change the plan: look at the preview first.")


class ClinicalEventFilter(filters.FilterSet):
    class Meta:
        model = ClinicalEvent
        fields = ("clinic", "patient", "kind", "withdrawn")


class ClinicalEventResource(PreviewingResource):
    """What happens in a patient's life and changes the plan or how results are read."""

    queryset = ClinicalEvent.objects.select_related("clinic", "patient__clinic")
    serializer_class = ClinicalEventSerializer
    filterset_class = ClinicalEventFilter
    ordering = ("started_on", "id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "kinds": May.VIEW,
        "create": May.RECORD,
        "preview": May.RECORD,
        "partial_update": May.RECORD,
        "preview_change": May.RECORD,
        "end": May.RECORD,
        "preview_end": May.RECORD,
        "withdraw": May.RECORD,
        "preview_withdraw": May.RECORD,
        "accept": May.RECORD,
        "preview_accept": May.RECORD,
        "ask_reversal": May.RECORD,
        "confirm_reversal": May.RECORD,
        "preview_reversal": May.RECORD,
    }
    bodies: ClassVar[Any] = {
        "create": NewClinicalEventSerializer,
        "preview": NewClinicalEventSerializer,
        "partial_update": ClinicalEventChangeSerializer,
        "preview_change": ClinicalEventChangeSerializer,
        "end": EndOfEventSerializer,
        "preview_end": EndOfEventSerializer,
        "withdraw": SeenReasonSerializer,
        "preview_withdraw": SeenReasonSerializer,
        "accept": AcceptanceSerializer,
        "preview_accept": AcceptanceSerializer,
        "ask_reversal": ReasonSerializer,
        "confirm_reversal": SeenSerializer,
        "preview_reversal": SeenSerializer,
    }

    @transaction.atomic
    def create(self, request: Request) -> Response:
        """Record what happened from a day on."""
        body = self.body()
        self.refuse_unseen(body["patient"], body.pop("seen"), lambda: self.record(body))
        return self.created(self.record(body))

    @extend_schema(responses=DifferenceSerializer)
    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        """Look at what recording it would change in the plans; nothing is stored."""
        body = self.body()
        body.pop("seen")
        return Response(DifferenceSerializer(self.look(body["patient"], lambda: self.record(body))).data)

    @extend_schema(responses=KindSerializer(many=True), filters=False)
    @action(detail=False, pagination_class=None)
    def kinds(self, request: Request) -> Response:
        """Read the kinds of event: what each asks for, who records it, and what follows."""
        rows = [
            {**about._asdict(), "kind": kind, "name": ClinicalEvent.Kind(kind).label} for kind, about in KINDS.items()
        ]
        return Response(KindSerializer(rows, many=True).data)

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change the days, the TSH target, the details or the note."""
        return self.done(self._change, partial=True)

    @extend_schema(responses=DifferenceSerializer, operation_id="clinical_events_change_preview")
    @action(detail=True, methods=["post"], url_path="preview")
    def preview_change(self, request: Request, pk: UUID) -> Response:
        """Look at what such a change would do to the plans; nothing is stored."""
        return self.looked_at(self._change, partial=True)

    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: UUID) -> Response:
        """Record that it no longer lasts; what it had taken from the plan is given back, but for the time away."""
        return self.done(self._end)

    @extend_schema(responses=DifferenceSerializer)
    @action(detail=True, methods=["post"], url_path="end/preview")
    def preview_end(self, request: Request, pk: UUID) -> Response:
        """Look at what its end would give back; nothing is stored."""
        return self.looked_at(self._end)

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: UUID) -> Response:
        """Mark what was recorded as entered in error: plans and results are read without it."""
        return self.done(self._withdraw)

    @extend_schema(responses=DifferenceSerializer)
    @action(detail=True, methods=["post"], url_path="withdraw/preview")
    def preview_withdraw(self, request: Request, pk: UUID) -> Response:
        """Look at what the plans would be without it; nothing is stored."""
        return self.looked_at(self._withdraw)

    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: UUID) -> Response:
        """Record that the receiving clinician accepted a transfer."""
        return self.done(self._accept)

    @extend_schema(responses=DifferenceSerializer)
    @action(detail=True, methods=["post"], url_path="accept/preview")
    def preview_accept(self, request: Request, pk: UUID) -> Response:
        """Look at what the acceptance would cancel; nothing is stored."""
        return self.looked_at(self._accept)

    @action(detail=True, methods=["post"], url_path="ask-reversal")
    def ask_reversal(self, request: Request, pk: UUID) -> Response:
        """Say that a recorded death is not so; another person confirms."""
        body = self.body()
        return self.change(lambda event: life.ask_reversal(event=event, **body, by=self.staff, now=self.now))

    @action(detail=True, methods=["post"], url_path="confirm-reversal")
    def confirm_reversal(self, request: Request, pk: UUID) -> Response:
        """Confirm that a recorded death is not so."""
        return self.done(self._confirm)

    @extend_schema(responses=DifferenceSerializer)
    @action(detail=True, methods=["post"], url_path="confirm-reversal/preview")
    def preview_reversal(self, request: Request, pk: UUID) -> Response:
        """Look at what confirming that a death is not so would give back; nothing is stored."""
        return self.looked_at(self._confirm)

    def done(self, change: Callable[[ClinicalEvent, dict[str, Any]], object], **shape: Any) -> Response:
        """Make `change` to the event with the request's body, if it does what was looked at."""
        body = self.body(**shape)
        seen = body.pop("seen", "")

        def seen_then_made(event: ClinicalEvent) -> None:
            self.refuse_unseen(event.patient, seen, lambda: change(event, body))
            change(event, body)

        return self.change(seen_then_made)

    def looked_at(self, change: Callable[[ClinicalEvent, dict[str, Any]], object], **shape: Any) -> Response:
        """Return what `change` would do to the plans, with the version of the event for If-Match."""
        body, event = self.body(**shape), self.get_object()
        body.pop("seen", "")
        return self.previewed(event.patient, lambda: change(event, body))

    def _change(self, event: ClinicalEvent, body: dict[str, Any]) -> None:
        life.change_clinical_event(event=event, fields=body, by=self.staff, now=self.now)

    def _end(self, event: ClinicalEvent, body: dict[str, Any]) -> None:
        life.end_clinical_event(event=event, **body, by=self.staff, now=self.now)

    def _withdraw(self, event: ClinicalEvent, body: dict[str, Any]) -> None:
        life.withdraw_clinical_event(event=event, **body, by=self.staff, now=self.now)

    def _accept(self, event: ClinicalEvent, body: dict[str, Any]) -> None:
        life.accept_transfer(event=event, **body, by=self.staff, now=self.now)

    def _confirm(self, event: ClinicalEvent, body: dict[str, Any]) -> None:
        life.confirm_reversal(event=event, by=self.staff, now=self.now)

    def record(self, body: dict[str, Any]) -> ClinicalEvent:
        """Record what `body` says."""
        facts = {name: value for name, value in body.items() if name != "patient"}
        self.require(body["patient"].clinic)
        return life.record_clinical_event(
            patient=body["patient"], facts=ClinicalFacts(**facts), by=self.staff, now=self.now
        )


class HeldVisitResource(VisitResource):
    """A planned visit that waits for a decision."""

    permissions_by_action: ClassVar = {"go_on": May.DECIDE}
    bodies: ClassVar = {"go_on": ReasonSerializer}

    def go_on(self, request: Request, pk: UUID) -> Response:
        """Let a planned visit that waits for a decision go on all the same; a clinician's decision."""
        body = self.body()
        return self.change(
            lambda visit: life.let_go_on(visit=visit, **body, by=self.staff, today=self.today(visit.clinic))
        )
