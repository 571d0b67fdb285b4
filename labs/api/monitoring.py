"""Blood-count monitoring for other systems: how closely counts were taken after an infusion, and how deep they fell."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from accounts.models import Clinic
from accounts.permissions import May
from iotrex_followup.api.pagination import DEFAULT_SIZE, LARGEST_SIZE
from iotrex_followup.api.resources import Resource, Route
from iotrex_followup.api.shapes import Shape
from labs.grading.analytes import catalogue
from labs.pages.monitoring import Monitored, ended_before, followed_now, monitored
from labs.rules.monitoring import Gap, LastCount, Observed
from labs.rules.nadir import Nadir
from labs.rules.recovery import Recovery
from patients.models import Treatment

FOLLOWED, ENDED = "followed", "ended"


class GapSerializer(serializers.Serializer[Gap]):
    """An interval without a count; after a severe one less is allowed."""

    begins = serializers.DateField()
    ends = serializers.DateField()
    days = serializers.IntegerField()
    severe = serializers.BooleanField(help_text="Whether the count before it was severe.")


class ObservedSerializer(serializers.Serializer[Observed]):
    """How closely counts were taken, by the rule in its version."""

    longest = serializers.IntegerField(allow_null=True, help_text="In days; null: not started.")
    begins = serializers.DateField(allow_null=True)
    ends = serializers.DateField(allow_null=True)
    decided = GapSerializer(allow_null=True, help_text="The interval that gave the mark; it need not be the longest.")
    until = serializers.DateField(help_text="The day to which counts are followed.")
    running = serializers.BooleanField()
    sentence = serializers.CharField(source="finding.sentence")
    version = serializers.CharField(source="finding.version")


class RecoverySerializer(serializers.Serializer[Recovery]):
    """What the rule says of recovery, whatever a clinician recorded."""

    recovered_on = serializers.DateField(allow_null=True)
    grade_one_on = serializers.DateField(allow_null=True, help_text="Grade 1 or less from then on: not recovery.")
    sentence = serializers.CharField(source="finding.sentence")
    version = serializers.CharField(source="finding.version")


class NadirSerializer(serializers.Serializer[Nadir]):
    """The lowest value so far; `at_most`: the true depth may be lower."""

    analyte = serializers.CharField(source="sample.analyte")
    value = serializers.CharField(source="sample.value", help_text="A number as a text, in `unit`.")
    comparator = serializers.CharField(source="sample.comparator")
    unit = serializers.SerializerMethodField(help_text="The analyte's SI unit, in UCUM.")
    collected_on = serializers.DateField(source="sample.day")
    result = serializers.UUIDField(source="sample.id")
    day_number = serializers.IntegerField(help_text="Counted from the infusion.")
    at_most = serializers.BooleanField()
    sentence = serializers.CharField(source="finding.sentence")
    version = serializers.CharField(source="finding.version")

    def get_unit(self, nadir: Nadir) -> str:
        return catalogue()[nadir.sample.analyte].si.code


class LastCountSerializer(serializers.Serializer[LastCount]):
    """The last day with ANC and platelets."""

    day = serializers.DateField()
    severe = serializers.BooleanField()


class MonitoringSerializer(serializers.Serializer[Monitored]):
    """How the counts stand after an infusion, today; a part whose rule the clinic switched off is null or empty."""

    treatment = serializers.UUIDField(source="treatment.pk")
    clinic = serializers.UUIDField(source="treatment.clinic_id")
    patient = serializers.UUIDField(source="treatment.patient_id")
    started_on = serializers.DateField(source="treatment.started_on")
    day_number = serializers.IntegerField(help_text="Of today, counted from the infusion.")
    mark = serializers.CharField(help_text="`green`, `amber` or `red`; `none`: not started, or not followed by a rule.")
    word = serializers.CharField(help_text="The mark as people read it.")
    starts = serializers.DateField(help_text="From when on intervals count.")
    observed = ObservedSerializer(allow_null=True)
    recovered_on = serializers.DateField(
        allow_null=True, help_text="As it is recorded: by a clinician, else by the rule."
    )
    recovery = RecoverySerializer(allow_null=True)
    depth = NadirSerializer(many=True)
    last_count = LastCountSerializer(source="last", allow_null=True)


class TreatmentMonitoringResource(Resource):
    """Blood-count monitoring of one treatment that was given."""

    queryset = Treatment.objects.given_therapeutic().select_related("clinic", "patient__clinic", "plan")
    serializer_class = MonitoringSerializer
    permissions_by_action: ClassVar = {"retrieve": May.VIEW}

    def get_object(self) -> Monitored:
        """Return how the counts stand after the treatment the address names; 404 when it was not given."""
        treatment = super().get_object()
        (found,) = monitored([treatment], clinic=treatment.clinic, today=self.today(treatment.clinic))
        return found

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Read how closely counts were taken after a treatment, how deep they fell, and whether they recovered."""
        return super().retrieve(request, pk)


