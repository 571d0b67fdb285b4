"""Importing 200,000 laboratory results end to end, as a share of staging COPY of the same rows (at least 30 %).

Staging COPY takes the rows one import wrote, dumped before, copies each table's into a temporary one, and inserts them
from there unless they are there already: into the same tables with the same indexes, keys and triggers, in one
transaction. The import also updates plans and their visits, which staging COPY leaves out. Before each piece, and not
part of its time, everything is as it was before any result came.

usage: python -m tests.bench.bench_lab_import [--rows N] [--profile]
"""

import csv
import json
import os
import random
import sys
import tempfile
import traceback
from argparse import ArgumentParser
from collections.abc import Sequence
from cProfile import Profile
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from pstats import Stats

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iotrex_followup.settings")
django.setup()

from django.core.management import call_command  # noqa: E402  (after setup, as all that follows)
from django.db import connection, connections  # noqa: E402

from accounts.models import Clinic, Membership, Role, Staff  # noqa: E402
from events.models import Event, Message  # noqa: E402
from iotrex_followup.history import action, carry_authorship_into_copy  # noqa: E402
from labs import models as labs  # noqa: E402
from schedules.models import Plan, PlannedActivity, PlannedVisit  # noqa: E402
from tests.bench.bench_import import HEADS as PATIENT_HEADS  # noqa: E402
from tests.bench.database import own_database  # noqa: E402
from tests.bench.measure import Figure, at_least, paired, report, seconds  # noqa: E402

TODAY = date.today()  # noqa: DTZ011  (the command reads the real clock too)
ROWS = 200_000
FEWEST = 40_000  # of fewer, half the file would hold no whole specimen of each patient
LEAST = 0.3
PATIENTS = 1_000
PAIRS = 3
WRITTEN = [
    *(labs.Laboratory, labs.LabReport, labs.LabResult, labs.QuarantineItem, labs.LabGrade, labs.Baseline),
    *(labs.SpecimenMatch, labs.Alert, labs.AlertFinding, Event, Message),
]
CHANGED = [Plan, PlannedVisit, PlannedActivity]
HEADS = ("mrn", "collected_at", "analyte", "value", "unit", "low", "high", "status", "accession", "laboratory")
# LOINC code, usual value, spread, unit, limits; the first eight are a blood count.
ANALYTES = (
    ("718-7", "13.6", 10, "g/dL", "12.0", "17.5"),
    ("6690-2", "6.4", 30, "10*3/uL", "4.0", "11.0"),
    ("751-8", "3.9", 35, "10*3/uL", "1.8", "7.5"),
    ("731-0", "1.6", 30, "10*3/uL", "0.9", "3.3"),
    ("777-3", "240", 25, "K/uL", "150", "400"),
    ("789-8", "4.6", 8, "10*6/uL", "4.0", "5.9"),
    ("4544-3", "41", 8, "%", "36", "50"),
    ("787-2", "90", 5, "fL", "80", "100"),
    ("2160-0", "0.9", 20, "mg/dL", "0.5", "1.2"),
    ("3094-0", "14", 25, "mg/dL", "7", "22"),
    ("2951-2", "140", 2, "mmol/L", "135", "145"),
    ("2823-3", "4.2", 8, "mmol/L", "3.5", "5.0"),
    ("17861-6", "9.4", 4, "mg/dL", "8.6", "10.4"),
    ("1742-6", "24", 40, "U/L", "0", "45"),
    ("1920-8", "22", 35, "U/L", "0", "40"),
    ("6768-6", "80", 25, "U/L", "40", "130"),
    ("1975-2", "0.6", 30, "mg/dL", "0.2", "1.2"),
    ("1751-7", "4.2", 8, "g/dL", "3.4", "5.0"),
    ("2345-7", "96", 12, "mg/dL", "70", "110"),
    ("2885-2", "7.1", 6, "g/dL", "6.0", "8.3"),
)
COUNTS = 8


def enter_patients(folder: Path, today: date) -> None:
    """Enter made-up people treated over the last two years, each with a plan, in a clinic with two clinicians."""
    clinic = Clinic.objects.create(slug="bench", name="Bench", country="ES")
    for name in ("First", "Second"):
        staff = Staff.objects.create(name=name, email=f"{name.lower()}@example.org")
        Membership.objects.create(clinic=clinic, staff=staff, role=Role.CLINICIAN)
    call_command("load_protocols", stdout=StringIO())
    file = folder / "patients.csv"
    with file.open("w", newline="") as content:
        writer = csv.writer(content)
        writer.writerow([*PATIENT_HEADS[:8], "followed_from"])
        for number in range(PATIENTS):
            treated = treated_on(number, today)
            person = [f"B{number:05}", f"Given{number % 97}", f"Family{number}", date(1960, 1, 1)]
            writer.writerow([*person, "female", "other", "no", treated, treated])
    call_command("import_patients", str(file), "--clinic", "bench", stdout=StringIO(), stderr=StringIO())


def treated_on(number: int, today: date) -> date:
    """Return the day of a patient's treatment."""
    return today - timedelta(days=120 + 7 * (number % 80))


def write_results(path: Path, rows: int, today: date) -> None:
    """Write results in the order of their days: a count and a chemistry a week from one before the treatment on.

    The counts fall and rise again; every sixth patient's fall far.
    """
    chance = random.Random(1)
    specimens = rows // (PATIENTS * len(ANALYTES))
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADS)
        for week in range(specimens):
            for number in range(PATIENTS):
                day = treated_on(number, today) + timedelta(days=7 * week - 5)
                at = f"{day}T08:{number % 60:02}"
                depth = week / 6 if week <= 6 else 1 - (week - 6) / 8
                fall = 1 - max(depth, 0) * (0.9 if number % 6 == 0 else 0.4)
                for place, (code, usual, spread, unit, low, high) in enumerate(ANALYTES):
                    value = float(usual) * (1 + chance.uniform(-spread, spread) / 100) * (fall if place < 5 else 1)
                    text = f"{value:.{len(usual.partition('.')[2])}f}"
                    accession = f"B{number:05}-{week}-{'C' if place < COUNTS else 'S'}"
                    writer.writerow([f"B{number:05}", at, code, text, unit, low, high, "final", accession, "Central"])


