"""What was seen of lesions, as it is read and as it is sent."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from imaging.actions.lesions import SeenFacts
from imaging.courses.recist import measured_on
from imaging.models import ImagingStudy, Lesion, LesionMeasurement, ResponseAssessment
from iotrex_followup.api.shapes import ModelShape, NumberField, VisibleField
from iotrex_followup.errors import InputRefused

SEEN = ("seen", "diameter_mm", "parts_mm", "merged_into", "study", "note")
ON = "The study it was seen on. Left out: that of the assessment which is of the lesion's method, where there is one."


class LesionFindingSerializer(serializers.ModelSerializer[LesionMeasurement]):
    """What was seen of a lesion at a time point."""

    name = serializers.CharField(source="lesion.name")
    on = serializers.DateField(source="assessment.on")
    parts_mm = serializers.ListField(child=NumberField(), help_text="Of a lesion that split.")

    class Meta:
        model = LesionMeasurement
        fields = ("lesion", "name", "assessment", "on", *SEEN)
        read_only_fields = fields


class SeenOfLesionSerializer(ModelShape):
    """What was seen: a diameter where it was measured, parts where it split, the other lesion where it merged."""

    parts_mm = serializers.ListField(child=NumberField(), required=False, help_text="Of a lesion that split.")
    merged_into = VisibleField(
        queryset=Lesion.objects.filter(withdrawn=False), required=False, allow_null=True, help_text="A target lesion."
    )
    study = VisibleField(
        queryset=ImagingStudy.objects.select_related("clinic"), required=False, allow_null=True, help_text=ON
    )

    class Meta:
        model = LesionMeasurement
        fields: ClassVar[tuple[str, ...]] = SEEN


class SeenLesionSerializer(SeenOfLesionSerializer):
    lesion = VisibleField(queryset=Lesion.objects.filter(withdrawn=False))

    class Meta(SeenOfLesionSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = ("lesion", *SEEN)


def seen_by_day() -> QuerySet[LesionMeasurement]:
    """Return what was seen of lesions, by day and name."""
    rows = LesionMeasurement.objects.filter(withdrawn=False, lesion__withdrawn=False)
    return rows.select_related("lesion", "assessment").order_by("assessment__on", "lesion__name")


def seen_in(found: Mapping[str, Any], assessment: ResponseAssessment, method: str) -> SeenFacts:
    """Return what a body says was seen of a lesion of that method."""
    facts = {**found, "parts_mm": tuple(found.get("parts_mm", ()))}
    if "study" not in facts:
        facts["study"] = measured_on(method, assessment.studies.all())
    return SeenFacts(**facts)


@contextmanager
def told_at(places: Mapping[str, str]) -> Iterator[None]:
    """Tell a refusal at its place in the body, by the name it has on the page."""
    try:
        yield
    except InputRefused as error:
        raise InputRefused(error.message, field=places.get(error.field or "", error.field)) from error
