"""The patients and care teams of somebody who leaves a clinic."""

from accounts.models import Staff
from accounts.open_work import Leaving, OpenWork
from events.actions import record_event
from events.models import Event
from patients.models import CareTeam, ClinicRowQuerySet, Patient
from patients.models.people import PatientQuerySet


def patients_of(leaving: Leaving) -> PatientQuerySet:
    """Return the active patients the person is responsible for in the clinic."""
    return Patient.objects.filter(
        clinic=leaving.clinic, responsible_clinician=leaving.person, status=Patient.Status.ACTIVE
    )


def hand_over_patients(leaving: Leaving, to: Staff, by: Staff) -> None:
    """Make another person responsible for all of them.

    Records  patient.reassigned for each
    """
    patients = list(patients_of(leaving).order_by("pk").select_for_update(of=("self",), no_key=True))
    Patient.objects.filter(pk__in=[each.pk for each in patients]).update(responsible_clinician=to)
    facts = {"person": str(leaving.person), "to": str(to)}
    Event.objects.bulk_create(
        Event(clinic=leaving.clinic, patient=each, kind="patient.reassigned", facts=facts, by=by) for each in patients
    )


def teams_of(leaving: Leaving) -> ClinicRowQuerySet[CareTeam]:
    """Return the phases of active patients the person is named for in the clinic."""
    return CareTeam.objects.filter(clinic=leaving.clinic, staff=leaving.person, patient__status=Patient.Status.ACTIVE)


def hand_over_teams(leaving: Leaving, to: Staff, by: Staff) -> None:
    """Name another person in every phase.

    Records  care_team.set for each
    """
    for team in teams_of(leaving).select_related("patient").order_by("patient", "phase"):
        team.staff = to
        team.save(update_fields=["staff"])
        facts = {"phase": team.get_phase_display(), "responsible": team.responsible}
        record_event("care_team.set", clinic=leaving.clinic, patient=team.patient, by=by, **facts)


PATIENTS = OpenWork(
    "patient they are responsible for",
    "patients they are responsible for",
    lambda leaving: patients_of(leaving).count(),
    hand_over_patients,
)
TEAMS = OpenWork(
    "care team they are named in",
    "care teams they are named in",
    lambda leaving: teams_of(leaving).count(),
    hand_over_teams,
)
