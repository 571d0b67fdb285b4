"""The worked examples of the protocol, and what it says of months, imaging and what is stored."""

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.timeline import Choices, Timepoint, add_months, stored_part, whole_plan

ANCHOR = date(2024, 1, 31)


@pytest.fixture(scope="module")
def protocol() -> dict[str, Any]:
    return tomllib.loads(Path("schedules/protocols/iotrex.toml").read_text(encoding="utf-8"))


def plan_of(protocol: dict[str, Any], anchor: date = ANCHOR, interval: int = 6, **choices: Any) -> list[Timepoint]:
    return whole_plan(protocol, anchor, Choices(interval, **choices))


@pytest.mark.parametrize(
    ("name", "kind", "opens", "target", "closes"),
    [
        ("W1", "visit", "2024-02-04", "2024-02-07", "2024-02-10"),
        ("W8", "visit", "2024-03-24", "2024-03-27", "2024-03-30"),
        ("M2", "visit", "2024-03-24", "2024-03-31", "2024-04-07"),
        ("M3", "visit", "2024-04-23", "2024-04-30", "2024-05-07"),
        ("M3", "imaging", "2024-04-16", "2024-04-30", "2024-05-14"),
        ("M15", "visit", "2025-04-16", "2025-04-30", "2025-05-14"),
        ("M60", "visit", "2029-01-17", "2029-01-31", "2029-02-14"),
        ("M72", "visit", "2030-01-01", "2030-01-31", "2030-03-02"),
    ],
)
def test_worked_example(protocol: dict[str, Any], name: str, kind: str, opens: str, target: str, closes: str) -> None:
    found = next(each for each in plan_of(protocol) if (each.name, each.kind) == (name, kind))
    assert (str(found.opens), str(found.target), str(found.closes)) == (opens, target, closes)


def test_no_visit_in_month_13_and_none_planned_twice(protocol: dict[str, Any]) -> None:
    plan = [each for each in plan_of(protocol) if each.kind == "visit"]
    names = [each.name for each in plan][:36]
    months = [*range(2, 13), *range(15, 61, 3), 72]
    assert names == [*(f"W{week}" for week in range(1, 9)), *(f"M{month}" for month in months)]


@pytest.mark.parametrize(
    ("interval", "months"),
    [
        (6, [3, 9, 15, 21, 27, 33, 39, 45, 51, 60]),
        (7, [3, 10, 17, 24, 31, 38, 45, 52, 60]),
        (8, [3, 11, 19, 27, 35, 43, 51, 60]),
        (9, [3, 12, 21, 30, 39, 48, 60]),
        (10, [3, 13, 23, 33, 43, 53, 60]),
        (11, [3, 14, 25, 36, 47, 60]),
        (12, [3, 15, 27, 39, 51, 60]),
    ],
)
def test_imaging_grid(protocol: dict[str, Any], interval: int, months: list[int]) -> None:
    names = [each.name for each in plan_of(protocol, interval=interval) if each.kind == "imaging"]
    assert names[: len(months) + 2] == [f"M{month}" for month in [*months, 72, 84]]


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-01-31", 2, "2024-03-31"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-12-31", 2, "2025-02-28"),
    ],
)
def test_months_are_clamped_to_the_end_of_the_month(day: str, months: int, expected: str) -> None:
    assert str(add_months(date.fromisoformat(day), months)) == expected


def test_markers_go_with_every_third_month_and_never_with_scans(protocol: dict[str, Any]) -> None:
    plan = plan_of(protocol, markers=("chromogranin_a",))
    carried = [each.name for each in plan if "chromogranin_a" in each.activities]
    assert carried[:6] == ["M3", "M6", "M9", "M12", "M15", "M18"]
    assert all(each.kind == "visit" for each in plan if "chromogranin_a" in each.activities)


def test_years_between_carry_the_laboratory_alone(protocol: dict[str, Any]) -> None:
    plan = {each.name: each.activities for each in plan_of(protocol, annual_interval=24) if each.kind == "visit"}
    assert plan["M72"] == ("cbc", "thyroid")
    assert plan["M84"] == ("physician_visit", "cbc", "chemistry", "thyroid")


def test_stored_part_of_a_new_plan_ends_with_the_next_of_each_kind(protocol: dict[str, Any]) -> None:
    stored = stored_part(plan_of(protocol, late_imaging_interval=24), ANCHOR, ANCHOR)
    last = {
        kind: max((each.target, each.name) for each in stored if each.kind == kind)[1] for kind in ("visit", "imaging")
    }
    assert last == {"visit": "M72", "imaging": "M84"}


def test_stored_part_grows_with_the_days(protocol: dict[str, Any]) -> None:
    plan = plan_of(protocol)
    before = stored_part(plan, ANCHOR, date(2029, 1, 30))
    after = stored_part(plan, ANCHOR, date(2030, 1, 31))
    assert set(before) <= set(after)
    assert {each.name for each in after} - {each.name for each in before} == {"M96", "M108"}


def test_windows_hold_their_targets(protocol: dict[str, Any]) -> None:
    for day in range(0, 366, 7):
        for each in plan_of(protocol, ANCHOR + timedelta(days=day)):
            assert each.opens <= each.target <= each.closes
