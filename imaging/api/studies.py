"""Studies for other systems: the same actions as on the pages."""

from typing import ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from events.attachments import KINDS, attachment_response
from imaging.actions import reports
from imaging.actions import studies as actions
from imaging.models import ImagingStudy
from iotrex_followup.api.filters import DayFilter
from iotrex_followup.api.resources import AsItIs, Resource
from iotrex_followup.api.shapes import ModelShape, Shape, VisibleField
from patients.models import Patient
from schedules.api.bodies import ReasonSerializer
from schedules.models import PlannedActivity

KNOWN = tuple(actions.StudyFacts.__dataclass_fields__)
REPORTS = [(each.value, each.label) for each in ImagingStudy.ReportStatus if each.value]
UNREPORTED = "none"  # a filter that is empty is no filter


class ImagingStudySerializer(serializers.ModelSerializer[ImagingStudy]):
    stands_for = serializers.UUIDField(
        source="activity.visit_id", allow_null=True, default=None, help_text="The planned visit it stands for."
    )
    has_report_file = serializers.SerializerMethodField(help_text="Whether `report-file` has something to give.")

    class Meta:
        model = ImagingStudy
        fields = (
            *(
                "id",
                "clinic",
                "patient",
                *KNOWN,
                "is_baseline",
                "activity",
                "stands_for",
                "report_status",
                "report_text",
            ),
            *("has_report_file", "reported_on", "reader", "withdrawn", "recorded_by", "recorded_at"),
        )
        read_only_fields = fields

    def get_has_report_file(self, study: ImagingStudy) -> bool:
        return study.report_file_id is not None


class NewImagingStudySerializer(ModelShape):
    patient = VisibleField(queryset=Patient.objects.select_related("clinic"))

    class Meta:
        model = ImagingStudy
        fields: ClassVar[tuple[str, ...]] = ("patient", *KNOWN)


class ImagingStudyChangeSerializer(ModelShape):
    reason = serializers.CharField(
        default="", allow_blank=True, max_length=500, help_text="Needed when the kind or a day changes."
    )

    class Meta:
        model = ImagingStudy
        fields: ClassVar[tuple[str, ...]] = (*KNOWN, "reason")


class StudyReportSerializer(Shape):
    status = serializers.ChoiceField(choices=REPORTS)
    reported_on = serializers.DateField()
    text = serializers.CharField(default="", allow_blank=True, help_text="May be empty where there is a file.")
    reader = serializers.CharField(default="", allow_blank=True, max_length=200, help_text="Who read it.")
    reason = serializers.CharField(
        default="", allow_blank=True, max_length=500, help_text="Needed when a final report changes."
    )


class StudyBaselineSerializer(Shape):
    is_baseline = serializers.BooleanField()


class StudyLinkSerializer(Shape):
    activity = VisibleField(
        queryset=PlannedActivity.objects.all(), help_text="The planned scan: the `id` of an activity of a visit."
    )
    reason = serializers.CharField(
        default="", allow_blank=True, max_length=500, help_text="Needed outside the window of the visit."
    )


class ImagingStudyFilter(filters.FilterSet):
    imaged_from = DayFilter(field_name="imaged_on", lookup_expr="gte")
    imaged_to = DayFilter(field_name="imaged_on", lookup_expr="lte")
    report_status = filters.ChoiceFilter(choices=[(UNREPORTED, "Not reported"), *REPORTS], method="by_report")
    stands_for = filters.UUIDFilter(field_name="activity__visit", label="The planned visit it stands for.")

    class Meta:
        model = ImagingStudy
        fields = ("clinic", "patient", "kind", "is_baseline", "withdrawn")

    def by_report(self, rows: QuerySet[ImagingStudy], name: str, value: str) -> QuerySet[ImagingStudy]:
        """Return the studies whose report stands so; those without one have an empty status."""
        return rows.filter(report_status="" if value == UNREPORTED else value)


class ImagingStudyResource(Resource):
    """Scans of patients, the latest images first."""

    queryset = ImagingStudy.objects.select_related("clinic", "patient__clinic", "activity")
    serializer_class = ImagingStudySerializer
    filterset_class = ImagingStudyFilter
    ordering = ("-imaged_on", "-id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "report_file": May.VIEW,
        "create": May.RECORD,
        "partial_update": May.RECORD,
        "report": May.RECORD,
        "link": May.RECORD,
        "release": May.RECORD,
        "withdraw": May.RECORD,
        "baseline": May.DECIDE,
    }
    bodies: ClassVar = {
        "create": NewImagingStudySerializer,
        "partial_update": ImagingStudyChangeSerializer,
        "report": StudyReportSerializer,
        "link": StudyLinkSerializer,
        "release": ReasonSerializer,
        "withdraw": ReasonSerializer,
        "baseline": StudyBaselineSerializer,
    }

    def create(self, request: Request) -> Response:
        """Record that a study was done; the planned scan in whose window it falls is done with it."""
        body = self.body()
        patient: Patient = body.pop("patient")
        self.require(patient.clinic)
        facts = actions.StudyFacts(**body)
        return self.created(
            actions.record_study(patient=patient, facts=facts, by=self.staff, today=self.today(patient.clinic))
        )

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change what is known of it; another kind or day needs a reason, and tells anew what it stands for."""
        fields = self.body(partial=True)
        reason = fields.pop("reason", "")
        return self.change(
            lambda study: actions.change_study(
                study=study, fields=fields, reason=reason, by=self.staff, today=self.today(study.clinic)
            )
        )

    @action(detail=True, methods=["post"])
    def report(self, request: Request, pk: UUID) -> Response:
        """Record what was reported of it, as text, or amend that; a file given on the page stays."""
        body = self.body()
        reason = body.pop("reason")
        facts = reports.ReportFacts(**body)
        return self.change(
            lambda study: reports.record_report(
                study=study, facts=facts, reason=reason, by=self.staff, today=self.today(study.clinic)
            )
        )

    @extend_schema(responses={(200, kind): OpenApiTypes.BINARY for _, kind, _ in KINDS})
    @action(detail=True, url_path="report-file", pagination_class=None, filterset_class=None, renderer_classes=[AsItIs])
    def report_file(self, request: Request, pk: UUID) -> HttpResponse:
        """Return the file of its report."""
        study: ImagingStudy = self.get_object()
        if study.report_file is None:
            raise NotFound("Its report has no file.")
        return attachment_response(study.report_file)

    @action(detail=True, methods=["post"])
    def baseline(self, request: Request, pk: UUID) -> Response:
        """Say that later studies are held against it, or not any more."""
        body = self.body()
        return self.change(lambda study: reports.mark_baseline(study=study, by=self.staff, **body))

    @action(detail=True, methods=["post"])
    def link(self, request: Request, pk: UUID) -> Response:
        """Let it stand for a planned scan, whatever its window, and for no other."""
        body = self.body()
        return self.change(lambda study: actions.link_study(study=study, by=self.staff, **body))

    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: UUID) -> Response:
        """Say that it does not stand for the planned scan, which is open again."""
        body = self.body()
        return self.change(lambda study: actions.release_study(study=study, by=self.staff, **body))

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: UUID) -> Response:
        """Mark it as entered in error; what it stood for is open again, the row stays."""
        body = self.body()
        return self.change(lambda study: actions.withdraw_study(study=study, by=self.staff, **body))
