"""Readings of scans for other systems: the same actions as on the pages, and the same blindness of a second reader."""

from typing import Any, ClassVar
from uuid import UUID

from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Staff
from accounts.permissions import May
from imaging.actions import readings as actions
from imaging.models import ImagingPolicy, ImagingStudy, ScoreReading
from imaging.scoring.blinding import is_hidden, is_not_blind, with_readers
from imaging.scoring.schemes import policy_of
from iotrex_followup.api.filters import DayFilter
from iotrex_followup.api.resources import Resource
from iotrex_followup.api.shapes import ModelShape, Shape, VisibleField

HIDDEN = "Null while it is hidden: where the clinic asks two readers, only its own reader sees the first reading."
NOT_BLIND = (
    "Where the clinic asks two readers: everybody could see two readings of the scan before this one was entered in "
    "place of one that was taken back. Such a reading needs a `note` that says so."
)
VALUES = "A whole number for each region by its key, such as `pelvis`."


class ScoreReadingSerializer(serializers.ModelSerializer[ScoreReading]):
    values = serializers.DictField(child=serializers.IntegerField(), allow_null=True, read_only=True, help_text=HIDDEN)
    total = serializers.IntegerField(allow_null=True, read_only=True, help_text=HIDDEN)
    note = serializers.CharField(allow_null=True, read_only=True, help_text=HIDDEN)
    hidden = serializers.SerializerMethodField(help_text="Whether its values are kept from you.")
    not_blind = serializers.SerializerMethodField(help_text=NOT_BLIND)

    class Meta:
        model = ScoreReading
        fields = (
            *("id", "clinic", "patient", "study", "scheme", "role", "reader", "values", "total", "note", "hidden"),
            *("not_blind", "read_on", "withdrawn"),
        )
        read_only_fields = fields

    def get_hidden(self, reading: ScoreReading) -> bool:
        staff: Staff = self.context["request"].user
        return is_hidden(reading, staff)

    def get_not_blind(self, reading: ScoreReading) -> bool:
        return is_not_blind(reading)

    def to_representation(self, reading: ScoreReading) -> dict[str, Any]:
        """Return a reading; what is hidden is null."""
        shown: dict[str, Any] = super().to_representation(reading)
        return {**shown, "values": None, "total": None, "note": None} if shown["hidden"] else shown


class ValuesShape(ModelShape):
    values = serializers.DictField(child=serializers.IntegerField(), help_text=VALUES)


class NewScoreReadingSerializer(ValuesShape):
    study = VisibleField(queryset=ImagingStudy.objects.select_related("clinic", "patient__clinic"))
    scheme = serializers.ChoiceField(
        choices=ImagingPolicy.Scheme.choices, required=False, help_text="Left out: the clinic's scheme."
    )
    read_on = serializers.DateField(required=False, help_text="Left out: today.")

    class Meta:
        model = ScoreReading
        fields: ClassVar[tuple[str, ...]] = ("study", "scheme", "values", "read_on", "note")


class AdjudicationSerializer(NewScoreReadingSerializer):
    values = serializers.DictField(
        child=serializers.IntegerField(), help_text="Of the regions in which the readers differ; the others are kept."
    )


class ScoreReadingChangeSerializer(ValuesShape):
    reason = serializers.CharField(default="", allow_blank=True, max_length=500)

    class Meta:
        model = ScoreReading
        fields: ClassVar[tuple[str, ...]] = ("values", "read_on", "note", "reason")


class WithdrawReadingSerializer(Shape):
    reason = serializers.CharField(allow_blank=True, default="", max_length=500)


class ScoreReadingFilter(filters.FilterSet):
    read_from = DayFilter(field_name="read_on", lookup_expr="gte")
    read_to = DayFilter(field_name="read_on", lookup_expr="lte")

    class Meta:
        model = ScoreReading
        fields = ("clinic", "patient", "study", "scheme", "role", "reader", "withdrawn")


class ScoreReadingResource(Resource):
    """What readers gave the regions of scans, and adjudications, the latest first."""

    queryset = ScoreReading.objects.select_related("clinic", "patient__clinic", "study__clinic", "reader")
    serializer_class = ScoreReadingSerializer
    filterset_class = ScoreReadingFilter
    ordering = ("-read_on", "-id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "create": May.DECIDE,
        "partial_update": May.DECIDE,
        "withdraw": May.DECIDE,
        "adjudicate": May.DECIDE,
    }
    bodies: ClassVar = {
        "create": NewScoreReadingSerializer,
        "partial_update": ScoreReadingChangeSerializer,
        "withdraw": WithdrawReadingSerializer,
        "adjudicate": AdjudicationSerializer,
    }

    def get_queryset(self) -> Any:
        """Return the readings of the person's clinics, with how many have read each scan."""
        return with_readers(super().get_queryset())

    def create(self, request: Request) -> Response:
        """Record what you give the regions of a scan."""
        study, facts = self.entered()
        return self.created(
            actions.record_reading(study=study, facts=facts, by=self.staff, today=self.today(study.clinic))
        )

    @action(detail=False, methods=["post"])
    def adjudicate(self, request: Request) -> Response:
        """Say which values count where two readers differ."""
        study, facts = self.entered()
        return self.created(actions.adjudicate(study=study, facts=facts, by=self.staff, today=self.today(study.clinic)))

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change what you have read, with a reason; `values` of every region."""
        fields = self.body(partial=True)
        reason = fields.pop("reason", "")
        return self.change(
            lambda reading: actions.change_reading(
                reading=reading, fields=fields, reason=reason, by=self.staff, today=self.today(reading.clinic)
            )
        )

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: UUID) -> Response:
        """Mark it as entered in error; the row stays."""
        body = self.body()
        return self.change(lambda reading: actions.withdraw_reading(reading=reading, by=self.staff, **body))

    def entered(self) -> tuple[ImagingStudy, actions.ReadingFacts]:
        """Return the study the body names and what it gives, for who may decide there."""
        body = self.body()
        study: ImagingStudy = body.pop("study")
        self.require(study.clinic)
        return study, actions.ReadingFacts(scheme=body.pop("scheme", None) or policy_of(study.clinic).scheme, **body)
