"""What becomes of visits: records, results, life, further infusions, and counts beyond the plan."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.scribe import Scribe
from tests.oracle.standing import Standing
from tests.oracle.timeline import Plans
from tests.oracle.wall_clock import local_day

CBC = {"cbc": "drawn"}


def standing_of(scribe: Scribe, on: str = "2024-02-20") -> Standing:
    """Return the patient as the log has them, on the clinic's day `on`."""
    log = scribe.log()
    lines = log.patients["P0001"]
    standing = Standing(lines[0], log.clinic, Plans(log.clinic["protocol"]), log.simulation["ends_on"])
    for line in lines:
        if line.at and standing.take(line):
            standing.settle(local_day(line.at, log.clinic["zone"]))
    standing.settle(date.fromisoformat(on))
    return standing


def statuses(standing: Standing) -> dict[str, str]:
    return {f"{key[0]}.{key[1]}": visit.status for key, visit in standing.visits.items()}


@pytest.fixture
def log() -> Scribe:
    scribe = Scribe()
    scribe.patient()
    scribe.treated()
    return scribe


def real(**changes: Any) -> Scribe:
    """Return a log that follows the shipped protocol."""
    protocol = tomllib.loads(Path("schedules/protocols/iotrex.toml").read_text(encoding="utf-8"))
    scribe = Scribe(protocol=protocol)
    scribe.head[0]["ends_on"] = "2024-12-31"
    scribe.patient(**changes)
    scribe.treated()
    return scribe


# Records and results


def test_what_was_drawn_waits_for_its_result(log: Scribe) -> None:
    log.say("done", "2024-01-08T09:00:00", patient="P0001", visit=[1, "W1", "visit"], on="2024-01-08", outcomes=CBC,
            elsewhere=False)  # fmt: skip
    assert standing_of(log).visits[1, "W1", "visit"].activities == {"cbc": "drawn"}
    log.results("2024-01-09T09:00:00", "2024-01-08T09:00", "R1")
    assert standing_of(log).visits[1, "W1", "visit"].activities == {"cbc": "done"}


@pytest.mark.parametrize(
    ("collected", "expected"),
    [("2024-01-04", "planned"), ("2024-01-05", "done"), ("2024-01-11", "done"), ("2024-01-12", "planned")],
)
def test_a_specimen_fulfils_what_its_day_lies_in(log: Scribe, collected: str, expected: str) -> None:
    log.results("2024-01-20T09:00:00", f"{collected}T09:00", "R1")
    assert statuses(standing_of(log))["1.W1"] == expected


@pytest.mark.parametrize("missing", ["hgb", "wbc", "anc", "platelets"])
def test_an_incomplete_panel_fulfils_nothing_until_the_rest_of_the_day_comes(log: Scribe, missing: str) -> None:
    log.results("2024-01-08T12:00:00", "2024-01-08T09:00", "R1")
    rest = log.body[-1]["values"].pop(missing)
    assert statuses(standing_of(log))["1.W1"] == "planned"
    log.results("2024-01-08T13:00:00", "2024-01-08T10:00", "R2")
    log.body[-1]["values"] = {missing: rest}
    assert statuses(standing_of(log))["1.W1"] == "done"


def test_preliminary_results_fulfil_nothing_until_they_are_final(log: Scribe) -> None:
    log.results("2024-01-08T12:00:00", "2024-01-08T09:00", "R1", "preliminary")
    assert statuses(standing_of(log))["1.W1"] == "planned"
    log.results("2024-01-08T13:00:00", "2024-01-08T09:00", "R1", "final")
    assert statuses(standing_of(log))["1.W1"] == "done"


def test_an_impossible_value_is_held_back_and_fulfils_nothing(log: Scribe) -> None:
    log.results("2024-01-08T12:00:00", "2024-01-08T09:00", "R1", platelets="60000")
    assert statuses(standing_of(log))["1.W1"] == "planned"


def test_missed_stays_missed_whatever_comes_later(log: Scribe) -> None:
    log.say("missed", "2024-01-15T09:00:00", patient="P0001", visit=[1, "W1", "visit"])
    log.results("2024-01-16T09:00:00", "2024-01-08T09:00", "R1")
    assert statuses(standing_of(log))["1.W1"] == "missed"


# Month 2 beside week 8


@pytest.mark.parametrize(
    ("anc", "expected"), [("3.0", "done"), ("1.8", "done"), ("1.0", "planned"), ("1.7", "planned")]
)
def test_month_2_takes_the_count_of_week_8_only_after_recovery(anc: str, expected: str) -> None:
    log = real()
    for day, value in [("2024-02-05", "1.2"), ("2024-02-19", anc), ("2024-02-26", anc)]:
        log.results(f"{day}T12:00:00", f"{day}T09:00", day, anc=value)
    standing = standing_of(log, "2024-02-27")
    assert standing.visits[1, "W8", "visit"].status == "done"
    assert standing.visits[1, "M2", "visit"].activities["cbc"] == expected


