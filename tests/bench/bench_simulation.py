"""Simulating a protocol change over 20,000 patients, as a share of the pure timelines of the same plans.

At least 25 %: of what the version would plan, the simulation reads what is stored, compares, and counts the load of
every week. Its memory is the same for 10,000 patients and 20,000 (at most 1.10). The patients are imported, treated
over five years with every choice of imaging, one in eight behind, the next visit booked; then stored a hundred times
over by the database itself.
"""

import csv
import os
import tempfile
import traceback
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO
from itertools import groupby
from pathlib import Path
from random import Random

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iotrex_followup.settings")
django.setup()

from django.core.management import call_command  # noqa: E402  (after setup, as all that follows)
from django.db import connection, connections, transaction  # noqa: E402
from django.db.models import F  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Clinic  # noqa: E402
from schedules import protocol as rules  # noqa: E402
from schedules.models import Appointment, PlannedActivity, PlannedVisit  # noqa: E402
from schedules.querysets import PlanQuerySet  # noqa: E402
from schedules.versions.simulation import Simulation, plans_to_follow, simulate  # noqa: E402
from tests.bench.bench_import import HEADS, INDICATIONS  # noqa: E402
from tests.bench.bench_lists import PATIENTS, TIMES, grow  # noqa: E402
from tests.bench.database import own_database  # noqa: E402
from tests.bench.measure import Figure, Ratio, at_least, at_most, paired, report  # noqa: E402

SHARE, GROWTH = 0.25, 1.10
PAIRS = 3


def enter_patients(today: date) -> None:
    """Import the patients; what is past of most of them is done, and the next visit of each is booked."""
    Clinic.objects.create(slug="bench", name="Bench", country="ES")
    call_command("load_protocols", stdout=StringIO())
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "patients.csv")
        write_patients(file, today)
        call_command("import_patients", str(file), "--clinic", "bench", stdout=StringIO(), stderr=StringIO())
    with transaction.atomic():
        keep_visits(today)


def write_patients(path: Path, today: date) -> None:
    """Write a file of made-up people treated over the last five years and followed from that day."""
    chance = Random(1)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*HEADS, "followed_from"])
        for number in range(PATIENTS):
            treated = today - timedelta(days=chance.randrange(20, 5 * 365))
            person = [f"B{number:04}-{number % 8}", f"Given{number}", f"Family{number}", date(1961, 3, 3), "female"]
            person += [INDICATIONS[number % len(INDICATIONS)], ("yes", "no")[number % 2], treated]
            writer.writerow([*person, 18500, 71.5, "+34 600 000 000", "es", 6 + number % 7, treated])


def keep_visits(today: date) -> None:
    """Store the past as done, but for every eighth patient, and book the next visit of each."""
    past = PlannedVisit.objects.filter(closes__lt=today, status="planned").exclude(patient__mrn__endswith="-7")
    PlannedActivity.objects.filter(visit__in=past).update(status="done")
    past.update(status="done", done_on=F("target"))
    coming = PlannedVisit.objects.filter(opens__gt=today, kind="visit").order_by("patient", "target")
    for _, visits in groupby(coming, key=lambda visit: visit.patient_id):
        visit = next(visits)
        visit.appointment = Appointment.objects.create(
            clinic_id=visit.clinic_id, patient_id=visit.patient_id, on=visit.target
        )
        visit.save(update_fields=["appointment"])


def changed(protocol: rules.Protocol) -> rules.Protocol:
    """Return another version: counts to week 12, and every other window of visits a day narrower."""
    phases = tuple(
        replace(phase, last=12)
        if phase.unit == "weeks"
        else replace(phase, window_before=phase.window_before - 1, window_after=phase.window_after - 1)
        if phase.key == "quarters"
        else phase
        for phase in protocol.phases
    )
    return replace(protocol, version="2.0", phases=phases)


def peak(plans: PlanQuerySet, simulation: Simulation) -> int:
    """Simulate in a process of its own, and return its peak memory in bytes."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            used(simulate(plans, simulation))
        except BaseException:
            # The copy of this process must not go on as the benchmark, whatever happens.
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status, usage = os.wait4(child, 0)
    if status:
        raise RuntimeError("The simulation failed.")
    return usage.ru_maxrss * 1024


def used(lines: Iterable[object]) -> int:
    return sum(1 for _ in lines)


def figures() -> list[Figure]:
    """Measure; return the figures."""
    today = timezone.now().date()
    enter_patients(today)
    grow()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE")
    version = changed(rules.packaged_protocol().protocol)
    plans = plans_to_follow(Clinic.objects.get())
    middle = plans.order_by("pk").values_list("pk", flat=True)[plans.count() // 2]
    half, whole = (peak(some, Simulation(version, today)) for some in (plans.filter(pk__lt=middle), plans))
    sources = [(plan.anchor, plan.options) for plan in plans.only("anchor", *OPTIONS)]

    def timelines() -> None:
        for anchor, options in sources:
            rules.stored_timeline(version, anchor, options, today=today)

    ratio = paired(timelines, lambda: used(simulate(plans, Simulation(version, today))), PAIRS)
    growth = whole / half
    what = f"simulating another version over {len(sources):,} of {PATIENTS * TIMES:,} patients"
    return [
        at_least(SHARE, f"{what}: speed as a share of the pure timelines", ratio),
        at_most(GROWTH, "peak memory, all against half of them", Ratio(growth, growth, growth), f"{whole >> 20} MiB"),
    ]


OPTIONS = ("imaging_interval", "annual_interval", "late_imaging_interval", "markers")


def run() -> list[Figure]:
    """Return what was measured and the figure, for the table of bin/bench."""
    with own_database("bench_simulation"):
        return figures()


if __name__ == "__main__":
    report(run())
