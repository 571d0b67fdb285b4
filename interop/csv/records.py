"""What the clinic has stored already of the people in a file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from accounts.models import Clinic, Staff
from patients.models import Contact, Patient, Treatment

MRNS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Record:
    """The record with an MRN; `standing` is where its treatments are: itself, or the record it was merged into."""

    patient: Patient
    standing: Patient
    treatments: Sequence[Treatment]

    @property
    def is_open(self) -> bool:
        return self.patient.status == Patient.Status.ACTIVE

    @property
    def own_contact(self) -> Contact | None:
        return next((c for c in self.standing.contacts.all() if c.relation == Contact.Relation.SELF), None)


def staff_by_email(clinic: Clinic) -> dict[str, Staff]:
    """Return the people who work in the clinic by their e-mail address in lower case."""
    members = Staff.objects.filter(memberships__clinic=clinic, memberships__is_active=True)
    return {member.email.lower(): member for member in members}


def records_by_mrn(clinic: Clinic, mrns: Iterable[str]) -> dict[str, Record]:
    """Return the clinic's records with one of these MRNs, closed ones included."""
    wanted = list(mrns)
    found: dict[str, Record] = {}
    patients = Patient.objects.filter(clinic=clinic).prefetch_related(
        "treatments", Prefetch("contacts", Contact.objects.filter(is_active=True))
    )
    for start in range(0, len(wanted), MRNS_AT_ONCE):
        for patient in patients.filter(mrn__in=wanted[start : start + MRNS_AT_ONCE]):
            standing = survivor_of(patient)
            found[patient.mrn] = Record(patient, standing, list(standing.treatments.all()))
    return found


def survivor_of(patient: Patient) -> Patient:
    """Return the record that stands for `patient` after merges: itself unless it was merged."""
    while patient.merged_into:
        patient = patient.merged_into
    return patient
