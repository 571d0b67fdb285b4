"""Patients, their contacts and who acts on their counts."""

from typing import Any, ClassVar
from uuid import UUID

from django_filters import rest_framework as filters
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import May
from iotrex_followup.api.resources import Resource
from iotrex_followup.api.shapes import Shape
from iotrex_followup.errors import TransitionRefused
from patients import actions
from patients.models import CareTeam, Contact, Patient
from patients.serializers import (
    CareTeamChangeSerializer,
    CareTeamSerializer,
    ContactChangeSerializer,
    ContactSerializer,
    NewCareTeamSerializer,
    NewContactSerializer,
    NewPatientSerializer,
    PatientChangeSerializer,
    PatientSerializer,
)


class PatientFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label="Beginnings of names in any order, or of the MRN.")
    clinician = filters.UUIDFilter(field_name="responsible_clinician")

    class Meta:
        model = Patient
        fields = ("clinic", "mrn", "indication", "status", "secreting")

    def search(self, rows: Any, name: str, value: str) -> Any:
        return rows.matching(value)


class PatientResource(Resource):
    """Patients of your clinics."""

    queryset = Patient.objects.select_related("clinic")
    serializer_class = PatientSerializer
    filterset_class = PatientFilter
    ordering = ("search_name", "id")
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "create": May.RECORD,
        "partial_update": May.RECORD,
    }
    bodies: ClassVar = {"create": NewPatientSerializer, "partial_update": PatientChangeSerializer}

    def create(self, request: Request) -> Response:
        """Enter a patient who has no plan yet; with a treatment, use enrolments."""
        body = self.body()
        clinic = body.pop("clinic")
        self.require(clinic)
        patient = actions.register_patient(
            clinic=clinic, facts=actions.PatientFacts(**body), by=self.staff, today=self.today(clinic)
        )
        return self.created(patient)

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change what is known about a patient."""
        fields = self.body(partial=True)
        reason = fields.pop("reason", "")
        return self.change(
            lambda patient: actions.update_patient(
                patient=patient, fields=fields, reason=reason, by=self.staff, today=self.today(patient.clinic)
            )
        )


class ContactFilter(filters.FilterSet):
    class Meta:
        model = Contact
        fields = ("patient", "is_active")


class ContactResource(Resource):
    """How patients, guardians and others are reached."""

    queryset = Contact.objects.select_related("clinic", "patient__clinic")
    serializer_class = ContactSerializer
    filterset_class = ContactFilter
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "create": May.RECORD,
        "partial_update": May.RECORD,
        "remove": May.RECORD,
    }
    bodies: ClassVar = {
        "create": NewContactSerializer,
        "partial_update": ContactChangeSerializer,
        "remove": Shape,
    }

    def create(self, request: Request) -> Response:
        """Add a contact."""
        body = self.body()
        patient = body.pop("patient")
        self.require(patient.clinic)
        return self.created(actions.save_contact(patient=patient, contact=None, fields=body, by=self.staff))

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change a contact."""
        fields = self.body(partial=True)
        return self.change(
            lambda contact: actions.save_contact(patient=contact.patient, contact=contact, fields=fields, by=self.staff)
        )

    @action(detail=True, methods=["post"])
    def remove(self, request: Request, pk: UUID) -> Response:
        """Stop using a contact; the row stays."""
        self.body()
        return self.change(lambda contact: actions.remove_contact(contact=contact, by=self.staff))


class CareTeamFilter(filters.FilterSet):
    class Meta:
        model = CareTeam
        fields = ("patient", "phase")


class CareTeamResource(Resource):
    """Who is responsible for acting on the counts, per phase of a patient's follow-up."""

    queryset = CareTeam.objects.select_related("clinic", "patient__clinic", "staff")
    serializer_class = CareTeamSerializer
    filterset_class = CareTeamFilter
    permissions_by_action: ClassVar = {
        "list": May.VIEW,
        "retrieve": May.VIEW,
        "create": May.RECORD,
        "partial_update": May.RECORD,
    }
    bodies: ClassVar = {"create": NewCareTeamSerializer, "partial_update": CareTeamChangeSerializer}

    def create(self, request: Request) -> Response:
        """Name who is responsible in a phase for which nobody is named yet."""
        body = self.body()
        patient, phase = body.pop("patient"), body.pop("phase")
        self.require(patient.clinic)
        if patient.care_teams.filter(phase=phase).exists():
            raise TransitionRefused("Somebody is named for this phase. Change that care team instead.", field="phase")
        return self.created(actions.set_care_team(patient=patient, phase=phase, fields=body, by=self.staff))

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Name somebody else, or note that an outside team accepted."""
        fields = self.body(partial=True)
        return self.change(
            lambda team: actions.set_care_team(
                patient=team.patient, phase=team.phase, fields=with_what_stands(team, fields), by=self.staff
            )
        )


def with_what_stands(team: CareTeam, fields: dict[str, Any]) -> dict[str, Any]:
    """Return `fields` with the team's own values for those left out, so that the action judges the whole."""
    return {name: getattr(team, name) for name in CareTeamChangeSerializer.Meta.fields} | fields
