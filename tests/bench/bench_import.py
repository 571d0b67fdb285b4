"""Importing 5,000 patients end to end, as a share of a bare COPY of the same rows (at least 35 %; memory under 1 GB).

The bare COPY writes the rows of one import, dumped before, into the same empty tables with the same indexes, keys and
triggers, in one transaction. Both sides empty the tables first; that is part of both times and takes little.
"""

import csv
import os
import random
import tempfile
import traceback
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iotrex_followup.settings")
django.setup()

from django.core.management import call_command  # noqa: E402  (after setup, as all that follows)
from django.db import connection, connections, transaction  # noqa: E402

from accounts.models import Clinic  # noqa: E402
from events.models import Event  # noqa: E402
from iotrex_followup.history import action, carry_authorship_into_copy  # noqa: E402
from patients.models import Contact, Patient, Treatment  # noqa: E402
from schedules.models import Plan, PlannedActivity, PlannedVisit  # noqa: E402
from tests.bench.measure import Figure, at_least, paired, report  # noqa: E402

PATIENTS = 5_000
PAIRS = 5
SHARE, MOST_MEMORY = 0.35, 2**30
TABLES = [model._meta.db_table for model in (Patient, Contact, Treatment, Plan, PlannedVisit, PlannedActivity, Event)]
HISTORY = [f"{table}event" for table in TABLES[:-1]]
INDICATIONS = ("pheochromocytoma", "paraganglioma", "neuroblastoma", "neuroendocrine", "medullary_thyroid", "other")
HEADS = (
    *("mrn", "given_name", "family_name", "birth_date", "sex", "indication", "secreting", "treated_on"),
    *("activity_mbq", "weight_kg", "phone", "language", "imaging_interval"),
)


def write_patients(path: Path, count: int, today: date) -> None:
    """Write a file of made-up people treated over the last 15 years, one in six twice."""
    chance = random.Random(1)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADS)
        for number in range(count):
            person = [f"B{number:06}", f"Given{number % 97}", f"Family{number}"]
            person += [date(1950, 1, 1) + timedelta(days=chance.randrange(14_000)), chance.choice(("female", "male"))]
            person += [chance.choice(INDICATIONS), chance.choice(("yes", "no"))]
            first = today - timedelta(days=chance.randrange(15 * 365))
            days = [first, first + timedelta(days=120)] if chance.random() < 1 / 6 else [first]
            for day in days:
                if day <= today:
                    writer.writerow([*person, day, 18500, 71.5, "+34 600 000 000", "es", chance.randrange(6, 13)])


def import_in_a_process(path: Path) -> int:
    """Run the command in a process of its own, and return its peak memory in bytes."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            call_command("import_patients", str(path), "--clinic", "bench", stdout=StringIO(), stderr=StringIO())
        except BaseException:
            # The copy of this process must not go on as the benchmark, whatever happens.
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status, usage = os.wait4(child, 0)
    if status:
        raise RuntimeError("The import failed.")
    return usage.ru_maxrss * 1024


def empty_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join([*TABLES, *HISTORY])} CASCADE")


def dump(folder: Path) -> int:
    """Write each table's rows into a file, and return how many planned visits and activities there are."""
    with connection.cursor() as cursor:
        for table in TABLES:
            with (folder / table).open("wb") as file:
                cursor.cursor.copy_expert(f"COPY {table} TO STDOUT", file)
    return PlannedVisit.objects.count() + PlannedActivity.objects.count()


@action
def copy_back(*, folder: Path, by: None) -> None:
    """Write the dumped rows as fast as the database takes them."""
    carry_authorship_into_copy()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        for table in TABLES:
            with (folder / table).open("rb") as file:
                cursor.cursor.copy_expert(f"COPY {table} FROM STDIN", file)


def measure(folder: Path) -> list[Figure]:
    patients, peaks = folder / "patients.csv", []
    with transaction.atomic():
        Clinic.objects.create(slug="bench", name="Bench", country="ES")
        call_command("load_protocols", stdout=StringIO())
    write_patients(patients, PATIENTS, date.today())  # noqa: DTZ011  (the command reads the real clock too)
    import_in_a_process(patients)
    rows = dump(folder)

    def bare() -> None:
        empty_tables()
        copy_back(folder=folder, by=None)

    def end_to_end() -> None:
        empty_tables()
        peaks.append(import_in_a_process(patients))

    share = paired(bare, end_to_end, PAIRS)
    what = f"import of {PATIENTS:,} patients, {rows:,} planned visits and activities"
    kept = max(peaks) < MOST_MEMORY
    memory = f"{max(peaks) >> 20} MiB, below {MOST_MEMORY >> 20} MiB: {'kept' if kept else 'MISSED'}"
    return [
        at_least(SHARE, f"{what}: speed as a share of a bare COPY of the same rows", share),
        Figure("peak memory of the import", memory, kept),
    ]


def run() -> list[Figure]:
    """Return what was measured, for the table of bin/bench."""
    connection.settings_dict["TEST"]["NAME"] = "bench_import"
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            return measure(Path(folder))
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


if __name__ == "__main__":
    report(run())
