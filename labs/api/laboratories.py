"""Laboratories for other systems: how each names its analytes, spells its units, and what it calls normal."""

from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django_filters import rest_framework as filters
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Clinic
from accounts.permissions import May
from iotrex_followup.api.resources import Resource
from iotrex_followup.api.shapes import ModelShape, Shape, VisibleField
from labs.actions import laboratories as actions
from labs.actions.mappings import take_back_mapping
from labs.actions.quarantine import map_code_and_take_in, map_unit_and_take_in
from labs.actions.ranges import lock_ranges, retire_range, set_range
from labs.intake.mapping_checks import LONGEST, RangeFacts
from labs.models import CodeMapping, Laboratory, ReferenceRange, UnitMapping
from labs.senders.shipped import CodeMeaning

READ: dict[str, May] = {"list": May.VIEW, "retrieve": May.VIEW}
MEANING = CodeMeaning._fields
LIMITS = ("low", "high", "unit", "sex", "age_from_days", "age_to_days", "valid_from", "valid_to", "source")
REASON_HELP = "Needed where everybody else means something else."


class LaboratorySerializer(serializers.ModelSerializer[Laboratory]):
    class Meta:
        model = Laboratory
        fields = ("id", "clinic", "name", "phone", "decimal_comma", "is_active", "created_at")
        read_only_fields = fields


class LaboratoryChangeSerializer(ModelShape):
    class Meta:
        model = Laboratory
        fields: ClassVar[tuple[str, ...]] = ("name", "phone", "decimal_comma")


