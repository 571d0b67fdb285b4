"""What else can be done to a patient's record once it has plans."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django_filters import rest_framework as filters
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Clinic
from accounts.permissions import May
from iotrex_followup.api.filters import any_of
from patients.api import PatientFilter, PatientResource
from patients.forms import NO_TREATMENT
from patients.models import CarePhase
from schedules import actions
from schedules.api.bodies import MergeSerializer, ReasonSerializer
from schedules.pages.patient_list import in_phase


class PatientRecordFilter(PatientFilter):
    phase = filters.ChoiceFilter(
        method="in_phase",
        choices=[*CarePhase.choices, (NO_TREATMENT, "No treatment yet")],
        label="Phase of follow-up today.",
    )

    def in_phase(self, rows: Any, name: str, value: str) -> Any:
        now = timezone.now()
        of_clinics = [
            in_phase(rows.filter(clinic=clinic), value, today=clinic.local_date(now)).values("pk")
            for clinic in Clinic.objects.visible_to(self.request.user)
        ]
        return rows.filter(any_of(Q(pk__in=patients) for patients in of_clinics))


class PatientRecordResource(PatientResource):
    """Patients of your clinics."""

    filterset_class = PatientRecordFilter
    permissions_by_action: ClassVar = {
        **PatientResource.permissions_by_action,
        "withdraw": May.RECORD,
        "merge": May.RECORD,
    }
    bodies: ClassVar = {**PatientResource.bodies, "withdraw": ReasonSerializer, "merge": MergeSerializer}

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: UUID) -> Response:
        """Record that a patient was entered in error."""
        reason = self.body()["reason"]
        return self.change(
            lambda patient: actions.withdraw_patient(
                patient=patient, reason=reason, by=self.staff, today=self.today(patient.clinic)
            )
        )

    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: UUID) -> Response:
        """Move everything recorded for this duplicate to another record, which stands."""
        body = self.body()
        return self.change(
            lambda patient: actions.merge_patients(
                duplicate=patient,
                into=body["into"],
                reason=body["reason"],
                by=self.staff,
                today=self.today(patient.clinic),
            )
        )
