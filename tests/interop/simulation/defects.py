"""The checker is checked: a product with one deliberate defect differs from the oracle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from labs.actions import climbing, lapsing
from labs.rules import ladder
from labs.rules.values import Urgency
from schedules.actions import reminders
from schedules.reminders import wanted
from schedules.reminding import facts, sending
from tests.oracle.test_simulation import CLINIC, differences_of, played

Patch = pytest.MonkeyPatch


def reminders_leave_a_day_late(patch: Patch) -> None:
    sound = wanted.slot_of

    def late(*of: Any) -> wanted.Slot | None:
        slot = sound(*of)
        return slot and slot._replace(day=slot.day + wanted.DAY)

    patch.setattr(wanted, "slot_of", late)


def the_hour_is_that_of_utc(patch: Patch) -> None:
    def in_utc(day: date, at: time, zone: ZoneInfo) -> datetime:
        return datetime.combine(day, at, UTC)

    patch.setattr(facts, "instant", in_utc)


def what_waits_is_not_looked_at_again(patch: Patch) -> None:
    patch.setattr(reminders, "untrue", lambda messages: {})
    patch.setattr(sending, "untrue", lambda messages: {})


def a_step_of_the_ladder_is_skipped(patch: Patch) -> None:
    patch.setattr(climbing.ladder, "step_to_tell", lambda clock, told, now: told + 2)


def what_is_immediate_waits_as_if_of_the_day(patch: Patch) -> None:
    slow = ladder.LADDERS | {Urgency.IMMEDIATE: ladder.LADDERS[Urgency.SAME_DAY]}  # type: ignore[operator]
    patch.setattr(ladder, "LADDERS", slow)


def no_answer_runs_out(patch: Patch) -> None:
    patch.setattr(lapsing, "ran_out", lambda alert, today: False)


DEFECTS: dict[Callable[[Patch], None], str] = {
    reminders_leave_a_day_late: "before_",
    the_hour_is_that_of_utc: "before_",
    what_waits_is_not_looked_at_again: "before_",
    a_step_of_the_ladder_is_skipped: "alert L",
    what_is_immediate_waits_as_if_of_the_day: "alert L",
    no_answer_runs_out: "counts alert",
}


@pytest.mark.django_db
@pytest.mark.parametrize(("defect", "what"), DEFECTS.items())
def test_a_defect_is_caught(defect: Callable[[Patch], None], what: str, monkeypatch: Patch) -> None:
    defect(monkeypatch)
    differences, _ = differences_of(played(**CLINIC)[1])
    assert [str(each) for each in differences if each.what.startswith(what)] != []
