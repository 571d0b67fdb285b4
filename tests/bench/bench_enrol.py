"""Enrolling one patient through the action: SQL statements (at most 25, whatever the number of visits) and time.

For comparison stands the published figure of clinicedc, a public Django trial system, which is not run here.
"""

import os
from datetime import date
from decimal import Decimal
from statistics import median

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iotrex_followup.settings")
django.setup()

from django.db import connection  # noqa: E402  (after setup, as all that follows)
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.models import Clinic, Staff  # noqa: E402
from patients.actions import PatientFacts  # noqa: E402
from patients.models import Patient  # noqa: E402
from patients.treatment_checks import TreatmentFacts  # noqa: E402
from schedules.actions import enrol, load_packaged_protocol  # noqa: E402
from schedules.models import PlannedActivity, PlannedVisit  # noqa: E402
from schedules.plans.planning import PlanChoices  # noqa: E402
from tests.bench.database import own_database  # noqa: E402
from tests.bench.measure import Figure, report, seconds  # noqa: E402

RUNS = 15
MOST_STATEMENTS = 25
ANCHOR = date(2024, 1, 31)
CLINICEDC = "1,088 statements, 0.9 to 1.2 s for 60 visits (clinicedc's appointment creator, as measured elsewhere)"


def measure() -> list[Figure]:
    load_packaged_protocol(by=None)
    clinic = Clinic.objects.create(slug="bench", name="Bench", country="ES")
    by = Staff.objects.create_user("bench@example.org", name="Bench")

    def one(today: date = ANCHOR) -> Patient:
        number = Patient.objects.count()
        return enrol(
            clinic=clinic,
            patient=PatientFacts(f"B{number}", "Ana", "Prueba", date(1961, 3, 3), "female", "pheochromocytoma", True),
            treatment=TreatmentFacts(ANCHOR, activity_mbq=Decimal(18500), weight_kg=Decimal(70)),
            choices=PlanChoices(followed_from=ANCHOR),
            by=by,
            today=today,
        )

    rows = []
    for today in (ANCHOR, date(2044, 1, 31)):
        with CaptureQueriesContext(connection) as statements:
            patient = one(today)
        visits = PlannedVisit.objects.filter(patient=patient).count()
        activities = PlannedActivity.objects.filter(visit__patient=patient).count()
        rows.append(statements_within(f"{visits} visits with {activities} activities", len(statements)))
    times = sorted(1000 * seconds(one) for _ in range(RUNS))
    took = f"{median(times):.0f} ms ({times[0]:.0f} to {times[-1]:.0f})"
    return [*rows, Figure(f"one enrolment, {RUNS} runs", took), Figure("for comparison", CLINICEDC)]


def statements_within(what: str, count: int) -> Figure:
    kept = count <= MOST_STATEMENTS
    return Figure(what, f"{count} statements, at most {MOST_STATEMENTS}: {'kept' if kept else 'MISSED'}", kept)


def run() -> list[Figure]:
    """Return what was measured, for the table of bin/bench."""
    with own_database("bench_enrol"):
        return measure()


if __name__ == "__main__":
    report(run())
