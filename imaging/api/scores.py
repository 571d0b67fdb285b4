"""What the score of a scan comes to, for other systems: nothing here is stored."""

from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from imaging.models import ImagingPolicy, ImagingStudy
from imaging.response.comparable import Obstacle
from imaging.response.scores import RelativeScore
from imaging.scoring.comparing import Comparison, CutOffNote, compare, notes_of
from imaging.scoring.counting import Standing
from imaging.scoring.schemes import SCHEMES, policy_of
from iotrex_followup.api.resources import Resource
from iotrex_followup.api.shapes import NumberField, Shape


class Computed(NamedTuple):
    """A scan against its baseline, with the cut-offs the clinic shows."""

    comparison: Comparison
    cut_offs: list[CutOffNote]


class RelativeScoreSerializer(serializers.Serializer[RelativeScore]):
    """The follow-up total over the baseline's."""

    regions = serializers.CharField(help_text="`all`, or `bone` as INRC 2017 takes it.")
    follow_up = serializers.IntegerField()
    baseline = serializers.IntegerField()
    value = NumberField(allow_null=True, help_text="As a text, not rounded; null over a baseline of 0.")
    sentence = serializers.CharField()


class ObstacleSerializer(serializers.Serializer[Obstacle]):
    """What stands between the scan and its baseline; one that is refused leaves no relative score."""

    rule = serializers.CharField()
    refused = serializers.BooleanField()
    sentence = serializers.CharField()


class CutOffSerializer(serializers.Serializer[CutOffNote]):
    """A published cut-off, found in neuroblastoma and not after therapy; nothing follows from it."""

    key = serializers.CharField(source="cut_off.key")
    measure = serializers.CharField(source="cut_off.measure", help_text="`total` or `relative`.")
    above = NumberField(source="cut_off.above", help_text="A number as a text; equal is not above.")
    meaning = serializers.CharField(source="cut_off.meaning")
    setting = serializers.CharField(source="cut_off.setting", help_text="What it was found in.")
    reference = serializers.CharField(source="cut_off.source")
    limits = serializers.CharField(source="cut_off.limits")
    verified = serializers.BooleanField(source="cut_off.verified")
    says = serializers.CharField(help_text="What it says of this score; empty where its measure is not known.")


class StudyScoreSerializer(serializers.Serializer[Computed]):
    """What counts of a scan by one scheme, and what it is held against."""

    study = serializers.UUIDField(source="comparison.score.study.pk")
    clinic = serializers.UUIDField(source="comparison.score.study.clinic_id")
    patient = serializers.UUIDField(source="comparison.score.study.patient_id")
    scheme = serializers.CharField(source="comparison.score.scheme.kind")
    state = serializers.CharField(
        source="comparison.score.standing", help_text=f"One of {', '.join(f'`{each}`' for each in Standing)}."
    )
    sentence = serializers.CharField(source="comparison.score.sentence")
    total = serializers.IntegerField(
        source="comparison.score.counts.total", allow_null=True, default=None, help_text="Null while none counts."
    )
    values = serializers.DictField(
        source="comparison.score.counts.values", child=serializers.IntegerField(), allow_null=True, default=None
    )
    reading = serializers.UUIDField(
        source="comparison.score.counting.pk", allow_null=True, default=None, help_text="The reading that counts."
    )
    differing = serializers.ListField(
        source="comparison.score.agreement.differing",
        child=serializers.CharField(),
        default=list,
        help_text="The regions in which two readers differ, by key.",
    )
    baseline = serializers.UUIDField(
        source="comparison.baseline.study.pk", allow_null=True, default=None, help_text="The study it is held against."
    )
    comparison = serializers.CharField(source="comparison.sentence", help_text="What came of holding it against that.")
    obstacles = ObstacleSerializer(source="comparison.obstacles", many=True)
    relative = RelativeScoreSerializer(source="comparison.relative", allow_null=True)
    relative_of_bone = RelativeScoreSerializer(source="comparison.of_bone", allow_null=True)
    passed_over = serializers.ListField(
        source="comparison.passed_over",
        child=serializers.CharField(),
        help_text="Later baselines that have no score which counts, or were not read.",
    )
    cut_offs = CutOffSerializer(many=True)


class SchemeQuery(Shape):
    scheme = serializers.ChoiceField(choices=ImagingPolicy.Scheme.choices, required=False)


class StudyScoreResource(Resource):
    """What the score of a scan comes to."""

    queryset = ImagingStudy.objects.select_related("clinic", "patient__clinic")
    serializer_class = StudyScoreSerializer
    permissions_by_action: ClassVar = {"retrieve": May.VIEW}

    def get_queryset(self) -> QuerySet[Any]:
        """Return the scans that were not entered in error."""
        return super().get_queryset().filter(withdrawn=False)

    def get_object(self) -> Computed:
        """Return what the scan the address names comes to."""
        study: ImagingStudy = super().get_object()
        asked = SchemeQuery(data=self.request.query_params.dict())
        asked.is_valid(raise_exception=True)
        policy = policy_of(study.clinic)
        found = compare(study, SCHEMES[asked.validated_data.get("scheme", policy.scheme)], policy)
        return Computed(found, notes_of(found, policy))

    @extend_schema(
        operation_id="imaging_studies_score_retrieve",
        parameters=[
            OpenApiParameter(
                "scheme", str, enum=ImagingPolicy.Scheme.values, description="Left out: the clinic's scheme."
            )
        ],
    )
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Read which score of a scan counts, and its relative score where the scans can be compared."""
        return super().retrieve(request, pk)
