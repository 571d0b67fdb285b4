"""The patient page and the flowsheet of a patient with 3,000 results, against one with 100 (each at most 3 times).

Both have the same course; one has 150 specimens of 20 analytes, the other the last 5 of them. What a page shows of
them is bounded, so that the ratio is that of finding it, and of filling the page.
"""

import os
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iotrex_followup.settings")
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
django.setup()

from django.db import connection  # noqa: E402  (after setup, as all that follows)
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Staff  # noqa: E402
from labs.actions.receiving import Source, receive_results  # noqa: E402
from labs.intake.incoming import Incoming  # noqa: E402
from labs.models import LabResult  # noqa: E402
from patients.models import Patient  # noqa: E402
from schedules.actions import extend_plans  # noqa: E402
from schedules.demo import clinic  # noqa: E402
from schedules.demo.courses import Course  # noqa: E402
from schedules.demo.seed import enter_patient  # noqa: E402
from tests.bench.database import own_database  # noqa: E402
from tests.bench.measure import Figure, at_most, paired, report  # noqa: E402

SPECIMENS, FEW = 150, 5
DAYS_APART = 7
PAIRS, REQUESTS = 9, 5
MOST = 3
# Unit, the range printed on the report, and how low or high a value comes.
ANALYTES = {
    "hgb": ("g/L", "120", "160", 85, 150),
    "wbc": ("10*9/L", "4", "11", 2, 9),
    "anc": ("10*9/L", "1.8", "7.5", 1, 6),
    "alc": ("10*9/L", "0.9", "3.3", 1, 3),
    "monocytes": ("10*9/L", "0.2", "1.0", 0, 1),
    "eosinophils": ("10*9/L", "", "0.5", 0, 1),
    "basophils": ("10*9/L", "", "0.1", 0, 1),
    "platelets": ("10*9/L", "150", "400", 60, 300),
    "mcv": ("fL", "80", "100", 82, 98),
    "creatinine": ("umol/L", "45", "90", 60, 110),
    "bun": ("mmol/L", "2.5", "7.8", 3, 9),
    "alt": ("U/L", "", "45", 20, 120),
    "ast": ("U/L", "", "40", 20, 90),
    "bili_total": ("umol/L", "", "21", 5, 30),
    "sodium": ("mmol/L", "135", "145", 132, 146),
    "potassium": ("mmol/L", "3.5", "5.1", 4, 5),
    "albumin": ("g/L", "35", "50", 30, 45),
    "tsh": ("m[IU]/L", "0.4", "4.0", 1, 9),
    "ft4": ("pmol/L", "12", "22", 11, 20),
    "cga": ("ug/L", "", "100", 50, 400),
}


def specimens(patient: Patient, count: int, today: date) -> Iterator[Incoming]:
    """Yield the last `count` weekly specimens of a patient, all analytes of each."""
    for number in range(count):
        chance = Random(number)
        day = today - timedelta(days=1 + DAYS_APART * number)
        for analyte, (unit, low, high, least, most) in ANALYTES.items():
            value = str(Decimal(chance.randint(least * 10, most * 10)) / 10)
            yield Incoming(
                position=f"{number} {analyte}",
                mrn=patient.mrn,
                collected_at=f"{day}T08:00",
                analyte=analyte,
                value=value,
                unit=unit,
                low=low,
                high=high,
                accession=f"S{number}",
                laboratory="North",
                raw=f"{analyte} {value} {unit}",
            )


def enter_patients() -> tuple[Patient, Patient]:
    """Enter the two patients with their results, and return them: many, few."""
    now = timezone.now()
    demo = clinic.open_clinic(today=now.date())
    course = Course("pheochromocytoma", (now.date() - timedelta(days=DAYS_APART * SPECIMENS - 30),))
    for number, count in enumerate((SPECIMENS, FEW)):
        enter_patient(demo, number, course, Random(1))
        patient = Patient.objects.latest("created_at")
        rows = list(specimens(patient, count, now.date()))
        by = demo.clinicians[0]
        received = receive_results(clinic=demo.clinic, rows=rows, source=Source("file", "bench.csv"), by=by, now=now)
        if received.stored != len(rows):
            raise RuntimeError(f"{received.stored} of {len(rows)} results are stored")
    extend_plans(today=now.date())
    many, few = sorted(Patient.objects.all(), key=lambda each: -each.lab_results.count())
    return many, few


def reads(client: Client, address: str) -> Callable[[], None]:
    def read() -> None:
        for _ in range(REQUESTS):
            response = client.get(address)
            if response.status_code != 200:
                raise RuntimeError(f"{address} answered {response.status_code}")

    return read


def run() -> list[Figure]:
    """Return what was measured, for the table of bin/bench."""
    with own_database("bench_flowsheet"):
        many, few = enter_patients()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        client = Client(headers={"host": "localhost"})
        client.force_login(Staff.objects.get(email="clinician@example.org"))
        client.get("/")
        counts = [LabResult.objects.filter(patient=each).count() for each in (many, few)]
        rows = [Figure("results of the two patients, with those derived", "{:,} and {:,}".format(*counts))]
        for name, page in {
            "patient page": "/patients/{}/",
            "flowsheet": "/patients/{}/results/",
            "also: the counts on the patient page": "/patients/{}/results/panel/",
            "also: flowsheet of the blood counts": "/patients/{}/results/?panel=cbc",
            "also: charts of the blood counts": "/patients/{}/results/charts/",
        }.items():
            of_many, of_few = (reads(client, page.format(each.pk)) for each in (many, few))
            of_many(), of_few()
            what, ratio = f"{name}: times as long as with {FEW * len(ANALYTES)}", paired(of_many, of_few, PAIRS)
            rows.append(Figure(what, str(ratio)) if name.startswith("also") else at_most(MOST, what, ratio))
        return rows


if __name__ == "__main__":
    report(run())
