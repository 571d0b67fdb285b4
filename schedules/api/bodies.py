"""The shapes of what is sent to change plans, visits and appointments. Rules are the actions'."""

from dataclasses import fields as fields_of
from datetime import date
from typing import Any, ClassVar

from rest_framework import serializers

from accounts.models import Clinic
from iotrex_followup.api.shapes import ModelShape, Shape, VisibleField
from patients.models import Indication, Patient, Treatment
from patients.serializers import PatientFactsSerializer
from schedules.examination import FINDING_VALUES, TIMING_REASONS, Examination
from schedules.models import Appointment, ClinicClosure, Plan, PlannedVisit, Protocol, VisitRecord
from schedules.plans.planning import PlanChoices
from schedules.protocol import MARKERS

ENTERED_STATES = [(state.value, state.label) for state in (Treatment.State.GIVEN, Treatment.State.PLANNED)]
OUTCOMES = {"done": "Done", "drawn": "Drawn, result awaited"}
CHOICES = tuple(field.name for field in fields_of(PlanChoices))
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)


class ReasonSerializer(Shape):
    reason = serializers.CharField(allow_blank=True, default="")


class ChoicesSerializer(ModelShape):
    """What is chosen for one plan; the fields of `schedules.plans.planning.PlanChoices`."""

    markers = serializers.ListField(
        child=serializers.ChoiceField(choices=sorted(MARKERS)),
        required=False,
        allow_null=True,
        help_text="Left out: those of the indication when the tumour is secreting.",
    )
    followed_from = serializers.DateField(required=False, allow_null=True, help_text="Left out: today.")
    protocol = VisibleField(
        queryset=Protocol.objects.all(),
        required=False,
        allow_null=True,
        help_text="An active protocol version; left out: the clinic's default.",
    )

    class Meta:
        model = Plan
        fields: ClassVar[tuple[str, ...]] = CHOICES


def choices_in(body: dict[str, Any]) -> PlanChoices:
    """Return the choices of a body's `choices`; left out: the protocol's own."""
    chosen = dict(body.get("choices") or {})
    if chosen.get("markers") is not None:
        chosen["markers"] = tuple(chosen["markers"])
    return PlanChoices(**chosen)


TREATMENT_DETAILS = (
    "product",
    "activity_mbq",
    "weight_kg",
    "stem_cell_support",
    "radiation_precautions_until",
)
TREATMENT = ("started_on", "kind", "state", *TREATMENT_DETAILS, "override_reason")


class TreatmentFactsSerializer(ModelShape):
    """A treatment as entered; the fields of `patients.treatment_checks.TreatmentFacts`."""

    state = serializers.ChoiceField(choices=ENTERED_STATES, default=Treatment.State.GIVEN)

    class Meta:
        model = Treatment
        fields: ClassVar[tuple[str, ...]] = TREATMENT


