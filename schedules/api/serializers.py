"""How plans, visits and all that belongs to them are shown. Dates are the clinic's calendar dates."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Clinic
from patients.models import MBQ_PER_MCI, Treatment
from patients.serializers import PatientSerializer
from schedules.appointments.decisions import to_decide
from schedules.calendars import working_calendar
from schedules.models import (
    Appointment,
    ClinicClosure,
    DefaultProtocol,
    Plan,
    PlannedActivity,
    PlannedVisit,
    Protocol,
    ProtocolApproval,
    VisitRecord,
)
from schedules.plans.planning import facts_of
from schedules.protocol import Status, WorkingCalendar, shown_status

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
            "tandem_with",
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
        clock = plan.count_clock(today_of(self, plan.clinic))
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
            "person",
            "interpreter",
            "outside_window_reason",
            "state",
            "cancelled_by",
            "closing_reason",
            "moves",
            "visits",
            "created_at",
        )
        read_only_fields = fields


class BookedSerializer(serializers.ModelSerializer[Appointment]):
    class Meta:
        model = Appointment
        fields = ("id", "on", "at", "place", "person", "interpreter", "state")
        read_only_fields = fields


class ActivitySerializer(serializers.ModelSerializer[PlannedActivity]):
    class Meta:
        model = PlannedActivity
        fields = ("id", "activity", "status", "done_on", "reason", "record", "proposal")
        read_only_fields = fields


class VisitSerializer(serializers.ModelSerializer[PlannedVisit]):
    activities = ActivitySerializer(many=True, read_only=True)
    appointment = BookedSerializer(read_only=True, allow_null=True)
    shown_status = serializers.SerializerMethodField(help_text="As people read it today, the clinic's date.")
    days_overdue = serializers.SerializerMethodField(help_text="Days since the window closed; 0 unless overdue.")
    to_decide = serializers.SerializerMethodField(
        help_text="What a person has to decide about its day today, in words: a booking that fits no longer, a window "
        "without a day, a hold; empty: nothing."
    )

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
            "to_decide",
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

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_to_decide(self, visit: PlannedVisit) -> list[str]:
        calendars: dict[UUID, WorkingCalendar] = self.context["calendars"]
        if visit.clinic_id not in calendars:
            calendars[visit.clinic_id] = working_calendar(visit.clinic)
        return to_decide(visit, calendars[visit.clinic_id], today=today_of(self, visit.clinic))


class FreeDaySerializer(serializers.Serializer[Any]):
    """One day that suits."""

    on = serializers.DateField(read_only=True)
    left = serializers.DictField(
        child=serializers.IntegerField(),
        read_only=True,
        help_text="Free places by activity; what is not there is not counted.",
    )


class FreeDaysSerializer(serializers.Serializer[Any]):
    """The days inside the window that suit a visit: the clinic works, the patient is not away, a place is free."""

    days = FreeDaySerializer(many=True, read_only=True)


class MoveSerializer(serializers.Serializer[Any]):
    """Once a timepoint was elsewhere."""

    was = serializers.DateField(read_only=True, help_text="The target it had.")
    until = serializers.DateField(read_only=True, help_text="The clinic's day on which it moved.")
    by = serializers.CharField(read_only=True)
    because = serializers.CharField(read_only=True, help_text="Blank: not known.")


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
    undecided = serializers.BooleanField(read_only=True, help_text="No day of the window can be suggested.")
    protocol_slug = serializers.CharField(read_only=True)
    protocol_version = serializers.CharField(read_only=True)
    because = serializers.CharField(read_only=True, help_text="Of an addition: why it was added; else blank.")
    sentence = serializers.CharField(read_only=True, help_text="All of it but the moves as one English sentence.")
    moves = MoveSerializer(many=True, read_only=True, help_text="Where the target was before, the earliest first.")


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


class DefaultProtocolSerializer(serializers.ModelSerializer[DefaultProtocol]):
    class Meta:
        model = DefaultProtocol
        fields = ("clinic", "chosen_by", "chosen_on")
        read_only_fields = fields


class ProtocolSerializer(serializers.ModelSerializer[Protocol]):
    approvals = ApprovalSerializer(many=True, read_only=True, source="own_approvals")
    default_of = DefaultProtocolSerializer(
        many=True,
        read_only=True,
        source="own_defaults",
        help_text="The clinics whose new plans follow it unless another is chosen.",
    )

    class Meta:
        model = Protocol
        fields = (
            "id",
            "clinic",
            "slug",
            "version",
            "title",
            "text",
            "sha256",
            "status",
            "is_example",
            "based_on",
            "written_by",
            "submitted_by",
            "submitted_at",
            "published_by",
            "published_at",
            "approvals",
            "default_of",
        )
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