def test_month_2_takes_what_was_drawn_for_it() -> None:
    log = real()
    log.say("done", "2024-02-26T08:00:00", patient="P0001", visit=[1, "M2", "visit"], on="2024-02-26", elsewhere=False,
            outcomes={"physician_visit": "done", "cbc": "drawn", "chemistry": "drawn", "thyroid": "drawn"})  # fmt: skip
    log.results("2024-02-26T12:00:00", "2024-02-26T09:00", "R1", anc="1.2")
    standing = standing_of(log, "2024-02-27")
    assert standing.visits[1, "W8", "visit"].status == "planned"  # before recovery it serves the month alone
    assert standing.visits[1, "M2", "visit"].activities == {
        "physician_visit": "done", "cbc": "done", "chemistry": "drawn", "thyroid": "drawn",
    }  # fmt: skip


def test_what_was_drawn_late_for_a_week_is_not_the_next_week_s(log: Scribe) -> None:
    log.say("done", "2024-01-12T09:00:00", patient="P0001", visit=[1, "W1", "visit"], on="2024-01-12", outcomes=CBC,
            elsewhere=False)  # fmt: skip
    log.results("2024-01-12T12:00:00", "2024-01-12T09:00", "R1")
    assert statuses(standing_of(log)) == {"1.W1": "done", "1.W2": "planned", "1.M1": "planned"}


def test_month_2_alone_takes_a_count_that_is_not_recovered() -> None:
    log = real()
    log.say("missed", "2024-02-26T08:00:00", patient="P0001", visit=[1, "W8", "visit"])
    log.results("2024-02-27T12:00:00", "2024-02-26T09:00", "R1", anc="1.2")
    assert standing_of(log, "2024-02-27").visits[1, "M2", "visit"].activities["cbc"] == "done"


# A corrected date, a further infusion


def test_a_corrected_date_moves_what_has_not_happened(log: Scribe) -> None:
    log.results("2024-01-08T12:00:00", "2024-01-08T09:00", "R1")
    log.say("treatment.redated", "2024-01-09T09:00:00", patient="P0001", treatment=1, on="2024-01-03")
    visits = standing_of(log).visits
    assert visits[1, "W1", "visit"].timepoint.target == date(2024, 1, 8)
    assert visits[1, "W2", "visit"].timepoint.target == date(2024, 1, 17)
    assert visits[1, "M1", "imaging"].timepoint.target == date(2024, 2, 3)


def test_a_further_infusion_replaces_what_lies_on_it_or_after(log: Scribe) -> None:
    log.treated("2024-01-15", "2024-01-15T10:00:00", 2)
    assert statuses(standing_of(log)) == {
        "1.W1": "planned", "1.W2": "superseded", "1.M1": "superseded", "2.W1": "planned", "2.W2": "planned",
        "2.M1": "planned",
    }  # fmt: skip


def test_what_closed_before_the_day_of_entry_is_before_enrolment() -> None:
    log = Scribe()
    log.patient()
    log.treated("2024-01-01", "2024-01-12T08:00:00")
    before = {key[1]: visit.before_enrolment for key, visit in standing_of(log).visits.items()}
    assert before == {"W1": True, "W2": False, "M1": False}


# Life


@pytest.mark.parametrize("kind", ["death", "declines_follow_up", "comfort_care"])
def test_what_ends_the_follow_up_cancels_what_is_open(log: Scribe, kind: str) -> None:
    log.results("2024-01-08T12:00:00", "2024-01-08T09:00", "R1")
    log.say("life", "2024-01-10T09:00:00", patient="P0001", event="E1", kind=kind, **{"from": "2024-01-10"})
    assert statuses(standing_of(log)) == {"1.W1": "done", "1.W2": "cancelled", "1.M1": "cancelled"}


def test_what_was_drawn_before_a_death_goes_on_waiting(log: Scribe) -> None:
    log.say("done", "2024-01-08T09:00:00", patient="P0001", visit=[1, "W1", "visit"], on="2024-01-08", outcomes=CBC,
            elsewhere=False)  # fmt: skip
    log.say("life", "2024-01-10T09:00:00", patient="P0001", event="E1", kind="death", **{"from": "2024-01-10"})
    assert standing_of(log).visits[1, "W1", "visit"].activities == {"cbc": "drawn"}
    log.results("2024-01-11T12:00:00", "2024-01-08T09:00", "R1")
    assert standing_of(log).visits[1, "W1", "visit"].activities == {"cbc": "done"}


