"""The checker is checked: a product with one deliberate defect differs from the oracle."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from accounts.models import LadderStep
from interop.simulation import clinic
from labs.actions import climbing, lapsing
from labs.rules import ladder
from labs.rules.values import Urgency
from labs.settling import matching
from schedules import protocol
from schedules.actions import recording, reminders
from schedules.reminders import letters, wanted
from schedules.reminding import facts, sending, truth
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


def who_was_told_already_is_the_next_person(patch: Patch) -> None:
    """Only that step is told; the patients whom nobody answers for are those of the covering clinician here."""
    sound = climbing.tellings_of_step
    patch.setattr(climbing, "tellings_of_step", lambda *of, now: sound(*of, now=now)[:1])
    patch.setattr(clinic, "LADDER", ((LadderStep.Step.COVERING, "C1"), (LadderStep.Step.LEAD, "C2")))


def what_is_immediate_waits_as_if_of_the_day(patch: Patch) -> None:
    slow = ladder.LADDERS | {Urgency.IMMEDIATE: ladder.LADDERS[Urgency.SAME_DAY]}  # type: ignore[operator]
    patch.setattr(ladder, "LADDERS", slow)


def no_answer_runs_out(patch: Patch) -> None:
    patch.setattr(lapsing, "ran_out", lambda alert, today: False)


def children_are_written_to(patch: Patch) -> None:
    for module in (letters, truth):
        patch.setattr(module, "is_child", lambda born, day: False)


def the_last_day_of_a_window_is_left_out(patch: Patch) -> None:
    sound = recording.as_open
    for module in (recording, matching):
        patch.setattr(module, "as_open", lambda each: replace(sound(each), closes=each.visit.closes - wanted.DAY))


def what_a_later_plan_replaces_stays_open(patch: Patch) -> None:
    sound = protocol.replan
    patch.setattr(protocol, "replan", lambda *of, replaced_on=None, **how: sound(*of, **how))


def one_count_is_recovery(patch: Patch) -> None:
    settle = sys.modules["labs.settling.settle"]
    sound = settle.recovery  # type: ignore[attr-defined]
    patch.setattr(settle, "recovery", lambda rule, *of: sound(replace(rule, days_apart=0), *of))


def what_is_told_is_told_again(patch: Patch) -> None:
    sound = facts.written_of

    def forgotten(*of: Any, **how: Any) -> Any:
        found = sound(*of, **how)
        for written in found.values():
            written.told.clear()
        return found

    patch.setattr(facts, "written_of", forgotten)


DEFECTS: dict[Callable[[Patch], None], str] = {
    reminders_leave_a_day_late: "before_",
    the_hour_is_that_of_utc: "before_",
    what_waits_is_not_looked_at_again: "before_",
    a_step_of_the_ladder_is_skipped: "alert L",
    who_was_told_already_is_the_next_person: "alert L",
    what_is_immediate_waits_as_if_of_the_day: "alert L",
    no_answer_runs_out: "counts alert",
    children_are_written_to: "before_",
    the_last_day_of_a_window_is_left_out: "status of",
    one_count_is_recovery: "status of",
    what_a_later_plan_replaces_stays_open: "activities of",
    what_is_told_is_told_again: "before_",
}
# Whom it takes to notice: a child on record as its own contact, blood that nobody recorded, another infusion.
LARGER: dict[str, Any] = {"patients": 5, "years": 0.5}
CLINICS: dict[Callable[[Patch], None], dict[str, Any]] = {
    children_are_written_to: LARGER | {"seed": 3},
    who_was_told_already_is_the_next_person: LARGER | {"seed": 1},
    the_last_day_of_a_window_is_left_out: LARGER | {"seed": 1},
    one_count_is_recovery: LARGER | {"seed": 1},
    what_a_later_plan_replaces_stays_open: {"patients": 4, "years": 1, "seed": 11},
}


@pytest.mark.django_db
@pytest.mark.parametrize(("defect", "what"), DEFECTS.items())
def test_a_defect_is_caught(defect: Callable[[Patch], None], what: str, monkeypatch: Patch) -> None:
    defect(monkeypatch)
    differences, _ = differences_of(played(**CLINICS.get(defect, CLINIC))[1])
    assert [str(each) for each in differences if each.what.startswith(what)] != []
