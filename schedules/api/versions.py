"""Another protocol version for patients who are followed already: simulated, then taken there in stages."""

import logging
from typing import Any, ClassVar
from uuid import UUID

from celery import Task
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from kombu.exceptions import OperationalError
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Clinic
from accounts.permissions import May
from events.models import Job
from iotrex_followup.api.resources import Resource
from iotrex_followup.api.shapes import Shape, VisibleField
from iotrex_followup.errors import InputRefused
from patients.models import Patient
from schedules.actions.jobs import retry_job
from schedules.actions.migration import order_migration, order_undoing, refuse_version
from schedules.actions.simulations import order_simulation
from schedules.api.differences import DifferenceSerializer
from schedules.api.history import JobFilter, JobSerializer
from schedules.models import Protocol
from schedules.tasks import migrate_patients, simulate_protocol
from schedules.versions.fitting import Instead, chosen_options
from schedules.versions.simulating import SHOWN, difference_for, ordered, shown_lines, weeks_in
from schedules.versions.simulation import COUNTED, LOOKED_AT, Simulation, plans_to_follow, simulate

logger = logging.getLogger(__name__)


def send(task: Task[Any, None], job: Job) -> None:
    """Hand a job to the workers; while they cannot be reached it waits, as its state says."""
    try:
        task.delay(str(job.pk))
    except OperationalError:
        logger.warning("no worker can be reached", extra={"job": str(job.pk)})


class WeekSerializer(serializers.Serializer[Any]):
    """The load of one ISO week of the whole clinic, counted as in its load ahead: as planned now, and after."""

    name = serializers.CharField(help_text="The ISO week, such as 2024-W13.")
    first = serializers.DateField(help_text="Its Monday.")
    draws_before = serializers.IntegerField()
    draws_after = serializers.IntegerField()
    scans_before = serializers.IntegerField()
    scans_after = serializers.IntegerField()


class RemindersSerializer(serializers.Serializer[Any]):
    """By the clinic's rules, within the next two years; one on another day counts twice."""

    more = serializers.IntegerField()
    fewer = serializers.IntegerField()


class LineSerializer(serializers.Serializer[Any]):
    """What the version would do to one patient's current plan; the numbers are timepoints."""

    patient = serializers.UUIDField()
    mrn = serializers.CharField()
    follows = serializers.CharField(help_text="The version the plan follows now.")
    added = serializers.IntegerField()
    moved = serializers.IntegerField()
    other = serializers.IntegerField(help_text="Other activities on the same dates.")
    cancelled = serializers.IntegerField()
    to_decide = serializers.IntegerField(help_text="Appointments a person must decide about.")
    asked = serializers.ListField(child=serializers.CharField(), help_text="Choices the version does not offer.")


class SimulationSerializer(JobSerializer):
    protocol = serializers.CharField(source="options.protocol", read_only=True)
    reference = serializers.CharField(source="options.reference", read_only=True)
    weeks = serializers.SerializerMethodField(help_text="The load; empty until it is finished.")
    result = serializers.SerializerMethodField(help_text="The totals; empty until it is finished.")  # type: ignore[assignment]
    reminders = serializers.SerializerMethodField(help_text="Those that come then alone, and those that no more do.")

    class Meta(JobSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (
            *JobSerializer.Meta.fields,
            *("protocol", "reference", "weeks", "reminders"),
        )
        read_only_fields = fields

    def get_weeks(self, job: Job) -> list[dict[str, Any]]:
        return [dict(WeekSerializer(week).data) for week in weeks_in(job.result)]

    def get_result(self, job: Job) -> dict[str, Any]:
        return {name: value for name, value in job.result.items() if name not in ("weeks", "reminders")}

    @extend_schema_field(RemindersSerializer(allow_null=True))
    def get_reminders(self, job: Job) -> dict[str, int] | None:
        reminders: dict[str, int] | None = job.result.get("reminders")
        return reminders


class NewSimulationSerializer(Shape):
    clinic = VisibleField(queryset=Clinic.objects.all())
    protocol = VisibleField(queryset=Protocol.objects.all(), help_text="A version in any state.")


class LinesQuery(Shape):
    show = serializers.ChoiceField(sorted(SHOWN), required=False, help_text="Only those; left out: all patients.")
    search = serializers.CharField(required=False, help_text="Part of a name or MRN.")


class RetryingResource(Resource):
    """Jobs that stop, or that no worker takes up, and are sent to the workers once more."""

    task: ClassVar[Task[Any, None]]

    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: UUID) -> Response:
        """Let it go on where it stopped; 409 when it is finished."""
        job = self.get_object()
        retry_job(job=job, by=self.staff)
        send(self.task, job)
        return Response(self.get_serializer(self.get_object()).data)


