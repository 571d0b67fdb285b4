"""The simulated clinic before its first patient: its people, calendar, protocol and laboratory."""

import tomllib
from datetime import date, datetime, timedelta
from math import ceil
from random import Random
from typing import Any

from accounts.models import Clinic, LadderStep, Membership, Role, Staff
from events.delivery.wall_clock import instant
from interop.simulation.log import Log
from interop.simulation.world import World
from iotrex_followup.history import action
from labs.actions.laboratories import add_laboratory
from labs.rules.loader import PACKAGED as LAB_RULES
from schedules.actions import approve_protocol, load_packaged_protocol
from schedules.models import ClinicClosure
from schedules.reminders.rules import shipped_rules

SLUG = "simulated"
ZONE = "America/New_York"
YEAR = timedelta(days=365.25)
PEOPLE = (("C1", Role.CLINICIAN), ("C2", Role.CLINICIAN), ("C3", Role.CLINICIAN), ("N1", Role.COORDINATOR))
LADDER = ((LadderStep.Step.COVERING, "C2"), (LadderStep.Step.LEAD, "C3"))


def open_clinic(*, starts_on: date, years: float, chance: Random, log: Log) -> World:
    """Store the clinic and return its world in the first minute of `starts_on`."""
    clinic, people = found_clinic(starts_on=starts_on, years=years, by=None)
    protocol = load_packaged_protocol(by=None)
    approve_protocol(protocol=protocol, clinic=clinic, approved_on=starts_on, by=people["C1"])
    laboratory = add_laboratory(clinic=clinic, name="Simulated laboratory", by=people["C1"])
    begins = instant(starts_on, datetime.min.time(), clinic.zone)
    world = World(
        clinic=clinic,
        clinicians=[person for name, person in people.items() if name.startswith("C")],
        coordinator=people["N1"],
        laboratory=laboratory,
        chance=chance,
        log=log,
        now=begins,
        ends=begins + years * YEAR,
    )
    world.names |= {person.pk: name for name, person in people.items()}
    describe(world, tomllib.loads(protocol.text))
    return world


@action
def found_clinic(*, starts_on: date, years: float, by: None) -> tuple[Clinic, dict[str, Staff]]:
    """Store the clinic, its staff and ladder, and a closed week in each of its summers."""
    clinic = Clinic.objects.create(slug=SLUG, name="Simulated clinic", time_zone=ZONE, country="US")
    people = {}
    for name, role in PEOPLE:
        people[name] = Staff.objects.create_user(f"{name.lower()}@example.org", name=name, phone="+12025550100")
        Membership.objects.create(clinic=clinic, staff=people[name], role=role)
    for step, name in LADDER:
        LadderStep.objects.create(clinic=clinic, step=step, staff=people[name])
    for year in range(starts_on.year, starts_on.year + ceil(years) + 3):
        first = date(year, 8, 3)
        ClinicClosure.objects.create(
            clinic=clinic, first_day=first, last_day=first + timedelta(days=4), reason="summer week"
        )
    return clinic, people


def describe(world: World, protocol: dict[str, Any]) -> None:
    """Write down what holds for the clinic."""
    clinic = world.clinic
    closures = ClinicClosure.objects.filter(clinic=clinic).order_by("first_day")
    world.tell(
        "clinic",
        zone=clinic.time_zone,
        country=clinic.country,
        region=clinic.region,
        working_weekdays=clinic.working_weekdays,
        closures=[[closure.first_day, closure.last_day] for closure in closures],
        opens_at=clinic.opens_at,
        closes_at=clinic.closes_at,
        quiet_from=clinic.quiet_from,
        quiet_until=clinic.quiet_until,
        remind_at=clinic.remind_at,
        staff=[{"name": name, "role": role} for name, role in PEOPLE],
        ladder=[{"step": step.value, "staff": name} for step, name in LADDER],
        protocol=protocol,
        reminders=[rule.content for rule in shipped_rules()],
        urgency=tomllib.loads(LAB_RULES.read_text(encoding="utf-8"))["urgency"],
    )