def test_a_transfer_changes_nothing_until_it_is_accepted(log: Scribe) -> None:
    log.say("life", "2024-01-10T09:00:00", patient="P0001", event="E1", kind="transfer", **{"from": "2024-01-10"})
    assert statuses(standing_of(log))["1.W2"] == "planned"
    log.say("life.accepted", "2024-01-11T09:00:00", event="E1", on="2024-01-11")
    assert statuses(standing_of(log))["1.W2"] == "cancelled"


def test_what_lay_wholly_in_a_time_away_stays_cancelled(log: Scribe) -> None:
    log.say("life", "2024-01-10T09:00:00", patient="P0001", event="E1", kind="comfort_care", **{"from": "2024-01-10"})
    log.say("life.ended", "2024-02-08T09:00:00", event="E1", on="2024-02-08")
    # Week 1 had opened before; the scan's window closes on the day of the end.
    assert statuses(standing_of(log)) == {"1.W1": "planned", "1.W2": "cancelled", "1.M1": "planned"}


def test_a_pause_holds_and_gives_everything_back(log: Scribe) -> None:
    log.say("life", "2024-01-10T09:00:00", patient="P0001", event="E1", kind="pause", **{"from": "2024-01-10"})
    assert {visit.on_hold for visit in standing_of(log).visits.values()} == {True}
    log.say("life.ended", "2024-02-15T09:00:00", event="E1", on="2024-02-15")
    assert {(visit.status, visit.on_hold) for visit in standing_of(log).visits.values()} == {("planned", False)}


def test_pregnancy_holds_scans_alone(log: Scribe) -> None:
    log.say("life", "2024-01-10T09:00:00", patient="P0001", event="E1", kind="pregnancy", **{"from": "2024-01-10"})
    assert [key[1] for key, visit in standing_of(log).visits.items() if visit.on_hold] == ["M1"]


def test_a_declined_item_falls_away_from_that_day_on(log: Scribe) -> None:
    fields = {"from": "2024-01-14", "activities": ["cbc"]}
    log.say("life", "2024-01-14T09:00:00", patient="P0001", event="E1", kind="declines_item", **fields)
    assert statuses(standing_of(log)) == {"1.W1": "planned", "1.W2": "cancelled", "1.M1": "planned"}


# Beyond the plan


def weeks(standing: Standing) -> dict[str, str]:
    return {key[1]: visit.status for key, visit in standing.visits.items() if visit.is_addition}


def test_weekly_counts_go_on_without_recovery_and_end_with_it() -> None:
    log = real()
    for day in ("2024-02-12", "2024-02-19"):
        log.results(f"{day}T12:00:00", f"{day}T09:00", day, anc="1.2")
    assert weeks(standing_of(log, "2024-02-25")) == {}  # day 55
    assert weeks(standing_of(log, "2024-02-26")) == dict.fromkeys(["W9", "W10", "W11", "W12"], "planned")
    for day in ("2024-02-28", "2024-03-04"):
        log.results(f"{day}T12:00:00", f"{day}T09:00", day)
    assert weeks(standing_of(log, "2024-03-05")) == {
        "W9": "done", "W10": "cancelled", "W11": "cancelled", "W12": "cancelled",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "goes_on"),
    [
        ({}, True),  # no count at all
        ({"2024-01-22": "1.2", "2024-02-05": "3.0", "2024-02-12": "3.0"}, True),  # recovered; none after day 45
        ({"2024-01-22": "1.2", "2024-02-12": "3.0", "2024-02-19": "3.0"}, False),
        ({"2024-02-12": "3.0", "2024-02-19": "3.0"}, False),  # never fell: days 42 and 49
        ({"2024-02-05": "3.0", "2024-02-19": "3.0"}, False),  # never fell, and the second is of day 49
        ({"2024-02-19": "3.0"}, True),  # never fell, and only one
        ({"2024-02-05": "3.0", "2024-02-12": "3.0", "2024-02-19": "3.0", "2024-02-23": "1.2"}, True),  # fell again
    ],
)
def test_when_weekly_counts_go_on(counts: dict[str, str], goes_on: bool) -> None:
    log = real()
    for day, anc in counts.items():
        log.results(f"{day}T12:00:00", f"{day}T09:00", day, anc=anc)
    assert bool(weeks(standing_of(log, "2024-02-26"))) is goes_on


def test_twice_a_week_after_a_severe_count(log: Scribe) -> None:
    log.results("2024-01-15T12:00:00", "2024-01-15T09:00", "R1", anc="0.9")
    assert weeks(standing_of(log, "2024-01-15")) == dict.fromkeys(["D17", "W3", "D24", "W4"], "planned")
    log.results("2024-01-18T12:00:00", "2024-01-18T09:00", "R2", anc="1.0")
    found = {"D17": "done", "W3": "cancelled", "D24": "cancelled", "W4": "cancelled"}
    assert weeks(standing_of(log, "2024-01-19")) == found


