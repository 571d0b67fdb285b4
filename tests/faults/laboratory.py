"""A laboratory that sends results while servers fall: each is stored with all that follows from it, or not at all."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from threading import Event, Thread
from time import sleep

from django.db import Error, connection
from django.utils import timezone

from accounts.models import Clinic
from labs.actions.receiving import Source, receive_results
from labs.intake.incoming import Incoming
from labs.models import Alert, LabGrade, LabResult
from patients.models import Patient

PATIENTS = 20
PAUSE = 0.5  # seconds between two specimens
BORN = date(1980, 1, 1)
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
CRITICAL = 20  # platelets below


@dataclass(frozen=True)
class Specimen:
    """What the laboratory reports of one patient at one time."""

    number: int
    mrn: str
    platelets: int

    @property
    def accession(self) -> str:
        return f"fault-{self.number}"

    @property
    def rows(self) -> list[Incoming]:
        """The results as they are sent, the same at every try; each specimen is of an hour of its own."""
        values = {"platelets": (str(self.platelets), "10*9/L"), "hgb": ("140", "g/L")}
        at = FIRST + timedelta(hours=self.number)
        return [
            Incoming(
                position=analyte,
                mrn=self.mrn,
                collected_at=at.isoformat(timespec="minutes"),
                analyte=analyte,
                value=value,
                unit=unit,
                status="final",
                accession=self.accession,
            )
            for analyte, (value, unit) in values.items()
        ]


@dataclass
class Laboratory:
    """Sends one specimen after another until it is ended, again as long as nobody said that it is stored."""

    clinic: Clinic
    random: Random
    sent: list[Specimen] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)
    asked_again: int = 0
    _thread: Thread | None = None
    _over: Event = field(default_factory=Event)

    def open(self) -> None:
        """Register the patients whose results will come."""
        Patient.objects.bulk_create(
            Patient(clinic=self.clinic, mrn=mrn, given_name="Test", family_name=mrn, birth_date=BORN, sex="female")
            for mrn in map(mrn_of, range(PATIENTS))
        )

    def begin(self) -> None:
        """Begin to send."""
        self._over.clear()
        self._thread = Thread(target=self._send_all, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Send what is being sent to its end, and nothing after it."""
        self._over.set()
        if self._thread:
            self._thread.join()

    def send(self) -> Specimen:
        """Send the next specimen: one in four is critical."""
        first, last = (5, CRITICAL - 1) if self.random.random() < 0.25 else (160, 300)
        mrn, platelets = mrn_of(self.random.randrange(PATIENTS)), self.random.randint(first, last)
        specimen = Specimen(len(self.sent), mrn, platelets)
        self.sent.append(specimen)
        while not self._store(specimen):
            self.asked_again += 1
            sleep(0.2)
        return specimen

    def _send_all(self) -> None:
        try:
            while not self._over.wait(PAUSE):
                self.send()
        finally:
            connection.close()

    def _store(self, specimen: Specimen) -> bool:
        """Store a specimen; False when nobody knows whether it is stored."""
        try:
            receive_results(clinic=self.clinic, rows=specimen.rows, source=Source("file"), by=None, now=timezone.now())
        except Error:
            connection.close()
            return False
        self.acknowledged.add(specimen.accession)
        return True

    def violations(self) -> Iterator[str]:
        """Say what does not hold of the results that are stored, and of the alerts that follow from them."""
        stored = LabResult.objects.current().filter(clinic=self.clinic)
        found: dict[str, list[str]] = {}
        for accession, analyte in stored.values_list("accession", "analyte"):
            found.setdefault(accession, []).append(analyte)
        for specimen in self.sent:
            analytes = sorted(found.get(specimen.accession, []))
            if analytes != ["hgb", "platelets"] and (analytes or specimen.accession in self.acknowledged):
                yield f"{specimen.accession}: stored as {analytes}"
        graded = LabGrade.objects.filter(result__clinic=self.clinic).values("result")
        for accession, analyte in stored.exclude(pk__in=graded).values_list("accession", "analyte"):
            yield f"{accession}: {analyte} is stored without a grade"
        yield from self._wrong_alerts(found)

    def _wrong_alerts(self, found: dict[str, list[str]]) -> Iterator[str]:
        """Say whose critical values wait on no alert, or on several."""
        critical = {each.mrn for each in self.sent if each.accession in found and each.platelets < CRITICAL}
        alerts = Alert.objects.unresolved().filter(clinic=self.clinic, tier=Alert.Tier.IMMEDIATE)
        waiting = list(alerts.values_list("patient__mrn", flat=True))
        for mrn in map(mrn_of, range(PATIENTS)):
            if waiting.count(mrn) != (mrn in critical):
                yield f"{mrn}: {waiting.count(mrn)} immediate alerts, {int(mrn in critical)} to be there"


def mrn_of(number: int) -> str:
    """Return the MRN of a patient of the campaign."""
    return f"FAULT{number:02}"
