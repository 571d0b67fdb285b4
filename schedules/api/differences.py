"""What a change would do to a patient's plans, as data: asked for before the change, and named by it."""

from collections.abc import Callable
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.response import Response

from iotrex_followup.api.etags import etag_of
from iotrex_followup.api.problems import PreconditionFailed
from iotrex_followup.api.resources import Resource
from iotrex_followup.api.shapes import ModelShape, Shape
from patients.models import Patient
from schedules.calendars import working_calendar
from schedules.models import Plan
from schedules.pages.differences import DifferenceShown, previewed
from schedules.plans.planning import PlanChoices
from schedules.protocol import MARKERS

CHOSEN = (
    *("imaging_interval", "annual_interval", "annual_reason", "late_imaging_interval", "late_imaging_reason"),
    "markers",
)


SEEN = "The version of the preview you looked at; refused with 412 when the change would now do something else."


class PlanChangeSerializer(ModelShape):
    """Other choices for a plan; what is left out stays."""

    markers = serializers.ListField(child=serializers.ChoiceField(choices=sorted(MARKERS)), required=False)
    reason = serializers.CharField(allow_blank=True, required=False)
    seen = serializers.CharField(allow_blank=True, default="", help_text=SEEN)

    class Meta:
        model = Plan
        fields: ClassVar[tuple[str, ...]] = (*CHOSEN, "reason", "seen")


class SeenSerializer(Shape):
    """Nothing but the look it follows."""

    seen = serializers.CharField(allow_blank=True, default="", help_text=SEEN)


class SeenReasonSerializer(SeenSerializer):
    reason = serializers.CharField(allow_blank=True, default="")


class RedateSerializer(Shape):
    started_on = serializers.DateField(help_text="The clinic's date on which the infusion really began.")
    reason = serializers.CharField(allow_blank=True, default="")
    override_reason = serializers.CharField(
        allow_blank=True, default="", help_text="Why something unusual on that date is right."
    )
    seen = serializers.CharField(allow_blank=True, default="", help_text=SEEN)


class DatesSerializer(serializers.Serializer[Any]):
    target = serializers.DateField()
    opens = serializers.DateField()
    closes = serializers.DateField(help_text="The last day of the window.")


class DifferenceRowSerializer(serializers.Serializer[Any]):
    """What becomes of one timepoint."""

    what = serializers.SerializerMethodField()
    plan = serializers.UUIDField()
    visit = serializers.UUIDField(allow_null=True, help_text="None: it is new.")
    timepoint = serializers.CharField()
    kind = serializers.CharField()
    before = DatesSerializer(allow_null=True, help_text="None: it is new.")
    after = DatesSerializer(allow_null=True, help_text="None: it is not part of the plan any more.")
    days = serializers.IntegerField(help_text="By how many days the target moves, later being positive.")
    more = serializers.ListField(child=serializers.CharField(), help_text="Activities it gains.")
    less = serializers.ListField(child=serializers.CharField(), help_text="Activities it loses.")
    booked_on = serializers.DateField(allow_null=True)
    suggested_on = serializers.DateField(allow_null=True, help_text="Where an appointment to be decided could go.")
    sentence = serializers.CharField()

    def get_what(self, row: Any) -> str:
        return str(row.what.name.lower())


class CountSerializer(serializers.Serializer[Any]):
    what = serializers.SerializerMethodField()
    number = serializers.IntegerField()

    def get_what(self, count: Any) -> str:
        return str(count.what.name.lower())


class DifferenceSerializer(serializers.Serializer[Any]):
    """What a change would do; nothing is stored. Send `version` as `seen` with the change itself."""

    version = serializers.CharField(source="fingerprint")
    sentence = serializers.CharField()
    counts = CountSerializer(many=True)
    changed = DifferenceRowSerializer(many=True)
    stands = DifferenceRowSerializer(many=True)


def choices_with(body: dict[str, Any]) -> dict[str, Any]:
    """Return what of a body are choices of a plan, as `schedules.actions.choices_of` takes them."""
    chosen = {name: body[name] for name in PlanChoices.__dataclass_fields__ if name in body}
    return chosen | ({"markers": tuple(chosen["markers"])} if "markers" in chosen else {})


class PreviewingResource(Resource):
    """Rows whose changes plan anew: a look at the difference, and the change that names what was looked at."""

    def look(self, patient: Patient, change: Callable[[], object]) -> DifferenceShown:
        """Return what `change` would do to the plans of `patient`; nothing stays stored."""
        calendar = working_calendar(patient.clinic)
        return previewed(change, patient, today=self.today(patient.clinic), calendar=calendar)

    def refuse_unseen(self, patient: Patient, seen: str, change: Callable[[], object]) -> None:
        """Raise PreconditionFailed when `change` would do something else than what was `seen`, if that is named."""
        if seen and seen != self.look(patient, change).fingerprint:
            raise PreconditionFailed

    def previewed(self, patient: Patient, change: Callable[[], object]) -> Response:
        """Return the difference as data, with the version of the row for If-Match."""
        row = self.get_object()
        shown = DifferenceSerializer(self.look(patient, change)).data
        return Response(shown, headers={"ETag": etag_of(self.get_serializer(row).data)})
