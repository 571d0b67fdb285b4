"""Patients and the people around them, as the API shows and reads them."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.models import Clinic, Membership, Staff
from iotrex_followup.api.shapes import ModelShape, VisibleField
from patients.models import CareTeam, Contact, Patient


class ColleagueField(serializers.PrimaryKeyRelatedField[Staff]):
    """The id of somebody who works in one of the person's clinics."""

    def get_queryset(self) -> Any:
        request = self.context.get("request")
        if request is None:
            return Staff.objects.all()
        clinics = Clinic.objects.visible_to(request.user)
        members = Membership.objects.filter(clinic__in=clinics, is_active=True)
        return Staff.objects.filter(pk__in=members.values("staff"))


class PatientSerializer(serializers.ModelSerializer[Patient]):
    class Meta:
        model = Patient
        fields = (
            "id",
            "clinic",
            "mrn",
            "given_name",
            "family_name",
            "birth_date",
            "sex",
            "indication",
            "secreting",
            "responsible_clinician",
            "time_zone",
            "status",
            "merged_into",
            "created_at",
        )
        read_only_fields = fields


FACTS = (
    "mrn",
    "given_name",
    "family_name",
    "birth_date",
    "sex",
    "indication",
    "secreting",
    "responsible_clinician",
    "time_zone",
)


class PatientFactsSerializer(ModelShape):
    """A patient as entered; the fields of `patients.actions.PatientFacts`."""

    responsible_clinician = ColleagueField(required=False, allow_null=True, queryset=Staff.objects.all())

    class Meta:
        model = Patient
        fields: ClassVar[tuple[str, ...]] = FACTS


class NewPatientSerializer(PatientFactsSerializer):
    clinic = VisibleField(queryset=Clinic.objects.all())

    class Meta(PatientFactsSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = ("clinic", *FACTS)


class PatientChangeSerializer(PatientFactsSerializer):
    reason = serializers.CharField(
        default="", allow_blank=True, help_text="Needed when MRN, name, birth date or sex changes."
    )

    class Meta(PatientFactsSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*FACTS, "reason")


class ContactSerializer(serializers.ModelSerializer[Contact]):
    class Meta:
        model = Contact
        fields = (
            "id",
            "patient",
            "name",
            "relation",
            "legal_authority",
            "phone",
            "email",
            "sms_consent",
            "email_consent",
            "phone_fault",
            "email_fault",
            "language",
            "interpreter",
            "order",
            "is_active",
        )
        read_only_fields = fields


class ContactChangeSerializer(ModelShape):
    class Meta:
        model = Contact
        fields: ClassVar[tuple[str, ...]] = (
            "name",
            "relation",
            "legal_authority",
            "phone",
            "email",
            "sms_consent",
            "email_consent",
            "language",
            "interpreter",
            "order",
        )


class NewContactSerializer(ContactChangeSerializer):
    patient = VisibleField(queryset=Patient.objects.all())

    class Meta(ContactChangeSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = ("patient", *ContactChangeSerializer.Meta.fields)


class CareTeamSerializer(serializers.ModelSerializer[CareTeam]):
    is_ours = serializers.BooleanField(read_only=True, help_text="True until an outside team has accepted.")
    responsible = serializers.CharField(read_only=True, help_text="Who acts on the counts, in words.")

    class Meta:
        model = CareTeam
        fields = ("id", "patient", "phase", "staff", "outside_team", "phone", "accepted_on", "is_ours", "responsible")
        read_only_fields = fields


class CareTeamChangeSerializer(ModelShape):
    staff = ColleagueField(required=False, allow_null=True, queryset=Staff.objects.all())

    class Meta:
        model = CareTeam
        fields: ClassVar[tuple[str, ...]] = ("staff", "outside_team", "phone", "accepted_on")


class NewCareTeamSerializer(CareTeamChangeSerializer):
    patient = VisibleField(queryset=Patient.objects.all())

    class Meta(CareTeamChangeSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = ("patient", "phase", *CareTeamChangeSerializer.Meta.fields)
