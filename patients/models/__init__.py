"""Patients, the people around them, and the treatments they were given."""

from patients.models.care import CarePhase, CareTeam, SupportiveCare
from patients.models.contact_log import ContactEntry, ContactEntryQuerySet
from patients.models.events import AdverseEvent, ClinicalEvent
from patients.models.medicines import Medicine, MedicineQuerySet
from patients.models.people import FOLLOWED_HERE, Care, Contact, Indication, Language, Patient, PatientQuerySet, Sex
from patients.models.rows import ClinicRowQuerySet
from patients.models.treatments import MBQ_PER_MCI, Treatment, TreatmentQuerySet

__all__ = [
    "FOLLOWED_HERE",
    "MBQ_PER_MCI",
    "AdverseEvent",
    "Care",
    "CarePhase",
    "CareTeam",
    "ClinicRowQuerySet",
    "ClinicalEvent",
    "Contact",
    "ContactEntry",
    "ContactEntryQuerySet",
    "Indication",
    "Language",
    "Medicine",
    "MedicineQuerySet",
    "Patient",
    "PatientQuerySet",
    "Sex",
    "SupportiveCare",
    "Treatment",
    "TreatmentQuerySet",
]
