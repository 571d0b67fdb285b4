"""The laboratory of the simulated clinic: results that come late, twice, corrected, or first as preliminary."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from labs.actions.receiving import Source, receive_results
from labs.demo.values import measured
from labs.intake.incoming import Incoming
from labs.models import LabReport

if TYPE_CHECKING:
    from interop.simulation.lives import Life

ANALYTES = {
    "cbc": ("hgb", "wbc", "anc", "platelets"),
    "chemistry": ("creatinine", "urea", "alt", "ast", "bili_total"),
    "thyroid": ("tsh", "ft4"),
}
SOURCE = Source(LabReport.Source.FILE, "simulated feed")
BASELINE = timedelta(days=4)  # before the infusion
NEVER, PRELIMINARY, TWICE, CORRECTED, LATE = 0.02, 0.1, 0.1, 0.04, 0.1
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Specimen:
    """One draw with its values as they will be sent."""

    accession: str
    collected_at: datetime  # the clinic's wall clock
    values: dict[str, str]
    status: str = "final"


def draw(life: Life, panels: list[str]) -> None:
    """Draw blood now for `panels`; what is found arrives later, in whatever way."""
    world, chance = life.world, life.chance
    collected_at = world.now.astimezone(world.clinic.zone).replace(tzinfo=None)
    specimen = Specimen(world.accession(), collected_at, values_of(life, panels, world.today))
    if chance.random() < NEVER:
        return
    hours = chance.randint(1, 30) + (chance.randint(48, 300) if chance.random() < LATE else 0)
    arrives = world.now + hours * HOUR
    if chance.random() < PRELIMINARY:
        first = replace(specimen, status="preliminary")
        world.at(world.now + HOUR / 2, lambda: receive(life, first))
    world.at(arrives, lambda: receive(life, specimen))
    if chance.random() < TWICE:
        world.at(arrives + chance.randint(1, 50) * HOUR, lambda: receive(life, specimen))
    if chance.random() < CORRECTED:
        key = chance.choice(sorted(specimen.values))
        better = Decimal(specimen.values[key]) * Decimal(chance.choice(("0.5", "1.5")))
        places = Decimal(1).scaleb(-measured()[key].decimals)
        values = specimen.values | {key: str(better.quantize(places))}
        corrected = replace(specimen, values=values, status="corrected")
        world.at(arrives + chance.randint(2, 60) * HOUR, lambda: receive(life, corrected))


def draw_baseline(life: Life, infusion: date) -> None:
    """Take in the counts before an infusion, if any were drawn."""
    if life.chance.random() < 0.8:
        collected_at = datetime.combine(infusion - BASELINE, time(9))
        receive(life, Specimen(life.world.accession(), collected_at, values_of(life, ["cbc", "chemistry"], None)))


def values_of(life: Life, panels: list[str], day: date | None) -> dict[str, str]:
    """Return the values on a day since the latest infusion before it; None: before any."""
    before = [infusion for infusion in life.infusions if day and infusion <= day]
    since = (day - before[-1]).days if day and before else None
    found: dict[str, str] = {}
    for panel in panels:
        cells = life.body.panel(panel, since, life.chance)
        found |= {key: cells[key] for key in ANALYTES[panel]}
    return found


def receive(life: Life, specimen: Specimen) -> None:
    """Let a report arrive."""
    world = life.world
    rows = [
        Incoming(
            position=f"{specimen.accession} {key}",
            mrn=life.name,
            collected_at=specimen.collected_at.isoformat(timespec="minutes"),
            analyte=key,
            value=value,
            unit=measured()[key].unit,
            low=str(measured()[key].low or ""),
            high=str(measured()[key].high or ""),
            status=specimen.status,
            accession=specimen.accession,
            laboratory=world.laboratory.name,
            raw=f"{specimen.accession},{key},{value},{specimen.status}",
        )
        for key, value in specimen.values.items()
    ]
    receive_results(clinic=world.clinic, rows=rows, source=SOURCE, by=None, now=world.now)
    world.tell(
        "results",
        patient=life.name,
        collected_at=specimen.collected_at.isoformat(timespec="minutes"),
        accession=specimen.accession,
        status=specimen.status,
        values={row.analyte: [row.value, row.unit, row.low, row.high] for row in rows},
    )
