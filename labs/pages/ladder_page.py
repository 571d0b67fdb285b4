"""What the page of a clinic's ladder shows: who stands where, whether they were reached by a test, who stands in."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from accounts.models import Clinic, Cover, LadderStep, Staff
from accounts.models.duty import CoverQuerySet
from accounts.reaching import Unreached, unreached
from events.models import Message
from labs.alerting.ladder_tests import is_tested, refused_of


class Place(NamedTuple):
    """One person on a step; `is_there`: a clinician who works in the clinic, so that alerts reach them.

    `failing`: by which ways nothing reaches them lately; `refused`: what of their last test could not be sent.
    """

    row: LadderStep
    is_there: bool
    is_tested: bool
    awaits_answer: bool
    instead: Staff | None
    failing: Sequence[Unreached]
    refused: Sequence[Message]


class Rung(NamedTuple):
    """One step of the ladder with everybody on it."""

    step: LadderStep.Step
    places: Sequence[Place]


def rungs(clinic: Clinic, *, now: datetime) -> list[Rung]:
    """Return the steps of the clinic's ladder in order: five queries for any number of people."""
    rows = list(LadderStep.objects.filter(clinic=clinic).select_related("staff"))
    there = set(LadderStep.objects.manned().filter(clinic=clinic).values_list("pk", flat=True))
    today = clinic.local_date(now)
    running = coming_covers(clinic, now=now).filter(starts_on__lte=today)
    away = {cover.staff_id: cover.substitute for cover in running}
    failing, refused = unreached([row.staff_id for row in rows], now=now), refused_of(rows)
    places = [
        Place(
            row,
            row.pk in there,
            is_tested(row, now),
            awaits_answer(row),
            away.get(row.staff_id),
            failing.get(row.staff_id, ()),
            refused.get(row.pk, ()),
        )
        for row in rows
    ]
    return [Rung(step, [place for place in places if place.row.step == step]) for step in LadderStep.Step]


def awaits_answer(row: LadderStep) -> bool:
    """Say whether the last test was not answered yet."""
    return row.test_sent_at is not None and (row.test_answered_at is None or row.test_answered_at < row.test_sent_at)


def coming_covers(clinic: Clinic, *, now: datetime) -> CoverQuerySet:
    """Return who stands in for whom now and later, the earliest first."""
    covers = Cover.objects.from_day(clinic.local_date(now)).filter(clinic=clinic)
    return covers.select_related("staff", "substitute", "clinic")