def import_results(path: Path) -> dict[str, int]:
    """Run the command, and return its summary."""
    out = StringIO()
    call_command("import_labs", str(path), "--clinic", "bench", stdout=out, stderr=StringIO())
    summary: dict[str, int] = json.loads(out.getvalue())
    return summary


def peak_of_import(path: Path) -> int:
    """Run the command in a process of its own, and return its peak memory in bytes."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            import_results(path)
        except BaseException:
            # The copy of this process must not go on as the benchmark, whatever happens.
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status, usage = os.wait4(child, 0)
    if status:
        raise RuntimeError("The import failed.")
    return usage.ru_maxrss * 1024


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(sql)


def keep_plans() -> None:
    """Keep plans, visits and activities as they are before any result came."""
    for model in CHANGED:
        execute(f"CREATE TABLE before_{model._meta.db_table} AS TABLE {model._meta.db_table}")


def put_back() -> None:
    """Empty what an import writes, and put back what it changes; the history of both is emptied, too."""
    for model in CHANGED:
        table, names = model._meta.db_table, [field.column for field in model._meta.local_concrete_fields]
        fields = ", ".join(f"{name} = before.{name}" for name in names if name != "id")
        now, then = (", ".join(f"{side}.{name}" for name in names) for side in (table, "before"))
        execute(
            f"UPDATE {table} SET {fields} FROM before_{table} AS before "
            f"WHERE before.id = {table}.id AND ({now}) IS DISTINCT FROM ({then})"
        )
    history = [model.pgh_event_model for model in [*WRITTEN, *CHANGED] if hasattr(model, "pgh_event_model")]
    execute(f"TRUNCATE {', '.join(model._meta.db_table for model in [*WRITTEN, *history])} CASCADE")
    for model in CHANGED:
        execute(f"VACUUM ANALYZE {model._meta.db_table}")


def dump(folder: Path) -> int:
    """Write each table's rows into a file, and return how many there are."""
    with connection.cursor() as cursor:
        for model in WRITTEN:
            with (folder / model._meta.db_table).open("wb") as file:
                cursor.cursor.copy_expert(f"COPY {model._meta.db_table} TO STDOUT", file)
    return written()


def written() -> int:
    """Return how many rows the tables hold that an import writes."""
    return sum(model._default_manager.count() for model in WRITTEN)


@action
def staging_copy(*, folder: Path, by: None) -> None:
    """Write the dumped rows as fast as the database takes them, those that are there already left as they are."""
    carry_authorship_into_copy()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        for model in WRITTEN:
            table = model._meta.db_table
            cursor.execute(f"CREATE TEMP TABLE staged (LIKE {table}) ON COMMIT DROP")
            with (folder / table).open("rb") as file:
                cursor.cursor.copy_expert("COPY staged FROM STDIN", file)
            cursor.execute(f"INSERT INTO {table} SELECT * FROM staged ON CONFLICT DO NOTHING")
            cursor.execute("DROP TABLE staged")


def measure(folder: Path, rows: int) -> list[Figure]:
    """Return what was measured, with the figures."""
    half, whole = folder / "half.csv", folder / "whole.csv"
    peaks = []
    for file, number in ((half, rows // 2), (whole, rows)):
        write_results(file, number, TODAY)
        put_back()
        peaks.append(f"{peak_of_import(file) / 2**20:.0f} MiB")
    number = dump(folder)
    if not labs.LabResult.objects.exists():
        raise RuntimeError("The import stored no result.")
    share = paired(lambda: staging_copy(folder=folder, by=None), lambda: import_results(whole), PAIRS, before=put_back)
    return [
        at_least(
            LEAST, f"import of {rows:,} results ({number:,} rows written): speed as a share of staging COPY", share
        ),
        Figure("the same file again: speed as a multiple of the first time", f"{again(whole, rows):.2f}"),
        Figure("peak memory of half the file, and of all of it", " and ".join(peaks)),
    ]


def again(file: Path, rows: int) -> float:
    """Return how many times as long the first import of `file` takes as the second, which adds nothing."""
    put_back()
    first = seconds(lambda: import_results(file))
    stored = written()
    second = seconds(lambda: import_results(file))
    if written() != stored:
        raise RuntimeError("Importing the file again added rows.")
    return first / second


def profile(folder: Path, rows: int) -> None:
    """Print where the time of an import goes."""
    file = folder / "results.csv"
    write_results(file, rows, TODAY)
    profiler = Profile()
    profiler.runcall(import_results, file)
    Stats(profiler).sort_stats("tottime").print_stats(45)


def run(arguments: Sequence[str] = ()) -> list[Figure]:
    """Return what was measured, for the table of bin/bench."""
    parser = ArgumentParser()
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args(arguments)
    if options.rows < FEWEST:
        parser.error(f"--rows: at least {FEWEST}")
    with own_database("bench_lab_import"), tempfile.TemporaryDirectory() as folder:
        enter_patients(Path(folder), TODAY)
        keep_plans()
        if options.profile:
            profile(Path(folder), options.rows)
            return []
        return measure(Path(folder), options.rows)


if __name__ == "__main__":
    report(run(sys.argv[1:]))
