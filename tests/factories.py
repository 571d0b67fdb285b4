"""Valid minimal rows; what a test asserts on stands in the test."""

from datetime import UTC, date, datetime, time
from typing import Any

import factory

from accounts.models import Clinic, Membership, Role, Staff
from patients.actions import PatientFacts
from patients.models import Patient
from patients.treatment_checks import TreatmentFacts
from schedules.actions import enrol, load_packaged_protocol
from schedules.models import Plan, PlannedVisit
from schedules.plans.planning import PlanChoices


class ClinicFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Clinic

    name = factory.Sequence(lambda n: f"Clinic {n}")
    slug = factory.Sequence(lambda n: f"clinic-{n}")
    country = "ES"
    time_zone = "Europe/Madrid"


class StaffFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Staff

    name = factory.Sequence(lambda n: f"Staff {n}")
    email = factory.Sequence(lambda n: f"staff{n}@example.org")


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    clinic = factory.SubFactory(ClinicFactory)
    staff = factory.SubFactory(StaffFactory)
    role = Role.CLINICIAN


class PatientFactory(factory.django.DjangoModelFactory):
    """A patient without treatment; `enrolled` makes one with a plan."""

    class Meta:
        model = Patient

    clinic = factory.SubFactory(ClinicFactory)
    mrn = factory.Sequence(lambda n: f"M{n:05}")
    given_name = "Ana"
    family_name = "Prueba"
    search_name = "prueba ana"
    birth_date = date(1961, 3, 3)
    sex = "female"
    indication = "pheochromocytoma"


def enrolled(
    *,
    by: Staff,
    clinic: Clinic,
    started_on: date,
    today: date,
    choices: PlanChoices | None = None,
    treatment: dict[str, Any] | None = None,
    **facts: Any,
) -> Plan:
    """Enrol a patient through the action and return the plan, followed from the treatment unless chosen otherwise."""
    load_packaged_protocol(by=None)
    number = Patient.objects.count() + 1
    patient = {
        "mrn": f"E{number:05}",
        "given_name": "Ana",
        "family_name": "Prueba",
        "birth_date": date(1961, 3, 3),
        "sex": "female",
        "indication": "pheochromocytoma",
    }
    enrolled_patient = enrol(
        clinic=clinic,
        patient=PatientFacts(**(patient | facts)),
        treatment=TreatmentFacts(started_on, **(treatment or {})),
        choices=choices or PlanChoices(followed_from=started_on),
        by=by,
        today=today,
    )
    return enrolled_patient.plans.get()


def visit_of(plan: Plan, timepoint: str, kind: str = "visit") -> PlannedVisit:
    """Return one timepoint of the plan."""
    return plan.visits.get(timepoint=timepoint, kind=kind)


def noon(day: date) -> datetime:
    """Return noon of `day`, UTC."""
    return datetime.combine(day, time(12), UTC)
