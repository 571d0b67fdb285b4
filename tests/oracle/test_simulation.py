"""A clinic that the product plays and the oracle checks: nothing differs, and the same seed plays the same clinic."""

import io
from collections import Counter
from typing import Any

import pytest
from django.db import transaction

from interop.simulation.play import Played, play
from tests.oracle.compare import check
from tests.oracle.differences import Difference
from tests.oracle.log import read_log

COMPARED = (
    "visits",
    "reminders sent",
    "reminders expected",
    "messages in the ledger",
    "calls, refusals and messages to nobody expected",
    "alerts raised",
    "alerts expected",
    "people told",
    "people to be told",
    "alerts at the end",
)

# Small, and yet something of each kind happens.
CLINIC: dict[str, Any] = {"patients": 3, "years": 0.3, "seed": 1}


def played(*, patients: int, years: float, seed: int) -> tuple[Played, str]:
    """Play a clinic, and leave the database as empty as before."""
    out = io.StringIO()
    with transaction.atomic():
        result = play(patients=patients, years=years, seed=seed, out=out)
        transaction.set_rollback(True)
    return result, out.getvalue()


def differences_of(log: str) -> tuple[list[Difference], Counter[str]]:
    """Return what differs in a log, and how much was compared."""
    checked = list(check(read_log(log.splitlines())))
    compared: Counter[str] = sum((each.compared for each in checked), Counter())
    return [difference for each in checked for difference in each.differences], compared


@pytest.mark.django_db
def test_a_simulated_clinic_differs_in_nothing() -> None:
    _, log = played(**CLINIC)
    differences, compared = differences_of(log)
    assert [str(each) for each in differences] == []
    assert [what for what in COMPARED if not compared[what]] == []


@pytest.mark.django_db
def test_the_same_seed_plays_the_same_clinic() -> None:
    (first, log), (second, _) = (played(patients=2, years=0.15, seed=7) for _ in range(2))
    assert first.digest == second.digest
    lines = [line for line in log.splitlines() if '"at"' in line]
    times = [line.split('"at": "')[1][:20] for line in lines]
    assert times == sorted(times)
