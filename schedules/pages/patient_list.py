"""The patient list: which phase of follow-up a patient is in, what stands in a row, and the pages of the list."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from patients.forms import EVERYBODY, NO_TREATMENT
from patients.models import CarePhase, Patient, PatientQuerySet
from schedules.models import Plan, PlannedVisit

PAGE = 50
# The last month of each phase, after the treatment; years have no end.
ENDS = {CarePhase.WEEKS: 2, CarePhase.MONTHS: 12, CarePhase.QUARTERS: 60}


def in_phase(patients: PatientQuerySet, phase: str, *, today: date) -> PatientQuerySet:
    """Patients who on `today` are in that phase after their latest given therapeutic treatment.

    `phase` is a CarePhase, or "none": no such treatment yet.
    """
    plans = Plan.objects.current().filter(patient=OuterRef("pk"))
    if phase == NO_TREATMENT:
        return patients.filter(~Exists(plans))
    phases = list(CarePhase)
    place = phases.index(CarePhase(phase))
    if phase in ENDS:
        plans = plans.filter(anchor__gt=today - relativedelta(months=ENDS[CarePhase(phase)]))
    if place:
        plans = plans.filter(anchor__lte=today - relativedelta(months=ENDS[phases[place - 1]]))
    return patients.filter(Exists(plans))


def chosen_patients(patients: PatientQuerySet, chosen: Mapping[str, Any], *, today: date) -> PatientQuerySet:
    """Patients that match the filters of the list; closed records only when they are asked for."""
    if text := chosen.get("q"):
        patients = patients.matching(text)
    if phase := chosen.get("phase"):
        patients = in_phase(patients, phase, today=today)
    if indication := chosen.get("indication"):
        patients = patients.filter(indication=indication)
    if care := chosen.get("care"):
        patients = patients.filter(care=care)
    if clinician := chosen.get("clinician"):
        patients = patients.filter(responsible_clinician=clinician)
    status = chosen.get("status") or Patient.Status.ACTIVE
    return patients if status == EVERYBODY else patients.filter(status=status)


def with_standing(patients: PatientQuerySet, *, today: date) -> PatientQuerySet:
    """Patients with `treated_on` (latest therapeutic treatment), `overdue` (how many) and `next_visit_id`."""
    visits = PlannedVisit.objects.filter(patient=OuterRef("pk")).order_by()
    overdue = visits.overdue(on=today).values("patient").annotate(count=Count("pk")).values("count")
    coming = visits.open().not_drawn().filter(closes__gte=today).order_by("target", "-cost", "id")
    plan = Plan.objects.current().filter(patient=OuterRef("pk"))
    return patients.annotate(
        treated_on=Subquery(plan.values("anchor")[:1]),
        overdue=Coalesce(Subquery(overdue), 0),
        next_visit_id=Subquery(coming.values("pk")[:1]),
    )


class PatientRow(NamedTuple):
    """A patient of the list, and the next thing that is due."""

    patient: Patient
    next_visit: PlannedVisit | None


class PatientPage(NamedTuple):
    """One page of the list; `after` is the patient the next page begins after, None on the last."""

    rows: Sequence[PatientRow]
    after: Patient | None


def page_of(patients: PatientQuerySet, *, after: Patient | None, today: date, size: int = PAGE) -> PatientPage:
    """Return the page of `patients`, by name, that follows the patient `after`."""
    if after:
        # The first condition alone would do for an index; the second drops namesakes that were shown already.
        patients = patients.filter(search_name__gte=after.search_name).filter(
            Q(search_name__gt=after.search_name) | Q(pk__gt=after.pk)
        )
    listed = patients.select_related("responsible_clinician").order_by("search_name", "id")
    found: list[Any] = list(with_standing(listed, today=today)[: size + 1])
    shown = found[:size]
    visits = PlannedVisit.objects.select_related("appointment").in_bulk(
        [patient.next_visit_id for patient in shown if patient.next_visit_id]
    )
    rows = [PatientRow(patient, visits.get(patient.next_visit_id)) for patient in shown]
    return PatientPage(rows, shown[-1] if len(found) > size else None)