def test_twice_a_week_goes_on_while_it_lasts(log: Scribe) -> None:
    log.results("2024-01-15T12:00:00", "2024-01-15T09:00", "R1", platelets="49")
    targets = [
        str(visit.timepoint.target) for visit in standing_of(log, "2024-01-25").visits.values() if visit.is_addition
    ]
    assert targets == [
        "2024-01-18", "2024-01-22", "2024-01-25", "2024-01-29", "2024-02-01", "2024-02-05", "2024-02-08",
    ]  # fmt: skip


def test_a_draw_of_a_run_serves_the_week_it_lies_in_beside_a_late_one(log: Scribe) -> None:
    log.results("2024-01-04T12:00:00", "2024-01-04T09:00", "R1", anc="0.4")
    for name in ("D13", "W1"):
        log.say("done", "2024-01-14T15:00:00", patient="P0001", visit=[1, name, "visit"], on="2024-01-14",
                outcomes=CBC, elsewhere=False)  # fmt: skip
    waits = standing_of(log, "2024-01-15").visits
    assert [waits[1, name, "visit"].awaits_result for name in ("D13", "W1", "W2")] == [True, True, True]
    log.results("2024-01-14T18:00:00", "2024-01-14T09:00", "R2", anc="0.4")
    found = statuses(standing_of(log, "2024-01-15"))
    assert (found["1.D13"], found["1.W1"], found["1.W2"]) == ("done", "done", "done")


def test_a_day_of_a_run_that_is_a_whole_week_is_the_week_that_goes_on() -> None:
    log = real()
    log.results("2024-02-19T12:00:00", "2024-02-19T09:00", "R1", anc="0.9")  # day 49, so twice a week: 52, 56, 59, 63
    assert weeks(standing_of(log, "2024-02-25"))["W9"] == "planned"
    span = standing_of(log, "2024-02-25").visits[1, "W9", "visit"].timepoint
    assert (str(span.opens), str(span.closes)) == ("2024-03-03", "2024-03-05")
    span = standing_of(log, "2024-02-26").visits[1, "W9", "visit"].timepoint  # weekly counts go on from here
    assert (str(span.opens), str(span.closes)) == ("2024-03-01", "2024-03-07")


def test_a_day_of_a_run_on_which_a_month_is_planned_stays_a_draw_of_its_own() -> None:
    log = real()
    log.results("2024-02-06T12:00:00", "2024-02-06T09:00", "R1", anc="0.9")  # twice a week: days 39, 43, 46, 50, 53
    log.results("2024-02-19T12:00:00", "2024-02-19T09:00", "R2", anc="0.9")  # goes on: 57, 60
    found = standing_of(log, "2024-02-20").visits
    assert found[1, "D60", "visit"].timepoint.target == found[1, "M2", "visit"].timepoint.target
    assert (found[1, "D60", "visit"].status, found[1, "M2", "visit"].status) == ("planned", "planned")


@pytest.mark.parametrize(
    ("status", "anc", "recovered"),
    [
        ("final", "3.0", [date(2024, 2, 19)]),
        ("preliminary", "3.0", [date(2024, 2, 26)]),
        ("final", ">3.0", [date(2024, 2, 26)]),
        ("final", "1.2", []),
        ("preliminary", "1.2", []),
        ("final", "<1.2", []),
    ],
)
def test_a_day_is_a_good_count_once_all_its_values_are_known_for_certain(
    status: str, anc: str, recovered: list[date]
) -> None:
    log = real()
    for day, value in [("2024-01-29", "1.2"), ("2024-02-12", "3.0"), ("2024-02-19", "3.0"), ("2024-02-26", "3.0")]:
        log.results(f"{day}T12:00:00", f"{day}T09:00", day, anc=value)
    log.results("2024-02-19T13:00:00", "2024-02-19T10:00", "second", status, anc=anc)
    assert standing_of(log, "2024-02-27").course(1).recovered == recovered


def test_children_recover_by_their_baseline_alone_where_no_limit_is_known() -> None:
    log = real(born="2015-05-05")
    log.results("2023-12-30T12:00:00", "2023-12-30T09:00", "R0", platelets="120")
    log.body[-1]["at"] = "2024-01-01T08:00:00Z"
    for day, platelets in [("2024-02-05", "90"), ("2024-02-12", "119"), ("2024-02-19", "120"), ("2024-02-23", "125")]:
        log.results(f"{day}T12:00:00", f"{day}T09:00", day, platelets=platelets)
    assert standing_of(log, "2024-02-24").course(1).recovered == [date(2024, 2, 23)]
