"""Playing a simulated clinic from its first day to its last."""

import random
from collections import Counter
from datetime import date
from functools import partial
from random import Random
from typing import IO, NamedTuple
from unittest.mock import patch

from django.utils import timezone

from interop.simulation.beats import Beats
from interop.simulation.clinic import YEAR, open_clinic
from interop.simulation.lives import arrive
from interop.simulation.log import Log
from interop.simulation.standing import write_standing
from interop.simulation.ways_out import plan_outages, ways_out
from interop.simulation.world import World, office_hour

STARTS_ON = date(2024, 1, 8)
ARRIVING = 0.5  # of the time: then who comes is followed for as long again at least


class Played(NamedTuple):
    """What a simulation came to: lines of the log by kind, and the SHA-256 of them all."""

    lines: Counter[str]
    digest: str


def play(*, patients: int, years: float, seed: int, out: IO[str] | None = None, starts_on: date = STARTS_ON) -> Played:
    """Play a clinic's years on the database at hand, which holds nothing else; write the log to `out`."""
    log = Log(out)
    ends_on = starts_on + years * YEAR
    log.write("simulation", seed=seed, patients=patients, years=years, starts_on=starts_on, ends_on=ends_on)
    random.seed(seed)  # the waits between tries
    world = open_clinic(starts_on=starts_on, years=years, chance=Random(f"{seed} clinic"), log=log)  # noqa: S311
    for number in range(1, patients + 1):
        comes = Random(f"{seed} arrival {number}")  # noqa: S311
        day = world.working_day(starts_on + comes.random() * ARRIVING * years * YEAR)
        world.on(day, office_hour(comes), partial(arrive, world, number, seed))
    plan_outages(world)
    with ways_out(world), patch.object(timezone, "now", lambda: world.now):  # what follows an event reads the clock
        run(world)
    write_standing(world)
    return Played(log.count, log.digest)


def run(world: World) -> None:
    """Let everything happen in its turn, the product's own work between it."""
    beats = Beats(world)
    beats.start()
    while world.agenda.coming:
        when, what, fact = world.agenda.take()
        if when >= world.ends:
            break
        world.now = when
        what()
        beats.after(fact=fact)
