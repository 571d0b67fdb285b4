"""How plans, visits and all that belongs to them are shown. Dates are the clinic's calendar dates."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Clinic
from patients.models import MBQ_PER_MCI, Treatment
from patients.serializers import PatientSerializer
from schedules.models import (
    Appointment,
    ClinicClosure,
    Plan,
    PlannedActivity,
    PlannedVisit,
    Protocol,
    ProtocolApproval,
    VisitRecord,
)
from schedules.planning import facts_of
from schedules.protocol import Status, count_clock, shown_status

MBQ_PER_GBQ = Decimal(1000)


def divided(mbq: Decimal | None, by: Decimal, step: str) -> str | None:
    """Return an activity given in MBq in another unit, rounded to `step`; None when it is unknown."""
    return None if mbq is None else str((mbq / by).quantize(Decimal(step)))


def today_of(serializer: serializers.BaseSerializer[Any], clinic: Clinic) -> date:
    """Return the clinic's date at the time of the request."""
    now: datetime = serializer.context["now"]
    return clinic.local_date(now)


class TreatmentSerializer(serializers.ModelSerializer[Treatment]):
    activity_gbq = serializers.SerializerMethodField(help_text="The administered activity in GBq.")
    activity_mci = serializers.SerializerMethodField(help_text="The administered activity in mCi, to one decimal.")
    mbq_per_kg = serializers.DecimalField(
        max_digits=9, decimal_places=1, source="activity_per_kg_mbq", read_only=True, allow_null=True
    )
    plan: serializers.PrimaryKeyRelatedField[Plan] = serializers.PrimaryKeyRelatedField(
        read_only=True, allow_null=True, default=None, help_text="The plan it anchors."
    )

    class Meta:
        model = Treatment
        fields = (
            "id",
            "clinic",
            "patient",
            "plan",
            "kind",
            "state",
            "number",
            "started_on",
            "product",
            "activity_mbq",
            "activity_gbq",
            "activity_mci",
            "weight_kg",
            "mbq_per_kg",
            "stem_cell_support",
            "radiation_precautions_until",
            "override_reason",
            "created_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.DecimalField(max_digits=9, decimal_places=4, allow_null=True))
    def get_activity_gbq(self, treatment: Treatment) -> str | None:
        return (
            None if treatment.activity_mbq is None else str((treatment.activity_mbq / 1000).quantize(Decimal("0.0001")))
        )

    @extend_schema_field(serializers.DecimalField(max_digits=9, decimal_places=1, allow_null=True))
    def get_activity_mci(self, treatment: Treatment) -> str | None:
        return (
            None
            if treatment.activity_mbq is None
            else str((treatment.activity_mbq / MBQ_PER_MCI).quantize(Decimal("0.1")))
        )


class CountClockSerializer(serializers.Serializer[Any]):
    """The clock over the weekly blood counts, while it runs."""

    days_since = serializers.IntegerField(read_only=True, help_text="Days since the last specimen.")
    limit = serializers.IntegerField(read_only=True, help_text="Days that may pass.")
    overdue_since = serializers.DateField(read_only=True)
    overdue = serializers.BooleanField(read_only=True)
    until = serializers.DateField(read_only=True, help_text="The last day it runs.")


class PlanSerializer(serializers.ModelSerializer[Plan]):
    protocol: serializers.StringRelatedField[Protocol] = serializers.StringRelatedField(read_only=True)
    protocol_id = serializers.UUIDField(read_only=True)
    count_clock = serializers.SerializerMethodField(help_text="None while it does not run.")

    class Meta:
        model = Plan
        fields = (
            "id",
            "clinic",
            "patient",
            "treatment",
            "protocol",
            "protocol_id",
            "anchor",
            "imaging_interval",
            "annual_interval",
            "annual_reason",
            "late_imaging_interval",
            "late_imaging_reason",
            "markers",
            "followed_from",
            "is_current",
            "counts_recovered_on",
            "count_clock",
            "created_at",
        )
        read_only_fields = fields

    @extend_schema_field(CountClockSerializer(allow_null=True))
    def get_count_clock(self, plan: Plan) -> Any:
        clock = count_clock(
            plan.anchor,
            followed_from=plan.followed_from,
            last_specimen_on=plan.last_count_on,  # type: ignore[attr-defined]  # annotated by with_last_count
            today=today_of(self, plan.clinic),
            recovered_on=plan.counts_recovered_on,
        )
        return CountClockSerializer(clock).data if clock and plan.is_current else None


class EnrolledSerializer(serializers.Serializer[Any]):
    """What an enrolment stored; no plan when the treatment anchors none."""

    patient = PatientSerializer(read_only=True)
    treatment = TreatmentSerializer(read_only=True)
    plan = PlanSerializer(read_only=True, allow_null=True)
    visits = serializers.IntegerField(read_only=True, help_text="How many planned visits were stored.")


class AppointmentSerializer(serializers.ModelSerializer[Appointment]):
    visits: Any = serializers.PrimaryKeyRelatedField(many=True, read_only=True)

    class Meta:
        model = Appointment
        fields = (
            "id",
            "clinic",
            "patient",
            "on",
            "at",
            "place",
            "outside_window_reason",
            "state",
            "moves",
            "visits",
            "created_at",
        )
        read_only_fields = fields


class BookedSerializer(serializers.ModelSerializer[Appointment]):
    class Meta:
        model = Appointment
        fields = ("id", "on", "at", "place")
        read_only_fields = fields


class ActivitySerializer(serializers.ModelSerializer[PlannedActivity]):
    class Meta:
        model = PlannedActivity
        fields = ("id", "activity", "status", "done_on", "reason", "record")
        read_only_fields = fields


class VisitSerializer(serializers.ModelSerializer[PlannedVisit]):
    activities = ActivitySerializer(many=True, read_only=True)
    appointment = BookedSerializer(read_only=True, allow_null=True)
    shown_status = serializers.SerializerMethodField(help_text="As people read it today, the clinic's date.")
    days_overdue = serializers.SerializerMethodField(help_text="Days since the window closed; 0 unless overdue.")

    class Meta:
        model = PlannedVisit
        fields = (
            "id",
            "clinic",
            "patient",
            "plan",
            "timepoint",
            "kind",
            "phase",
            "target",
            "opens",
            "closes",
            "status",
            "shown_status",
            "days_overdue",
            "before_enrolment",
            "done_on",
            "drawn_on",
            "elsewhere",
            "closing_reason",
            "next_step",
            "cost",
            "appointment",
            "activities",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=[status.value for status in Status]))
    def get_shown_status(self, visit: PlannedVisit) -> str:
        return shown_status(facts_of(visit), today_of(self, visit.clinic)).value

    @extend_schema_field(serializers.IntegerField())
    def get_days_overdue(self, visit: PlannedVisit) -> int:
        today = today_of(self, visit.clinic)
        overdue = shown_status(facts_of(visit), today) == Status.OVERDUE
        return (today - visit.closes).days if overdue else 0


