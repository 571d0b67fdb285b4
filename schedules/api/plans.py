"""Plans: the follow-up of one treatment."""

from typing import Any, ClassVar
from uuid import UUID

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from schedules import actions
from schedules.api.bodies import RecoverySerializer
from schedules.api.differences import DifferenceSerializer, PlanChangeSerializer, PreviewingResource, choices_with
from schedules.api.serializers import PlanSerializer
from schedules.models import Plan


class PlanFilter(filters.FilterSet):
    current = filters.BooleanFilter(field_name="is_current", label="Only those of each patient's latest infusion.")

    class Meta:
        model = Plan
        fields = ("clinic", "patient", "treatment")


class PlanResource(PreviewingResource):
    """Plans, with the clock over the blood counts."""

    queryset = Plan.objects.select_related("clinic", "patient__clinic", "protocol").with_last_count()
    serializer_class = PlanSerializer
    filterset_class = PlanFilter
    ordering = ("anchor", "id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "partial_update": May.RECORD,
        "preview": May.RECORD,
        "counts_recovered": May.DECIDE,
    }
    bodies: ClassVar = {
        "partial_update": PlanChangeSerializer,
        "preview": PlanChangeSerializer,
        "counts_recovered": RecoverySerializer,
    }

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change the intervals or markers of a current plan; what is open follows. 24 months is a clinician's."""
        body = self.body(partial=True)

        def change(plan: Plan) -> None:
            self.refuse_unseen(plan.patient, body.get("seen", ""), lambda: self._change(plan, body))
            self._change(plan, body)

        return self.change(change)

    @extend_schema(responses=DifferenceSerializer)
    @action(detail=True, methods=["post"])
    def preview(self, request: Request, pk: UUID) -> Response:
        """Return what such a change would do to the plan; nothing is stored. Its ETag is the plan's."""
        body, plan = self.body(partial=True), self.get_object()
        return self.previewed(plan.patient, lambda: self._change(plan, body))

    def _change(self, plan: Plan, body: dict[str, Any]) -> None:
        actions.change_plan(
            plan=plan,
            choices=actions.choices_of(plan, **choices_with(body)),
            reason=body.get("reason", ""),
            by=self.staff,
            today=self.today(plan.clinic),
        )

    @action(detail=True, methods=["post"], url_path="counts-recovered")
    def counts_recovered(self, request: Request, pk: UUID) -> Response:
        """Record that a clinician saw the blood counts recovered, which stops the clock over them."""
        recovered_on = self.body()["recovered_on"]
        return self.change(
            lambda plan: actions.record_count_recovery(
                plan=plan, recovered_on=recovered_on, by=self.staff, today=self.today(plan.clinic)
            )
        )
