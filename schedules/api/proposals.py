"""Additions to plans for other systems: what is offered and in force, looked at and decided."""

from typing import Any, ClassVar
from uuid import UUID

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from iotrex_followup.api.shapes import Shape, VisibleField
from schedules import actions
from schedules.api.differences import SEEN, DifferenceSerializer, PreviewingResource
from schedules.models import Plan, PlannedVisit, Proposal
from schedules.plans.additions import OFFERED_BY_HAND, name_of


class AddedTimepointSerializer(serializers.Serializer[Any]):
    """One timepoint an addition puts into the plan; its activities join one of that name and kind."""

    timepoint = serializers.CharField(read_only=True)
    kind = serializers.ChoiceField(choices=PlannedVisit.Kind.choices, read_only=True)
    target = serializers.DateField(read_only=True)
    opens = serializers.DateField(read_only=True)
    closes = serializers.DateField(read_only=True)
    activities = serializers.ListField(child=serializers.CharField(), read_only=True)


class ProposalSerializer(serializers.ModelSerializer[Proposal]):
    what = serializers.SerializerMethodField(help_text="In a few words.")
    adds = AddedTimepointSerializer(source="points", many=True, read_only=True)

    class Meta:
        model = Proposal
        fields = (
            *("id", "clinic", "patient", "plan", "rule", "rule_version", "about", "what", "sentence", "adds"),
            *("state", "opened_on", "decided_by", "decided_on", "reason"),
        )
        read_only_fields = fields

    @extend_schema_field(serializers.CharField())
    def get_what(self, proposal: Proposal) -> str:
        return name_of(proposal)


class NewOfferSerializer(Shape):
    """Something offered by hand."""

    plan: Any = VisibleField(queryset=Plan.objects.select_related("clinic", "patient__clinic"))
    activity = serializers.ChoiceField(choices=sorted(OFFERED_BY_HAND))
    on = serializers.DateField(help_text="The target; the window lies around it.")
    reason = serializers.CharField(max_length=500)


class AcceptOfferSerializer(Shape):
    on = serializers.DateField(required=False, allow_null=True, help_text="Another day, where it has one of its own.")
    reason = serializers.CharField(allow_blank=True, default="")
    seen = serializers.CharField(allow_blank=True, default="", help_text=SEEN)


class DeclineSerializer(Shape):
    reason = serializers.CharField()
    seen = serializers.CharField(allow_blank=True, default="", help_text=SEEN)


class ProposalFilter(filters.FilterSet):
    current = filters.BooleanFilter(field_name="plan__is_current", label="Only those of each patient's current plan.")

    class Meta:
        model = Proposal
        fields = ("clinic", "patient", "plan", "rule", "state")


class ProposalResource(PreviewingResource):
    """Additions to plans that the protocol does not have: provisional, offered, accepted, declined, fallen away."""

    queryset = Proposal.objects.select_related("clinic", "plan__clinic", "plan__patient__clinic")
    serializer_class = ProposalSerializer
    filterset_class = ProposalFilter
    ordering = ("opened_on", "id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "create": May.DECIDE,
        "accept": May.DECIDE,
        "preview_accept": May.DECIDE,
        "decline": May.DECIDE,
        "preview_decline": May.DECIDE,
    }
    bodies: ClassVar = {
        "create": NewOfferSerializer,
        "accept": AcceptOfferSerializer,
        "preview_accept": AcceptOfferSerializer,
        "decline": DeclineSerializer,
        "preview_decline": DeclineSerializer,
    }

    def create(self, request: Request) -> Response:
        """Offer something beyond the plan by hand, such as a PET; it is planned once it is accepted."""
        body = self.body()
        clinic = body["plan"].clinic
        self.require(clinic)
        return self.created(actions.offer_by_hand(**body, by=self.staff, today=self.today(clinic)))

    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: UUID) -> Response:
        """Accept what is offered; its timepoints are planned."""
        return self._decided(accept=True)

    @extend_schema(responses=DifferenceSerializer)
    @action(detail=True, methods=["post"], url_path="accept/preview")
    def preview_accept(self, request: Request, pk: UUID) -> Response:
        """Return what accepting it would do to the plan; nothing is stored. Its ETag is the addition's."""
        return self._looked_at(accept=True)

    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: UUID) -> Response:
        """Decline what is offered or in force; the same cause is not proposed again."""
        return self._decided(accept=False)

    @extend_schema(responses=DifferenceSerializer)
    @action(detail=True, methods=["post"], url_path="decline/preview")
    def preview_decline(self, request: Request, pk: UUID) -> Response:
        """Return what declining it would do to the plan; nothing is stored. Its ETag is the addition's."""
        return self._looked_at(accept=False)

    def _decided(self, *, accept: bool) -> Response:
        body = self.body()
        seen = body.pop("seen")

        def change(proposal: Proposal) -> None:
            self.refuse_unseen(proposal.plan.patient, seen, lambda: self._decide(proposal, accept, body))
            self._decide(proposal, accept, body)

        return self.change(change)

    def _looked_at(self, *, accept: bool) -> Response:
        body, proposal = self.body(), self.get_object()
        del body["seen"]
        return self.previewed(proposal.plan.patient, lambda: self._decide(proposal, accept, body))

    def _decide(self, proposal: Proposal, accept: bool, body: dict[str, Any]) -> None:
        today = self.today(proposal.clinic)
        actions.decide(proposal=proposal, accept=accept, by=self.staff, today=today, **body)
