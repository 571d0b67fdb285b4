"""The worklist and the patient list of a clinic with 20,000 patients, against one with 200 (at most 1.5 times as long).

The patients of the small clinic were treated over the last five years and one in eight is behind, so that its groups
nearly fill a page too: the ratio is that of finding the rows, not of showing more of them. The large clinic holds the
same patients a hundred times over. Each has a database of its own; both answer through Django's test client.
"""

import os
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iotrex_followup.settings")
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
django.setup()

from django.db import connection, connections, models, transaction  # noqa: E402  (after setup, as all that follows)
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Staff  # noqa: E402
from patients.models import CareTeam, Contact, Patient, Treatment  # noqa: E402
from schedules.actions import extend_plans  # noqa: E402
from schedules.demo import clinic  # noqa: E402
from schedules.demo.courses import INDICATIONS, Course  # noqa: E402
from schedules.demo.seed import enter_patient  # noqa: E402
from schedules.models import Appointment, Plan, PlannedActivity, PlannedVisit, VisitRecord  # noqa: E402
from tests.bench.database import own_database  # noqa: E402
from tests.bench.measure import Figure, Ratio, at_most, paired, report  # noqa: E402

PATIENTS, TIMES = 200, 100
PAIRS, REQUESTS, MOST = 9, 3, 1.5
MODELS = (Patient, Contact, CareTeam, Treatment, Plan, Appointment, PlannedVisit, VisitRecord, PlannedActivity)
PAGES = {
    "worklist": "/",
    "patient list": "/patients/",
}
# Without a limit: the small clinic has fewer rows to show than fill a page.
ALSO = {
    "patients of one indication": "/patients/?indication=paraganglioma",
    "worklist of blood counts": "/?activity=cbc",
    "patients by part of a name": "/patients/?q=fernh",
}


class Side(NamedTuple):
    """One clinic: its database, and somebody signed in there."""

    database: BaseDatabaseWrapper
    client: Client

    def reads(self, address: str) -> Callable[[], None]:
        def read() -> None:
            connections["default"] = self.database
            for _ in range(REQUESTS):
                response = self.client.get(address)
                if response.status_code != 200:
                    raise RuntimeError(f"{address} answered {response.status_code}")

        return read


def multiply(model: type[models.Model]) -> None:
    """Store each row of `model` another 99 times, tied to the copies of the rows it belongs to."""

    def copied(field: models.Field) -> str:
        column = quoted(field)
        if field.primary_key or field.related_model in MODELS:
            # Ascending like the ids of the product, so that the indexes grow as they would.
            return f"overlay({column}::text placing lpad(to_hex(n), 8, '0') from 1 for 8)::uuid"
        return f"{column} || '-' || n" if field.column in ("mrn", "search_name") else column

    fields = model._meta.concrete_fields
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({', '.join(map(quoted, fields))})"
            f" SELECT {', '.join(map(copied, fields))}"
            f" FROM {model._meta.db_table}, generate_series(2, {TIMES}) AS n ORDER BY n, {quoted(model._meta.pk)}"
        )


@transaction.atomic
def enter_patients(today: date) -> None:
    """Enter the patients of the small clinic as the demo does, but treated at any time of the last five years."""
    demo = clinic.open_clinic(today=today)
    for number in range(PATIENTS):
        chance = Random(number)
        treated = today - timedelta(days=chance.randrange(20, 5 * 365))
        course = Course(INDICATIONS[number % len(INDICATIONS)], (treated,), behind=number % 8 == 0)
        enter_patient(demo, number, course, chance)
    extend_plans(today=today)


def quoted(field: models.Field) -> str:
    return connection.ops.quote_name(field.column)


@transaction.atomic
def grow() -> None:
    with connection.cursor() as cursor:
        # The copies are sound, and nobody reads their history: no key is checked, no trigger runs.
        cursor.execute("SET LOCAL session_replication_role = replica; SET LOCAL statement_timeout = 0")
    for model in MODELS:
        multiply(model)


def open_clinic(database: BaseDatabaseWrapper, *, large: bool) -> Side:
    enter_patients(timezone.now().date())
    if large:
        grow()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE")
    client = Client(headers={"host": "localhost"})
    client.force_login(Staff.objects.get(email="clinician@example.org"))
    client.get("/")
    return Side(database, client)


def run() -> list[Figure]:
    """Return what was measured, for the table of bin/bench."""
    with ExitStack() as databases:
        large = open_clinic(databases.enter_context(own_database("bench_lists_large")), large=True)
        visits = PlannedVisit.objects.count()
        small = open_clinic(databases.enter_context(own_database("bench_lists_small")), large=False)

        def ratio(address: str) -> Ratio:
            of_large, of_small = large.reads(address), small.reads(address)
            of_large(), of_small()
            return paired(of_large, of_small, PAIRS)

        what = f"{{}}: times as long as with {PATIENTS} patients"
        return [
            Figure("the large clinic", f"{PATIENTS * TIMES:,} patients, {visits:,} planned visits"),
            *(at_most(MOST, what.format(name), ratio(address)) for name, address in PAGES.items()),
            *(Figure(what.format(f"also: {name}"), str(ratio(address))) for name, address in ALSO.items()),
        ]


if __name__ == "__main__":
    report(run())