class MonitoringPageSerializer(serializers.Serializer[Any]):
    """Treatments with how their counts stand; `next` is null on the last page."""

    next = serializers.URLField(allow_null=True)
    results = MonitoringSerializer(many=True)


class MonitoringQuery(Shape):
    show = serializers.ChoiceField(choices=(FOLLOWED, ENDED), default=FOLLOWED)
    after = serializers.UUIDField(required=False)
    page_size = serializers.IntegerField(min_value=1, max_value=LARGEST_SIZE, default=DEFAULT_SIZE)


class ClinicMonitoringRoute(Route):
    """Blood-count monitoring of a whole clinic."""

    queryset = Clinic.objects.all()
    serializer_class = MonitoringPageSerializer
    pagination_class = None
    filter_backends = ()
    permissions_by_action: ClassVar = {"read": May.VIEW}

    @extend_schema(
        operation_id="clinics_monitoring_list",
        parameters=[
            OpenApiParameter(
                "show",
                str,
                enum=(FOLLOWED, ENDED),
                default=FOLLOWED,
                description="Whose counts are followed, all at once and the longest gap first; or whose are no more, "
                "by page and the newest infusion first.",
            ),
            OpenApiParameter(
                "after", UUID, description="The treatment the page follows, from `next`; of `ended` only."
            ),
            OpenApiParameter("page_size", int, default=DEFAULT_SIZE, description=f"At most {LARGEST_SIZE}."),
        ],
    )
    def read(self, request: Request, pk: UUID) -> Response:
        """List whose blood counts are followed in a clinic, or whose are no more."""
        clinic = get_object_or_404(Clinic.objects.visible_to(self.staff), pk=pk)
        self.check_object_permissions(request, clinic)
        asked = MonitoringQuery(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        query, today = asked.validated_data, self.today(clinic)
        if query["show"] == FOLLOWED:
            return self.page(followed_now(clinic, today=today))
        after, size = shown_last(clinic, query.get("after")), query["page_size"]
        found = ended_before(clinic, after, size=size + 1, today=today)
        return self.page(found[:size], more=len(found) > size)

    def page(self, rows: Sequence[Monitored], *, more: bool = False) -> Response:
        """Return `rows`, with where the next ones are."""
        address = self.request.build_absolute_uri()
        following = replace_query_param(address, "after", str(rows[-1].treatment.pk)) if more else None
        return Response(MonitoringPageSerializer({"next": following, "results": rows}).data)


def shown_last(clinic: Clinic, pk: UUID | None) -> Treatment | None:
    """Return the treatment a page follows; None for the first page.

    Raises   ValidationError: the clinic has no such treatment.
    """
    if pk is None:
        return None
    found = Treatment.objects.filter(clinic=clinic, pk=pk).first()
    if found is None:
        raise serializers.ValidationError({"after": "Use the address in `next`."})
    return found
