"""How a clinic scores its scans, for other systems."""

from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Clinic
from accounts.permissions import May
from imaging.actions.scoring_policy import set_scoring
from imaging.models import ImagingPolicy
from imaging.scoring.schemes import policy_of
from iotrex_followup.api.resources import Resource
from iotrex_followup.api.shapes import ModelShape

FIELDS = ("scheme", "two_readers", "cut_offs_hidden", "viewer_url")
KEYS = "Of published cut-offs, such as `Curie.induction_2`: the whole list."


class ScoringSerializer(serializers.ModelSerializer[ImagingPolicy]):
    class Meta:
        model = ImagingPolicy
        fields: ClassVar[tuple[str, ...]] = ("clinic", *FIELDS)
        read_only_fields = fields


class ScoringChangeSerializer(ModelShape):
    cut_offs_hidden = serializers.ListField(child=serializers.CharField(max_length=40), required=False, help_text=KEYS)

    class Meta:
        model = ImagingPolicy
        fields: ClassVar[tuple[str, ...]] = FIELDS


class OfClinic(Resource):
    """What a clinic has set of its imaging, at the clinic's address."""

    queryset = Clinic.objects.all()
    permissions_by_action: ClassVar = {"retrieve": May.VIEW, "partial_update": May.DECIDE}

    def get_object(self) -> ImagingPolicy:
        """Return the policy of the clinic the address names: 404 when the person does not belong to it."""
        clinic: Clinic = super().get_object()
        return policy_of(clinic)

    def lock(self) -> None:
        """Wait for others who are changing it; a clinic that never changed it has no row of its own to lock."""
        list(Clinic.objects.select_for_update(no_key=True).filter(pk=self.kwargs["pk"]))


class ScoringResource(OfClinic):
    """How a clinic scores its scans: scheme, readers, and the cut-offs it does not show."""

    serializer_class = ScoringSerializer
    bodies: ClassVar = {"partial_update": ScoringChangeSerializer}

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Read how the clinic's scans are scored."""
        return super().retrieve(request, pk)

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Set how scans are scored; with two readers, a scan with one reading awaits the second."""
        body: dict[str, Any] = self.body(partial=True)
        return self.change(
            lambda policy: set_scoring(
                clinic=policy.clinic, by=self.staff, **{name: body.get(name, getattr(policy, name)) for name in FIELDS}
            )
        )
