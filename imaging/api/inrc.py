"""The thresholds by which a clinic computes INRC, for other systems."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from imaging.actions.inrc_policy import set_inrc
from imaging.api.scoring import OfClinic
from imaging.courses.inrc_rules import THRESHOLDS, WORDS, rules_of
from imaging.models import ImagingPolicy
from imaging.response.inrc import SourcedNumber
from iotrex_followup.api.shapes import NumberField, Shape

NAMES = ", ".join(f"`{each}`" for each in THRESHOLDS)


class WordsSerializer(Shape):
    """Where the rules in words were read."""

    source = serializers.CharField(max_length=300)  # type: ignore[assignment]  # a field of that name
    verified = serializers.BooleanField(default=False, help_text="It was read in the paper.")


class ThresholdSerializer(WordsSerializer):
    """A threshold, and where it was read."""

    value = NumberField()


class InrcChangeSerializer(Shape):
    thresholds = serializers.DictField(
        child=ThresholdSerializer(), required=False, help_text=f"Those that are not as shipped, all of them: {NAMES}."
    )
    words = WordsSerializer(required=False, allow_null=True, help_text="Null: as shipped.")


class InrcThresholdsSerializer(serializers.Serializer[ImagingPolicy]):
    """The thresholds in use, by name, and where the rules in words were read."""

    clinic = serializers.UUIDField(source="clinic_id")
    thresholds = serializers.DictField(child=ThresholdSerializer(), help_text=NAMES)
    words = WordsSerializer()
    own = serializers.ListField(child=serializers.CharField(), help_text="The names of what is not as shipped.")

    def to_representation(self, policy: ImagingPolicy) -> dict[str, Any]:
        """Return what the clinic computes by."""
        rules = rules_of(policy)
        return {
            "clinic": str(policy.clinic_id),
            "thresholds": {name: ThresholdSerializer(getattr(rules, name)).data for name in THRESHOLDS},
            "words": {"source": rules.words_source, "verified": rules.words_verified},
            "own": sorted(policy.inrc),
        }


class InrcResource(OfClinic):
    """The thresholds by which a clinic computes INRC 2017, each with whether it was read in the paper."""

    serializer_class = InrcThresholdsSerializer
    bodies = {"partial_update": InrcChangeSerializer}

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Read the thresholds in use."""
        return super().retrieve(request, pk)

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Set the thresholds; what was signed keeps its arithmetic."""
        body: dict[str, Any] = self.body(partial=True)
        return self.change(lambda policy: self.set(policy, body))

    def set(self, policy: ImagingPolicy, body: dict[str, Any]) -> ImagingPolicy:
        """Set what `body` names; the rest stays."""
        rules = rules_of(policy)
        kept = {name: getattr(rules, name) for name in policy.inrc if name != WORDS}
        words = (rules.words_source, rules.words_verified) if WORDS in policy.inrc else None
        if "thresholds" in body:
            kept = {name: SourcedNumber(**each) for name, each in body["thresholds"].items()}
        if "words" in body:
            words = (body["words"]["source"], body["words"]["verified"]) if body["words"] else None
        return set_inrc(clinic=policy.clinic, thresholds=kept, words=words, by=self.staff)
