"""The checker is checked: a product with one deliberate defect differs from the oracle, and the sound one does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from labs.actions import climbing, lapsing
from labs.rules import ladder
from labs.rules.values import Urgency
from labs.settling import matching, settle
from schedules import protocol
from schedules.actions import reminders
from schedules.reminders import addressing, letters, wanted
from schedules.reminding import facts, sending, truth
from tests.oracle.test_simulation import differences_of, played

Patch = pytest.MonkeyPatch
CLINIC: dict[str, Any] = {"patients": 3, "years": 0.3, "seed": 1}


def a_child_is_written_to(patch: Patch) -> None:
    def themselves(relation: str, legal_authority: bool, *, child: bool) -> bool:
        return relation == addressing.SELF or legal_authority

    patch.setattr(addressing, "may_be_written_to", themselves)
    patch.setattr(truth, "may_be_written_to", themselves)


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


def quiet_hours_are_ignored(patch: Patch) -> None:
    patch.setattr(letters.Hours, "is_quiet", lambda self, at: False)
    patch.setattr(letters.Hours, "ends", lambda self, day: self.instant(day + wanted.DAY, time(0), self.zone))


def what_waits_is_not_looked_at_again(patch: Patch) -> None:
    patch.setattr(reminders, "untrue", lambda messages: {})
    patch.setattr(sending, "untrue", lambda messages: {})


def what_was_told_is_told_again(patch: Patch) -> None:
    patch.setattr(facts, "written_of", lambda patients, **_: {pk: facts.Written() for pk in patients})
    patch.setattr(letters.Letter, "key", property(lambda self: f"reminder:{uuid4()}"))


def the_last_day_of_a_window_is_left_out(patch: Patch) -> None:
    sound = matching.fulfilled_by

    def strict(day: date, activity: str, candidates: Any, *, recovered: bool) -> Any:
        return sound(day, activity, [each for each in candidates if day < each.closes], recovered=recovered)

    patch.setattr(matching, "fulfilled_by", strict)


def one_count_is_recovery(patch: Patch) -> None:
    sound = settle.recovery
    patch.setattr(settle, "recovery", lambda rule, *of: sound(replace(rule, days_apart=0), *of))


def what_a_later_plan_replaces_stays_open(patch: Patch) -> None:
    sound = protocol.replan
    patch.setattr(protocol, "replan", lambda *of, **how: sound(*of, **how | {"replaced_on": None}))


def a_step_of_the_ladder_is_skipped(patch: Patch) -> None:
    patch.setattr(climbing.ladder, "step_to_tell", lambda clock, told, now: told + 2)


def what_is_immediate_waits_as_if_of_the_day(patch: Patch) -> None:
    slow = ladder.LADDERS | {Urgency.IMMEDIATE: ladder.LADDERS[Urgency.SAME_DAY]}  # type: ignore[operator]
    patch.setattr(ladder, "LADDERS", slow)


def no_answer_runs_out(patch: Patch) -> None:
    patch.setattr(lapsing, "ran_out", lambda alert, today: False)


DEFECTS: dict[Callable[[Patch], None], str] = {
    a_child_is_written_to: "sent to",
    reminders_leave_a_day_late: "before_",
    the_hour_is_that_of_utc: "before_",
    quiet_hours_are_ignored: "sent to",
    what_waits_is_not_looked_at_again: "before_",
    what_was_told_is_told_again: "sent to",
    the_last_day_of_a_window_is_left_out: "activities of",
    one_count_is_recovery: "activities of",
    what_a_later_plan_replaces_stays_open: "status of",
    a_step_of_the_ladder_is_skipped: "alert L",
    what_is_immediate_waits_as_if_of_the_day: "alert L",
    no_answer_runs_out: "counts alert",
}


@pytest.mark.django_db
def test_the_sound_product_differs_in_nothing() -> None:
    differences, _ = differences_of(played(**CLINIC)[1])
    assert [str(each) for each in differences] == []


@pytest.mark.django_db
@pytest.mark.parametrize(("defect", "what"), DEFECTS.items())
def test_a_defect_is_caught(defect: Callable[[Patch], None], what: str, monkeypatch: Patch) -> None:
    defect(monkeypatch)
    differences, _ = differences_of(played(**CLINIC)[1])
    assert [str(each) for each in differences if each.what.startswith(what)] != []