class SimulationResource(RetryingResource):
    """What a protocol version would change over a whole clinic; worked out in the background, nothing is changed."""

    task = simulate_protocol

    queryset = Job.objects.filter(kind=Job.Kind.SIMULATION).select_related("clinic", "file").defer("file__content")
    serializer_class = SimulationSerializer
    filterset_class = JobFilter
    ordering = ("-created_at", "-id")
    permissions_by_action: ClassVar = {
        "list": May.SIMULATE,
        "retrieve": May.SIMULATE,
        "create": May.SIMULATE,
        "patients": May.SIMULATE,
        "difference": May.SIMULATE,
        "retry": May.SIMULATE,
    }
    bodies: ClassVar = {"create": NewSimulationSerializer, "retry": Shape}

    def create(self, request: Request) -> Response:
        """Order a simulation of a version as it is written now; ask again until its state is finished."""
        body = self.body()
        self.require(body["clinic"])
        job = order_simulation(by=self.staff, today=self.today(body["clinic"]), **body)
        send(simulate_protocol, job)
        return self.created(job)

    @extend_schema(parameters=[LinesQuery], responses=LineSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=())
    def patients(self, request: Request, pk: UUID) -> Response:
        """List what it would change for whom, by name; empty until it is finished."""
        job, query = self.get_object(), LinesQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        lines = shown_lines(job.file, **query.validated_data) if job.file else []
        return Response(LineSerializer(lines, many=True).data)

    @extend_schema(responses=DifferenceSerializer)
    @action(detail=True, methods=["get"], url_path="patients/<uuid:patient>")
    def difference(self, request: Request, pk: UUID, patient: UUID) -> Response:
        """Return what it would do to one patient's plan, as the plan stands now; nothing is stored."""
        job = self.get_object()
        found = get_object_or_404(Patient.objects.visible_to(self.staff).filter(clinic=job.clinic), pk=patient)
        shown = difference_for(found, ordered(job)[0], today=self.today(job.clinic))
        if shown is None:
            raise NotFound("This patient has no current plan.")
        return Response(DifferenceSerializer(shown).data)


class InsteadSerializer(Shape):
    """What is chosen where the version does not offer what a plan has."""

    imaging_interval = serializers.IntegerField(required=False, allow_null=True)
    annual_interval = serializers.IntegerField(required=False, allow_null=True)
    late_imaging_interval = serializers.IntegerField(required=False, allow_null=True)
    leave_out_markers = serializers.BooleanField(default=False)


class LookSerializer(Shape):
    clinic = VisibleField(queryset=Clinic.objects.all())
    protocol = VisibleField(queryset=Protocol.objects.all(), help_text="A published version.")
    patients = VisibleField(
        queryset=Patient.objects.all(),
        many=True,
        required=False,
        allow_null=True,
        help_text="Left out: everybody in follow-up by another version.",
    )
    instead = InsteadSerializer(required=False)


class NewMigrationSerializer(LookSerializer):
    reason = serializers.CharField(allow_blank=True, default="")


class LookedAtSerializer(serializers.Serializer[Any]):
    """What a stage would change; nothing is stored."""

    patients = serializers.IntegerField()
    changed = serializers.IntegerField(help_text="Patients for whom something changes.")
    totals = serializers.DictField(child=serializers.IntegerField())
    lines = LineSerializer(many=True)


class MigrationSerializer(JobSerializer):
    protocol = serializers.CharField(source="options.protocol", read_only=True, default=None)
    reference = serializers.CharField(source="options.reference", read_only=True)
    undoes = serializers.CharField(
        source="options.undoes", read_only=True, default=None, help_text="The stage it undoes."
    )

    class Meta(JobSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*JobSerializer.Meta.fields, "protocol", "reference", "undoes")
        read_only_fields = fields


class MigrationResource(RetryingResource):
    """Stages of taking patients to another protocol version; in the result, who could not be changed and why."""

    task = migrate_patients

    queryset = Job.objects.filter(kind=Job.Kind.MIGRATION).select_related("clinic")
    serializer_class = MigrationSerializer
    filterset_class = JobFilter
    ordering = ("-created_at", "-id")
    permissions_by_action: ClassVar = {
        "list": May.SIMULATE,
        "retrieve": May.SIMULATE,
        "create": May.DECIDE,
        "preview": May.DECIDE,
        "undo": May.DECIDE,
        "retry": May.DECIDE,
    }
    bodies: ClassVar = {"create": NewMigrationSerializer, "preview": LookSerializer, "undo": Shape, "retry": Shape}

    def asked(self) -> dict[str, Any]:
        """Return the body with its patients as ids (None: everybody) and its choices as a value."""
        body = self.body()
        self.require(body["clinic"])
        patients = body.get("patients")
        ids = None if patients is None else [patient.pk for patient in patients]
        return body | {"patients": ids, "instead": Instead(**(body.get("instead") or {}))}

    def create(self, request: Request) -> Response:
        """Order a stage; each patient is changed alone, in the background."""
        body = self.asked()
        job = order_migration(by=self.staff, today=self.today(body["clinic"]), **body)
        send(migrate_patients, job)
        return self.created(job)

    @extend_schema(responses=LookedAtSerializer)
    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        """Return what a stage would change; nothing is stored. Of more than 2,000 patients a simulation says it."""
        body = self.asked()
        clinic, protocol, instead = body["clinic"], body["protocol"], body["instead"]
        refuse_version(protocol, clinic)
        plans = plans_to_follow(clinic, protocol=protocol)
        if body["patients"] is not None:
            plans = plans.filter(patient__in=body["patients"])
        if plans.count() > LOOKED_AT:
            raise InputRefused(f"More than {LOOKED_AT} patients: order a simulation instead.", field="patients")
        for plan in plans:
            chosen_options(protocol.definition, plan.options, instead)
        seen = Simulation(protocol.definition, self.today(clinic), tuple(sorted(instead.intervals.items())))
        lines = sorted(simulate(plans, seen), key=lambda line: line.name)
        told = {"patients": seen.patients, "changed": seen.changed, "lines": lines}
        totals = {name: seen.totals[name] for name in COUNTED}
        return Response(LookedAtSerializer({**told, "totals": totals}).data)

    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: UUID) -> Response:
        """Order that the whole stage is undone, by a stage of its own; what cannot be is in its result."""
        job = order_undoing(stage=self.get_object(), by=self.staff)
        send(migrate_patients, job)
        return self.created(job)
