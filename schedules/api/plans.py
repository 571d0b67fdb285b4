"""Plans: the follow-up of one treatment."""

from typing import ClassVar
from uuid import UUID

from django_filters import rest_framework as filters
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from iotrex_followup.api.resources import Resource
from schedules import actions
from schedules.api.bodies import RecoverySerializer
from schedules.api.serializers import PlanSerializer
from schedules.models import Plan


class PlanFilter(filters.FilterSet):
    current = filters.BooleanFilter(field_name="is_current", label="Only those of each patient's latest infusion.")

    class Meta:
        model = Plan
        fields = ("clinic", "patient", "treatment")


class PlanResource(Resource):
    """Plans, with the clock over the blood counts."""

    queryset = Plan.objects.select_related("clinic", "patient__clinic", "protocol").with_last_count()
    serializer_class = PlanSerializer
    filterset_class = PlanFilter
    ordering = ("anchor", "id")
    permissions_by_action: ClassVar = {"list": May.VIEW, "retrieve": May.VIEW, "counts_recovered": May.DECIDE}
    bodies: ClassVar = {"counts_recovered": RecoverySerializer}

    @action(detail=True, methods=["post"], url_path="counts-recovered")
    def counts_recovered(self, request: Request, pk: UUID) -> Response:
        """Record that a clinician saw the blood counts recovered, which stops the clock over them."""
        recovered_on = self.body()["recovered_on"]
        return self.change(
            lambda plan: actions.record_count_recovery(
                plan=plan, recovered_on=recovered_on, by=self.staff, today=self.today(plan.clinic)
            )
        )
