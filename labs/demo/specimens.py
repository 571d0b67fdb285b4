"""Which specimens the demo's patients gave: those of their recorded visits, and one before each infusion."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from uuid import UUID

from labs.demo.laboratories import NEAR_HOME, OURS
from labs.demo.values import PANELS, Body, measured
from labs.intake.incoming import Incoming
from patients.models import Patient, Treatment
from schedules.models import PlannedActivity
from schedules.protocol import is_specimen

BASELINE = timedelta(days=4)  # before the infusion
DRAWN_LATELY = timedelta(days=2)  # what was drawn since still awaits its result
HARD = (("mild", 12), ("moderate", 6), ("severe", 2))


@dataclass
class Specimen:
    """One draw: the panels asked for, and what stands out in it."""

    patient: Patient
    day: date
    panels: list[str]
    laboratory: str = OURS
    since_infusion: int | None = None
    status: str = "final"
    changed: dict[str, float] = field(default_factory=dict)


@dataclass
class Follower:
    """One patient with a body of their own, their infusions, and their specimens by day."""

    patient: Patient
    body: Body
    chance: Random
    infusions: Sequence[date]
    specimens: dict[date, Specimen] = field(default_factory=dict)

    def rows(self, specimen: Specimen) -> list[Incoming]:
        """Return the rows of a specimen as its laboratory sends them."""
        at = f"{specimen.day.isoformat()}T{self.chance.randint(8, 10):02}:{self.chance.choice((5, 20, 40)):02}"
        number = f"{specimen.day:%y%j}-{self.patient.mrn[-4:]}"
        rows = []
        for panel in specimen.panels:
            for key, value in self.body.panel(panel, specimen.since_infusion, self.chance, **specimen.changed).items():
                rows.append(row_of(specimen, key, value, at=at, number=number))
        return rows


def row_of(specimen: Specimen, key: str, value: str, *, at: str, number: str) -> Incoming:
    """Return one row as the laboratory sends it: ours by its own codes."""
    unit = measured()[key].unit
    code = measured()[key].code if specimen.laboratory == OURS else key
    return Incoming(
        position=f"{number} {code}",
        mrn=specimen.patient.mrn,
        collected_at=at,
        analyte=code,
        value=value,
        unit=unit,
        status=specimen.status,
        accession=number,
        laboratory=specimen.laboratory,
        raw=f"{number},{at},{code},{value},{unit},{specimen.status}",
    )


def followers(patients: Sequence[Patient], *, seed: int, today: date) -> list[Follower]:
    """Return the patients with their specimens up to `today`; the same for the same seed."""
    infusions = defaultdict(list)
    for treatment in Treatment.objects.given_therapeutic().filter(patient__in=patients).order_by("started_on"):
        infusions[treatment.patient_id].append(treatment.started_on)
    found = {}
    for patient in patients:
        chance = Random(f"{seed} {patient.mrn}")  # noqa: S311 (a story, not a secret)
        depth = chance.choices([name for name, _ in HARD], [often for _, often in HARD])[0]
        body = Body.of(chance, child=patient.indication == "neuroblastoma", depth=depth)
        found[patient.pk] = Follower(patient, body, chance, infusions[patient.pk])
    add_visits(found, today)
    for follower in found.values():
        add_baselines(follower)
    return list(found.values())


def add_visits(found: dict[UUID, Follower], today: date) -> None:
    """Add a specimen for each day on which one was drawn at a visit, but for those whose results are awaited."""
    performed = PlannedActivity.objects.filter(
        visit__patient__in=list(found),
        record__isnull=False,
        record__withdrawn=False,
        status__in=("done", "done_elsewhere", "drawn"),
    ).order_by("record__occurred_on", "activity")
    for activity in performed.select_related("record"):
        record = activity.record
        if record is None or not is_specimen(activity.activity):
            continue
        if activity.status == "drawn" and record.occurred_on >= today - DRAWN_LATELY:
            continue
        follower = found[record.patient_id]
        laboratory = NEAR_HOME if record.elsewhere else OURS
        specimen = specimen_on(follower, record.occurred_on, laboratory)
        if activity.activity not in specimen.panels:
            specimen.panels.append(activity.activity)


def add_baselines(follower: Follower) -> None:
    """Add a specimen before each infusion, with the tumour markers that are followed later."""
    markers = {panel for each in follower.specimens.values() for panel in each.panels} - {"cbc", "chemistry", "thyroid"}
    for infusion in follower.infusions:
        specimen = specimen_on(follower, infusion - BASELINE, OURS)
        specimen.panels = [panel for panel in PANELS if panel in {"cbc", "chemistry", "thyroid", *markers}]


def specimen_on(follower: Follower, day: date, laboratory: str) -> Specimen:
    """Return the follower's specimen of a day, a new one if there is none."""
    if day not in follower.specimens:
        before = [infusion for infusion in follower.infusions if infusion < day]
        since = (day - before[-1]).days if before else None
        follower.specimens[day] = Specimen(follower.patient, day, [], laboratory, since)
    return follower.specimens[day]
