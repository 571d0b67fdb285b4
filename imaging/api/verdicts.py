"""How other systems read what was computed: responses with their reasons, and what is to be decided."""

from typing import Any

from rest_framework import serializers

from imaging.api.scores import RelativeScoreSerializer
from imaging.courses.mibg import MibgFinding
from imaging.courses.proposing import questions_of
from imaging.courses.recist import course_of
from imaging.courses.verdicts import proposed, target_findings, what_is_missing
from imaging.models import ResponseAssessment
from imaging.response import recist
from imaging.response.discordance import Question
from imaging.response.inrc import InrcResult, PartResponse
from imaging.response.reasons import Reason, as_json
from iotrex_followup.api.shapes import NumberField
from patients.tumour_markers import MarkerCourse, MarkerValue

VERDICTS = ", ".join(f"`{each}`" for each in recist.Response)
EXACT = "As a text, not rounded."


def sentences(help_text: str = "") -> serializers.ListField:
    """Return a field that lists texts."""
    return serializers.ListField(child=serializers.CharField(), help_text=help_text)


class VerdictReasonSerializer(serializers.Serializer[Reason]):
    """One rule as it was applied, with its numbers."""

    rule = serializers.CharField()
    met = serializers.BooleanField()
    sentence = serializers.CharField()
    numbers = serializers.SerializerMethodField(help_text="By name, which ends in the unit; decimals as texts.")
    verified = serializers.BooleanField(help_text="False: a number of the rule was not read in its source.")

    def get_numbers(self, reason: Reason) -> dict[str, Any]:
        numbers: dict[str, Any] = as_json(reason.numbers)
        return numbers


class AddendSerializer(serializers.Serializer[recist.Addend]):
    """A lesion in a sum of diameters."""

    lesion = serializers.CharField()
    is_node = serializers.BooleanField()
    seen = serializers.CharField(help_text="In words.")
    mm = NumberField(allow_null=True, help_text="What it adds; null: not evaluated.")
    gone = serializers.BooleanField(help_text="Absent, or a node below 10 mm.")


class TargetResponseSerializer(serializers.Serializer[recist.TargetResponse]):
    """The verdict on the target lesions; the first of `reasons` decided."""

    response = serializers.CharField()
    sum_mm = NumberField()
    baseline_mm = NumberField()
    baseline_on = serializers.DateField()
    nadir_mm = NumberField()
    nadir_on = serializers.DateField()
    from_baseline_percent = NumberField(allow_null=True, help_text=EXACT)
    from_nadir_mm = NumberField(allow_null=True)
    from_nadir_percent = NumberField(allow_null=True, help_text=EXACT)
    addends = AddendSerializer(many=True)
    missing = sentences("Lesions that were not evaluated.")
    reasons = VerdictReasonSerializer(many=True)
    notes = sentences()


class NonTargetResponseSerializer(serializers.Serializer[recist.NonTargetResponse]):
    """The verdict on non-target lesions and marker."""

    response = serializers.CharField()
    seen = serializers.DictField(child=serializers.CharField(), help_text="What was seen, by lesion.")
    reason = VerdictReasonSerializer()


class NewLesionFoundSerializer(serializers.Serializer[recist.NewLesion]):
    """A lesion that was not there at the baseline."""

    name = serializers.CharField()
    certain = serializers.BooleanField()


class RecistSerializer(serializers.Serializer[recist.TimePointResponse]):
    """The response of a time point by RECIST 1.1, as computed."""

    version = serializers.CharField()
    response = serializers.CharField(help_text=f"One of {VERDICTS}.")
    target = TargetResponseSerializer(allow_null=True, help_text="Null without target lesions.")
    non_target = NonTargetResponseSerializer(allow_null=True, help_text="Null where there is nothing to judge.")
    new = NewLesionFoundSerializer(many=True)
    reappeared = sentences("Lesions that were gone in an earlier complete response.")
    reasons = VerdictReasonSerializer(many=True)
    notes = sentences()
    explanation = serializers.CharField(help_text="All of it in words.")


class MibgFindingSerializer(serializers.Serializer[MibgFinding]):
    """A scored scan of a time point by one scheme, against its baseline."""

    scan = serializers.CharField(help_text="Its kind and day.")
    study = serializers.UUIDField()
    baseline = serializers.UUIDField(allow_null=True, help_text="The study it is held against.")
    scheme = serializers.CharField()
    total = serializers.IntegerField(allow_null=True, help_text="Null while no score counts.")
    bone = serializers.IntegerField(allow_null=True, help_text="Over the regions of bone alone.")
    relative = RelativeScoreSerializer(allow_null=True, help_text="Null where the scans cannot be compared.")
    of_bone = RelativeScoreSerializer(allow_null=True)
    sentence = serializers.CharField()
    obstacles = sentences("What stands between the scan and its baseline.")


