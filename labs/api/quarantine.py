"""What is held back, for other systems: what came, why it waits, and the same answers as on the pages."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from iotrex_followup.api.resources import Resource
from iotrex_followup.api.shapes import Shape, VisibleField
from labs.actions import quarantine as actions
from labs.actions.conflicts import settle_conflict
from labs.actions.receiving import patients_by_mrn
from labs.intake.mapping_checks import LONGEST
from labs.intake.quarantine import same_cause
from labs.models import LabResult, QuarantineItem
from labs.senders.shipped import CodeMeaning
from patients.models import Patient


class QuarantineSerializer(serializers.ModelSerializer[QuarantineItem]):
    row = serializers.DictField(child=serializers.CharField(), read_only=True, help_text="The fields as they came.")

    class Meta:
        model = QuarantineItem
        fields = (
            *("id", "clinic", "report", "laboratory", "patient", "position", "problem", "reason", "remedy", "row"),
            *("state", "owner", "due_on", "result", "outcome", "received_at"),
        )
        read_only_fields = fields


class AlikeSerializer(Shape):
    all_alike = serializers.BooleanField(default=False, help_text="Also for all that wait for the same answer.")


class CodeMeaningSerializer(Shape):
    analyte = serializers.CharField(
        allow_blank=True, max_length=40, help_text="Blank: kept, neither graded nor followed."
    )
    unit = serializers.CharField(required=False, allow_blank=True, default="", max_length=LONGEST["unit"])
    assay = serializers.CharField(required=False, allow_blank=True, default="", max_length=LONGEST["assay"])
    specimen_type = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST["specimen_type"]
    )
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class UnitMeantSerializer(Shape):
    unit = serializers.CharField(max_length=LONGEST["unit"])
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class SetUnitSerializer(AlikeSerializer):
    unit = serializers.CharField(max_length=LONGEST["unit"])
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class ItemPatientSerializer(AlikeSerializer):
    patient = VisibleField(queryset=Patient.objects.select_related("clinic"))


class CorrectItemSerializer(Shape):
    value = serializers.CharField(required=False, max_length=60)
    value_again = serializers.CharField(required=False, default="", allow_blank=True, max_length=60)
    unit = serializers.CharField(required=False, max_length=LONGEST["unit"])
    collected_at = serializers.CharField(required=False, max_length=40)
    status = serializers.ChoiceField(required=False, choices=LabResult.Status.choices)
    low = serializers.CharField(required=False, allow_blank=True, max_length=30, help_text="Blank: none is printed.")
    high = serializers.CharField(required=False, allow_blank=True, max_length=30, help_text="Blank: none is printed.")
    issued_at = serializers.CharField(required=False, allow_blank=True, max_length=40, help_text="Blank: not known.")
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class SettleItemSerializer(Shape):
    holds = VisibleField(queryset=LabResult.objects.all(), help_text="The version that holds.")
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class SetItemAsideSerializer(AlikeSerializer):
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class QuarantineFilter(filters.FilterSet):
    unowned = filters.BooleanFilter(field_name="owner", lookup_expr="isnull", label="Nobody looks after it.")
    due_before = filters.DateFilter(field_name="due_on", lookup_expr="lt", input_formats=["%Y-%m-%d"])

    class Meta:
        model = QuarantineItem
        fields = ("clinic", "laboratory", "patient", "problem", "state", "owner")


class QuarantineResource(Resource):
    """Rows that could not be understood, by the day until which somebody should have dealt with them."""

    queryset = QuarantineItem.objects.select_related("clinic", "laboratory", "patient", "report")
    serializer_class = QuarantineSerializer
    filterset_class = QuarantineFilter
    ordering = ("due_on", "id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "claim": May.RECORD,
        "again": May.RECORD,
        "map_code": May.DECIDE,
        "map_unit": May.DECIDE,
        "set_unit": May.RECORD,
        "choose_patient": May.RECORD,
        "correct": May.RECORD,
        "settle": May.RECORD,
        "set_aside": May.RECORD,
    }
    bodies: ClassVar = {
        "claim": AlikeSerializer,
        "again": AlikeSerializer,
        "map_code": CodeMeaningSerializer,
        "map_unit": UnitMeantSerializer,
        "set_unit": SetUnitSerializer,
        "choose_patient": ItemPatientSerializer,
        "correct": CorrectItemSerializer,
        "settle": SettleItemSerializer,
        "set_aside": SetItemAsideSerializer,
    }

    def lock(self) -> None:
        """Wait for others in the order of the actions: for the patient of a conflict, the laboratory to be mapped."""
        item = self.get_object()
        if item.problem == QuarantineItem.Problem.CONFLICT and item.patient:
            patients_by_mrn(item.clinic, [item.patient.mrn])
        elif self.action in ("map_code", "map_unit"):
            actions.locked_laboratory(item)
        super().lock()

    @action(detail=True, methods=["post"])
    def claim(self, request: Request, pk: UUID) -> Response:
        """Look after it."""
        alike = self.body()["all_alike"]
        return self.change(lambda item: actions.claim_items(items=chosen(item, alike), by=self.staff))

    @action(detail=True, methods=["post"])
    def again(self, request: Request, pk: UUID) -> Response:
        """Read it again with what is known now."""
        alike = self.body()["all_alike"]
        return self.change(lambda item: actions.take_in_again(items=chosen(item, alike), by=self.staff, now=self.now))

    @action(detail=True, methods=["post"], url_path="map-code")
    def map_code(self, request: Request, pk: UUID) -> Response:
        """Say what its code stands for at its laboratory, and take in all that waits for that."""
        body = self.body()
        reason = body.pop("reason")
        meaning = CodeMeaning(**body)
        return self.change(
            lambda item: actions.map_code_of_item(
                item=item, meaning=meaning, by=self.staff, now=self.now, reason=reason
            )
        )

    @action(detail=True, methods=["post"], url_path="map-unit")
    def map_unit(self, request: Request, pk: UUID) -> Response:
        """Say which unit its laboratory means, and take in all that waits for that."""
        body = self.body()
        return self.change(lambda item: actions.map_unit_of_item(item=item, by=self.staff, now=self.now, **body))

    @action(detail=True, methods=["post"], url_path="set-unit")
    def set_unit(self, request: Request, pk: UUID) -> Response:
        """Take it in in another unit than it came with; what comes later is not touched."""
        body = self.body()
        alike = body.pop("all_alike")
        return self.change(
            lambda item: actions.set_unit(items=chosen(item, alike), by=self.staff, now=self.now, **body)
        )

    @action(detail=True, methods=["post"], url_path="choose-patient")
    def choose_patient(self, request: Request, pk: UUID) -> Response:
        """Say whose it is, and take it in."""
        body = self.body()
        alike = body.pop("all_alike")
        return self.change(
            lambda item: actions.choose_patient(items=chosen(item, alike), by=self.staff, now=self.now, **body)
        )

    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: UUID) -> Response:
        """Take it in read otherwise than it came; a value is sent twice."""
        body: dict[str, Any] = self.body()
        reason, again = body.pop("reason"), body.pop("value_again")
        return self.change(
            lambda item: actions.correct_item(
                item=item, fields=body, value_again=again, reason=reason, by=self.staff, now=self.now
            )
        )

    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: UUID) -> Response:
        """Say which of two values holds."""
        body = self.body()
        return self.change(lambda item: settle_conflict(item=item, by=self.staff, now=self.now, **body))

    @action(detail=True, methods=["post"], url_path="set-aside")
    def set_aside(self, request: Request, pk: UUID) -> Response:
        """Set it aside for good, with a reason; what came stays on record."""
        body = self.body()
        alike = body.pop("all_alike")
        return self.change(lambda item: actions.set_aside(items=chosen(item, alike), by=self.staff, **body))


def chosen(item: QuarantineItem, all_alike: bool) -> list[QuarantineItem]:
    """Return the item alone, or all open items that wait for the same answer."""
    alike: QuerySet[QuarantineItem] | list[QuarantineItem] = same_cause(item) if all_alike else []
    return list(alike) or [item]
