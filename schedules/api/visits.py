"""Planned visits: what is due, and what became of it."""

from dataclasses import asdict
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Clinic
from accounts.permissions import May
from iotrex_followup.api.filters import DayFilter, any_of
from iotrex_followup.api.resources import Resource
from iotrex_followup.errors import InputRefused
from schedules import actions
from schedules.api.bodies import (
    DaySerializer,
    MissedSerializer,
    NotApplicableSerializer,
    RecordVisitSerializer,
    ReleaseSerializer,
    ResultsReceivedSerializer,
    what_happened,
)
from schedules.api.serializers import FreeDaysSerializer, VisitSerializer, WhySerializer
from schedules.appointments.days import booked_together, diary_of, free_days
from schedules.appointments.decisions import judged_by, visits_to_decide
from schedules.calendars import working_calendar
from schedules.models import PlannedActivity, PlannedVisit
from schedules.pages.as_of import moves_of
from schedules.plans.additions import why_added
from schedules.plans.planning import points_of
from schedules.protocol import Status, explain
from schedules.shown import shown_as

MOST_FREE_DAYS = 62


class VisitFilter(filters.FilterSet):
    status = filters.ChoiceFilter(
        method="shown", choices=[(status.value, status.value) for status in Status], label="As shown today."
    )
    due_from = DayFilter(field_name="target", lookup_expr="gte", label="Target on or after.")
    due_to = DayFilter(field_name="target", lookup_expr="lte", label="Target on or before.")
    activity = filters.CharFilter(method="including", label="Holds this activity, such as cbc.")
    to_decide = filters.BooleanFilter(
        method="deciding", label="Whether a person has to decide about its day: those the worklist lists."
    )

    class Meta:
        model = PlannedVisit
        fields = ("clinic", "patient", "plan", "timepoint", "kind", "phase")

    def shown(self, rows: Any, name: str, value: str) -> Any:
        now = timezone.now()
        conditions = (
            Q(clinic=clinic) & shown_as(Status(value), on=clinic.local_date(now))
            for clinic in Clinic.objects.visible_to(self.request.user)
        )
        return rows.filter(any_of(conditions))

    def deciding(self, rows: Any, name: str, value: bool) -> Any:
        now = timezone.now()
        found = [
            pk
            for clinic in Clinic.objects.visible_to(self.request.user)
            for pk in visits_to_decide(clinic, working_calendar(clinic), today=clinic.local_date(now))
        ]
        return rows.filter(pk__in=found) if value else rows.exclude(pk__in=found)

    def including(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(pk__in=PlannedActivity.objects.filter(activity=value).values("visit"))


class VisitResource(Resource):
    """Planned visits and scans with their activities."""

    queryset = PlannedVisit.objects.select_related("clinic", "plan", "appointment").prefetch_related("activities")
    serializer_class = VisitSerializer
    filterset_class = VisitFilter
    ordering = ("target", "id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "why": May.VIEW,
        "free_days": May.VIEW,
        "record": May.RECORD,
        "missed": May.RECORD,
        "not_applicable": May.RECORD,
        "results_received": May.RECORD,
        "release": May.RECORD,
        "book": May.RECORD,
    }
    bodies: ClassVar = {
        "record": RecordVisitSerializer,
        "missed": MissedSerializer,
        "not_applicable": NotApplicableSerializer,
        "results_received": ResultsReceivedSerializer,
        "release": ReleaseSerializer,
        "book": DaySerializer,
    }

    def get_queryset(self) -> Any:
        return super().get_queryset().prefetch_related(*judged_by())

    def get_serializer_context(self) -> dict[str, Any]:
        """Add where the working days of each clinic are kept once they are read."""
        return {**super().get_serializer_context(), "calendars": {}}

    @action(detail=True, methods=["post"])
    def record(self, request: Request, pk: UUID) -> Response:
        """Record what was done of a visit; what was not done stays open."""
        body = what_happened(self.body())
        return self.change(
            lambda visit: actions.record_visit(visit=visit, by=self.staff, today=self.today(visit.clinic), **body)
        )

    @action(detail=True, methods=["post"])
    def missed(self, request: Request, pk: UUID) -> Response:
        """Decide that what is open of a visit will not be done any more."""
        body = self.body()
        return self.change(
            lambda visit: actions.mark_missed(visit=visit, by=self.staff, today=self.today(visit.clinic), **body)
        )

    @action(detail=True, methods=["post"], url_path="not-applicable")
    def not_applicable(self, request: Request, pk: UUID) -> Response:
        """Decide that a visit, or some of its activities, does not apply to this patient."""
        body = self.body()
        return self.change(lambda visit: actions.mark_not_applicable(visit=visit, by=self.staff, **body))

    @action(detail=True, methods=["post"], url_path="results-received")
    def results_received(self, request: Request, pk: UUID) -> Response:
        """Record that the results of drawn specimens have come."""
        body = self.body()
        return self.change(lambda visit: actions.receive_results(visit=visit, by=self.staff, **body))

    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: UUID) -> Response:
        """Undo the link between a recorded specimen and an activity it fulfilled: it is open again."""
        body = self.body()
        return self.change(
            lambda visit: actions.release_activity(
                activity=activity_of(visit, body["activity"]),
                reason=body["reason"],
                by=self.staff,
                today=self.today(visit.clinic),
            )
        )

    @action(detail=True, methods=["post"])
    def book(self, request: Request, pk: UUID) -> Response:
        """Book a date for a visit; several visits on one date are an appointment."""
        body = self.body()
        return self.change(
            lambda visit: actions.book_visits(visits=[visit], by=self.staff, today=self.today(visit.clinic), **body)
        )

    @extend_schema(responses=FreeDaysSerializer)
    @action(detail=True, methods=["get"], url_path="free-days")
    def free_days(self, request: Request, pk: UUID) -> Response:
        """List the days inside the window that suit a visit, the nearest to its target first, with free places.

        Of a booked visit they suit all that its appointment covers.
        """
        visit = self.get_object()
        today = self.today(visit.clinic)
        visits = booked_together(visit, today=today)
        days = free_days(visits, diary_of(visit.patient, visits, today=today), today=today, at_most=MOST_FREE_DAYS)
        return Response(FreeDaysSerializer({"days": days}).data)

    @extend_schema(responses=WhySerializer)
    @action(detail=True, methods=["get"])
    def why(self, request: Request, pk: UUID) -> Response:
        """Explain the visit's dates: anchor, rule, offset, window, holidays, protocol version, and how they moved."""
        visit = self.get_object()
        trace = explain(
            visit.plan.protocol.definition,
            visit.plan.anchor,
            points_of(visit.plan, [visit])[visit.pk],
            calendar=diary_of(visit.patient, [], today=self.today(visit.clinic)),
            because=why_added(visit.phase, visit.activities.select_related("proposal")),
        )
        moves = moves_of(visit.plan).get(visit.pk, ())
        return Response(WhySerializer({**asdict(trace), "sentence": trace.sentence, "moves": moves}).data)


def activity_of(visit: PlannedVisit, name: str) -> PlannedActivity:
    """Return the visit's activity of this name.

    Raises   InputRefused: it has none.
    """
    found = visit.activities.select_related("record").filter(activity=name).first()
    if found is None:
        raise InputRefused(f"{name} is not part of this visit.", field="activity")
    return found