class InrcPartSerializer(serializers.Serializer[PartResponse]):
    """The verdict of INRC on one part; the first of `reasons` decided."""

    part = serializers.CharField()
    response = serializers.CharField()
    reasons = VerdictReasonSerializer(many=True)


class InrcSerializer(serializers.Serializer[InrcResult]):
    """The response of neuroblastoma by INRC 2017, as computed."""

    version = serializers.CharField()
    response = serializers.CharField()
    components = serializers.DictField(child=serializers.CharField(), help_text="Primary, metastases, marrow.")
    parts = InrcPartSerializer(many=True)
    reasons = VerdictReasonSerializer(many=True)
    notes = sentences()
    verified = serializers.BooleanField(help_text="False: something that decided was not read in the paper.")
    unverified = serializers.DictField(
        child=serializers.CharField(), help_text="The thresholds that were not read in the paper, with their source."
    )


class MarkerValueSerializer(serializers.Serializer[MarkerValue]):
    """A value of a tumour marker."""

    on = serializers.DateField()
    text = serializers.CharField(help_text="As it was reported, with its unit.")
    high = serializers.BooleanField(help_text="Above its upper limit.")


class MarkerCourseSerializer(serializers.Serializer[MarkerCourse]):
    """A tumour marker of one laboratory, assay and type of specimen, from before the treatment on."""

    name = serializers.CharField()
    before = MarkerValueSerializer(allow_null=True, help_text="The last before the treatment.")
    lowest = MarkerValueSerializer(allow_null=True, help_text="The lowest before `last`.")
    last = MarkerValueSerializer(allow_null=True, help_text="Up to four weeks after the images.")
    times_lowest = NumberField(allow_null=True, help_text="`last` as a multiple of `lowest`.")


class BestResponseSerializer(serializers.Serializer[recist.BestResponse]):
    """The best overall response of a course, of its signed time points."""

    version = serializers.CharField()
    response = serializers.CharField(help_text=f"One of {VERDICTS}.")
    on = serializers.DateField(allow_null=True)
    reasons = VerdictReasonSerializer(many=True)


class QuestionSerializer(serializers.Serializer[Question]):
    """Something a clinician has to decide."""

    rule = serializers.CharField()
    sentence = serializers.CharField()
    asks_for_pet = serializers.BooleanField(help_text="A PET with another tracer may tell.")


class SelectionFindingSerializer(serializers.Serializer[recist.SelectionFinding]):
    """What RECIST 1.1 has to say about the choice of target lesions; what is `refused` has to be mended."""

    lesions = sentences("Their names.")
    rule = serializers.CharField()
    refused = serializers.BooleanField()
    sentence = serializers.CharField()


class ComputedSerializer(serializers.Serializer[Any]):
    """What follows from what is entered by now; what was signed stands in `proposal` and the verdicts."""

    recist = RecistSerializer(allow_null=True, help_text="Null of a baseline, and while something is missing.")
    mibg = MibgFindingSerializer(many=True, help_text="By scan and scheme; nothing of a baseline.")
    uptake = serializers.CharField(
        allow_null=True, help_text="What the scores say, in the words of `mibg`; null: nothing."
    )
    inrc = InrcSerializer(allow_null=True, help_text="Of neuroblastoma, once `recist` is known.")
    markers = MarkerCourseSerializer(many=True, help_text="Of a baseline: before the treatment.")
    missing = sentences("What keeps it from being signed; empty: nothing.")
    questions = QuestionSerializer(many=True, help_text="Of one that is signed.")
    selection = SelectionFindingSerializer(many=True, help_text="Of a baseline.")

    def to_representation(self, assessment: ResponseAssessment) -> dict[str, Any]:
        """Return what is computed of an assessment."""
        course = course_of(assessment.baseline or assessment)
        told = proposed(course, assessment)
        found = {
            "recist": told.recist,
            "mibg": told.mibg,
            "uptake": told.uptake,
            "inrc": told.inrc,
            "markers": told.markers,
            "missing": what_is_missing(course, assessment),
            "questions": questions_of(assessment),
            "selection": target_findings(course) if assessment.is_baseline else [],
        }
        computed: dict[str, Any] = super().to_representation(found)
        return computed
