"""Whom an alert concerns: who is responsible for acting on the counts in this phase of follow-up."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, TypeAlias
from uuid import UUID

from dateutil.relativedelta import relativedelta

from accounts.models import Clinic, Membership, Role
from labs.models import Alert
from patients.models import CarePhase, CareTeam, Patient
from schedules.models import Plan
from schedules.pages.patient_list import ENDS

Roles: TypeAlias = Mapping[UUID, str]  # of the people who work in a clinic


class Concerned(NamedTuple):
    """The staff who are told of an alert; `call` names the outside team that is to be called, with its number."""

    staff: tuple[UUID, ...]
    call: str = ""


class Responsibility(NamedTuple):
    """What is known of who acts for a patient."""

    clinician: UUID | None
    team: CareTeam | None


NOBODY = Responsibility(None, None)


def concerned(alerts: Iterable[Alert], *, now: datetime) -> dict[UUID, Concerned]:
    """Return whom each alert concerns, by its id; the same few queries for any number of alerts.

    That is who is named for this phase, else the patient's clinician, else every clinician of the clinic; the owner
    beside them. An outside team is called, and the patient's clinician (else every one) is told that it must be. Where
    none of them may answer the alert, every clinician is told; where there is no clinician, everybody.
    """
    alerts = list(alerts)
    clinics = Clinic.objects.in_bulk({alert.clinic_id for alert in alerts})
    roles = roles_by_clinic(clinics)
    days = {pk: clinic.local_date(now) for pk, clinic in clinics.items()}
    responsible = responsibility(alerts, days)
    return {
        alert.pk: _concerned(alert, responsible.get(alert.patient_id, NOBODY), roles[alert.clinic_id])
        for alert in alerts
    }


def roles_by_clinic(clinics: Iterable[UUID]) -> dict[UUID, dict[UUID, str]]:
    """Return the roles of the people who work in each clinic now."""
    roles: dict[UUID, dict[UUID, str]] = {clinic: {} for clinic in clinics}
    members = Membership.objects.filter(clinic__in=roles, is_active=True, staff__is_active=True).order_by("staff")
    for clinic, staff, role in members.values_list("clinic", "staff", "role"):
        roles[clinic][staff] = role
    return roles


def responsibility(alerts: Sequence[Alert], days: Mapping[UUID, date]) -> dict[UUID | None, Responsibility]:
    """Return who acts for the patients of `alerts` on each clinic's day."""
    clinic_of = {alert.patient_id: alert.clinic_id for alert in alerts if alert.patient_id}
    clinicians = Patient.objects.filter(pk__in=clinic_of).values_list("pk", "responsible_clinician")
    anchors = dict(Plan.objects.current().filter(patient__in=clinic_of).values_list("patient", "anchor"))
    teams = {(team.patient_id, team.phase): team for team in CareTeam.objects.filter(patient__in=clinic_of)}
    return {
        patient: Responsibility(
            clinician, teams.get((patient, phase_on(anchors.get(patient), days[clinic_of[patient]])))
        )
        for patient, clinician in clinicians
    }


def phase_on(anchor: date | None, day: date) -> str:
    """Return the phase of follow-up on `day` after a treatment on `anchor`; empty when there is none."""
    if anchor is None:
        return ""
    return next(
        (phase for phase, months in ENDS.items() if anchor > day - relativedelta(months=months)), CarePhase.YEARS
    )


def _concerned(alert: Alert, responsible: Responsibility, roles: Roles) -> Concerned:
    team = responsible.team
    call = ""
    named = responsible.clinician
    if team and not team.is_ours:
        call = f"{team.outside_team} ({team.phone})" if team.phone else team.outside_team
    elif team and team.staff_id in roles:
        named = team.staff_id
    people = [person for person in dict.fromkeys((named, alert.owner_id)) if person and person in roles]
    today = alert.tier != Alert.Tier.NEXT_WORKING_DAY
    if not people or (today and not any(roles[person] == Role.CLINICIAN for person in people)):
        clinicians = [person for person, role in roles.items() if role == Role.CLINICIAN]
        people = list(dict.fromkeys([*people, *(clinicians or roles)]))
    return Concerned(tuple(people), call)