class WhySerializer(serializers.Serializer[Any]):
    """What made a timepoint's dates."""

    timepoint = serializers.CharField(read_only=True)
    anchor = serializers.DateField(read_only=True)
    rule = serializers.CharField(read_only=True)
    offset = serializers.IntegerField(read_only=True)
    offset_unit = serializers.CharField(read_only=True)
    target = serializers.DateField(read_only=True)
    clamped = serializers.BooleanField(read_only=True, help_text="The month has no such day, so its last day stands.")
    opens = serializers.DateField(read_only=True)
    closes = serializers.DateField(read_only=True)
    before = serializers.IntegerField(read_only=True, help_text="Days of the window before the target.")
    after = serializers.IntegerField(read_only=True, help_text="Days of the window after the target.")
    suggested = serializers.DateField(read_only=True, allow_null=True)
    shifted_because = serializers.CharField(read_only=True, allow_null=True)
    undecided = serializers.BooleanField(read_only=True, help_text="The window has no working day.")
    protocol_slug = serializers.CharField(read_only=True)
    protocol_version = serializers.CharField(read_only=True)
    sentence = serializers.CharField(read_only=True, help_text="All of it as one English sentence.")


class RecordSerializer(serializers.ModelSerializer[VisitRecord]):
    findings = serializers.DictField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = VisitRecord
        fields = (
            "id",
            "clinic",
            "patient",
            "visit",
            "occurred_on",
            "activities",
            "elsewhere",
            "place",
            "timing_reason",
            "timing_text",
            "findings",
            "other_symptoms",
            "temperature_c",
            "systolic_mmhg",
            "diastolic_mmhg",
            "heart_rate_bpm",
            "weight_kg",
            "height_cm",
            "note",
            "withdrawn",
            "recorded_by",
            "recorded_at",
        )
        read_only_fields = fields


class ClosureSerializer(serializers.ModelSerializer[ClinicClosure]):
    class Meta:
        model = ClinicClosure
        fields = ("id", "clinic", "first_day", "last_day", "reason")
        read_only_fields = fields


class ApprovalSerializer(serializers.ModelSerializer[ProtocolApproval]):
    class Meta:
        model = ProtocolApproval
        fields = ("clinic", "approved_by", "approved_on")
        read_only_fields = fields


class ProtocolSerializer(serializers.ModelSerializer[Protocol]):
    approvals = ApprovalSerializer(many=True, read_only=True, source="own_approvals")

    class Meta:
        model = Protocol
        fields = ("id", "slug", "version", "title", "text", "sha256", "status", "approvals")
        read_only_fields = fields


class TimepointSerializer(serializers.Serializer[Any]):
    """One timepoint of a timeline that is not stored."""

    timepoint = serializers.CharField(read_only=True)
    kind = serializers.ChoiceField(choices=PlannedVisit.Kind.choices, read_only=True)
    phase = serializers.CharField(read_only=True)
    target = serializers.DateField(read_only=True)
    opens = serializers.DateField(read_only=True)
    closes = serializers.DateField(read_only=True)
    activities = serializers.ListField(child=serializers.CharField(), read_only=True)
    cost = serializers.IntegerField(read_only=True)


class PreviewSerializer(serializers.Serializer[Any]):
    protocol = serializers.CharField(read_only=True)
    timepoints = TimepointSerializer(many=True, read_only=True)
    warnings = serializers.ListField(child=serializers.CharField(), read_only=True)
    continues = serializers.CharField(read_only=True, allow_null=True, help_text="How it goes on without end.")
