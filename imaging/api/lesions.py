"""Lesions for other systems: which are followed, and what was seen of each over time."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet, Subquery
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from imaging.actions import lesions as actions
from imaging.api.findings import SEEN, LesionFindingSerializer, SeenOfLesionSerializer, seen_by_day, seen_in
from imaging.models import Lesion, ResponseAssessment
from iotrex_followup.api.resources import Resource
from iotrex_followup.api.shapes import ModelShape, VisibleField
from schedules.api.bodies import ReasonSerializer

KNOWN = tuple(actions.LesionFacts.__dataclass_fields__)
FIRST = "What was seen of it where it is entered."


class LesionSerializer(serializers.ModelSerializer[Lesion]):
    findings = LesionFindingSerializer(source="measurements", many=True, read_only=True)

    class Meta:
        model = Lesion
        fields = ("id", "clinic", "patient", "baseline", "first_seen", *KNOWN, "withdrawn", "findings")
        read_only_fields = fields


class NewLesionSerializer(ModelShape):
    assessment = VisibleField(queryset=ResponseAssessment.objects.select_related("clinic", "patient__clinic"))
    found = SeenOfLesionSerializer(help_text=FIRST)

    class Meta:
        model = Lesion
        fields: ClassVar[tuple[str, ...]] = ("assessment", *KNOWN, "found")


class LesionChangeSerializer(ModelShape):
    found = SeenOfLesionSerializer(required=False, help_text=f"{FIRST} What is left out of it stays.")

    class Meta:
        model = Lesion
        fields: ClassVar[tuple[str, ...]] = (*KNOWN, "found")


class LesionFilter(filters.FilterSet):
    assessment = filters.UUIDFilter(method="followed_at", label="Followed at it: seen there first, or before.")

    class Meta:
        model = Lesion
        fields = ("clinic", "patient", "baseline", "first_seen", "role", "withdrawn")

    def followed_at(self, rows: QuerySet[Lesion], name: str, value: UUID) -> QuerySet[Lesion]:
        """Return the lesions of the course that were known by an assessment."""
        day = ResponseAssessment.objects.filter(pk=value).values("on")
        of_course = rows.filter(Q(baseline=value) | Q(baseline__in=course_at(value)))
        return of_course.filter(first_seen__on__lte=Subquery(day))


def course_at(assessment: UUID) -> QuerySet[Any, Any]:
    """Return the id of the baseline a time point is held against."""
    return ResponseAssessment.objects.filter(pk=assessment, baseline__isnull=False).values("baseline")


class LesionResource(Resource):
    """Lesions that are followed, in the order in which they were entered."""

    queryset = Lesion.objects.select_related("clinic", "patient__clinic", "first_seen")
    serializer_class = LesionSerializer
    filterset_class = LesionFilter
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "create": May.DECIDE,
        "partial_update": May.DECIDE,
        "withdraw": May.DECIDE,
    }
    bodies: ClassVar = {
        "create": NewLesionSerializer,
        "partial_update": LesionChangeSerializer,
        "withdraw": ReasonSerializer,
    }

    def get_queryset(self) -> QuerySet[Any]:
        """Return the lesions of the person's clinics, with what was seen of them."""
        return super().get_queryset().prefetch_related(Prefetch("measurements", seen_by_day()))

    def create(self, request: Request) -> Response:
        """Add a lesion with what was seen of it: target or non-target at a baseline, new at a later time point."""
        body = self.body()
        assessment, found = body.pop("assessment"), body.pop("found")
        self.require(assessment.clinic)
        facts = actions.LesionFacts(**body)
        seen = seen_in(found, assessment, facts.method)
        return self.created(actions.add_lesion(assessment=assessment, facts=facts, found=seen, by=self.staff))

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change what it is, and what was seen of it where it was entered first."""
        fields = self.body(partial=True)
        given = fields.pop("found", {})
        return self.change(
            lambda lesion: actions.change_lesion(
                lesion=lesion,
                fields=fields,
                found=seen_first(lesion, given, fields.get("method", lesion.method)),
                by=self.staff,
            )
        )

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: UUID) -> Response:
        """Mark it as entered in error; it is followed no more, the row stays."""
        body = self.body()
        return self.change(lambda lesion: actions.withdraw_lesion(lesion=lesion, by=self.staff, **body))


def seen_first(lesion: Lesion, given: dict[str, Any], method: str) -> actions.SeenFacts:
    """Return what was seen of a lesion where it was entered first, with what is given now.

    With another method it was measured on another study.
    """
    measured = lesion.measurements.filter(assessment=lesion.first_seen_id, withdrawn=False).first()
    known = {name: getattr(measured, name) for name in SEEN} if measured else {}
    if method != lesion.method:
        known.pop("study", None)
    return seen_in(known | given, lesion.first_seen, method)