class NewLaboratorySerializer(LaboratoryChangeSerializer):
    clinic = VisibleField(queryset=Clinic.objects.all())

    class Meta(LaboratoryChangeSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = ("clinic", *LaboratoryChangeSerializer.Meta.fields)


class LaboratoryFilter(filters.FilterSet):
    class Meta:
        model = Laboratory
        fields = ("clinic", "is_active")


class LaboratoryResource(Resource):
    """Laboratories. One whose codes this product knows by its name gets them when it is entered."""

    queryset = Laboratory.objects.select_related("clinic")
    serializer_class = LaboratorySerializer
    filterset_class = LaboratoryFilter
    ordering = ("name", "id")
    permissions_by_action: ClassVar = {
        **READ,
        "create": May.DECIDE,
        "partial_update": May.DECIDE,
        "retire": May.DECIDE,
        "reinstate": May.DECIDE,
    }
    bodies: ClassVar = {
        "create": NewLaboratorySerializer,
        "partial_update": LaboratoryChangeSerializer,
        "retire": Shape,
        "reinstate": Shape,
    }

    def create(self, request: Request) -> Response:
        """Enter a laboratory."""
        body = self.body()
        self.require(body["clinic"])
        return self.created(actions.add_laboratory(by=self.staff, **body))

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change its name, telephone or decimal sign."""
        body = self.body(partial=True)
        return self.change(lambda row: actions.change_laboratory(laboratory=row, fields=body, by=self.staff))

    @action(detail=True, methods=["post"])
    def retire(self, request: Request, pk: UUID) -> Response:
        """Offer it no longer."""
        self.body()
        return self.change(lambda row: actions.retire_laboratory(laboratory=row, by=self.staff))

    @action(detail=True, methods=["post"])
    def reinstate(self, request: Request, pk: UUID) -> Response:
        """Offer it again."""
        self.body()
        return self.change(lambda row: actions.reinstate_laboratory(laboratory=row, by=self.staff))


class OfLaboratory(Resource):
    """Rows of a laboratory, or of the clinic itself."""

    def lock(self) -> None:
        """Wait for others who are changing the same laboratory, then the row: in the order of the actions."""
        row = self.get_object()
        lock_ranges(row.clinic, row.laboratory)
        super().lock()


class CodeSerializer(serializers.ModelSerializer[CodeMapping]):
    class Meta:
        model = CodeMapping
        fields = ("id", "clinic", "laboratory", "code", *MEANING)
        read_only_fields = fields


class NewCodeSerializer(ModelShape):
    laboratory = VisibleField(queryset=Laboratory.objects.select_related("clinic"))
    reason = serializers.CharField(required=False, allow_blank=True, default="", help_text=REASON_HELP)

    class Meta:
        model = CodeMapping
        fields: ClassVar[tuple[str, ...]] = ("laboratory", "code", *MEANING, "reason")
        extra_kwargs: ClassVar = {"analyte": {"required": True, "allow_blank": True}}


class OfLaboratoryFilter(filters.FilterSet):
    class Meta:
        model = CodeMapping
        fields = ("clinic", "laboratory")


class CodeResource(OfLaboratory):
    """What laboratories' codes stand for; a blank analyte is kept, but neither graded nor followed."""

    queryset = CodeMapping.objects.filter(is_active=True).select_related("clinic", "laboratory__clinic")
    serializer_class = CodeSerializer
    filterset_class = OfLaboratoryFilter
    ordering = ("code", "id")
    permissions_by_action: ClassVar = {**READ, "create": May.DECIDE, "destroy": May.DECIDE}
    bodies: ClassVar = {"create": NewCodeSerializer}

    def create(self, request: Request) -> Response:
        """Say what a code stands for, anew or otherwise than before, and take in what is held back because of it."""
        body = self.body()
        laboratory, code = body["laboratory"], body["code"]
        self.require(laboratory.clinic)
        meaning = CodeMeaning(**{name: body.get(name, "") for name in MEANING})
        map_code_and_take_in(
            laboratory=laboratory, code=code, meaning=meaning, by=self.staff, now=self.now, reason=body["reason"]
        )
        return self.created(CodeMapping.objects.get(laboratory=laboratory, code=code))

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Take back what was said of a code."""
        with transaction.atomic():
            take_back_mapping(mapping=self.as_read(), by=self.staff)
        return Response(status=status.HTTP_204_NO_CONTENT)


class UnitSerializer(serializers.ModelSerializer[UnitMapping]):
    class Meta:
        model = UnitMapping
        fields = ("id", "clinic", "laboratory", "spelling", "unit")
        read_only_fields = fields


class NewUnitSerializer(ModelShape):
    laboratory = VisibleField(queryset=Laboratory.objects.select_related("clinic"))
    reason = serializers.CharField(required=False, allow_blank=True, default="", help_text=REASON_HELP)

    class Meta:
        model = UnitMapping
        fields: ClassVar[tuple[str, ...]] = ("laboratory", "spelling", "unit", "reason")


class UnitFilter(filters.FilterSet):
    class Meta:
        model = UnitMapping
        fields = ("clinic", "laboratory")


class UnitResource(OfLaboratory):
    """Which units laboratories mean by their spellings."""

    queryset = UnitMapping.objects.filter(is_active=True).select_related("clinic", "laboratory__clinic")
    serializer_class = UnitSerializer
    filterset_class = UnitFilter
    ordering = ("spelling", "id")
    permissions_by_action: ClassVar = {**READ, "create": May.DECIDE, "destroy": May.DECIDE}
    bodies: ClassVar = {"create": NewUnitSerializer}

    def create(self, request: Request) -> Response:
        """Say what a spelling means, anew or otherwise than before, and take in what is held back because of it."""
        body = self.body()
        self.require(body["laboratory"].clinic)
        map_unit_and_take_in(by=self.staff, now=self.now, **body)
        return self.created(UnitMapping.objects.get(laboratory=body["laboratory"], spelling=body["spelling"]))

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Take back what was said of a spelling."""
        with transaction.atomic():
            take_back_mapping(mapping=self.as_read(), by=self.staff)
        return Response(status=status.HTTP_204_NO_CONTENT)


class RangeSerializer(serializers.ModelSerializer[ReferenceRange]):
    low = serializers.CharField(read_only=True, allow_null=True, help_text="A number as a text; null: open.")
    high = serializers.CharField(read_only=True, allow_null=True, help_text="A number as a text; null: open.")
    sex = serializers.CharField(read_only=True, help_text="`female`, `male`, or blank for both.")

    class Meta:
        model = ReferenceRange
        fields = ("id", "clinic", "laboratory", "analyte", *LIMITS)
        read_only_fields = fields


class RangeFactsSerializer(ModelShape):
    low = serializers.DecimalField(max_digits=20, decimal_places=None, required=False, allow_null=True)
    high = serializers.DecimalField(max_digits=20, decimal_places=None, required=False, allow_null=True)
    unit = serializers.CharField(max_length=LONGEST["unit"])
    sex = serializers.CharField(
        max_length=7, required=False, allow_blank=True, help_text="`female`, `male`, or blank for both."
    )

    class Meta:
        model = ReferenceRange
        fields: ClassVar[tuple[str, ...]] = ("analyte", *LIMITS)


class NewRangeSerializer(RangeFactsSerializer):
    clinic = VisibleField(queryset=Clinic.objects.all())
    laboratory = VisibleField(
        queryset=Laboratory.objects.all(), required=False, allow_null=True, help_text="Null: the clinic's own."
    )

    class Meta(RangeFactsSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = ("clinic", "laboratory", *RangeFactsSerializer.Meta.fields)


class RangeFilter(filters.FilterSet):
    class Meta:
        model = ReferenceRange
        fields = ("clinic", "laboratory", "analyte")


class RangeResource(OfLaboratory):
    """Reference ranges of laboratories, and the clinic's own. Those that are shipped are not listed here."""

    queryset = ReferenceRange.objects.filter(is_active=True).select_related("clinic", "laboratory")
    serializer_class = RangeSerializer
    filterset_class = RangeFilter
    ordering = ("analyte", "id")
    permissions_by_action: ClassVar = {
        **READ,
        "create": May.DECIDE,
        "partial_update": May.DECIDE,
        "destroy": May.DECIDE,
    }
    bodies: ClassVar = {"create": NewRangeSerializer, "partial_update": RangeFactsSerializer}

    def create(self, request: Request) -> Response:
        """Set a range; one that holds for the same people and days already is named and refused."""
        body = self.body()
        clinic, laboratory = body.pop("clinic"), body.pop("laboratory", None)
        self.require(clinic)
        return self.created(set_range(clinic=clinic, laboratory=laboratory, facts=RangeFacts(**body), by=self.staff))

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change a range; results taken in before keep the limits they were graded with."""
        body = self.body(partial=True)

        def change(row: ReferenceRange) -> Any:
            known = {name: getattr(row, name) for name in ("analyte", *LIMITS)}
            facts = RangeFacts(**(known | body))
            return set_range(clinic=row.clinic, laboratory=row.laboratory, facts=facts, existing=row, by=self.staff)

        return self.change(change)

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Take back a range."""
        with transaction.atomic():
            retire_range(existing=self.as_read(), by=self.staff)
        return Response(status=status.HTTP_204_NO_CONTENT)
