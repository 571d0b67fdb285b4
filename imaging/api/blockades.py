"""Thyroid blockades for other systems: the same actions as on the pages."""

from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from imaging.actions import blockades as actions
from imaging.api.occasions import OfOneOccasion, occasion_named
from imaging.models import ThyroidBlockade
from iotrex_followup.api.filters import DayFilter
from iotrex_followup.api.resources import Resource
from iotrex_followup.api.shapes import NumberField, Shape


class BlockadeSerializer(serializers.ModelSerializer[ThyroidBlockade]):
    class Meta:
        model = ThyroidBlockade
        fields = (
            *("id", "clinic", "patient", "visit", "treatment", "counted_from", "product", "dose_mg", "once"),
            *("starts_on", "last_on", "note", "withdrawn", "recorded_by", "recorded_at"),
        )
        read_only_fields = fields


class NewBlockadeSerializer(OfOneOccasion):
    product = serializers.CharField(max_length=120)
    dose_mg = NumberField(min_value=Decimal(0), help_text="Of one day.")
    once = serializers.BooleanField(default=False, help_text="It is given once, not each day.")
    starts_on = serializers.DateField(help_text="The first day.")
    last_on = serializers.DateField(help_text="The last day.")
    note = serializers.CharField(default="", allow_blank=True, max_length=200)


class BlockadeWithdrawSerializer(Shape):
    reason = serializers.CharField(allow_blank=True, default="", max_length=500)


class BlockadeFilter(filters.FilterSet):
    last_from = DayFilter(field_name="last_on", lookup_expr="gte")

    class Meta:
        model = ThyroidBlockade
        fields = ("clinic", "patient", "visit", "treatment", "withdrawn")


class BlockadeResource(Resource):
    """How the thyroid is blocked for a planned MIBG scan or infusion, the first to begin first."""

    queryset = ThyroidBlockade.objects.select_related("clinic", "patient__clinic")
    serializer_class = BlockadeSerializer
    filterset_class = BlockadeFilter
    ordering = ("starts_on", "id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "create": May.RECORD,
        "withdraw": May.RECORD,
    }
    bodies: ClassVar = {"create": NewBlockadeSerializer, "withdraw": BlockadeWithdrawSerializer}

    def create(self, request: Request) -> Response:
        """Record the blockade of a scan or infusion; it replaces one that was recorded before."""
        body: dict[str, Any] = self.body()
        occasion = occasion_named(body)
        self.require(occasion.patient.clinic)
        facts = actions.BlockadeFacts(**body)
        return self.created(actions.record_blockade(occasion=occasion, facts=facts, by=self.staff))

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: UUID) -> Response:
        """Mark it as entered in error; the row stays."""
        body = self.body()
        return self.change(lambda row: actions.withdraw_blockade(blockade=row, by=self.staff, **body))
