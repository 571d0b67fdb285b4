"""Files of results from other systems: sent as a form or as CSV, imported in the background."""

from typing import Any, ClassVar
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Clinic
from accounts.permissions import May
from events.models import Job
from interop.actions import keep_results, order_results_import
from interop.forms import LARGEST_UPLOAD
from interop.labs.sources import AUTO, FORMATS
from interop.tasks import wake_worker
from iotrex_followup.api.resources import Resource
from iotrex_followup.api.shapes import Shape, VisibleField
from schedules.api.history import JobSerializer

DEFAULT_NAME = "results.csv"
SENT_AS_CSV = [
    OpenApiParameter("clinic", UUID, description="Of a CSV body: the clinic."),
    OpenApiParameter("name", str, description=f"Of a CSV body: what the file is called, {DEFAULT_NAME} when blank."),
    OpenApiParameter("format", str, enum=FORMATS, description="Of a CSV body: its format, told by its content."),
    OpenApiParameter("dry_run", bool, description="Of a CSV body: only check it."),
]


class CsvParser(BaseParser):
    """Reads a CSV body as the field `file`; what else a form would hold stands in the query."""

    media_type = "text/csv"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> dict[str, Any]:
        query = parser_context["request"].query_params.dict()
        name = query.pop("name", "") or DEFAULT_NAME
        return {**query, "file": SimpleUploadedFile(name, stream.read())}


class LabImportRequestSerializer(Shape):
    clinic = VisibleField(queryset=Clinic.objects.all())
    file = serializers.FileField(allow_empty_file=False)
    format = serializers.ChoiceField(choices=FORMATS, default=AUTO)
    dry_run = serializers.BooleanField(default=False, help_text="Only check the file: nothing is stored.")

    def validate_file(self, file: Any) -> Any:
        if file.size > LARGEST_UPLOAD:
            raise serializers.ValidationError("The file is larger than 20 MB. Split it.")
        return file


class LabImportSerializer(JobSerializer):
    """What a job did: `result` counts rows `stored`, `duplicate`, `corrected`, `quarantined`, and `alerts`."""

    dry_run = serializers.BooleanField(source="options.dry_run", read_only=True)

    class Meta(JobSerializer.Meta):
        fields = (*JobSerializer.Meta.fields, "dry_run")
        read_only_fields = fields


class LabImportFilter(filters.FilterSet):
    class Meta:
        model = Job
        fields = ("clinic", "state")


class LabImportResource(Resource):
    """Imports of laboratory results, the latest first."""

    queryset = Job.objects.filter(kind=Job.Kind.LAB_IMPORT).select_related("clinic")
    serializer_class = LabImportSerializer
    filterset_class = LabImportFilter
    parser_classes = (MultiPartParser, CsvParser)
    ordering = ("-created_at", "-id")
    permissions_by_action: ClassVar = {"list": May.VIEW, "retrieve": May.VIEW, "create": May.RECORD}
    bodies: ClassVar = {"create": LabImportRequestSerializer}

    @extend_schema(parameters=SENT_AS_CSV, responses={202: LabImportSerializer})
    def create(self, request: Request) -> Response:
        """Take a file of results; ask the address in `Location` how far its import is."""
        body = self.body()
        clinic, file = body["clinic"], body["file"]
        self.require(clinic)
        source = keep_results(clinic=clinic, name=file.name, content=file.read(), format=body["format"], by=self.staff)
        job = order_results_import(source=source, format=body["format"], dry_run=body["dry_run"], by=self.staff)
        wake_worker(job)
        answer = self.shown(self.get_queryset().get(pk=job.pk), status=status.HTTP_202_ACCEPTED)
        answer["Location"] = reverse("api:labs-import", args=[job.pk])
        return answer
