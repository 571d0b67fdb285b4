"""A simulation from its order to its report: counted in the background, read again by the page and the API."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from accounts.models import Clinic
from events.models import Job, StoredFile
from iotrex_followup.csv_files import as_written, csv_file
from patients.models import Patient
from schedules import protocol as rules
from schedules.actions.jobs import count_done
from schedules.actions.paper import new_file
from schedules.calendars import working_calendar
from schedules.models import Plan
from schedules.models.protocols import parsed_protocol
from schedules.pages.differences import DifferenceShown, difference_shown
from schedules.plans.replanning import Stored, differences
from schedules.reminding.facts import rules_of
from schedules.versions.fitting import fitted
from schedules.versions.load_change import Week
from schedules.versions.simulation import COUNTED, Line, Simulation, plans_to_follow, simulate

HEADS = ("patient", "mrn", "name", "follows", *COUNTED, "asked")
CHANGED, DECIDE, ASKED, UNCHANGED = "changed", "decide", "asked", "unchanged"
SHOWN: Mapping[str, Callable[[Line], bool]] = {
    CHANGED: lambda line: line.changes,
    DECIDE: lambda line: line.to_decide > 0,
    ASKED: lambda line: bool(line.asked),
    UNCHANGED: lambda line: not line.changes,
}
EVERY = 1000  # patients between two looks at how far it is


class Counted(NamedTuple):
    """What a simulation found, as it is kept."""

    result: Mapping[str, Any]
    file: StoredFile


def run(job: Job) -> Counted:
    """Return what the simulation finds; says how far it is meanwhile, and writes nothing else."""
    definition, today = ordered(job)
    simulation = Simulation(definition, today, reminding=rules_of(job.clinic))
    plans = plans_to_follow(job.clinic).exclude(protocol=job.options["protocol"])
    lines = counted(job, simulate(plans, simulation))
    content = csv_file(HEADS, map(row_of, lines))
    name = f"simulation-{definition.slug}-{definition.version}-{today}.csv"
    return Counted(result_of(simulation, job.clinic), new_file(job, name, "text/csv; charset=utf-8", content))


def counted(job: Job, lines: Iterable[Line]) -> Iterator[Line]:
    """Pass `lines` on, and say now and then how many there were."""
    every = min(EVERY, max(1, job.total // 20))
    for number, line in enumerate(lines, start=1):
        if number % every == 0:
            count_done(job, min(number, job.total))
        yield line


def ordered(job: Job) -> tuple[rules.Protocol, date]:
    """Return the protocol of an order as it was written then, and the day it is simulated for."""
    return parsed_protocol(job.options["text"]), date.fromisoformat(job.options["today"])


def result_of(simulation: Simulation, clinic: Clinic) -> dict[str, Any]:
    """Return the totals and the load as they are kept: numbers by name, weeks as lists in the order of `Week`."""
    return {
        "patients": simulation.patients,
        "changed": simulation.changed,
        "asked": simulation.asked,
        "totals": {name: simulation.totals[name] for name in COUNTED},
        "reminders": {"more": simulation.reminders.more, "fewer": simulation.reminders.fewer},
        "weeks": [[week.first.isoformat(), *week[1:]] for week in simulation.load.weeks(clinic)],
    }


def weeks_in(result: Mapping[str, Any]) -> list[Week]:
    """Return the load of each week of a kept result."""
    return [Week(date.fromisoformat(first), *numbers) for first, *numbers in result.get("weeks", [])]


def row_of(line: Line) -> list[str | int | None]:
    """Return a patient's line as a row of the report."""
    return [str(line.patient), *line[1:-1], "; ".join(line.asked)]


def lines_in(file: StoredFile) -> Iterator[Line]:
    """Yield the lines of a report."""
    reader = csv.reader(io.StringIO(bytes(file.content).decode("utf-8-sig"), newline=""))
    next(reader)
    for patient, mrn, name, follows, *counts, asked in (map(as_written, row) for row in reader):
        numbers = dict(zip(COUNTED, map(int, counts), strict=True))
        asks = tuple(asked.split("; ")) if asked else ()
        yield Line(UUID(patient), mrn, name, follows, **numbers, asked=asks)


def shown_lines(file: StoredFile, *, show: str = "", search: str = "") -> list[Line]:
    """Return the lines of a report by name: those SHOWN under `show`, whose name or MRN holds `search`."""
    passes, sought = SHOWN.get(show, bool), search.casefold().strip()
    found = [line for line in lines_in(file) if passes(line) and sought in f"{line.mrn} {line.name}".casefold()]
    return sorted(found, key=lambda line: (line.name.casefold(), line.mrn))


def difference_for(patient: Patient, definition: rules.Protocol, *, today: date) -> DifferenceShown | None:
    """Return what following `definition` would do to the patient's current plan, in words; None without a plan.

    A choice the version does not offer is shown with the version's own default.
    """
    stored = Stored.of([patient])
    plans = {plan.pk: plan for plan in stored.plans.get(patient.pk, ())}
    current = next((plan for plan in plans.values() if plan.is_current), None)
    if current is None:
        return None
    fit_in(current, definition)
    found = differences(stored, patient.pk, today=today, protocols={current.pk: definition})
    calendar = working_calendar(patient.clinic)
    return difference_shown({current.pk: found[current.pk]}, plans, today=today, calendar=calendar)


def fit_in(plan: Plan, definition: rules.Protocol) -> None:
    """Set the choices of `plan` to what the version offers, without saving it."""
    options = fitted(definition, plan.options)
    plan.imaging_interval, plan.annual_interval = options.imaging_interval, options.annual_interval
    plan.late_imaging_interval, plan.markers = options.late_imaging_interval, list(options.markers)


def in_clinic(clinic: Clinic, definition: rules.Protocol, *, today: date) -> tuple[Simulation, Iterator[Line]]:
    """Return a simulation of all current plans of a clinic, to be filled by reading its lines."""
    simulation = Simulation(definition, today, reminding=rules_of(clinic))
    return simulation, simulate(plans_to_follow(clinic), simulation)
