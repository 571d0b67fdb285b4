"""What the rules want or offer of a patient, for other systems."""

from typing import ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from iotrex_followup.api.resources import Route
from labs.pages.offers import offers_of
from labs.rules.values import Finding
from patients.models import Patient


class OfferSerializer(serializers.Serializer[Finding]):
    """One step that is wanted (counts beyond the plan) or offered (a repeat, a work-up), and why."""

    rule = serializers.CharField()
    version = serializers.CharField()
    wants = serializers.CharField(help_text="The step.")
    wanted_from = serializers.DateField(allow_null=True)
    wanted_until = serializers.DateField(allow_null=True, help_text="Inclusive.")
    sentence = serializers.CharField()
    tier = serializers.CharField(allow_null=True, help_text="How urgently somebody is told; null: only shown.")
    direction = serializers.CharField(help_text="`low`, `high`, or blank.")
    at = serializers.DateTimeField(allow_null=True, help_text="Of the last specimen that decided.")
    results = serializers.ListField(
        source="samples", child=serializers.UUIDField(), help_text="The results that decided."
    )


class OffersRoute(Route):
    """What the rules want or offer of one patient today."""

    queryset = Patient.objects.select_related("clinic")
    serializer_class = OfferSerializer
    pagination_class = None
    filter_backends = ()
    permissions_by_action: ClassVar = {"read": May.VIEW}

    @extend_schema(operation_id="patients_offers_list", responses=OfferSerializer(many=True))
    def read(self, request: Request, pk: UUID) -> Response:
        """List what the rules want or offer of a patient today; nothing of it is stored."""
        patient = get_object_or_404(Patient.objects.select_related("clinic").visible_to(self.staff), pk=pk)
        self.check_object_permissions(request, patient)
        found = offers_of(patient, today=self.today(patient.clinic))
        return Response(self.get_serializer(found, many=True).data)
