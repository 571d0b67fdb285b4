"""Assessments of response for other systems: the same actions as on the pages, and what is computed by now."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from imaging.actions import assessments as actions
from imaging.actions import lesions
from imaging.api.findings import LesionFindingSerializer, SeenLesionSerializer, seen_by_day, seen_in, told_at
from imaging.api.verdicts import ComputedSerializer
from imaging.courses.signed import HIDDEN, signed_for
from imaging.models import ImagingStudy, Lesion, ResponseAssessment
from iotrex_followup.api.filters import DayFilter
from iotrex_followup.api.resources import Resource
from iotrex_followup.api.shapes import ModelShape, Shape, VisibleField
from schedules.api.bodies import ReasonSerializer

VERDICT = ("recist", "mibg", "differs", "comment")
SIGNED = (
    "As it was computed when it was signed, with its arithmetic; empty before that, and of a baseline. "
    f"What stands on a reading that is kept from you has no numbers, and says “{HIDDEN}”."
)


class AssessmentSerializer(serializers.ModelSerializer[ResponseAssessment]):
    is_baseline = serializers.BooleanField(read_only=True)
    findings = LesionFindingSerializer(source="measurements", many=True, read_only=True)

    class Meta:
        model = ResponseAssessment
        fields: ClassVar[tuple[str, ...]] = (
            *("id", "clinic", "patient", "baseline", "is_baseline", "on", "studies", "state", "findings"),
            *(*actions.DESCRIBED, *VERDICT, "opened_by", "opened_at", "signed_by", "signed_on"),
        )
        read_only_fields = fields


class AssessmentDetailSerializer(AssessmentSerializer):
    proposal = serializers.SerializerMethodField(help_text=SIGNED)
    computed = ComputedSerializer(source="*", read_only=True)

    class Meta(AssessmentSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*AssessmentSerializer.Meta.fields, "proposal", "computed")
        read_only_fields = fields

    @extend_schema_field(serializers.DictField())
    def get_proposal(self, assessment: ResponseAssessment) -> Mapping[str, Any]:
        return signed_for(assessment, self.context["request"].user)


class NewAssessmentSerializer(Shape):
    studies = VisibleField(
        queryset=ImagingStudy.objects.select_related("patient__clinic"),
        many=True,
        allow_empty=False,
        help_text="Read together, of one patient.",
    )
    is_baseline = serializers.BooleanField(
        default=False, help_text="A course begins with it; else it is a time point of the latest course."
    )


class AssessmentChangeSerializer(ModelShape):
    class Meta:
        model = ResponseAssessment
        fields: ClassVar[tuple[str, ...]] = actions.DESCRIBED


class FindingsSerializer(Shape):
    findings = SeenLesionSerializer(many=True, allow_empty=False, help_text="Lesions left out stay as they are.")

    def validate_findings(self, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        twice = [lesion.name for lesion, count in Counter(each["lesion"] for each in found).items() if count > 1]
        if twice:
            raise serializers.ValidationError(f"Say what was seen once only: {', '.join(sorted(twice))}.")
        return found


class SignatureSerializer(Shape):
    """The verdict; of a baseline only the comment."""

    recist = serializers.ChoiceField(choices=ResponseAssessment.Recist.choices, default="", allow_blank=True)
    mibg = serializers.ChoiceField(choices=ResponseAssessment.Mibg.choices, default="", allow_blank=True)
    differs = serializers.CharField(
        default="", allow_blank=True, max_length=500, help_text="Why `recist` is not what was computed."
    )
    comment = serializers.CharField(default="", allow_blank=True, max_length=2000)


class AssessmentFilter(filters.FilterSet):
    on_from = DayFilter(field_name="on", lookup_expr="gte")
    on_to = DayFilter(field_name="on", lookup_expr="lte")
    is_baseline = filters.BooleanFilter(field_name="baseline", lookup_expr="isnull")

    class Meta:
        model = ResponseAssessment
        fields = ("clinic", "patient", "state", "baseline")


class AssessmentResource(Resource):
    """Assessments of response, the latest images first: baselines, and the time points held against them."""

    queryset = ResponseAssessment.objects.select_related("clinic", "patient__clinic", "baseline")
    serializer_class = AssessmentDetailSerializer
    filterset_class = AssessmentFilter
    ordering = ("-on", "-id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "create": May.DECIDE,
        "partial_update": May.DECIDE,
        "findings": May.DECIDE,
        "sign": May.DECIDE,
        "reopen": May.DECIDE,
        "withdraw": May.DECIDE,
    }
    bodies: ClassVar = {
        "create": NewAssessmentSerializer,
        "partial_update": AssessmentChangeSerializer,
        "findings": FindingsSerializer,
        "sign": SignatureSerializer,
        "reopen": ReasonSerializer,
        "withdraw": ReasonSerializer,
    }

    def get_queryset(self) -> QuerySet[Any]:
        """Return the assessments of the person's clinics, with their studies and what was seen."""
        return super().get_queryset().prefetch_related("studies", Prefetch("measurements", seen_by_day()))

    def get_serializer_class(self) -> type[AssessmentSerializer]:
        """Return the shape of one with what is computed of it; lists go without."""
        return AssessmentSerializer if self.action == "list" else AssessmentDetailSerializer

    def create(self, request: Request) -> Response:
        """Open an assessment of studies read together, as a baseline or as a time point of the latest course."""
        body = self.body()
        patient = body["studies"][0].patient
        self.require(patient.clinic)
        with told_at({"begins": "is_baseline"}):
            return self.created(actions.open_assessment(patient=patient, by=self.staff, **body))

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Say what is known of it besides its lesions: marrow, uptake, markers, symptoms."""
        fields = self.body(partial=True)
        return self.change(lambda found: actions.describe(assessment=found, fields=fields, by=self.staff))

    @action(detail=True, methods=["post"])
    def findings(self, request: Request, pk: UUID) -> Response:
        """Say what was seen of lesions of the course; all of them are taken, or none."""
        findings = self.body()["findings"]
        with told_at({f"seen_{each['lesion'].pk}": f"findings.{place}.seen" for place, each in enumerate(findings)}):
            return self.change(lambda found: self.measure(found, findings))

    def measure(self, found: ResponseAssessment, findings: list[dict[str, Any]]) -> None:
        """Store what was seen of each lesion."""
        seen = {lesion.pk: seen_in(told, found, lesion.method) for lesion, told in map(apart, findings)}
        lesions.measure(assessment=found, found=seen, by=self.staff)

    @action(detail=True, methods=["post"])
    def sign(self, request: Request, pk: UUID) -> Response:
        """Sign a baseline, or the verdict on a time point; what was computed is kept with it."""
        verdict = actions.Verdict(**self.body())
        return self.change(
            lambda found: actions.sign_assessment(
                assessment=found, verdict=verdict, by=self.staff, today=self.today(found.clinic)
            )
        )

    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: UUID) -> Response:
        """Take the signature back, so that it can be amended and signed anew."""
        body = self.body()
        return self.change(
            lambda found: actions.reopen_assessment(
                assessment=found, by=self.staff, today=self.today(found.clinic), **body
            )
        )

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: UUID) -> Response:
        """Mark it as entered in error; a baseline only once no time point is held against it."""
        body = self.body()
        return self.change(
            lambda found: actions.withdraw_assessment(
                assessment=found, by=self.staff, today=self.today(found.clinic), **body
            )
        )


def apart(finding: dict[str, Any]) -> tuple[Lesion, dict[str, Any]]:
    """Return the lesion a finding is about, and what was seen of it."""
    return finding["lesion"], {name: value for name, value in finding.items() if name != "lesion"}
