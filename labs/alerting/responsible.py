"""Whom an alert concerns: who is responsible for acting on the counts in this phase of follow-up."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from dateutil.relativedelta import relativedelta

from accounts.models import Clinic, Role
from labs.alerting.duty import Duty, duties
from labs.models import Alert
from patients.models import CarePhase, CareTeam, Patient
from schedules.models import Plan
from schedules.pages.patient_list import ENDS


class Concerned(NamedTuple):
    """The staff who are told of an alert; `call` names the outside team that is to be called, with its number.

    `away` are those whom a substitute is told for: they find it in their inbox.
    """

    staff: tuple[UUID, ...]
    call: str = ""
    away: tuple[UUID, ...] = ()


class Responsibility(NamedTuple):
    """What is known of who acts for a patient."""

    clinician: UUID | None
    team: CareTeam | None


NOBODY = Responsibility(None, None)


def concerned(alerts: Iterable[Alert], *, now: datetime) -> dict[UUID, Concerned]:
    """Return whom each alert concerns, by its id; the same few queries for any number of alerts.

    That is who is named for this phase, else the patient's clinician, else every clinician of the clinic; the owner
    beside them. An outside team is called, and the patient's clinician (else every one) is told that it must be. Where
    none of them may answer the alert, every clinician is told; where there is no clinician, everybody. For who is away
    their substitute is told.
    """
    alerts = list(alerts)
    clinics = Clinic.objects.in_bulk({alert.clinic_id for alert in alerts})
    days = {pk: clinic.local_date(now) for pk, clinic in clinics.items()}
    return concerned_on_duty(alerts, duties(days), days)


def concerned_on_duty(
    alerts: Sequence[Alert], on_duty: Mapping[UUID, Duty], days: Mapping[UUID, date]
) -> dict[UUID, Concerned]:
    """Return `concerned` of alerts whose clinics' people are known."""
    responsible = responsibility(alerts, days)
    return {
        alert.pk: _concerned(alert, responsible.get(alert.patient_id, NOBODY), on_duty[alert.clinic_id])
        for alert in alerts
    }


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


def _concerned(alert: Alert, responsible: Responsibility, duty: Duty) -> Concerned:
    team, roles = responsible.team, duty.roles
    call = ""
    named = responsible.clinician
    if team and not team.is_ours:
        call = f"{team.outside_team} ({team.phone})" if team.phone else team.outside_team
    elif team and team.staff_id in roles:
        named = team.staff_id
    reached = duty.reached(person for person in dict.fromkeys((named, alert.owner_id)) if person and person in roles)
    people = list(reached.staff)
    today = alert.tier != Alert.Tier.NEXT_WORKING_DAY
    if not people or (today and not any(roles[person] == Role.CLINICIAN for person in people)):
        clinicians = [person for person in duty.clinicians if person not in duty.covers] or duty.clinicians
        people = list(dict.fromkeys([*people, *(clinicians or roles)]))
    return Concerned(tuple(people), call, tuple(person for person in reached.away if person not in people))