class NewTreatmentSerializer(TreatmentFactsSerializer):
    patient = VisibleField(queryset=Patient.objects.select_related("clinic"))
    tandem_with = VisibleField(
        queryset=Treatment.objects.all(),
        required=False,
        allow_null=True,
        help_text="The first infusion of the planned tandem course this one completes.",
    )
    choices = ChoicesSerializer(required=False)

    class Meta(TreatmentFactsSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = ("patient", *TREATMENT, "tandem_with", "choices")


class TreatmentChangeSerializer(ModelShape):
    reason = serializers.CharField(default="", allow_blank=True, help_text="Why; also the reason for what is unusual.")

    class Meta:
        model = Treatment
        fields: ClassVar[tuple[str, ...]] = (*TREATMENT_DETAILS, "reason")


class ConfirmationSerializer(ModelShape):
    choices = ChoicesSerializer(required=False)

    class Meta:
        model = Treatment
        fields: ClassVar[tuple[str, ...]] = ("started_on", "activity_mbq", "weight_kg", "override_reason", "choices")


class EnrolmentSerializer(Shape):
    clinic = VisibleField(queryset=Clinic.objects.all())
    patient = PatientFactsSerializer()
    treatment = TreatmentFactsSerializer()
    choices = ChoicesSerializer(required=False)


class PreviewRequestSerializer(Shape):
    treated_on = serializers.DateField()
    indication = serializers.ChoiceField(choices=Indication.choices, default=Indication.OTHER)
    secreting = serializers.BooleanField(default=False)
    clinic = VisibleField(
        queryset=Clinic.objects.all(), required=False, help_text="Whose default is followed; left out: the shipped one."
    )
    choices = ChoicesSerializer(required=False)

    def validate_treated_on(self, day: date) -> date:
        if not EARLIEST <= day <= LATEST:
            raise serializers.ValidationError(f"Choose a date from {EARLIEST} to {LATEST}.")
        return day


class RecoverySerializer(Shape):
    recovered_on = serializers.DateField()


class ExaminationSerializer(ModelShape):
    findings = serializers.DictField(
        child=serializers.ChoiceField(choices=FINDING_VALUES), required=False, help_text="Left out: not asked."
    )

    class Meta:
        model = VisitRecord
        fields: ClassVar[tuple[str, ...]] = tuple(field.name for field in fields_of(Examination))


class WhatHappenedSerializer(ModelShape):
    outcomes = serializers.DictField(
        child=serializers.ChoiceField(choices=list(OUTCOMES.items())),
        help_text="Per activity: done, or drawn for a specimen whose result is awaited.",
    )
    examination = ExaminationSerializer(required=False)

    class Meta:
        model = VisitRecord
        fields: ClassVar[tuple[str, ...]] = ("occurred_on", "outcomes", "elsewhere", "place", "examination")


class RecordVisitSerializer(WhatHappenedSerializer):
    timing_reason = serializers.ChoiceField(
        choices=list(TIMING_REASONS.items()),
        required=False,
        allow_blank=True,
        help_text="Needed more than a day outside the window.",
    )

    class Meta(WhatHappenedSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*WhatHappenedSerializer.Meta.fields, "timing_reason", "timing_text")


class UnscheduledVisitSerializer(WhatHappenedSerializer):
    patient = VisibleField(queryset=Patient.objects.select_related("clinic"))

    class Meta(WhatHappenedSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = ("patient", *WhatHappenedSerializer.Meta.fields)


def what_happened(body: dict[str, Any]) -> dict[str, Any]:
    """Return a body as the recording actions take it, its examination as a value."""
    examination = body.pop("examination", None)
    return body | {"examination": None if examination is None else Examination(**examination)}


class MissedSerializer(Shape):
    reason = serializers.CharField(allow_blank=True, default="")
    next_step = serializers.CharField(allow_blank=True, default="")


class NotApplicableSerializer(Shape):
    reason = serializers.CharField(allow_blank=True, default="")
    activities = serializers.ListField(
        child=serializers.CharField(), required=False, allow_null=True, help_text="Left out: the whole visit."
    )


class ResultsReceivedSerializer(Shape):
    activities = serializers.ListField(child=serializers.CharField())


class ReleaseSerializer(Shape):
    activity = serializers.CharField()
    reason = serializers.CharField(allow_blank=True, default="")


class DaySerializer(Shape):
    on = serializers.DateField()
    at = serializers.TimeField(required=False, allow_null=True, help_text="The clinic's wall-clock time.")
    place = serializers.CharField(
        max_length=200, required=False, allow_blank=True, help_text="Left out when moved: as it was."
    )
    person = serializers.CharField(
        max_length=200,
        required=False,
        allow_blank=True,
        help_text="Who sees the patient. Left out when moved: as it was.",
    )
    interpreter = serializers.BooleanField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Left out: as the patient’s first contact says; when moved, as it was.",
    )
    reason = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="Needed outside the window, on a day the clinic does not work or the patient is away, and when the "
        "patient or the person is booked twice at one time.",
    )


class CancelSerializer(ReasonSerializer):
    cancelled_by = serializers.ChoiceField(
        choices=Appointment.CancelledBy.choices, required=False, allow_blank=True, help_text="Left out: not said."
    )


class NewAppointmentSerializer(DaySerializer):
    visits = VisibleField(queryset=PlannedVisit.objects.all(), many=True, allow_empty=False)


class MergeSerializer(Shape):
    into = VisibleField(queryset=Patient.objects.select_related("clinic"))
    reason = serializers.CharField(allow_blank=True, default="")


class NewClosureSerializer(ModelShape):
    clinic = VisibleField(queryset=Clinic.objects.all())

    class Meta:
        model = ClinicClosure
        fields: ClassVar[tuple[str, ...]] = ("clinic", "first_day", "last_day", "reason")


class DecidingClinicSerializer(Shape):
    clinic = VisibleField(queryset=Clinic.objects.all())
