"""Which alerts must be raised, raised again, come back, and who must be told."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.oracle.alerts import Alerting
from tests.oracle.ladder import COVERING, EVERYBODY, LEAD, RESPONSIBLE, due_times, people, responsible_for, tellings
from tests.oracle.scribe import URGENCY, Scribe
from tests.oracle.standing import Standing
from tests.oracle.timeline import Plans
from tests.oracle.urgency import steps_of, tier_of
from tests.oracle.values import read_value
from tests.oracle.wall_clock import local_day


def alerting_of(scribe: Scribe) -> Alerting:
    log = scribe.log()
    lines = log.patients["P0001"]
    standing = Standing(lines[0], log.clinic, Plans(log.clinic["protocol"]), log.simulation["ends_on"])
    alerting = Alerting(standing)
    for line in lines:
        if line.at:
            alerting.pass_time(line.at)
            if standing.take(line):
                standing.settle(local_day(line.at, log.clinic["zone"]))
            alerting.take(line)
    alerting.pass_time(datetime(2024, 2, 20, tzinfo=UTC))
    return alerting


def raised(scribe: Scribe) -> list[str]:
    """Return what must be raised: the episode, the tiers that will do, when, and whether again."""
    return [
        f"{each.episode[0]} {'/'.join(sorted(each.tiers))} {each.at:%m-%dT%H:%M}{' again' if each.again else ''}"
        for each in alerting_of(scribe).expected
        if each.is_needed
    ]


@pytest.fixture
def log() -> Scribe:
    scribe = Scribe()
    scribe.patient()
    scribe.treated()
    return scribe


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "tier"),
    [
        ("anc", "0.49", "10*9/L", "immediate"),
        ("anc", "0.5", "10*9/L", "same_day"),
        ("anc", "499", "/uL", "immediate"),
        ("anc", "0.99", "10*3/uL", "same_day"),
        ("anc", "1.0", "10*9/L", "next_working_day"),
        ("anc", "1.5", "10*9/L", ""),
        ("anc", "<0.5", "10*9/L", "immediate"),
        ("anc", "<1.2", "10*9/L", "immediate"),  # it may be
        ("platelets", "19", "10*9/L", "immediate"),
        ("platelets", "20", "10*9/L", "same_day"),
        ("platelets", "50", "10*9/L", "next_working_day"),
        ("platelets", "75", "10*9/L", ""),
        ("hgb", "6.9", "g/dL", "immediate"),
        ("hgb", "7.0", "g/dL", "same_day"),
        ("hgb", "80", "g/L", ""),
        ("potassium", "6.5", "mmol/L", ""),
        ("potassium", "6.6", "mmol/L", "immediate"),
        ("potassium", "2.4", "mmol/L", "immediate"),
        ("potassium", ">6", "mmol/L", "immediate"),
    ],
)
def test_tier_of_a_value(analyte: str, value: str, unit: str, tier: str) -> None:
    read = read_value(analyte, value, unit)
    assert read is not None
    assert tier_of(steps_of({"steps": URGENCY})[analyte], read, is_first=True, baseline=None) == tier


@pytest.mark.parametrize(
    ("analyte", "value", "unit"),
    [("anc", "0.4", "furlongs"), ("anc", "low", "10*9/L"), ("hgb", "7.5", "g/L"), ("platelets", "6000", "10*9/L")],
)
def test_what_cannot_be_understood_is_held_back(analyte: str, value: str, unit: str) -> None:
    assert read_value(analyte, value, unit) is None


def counts(log: Scribe, *values: tuple[str, dict[str, str]]) -> None:
    for day, changed in values:
        log.results(f"2024-01-{day}T12:00:00", f"2024-01-{day}T09:00", day, **changed)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([("08", {})], []),
        ([("08", {"anc": "0.4"})], ["counts immediate 01-08T12:00"]),
        ([("08", {"anc": "0.4"}), ("10", {"anc": "0.3"})], ["counts immediate 01-08T12:00"]),
        (
            [("08", {"anc": "0.8"}), ("10", {"anc": "0.4"})],
            ["counts same_day 01-08T12:00", "counts immediate 01-10T12:00 again"],
        ),
        (
            [("08", {"anc": "0.8"}), ("10", {"platelets": "10", "anc": "0.8"})],
            ["counts same_day 01-08T12:00", "counts immediate 01-10T12:00 again"],
        ),
        # Better in between: what is worse than what stands then is told again, though not worse than the worst.
        (
            [("08", {"platelets": "40"}), ("10", {"platelets": "90"}), ("12", {"platelets": "45"})],
            ["counts same_day 01-08T12:00", "counts same_day 01-12T12:00 again"],
        ),
        ([("08", {"platelets": "40"}), ("10", {"platelets": "35"})], ["counts same_day 01-08T12:00"]),
        # Only the first ANC below 0.5 of an episode is immediate.
        (
            [("08", {"anc": "0.4"}), ("10", {"anc": "3.0"}), ("12", {"anc": "0.4"})],
            ["counts immediate 01-08T12:00", "counts immediate/same_day 01-12T12:00 again"],
        ),
    ],
)
def test_one_episode_of_counts(log: Scribe, values: list[tuple[str, dict[str, str]]], expected: list[str]) -> None:
    counts(log, *values)
    assert raised(log) == expected


def test_after_it_was_resolved_the_next_is_a_first_again(log: Scribe) -> None:
    counts(log, ("08", {"anc": "0.4"}), ("12", {"anc": "0.4"}))
    log.say("raised", "2024-01-08T12:00:00", alert="L1", patient="P0001", rule="counts", tier="immediate", again=False)
    log.say("resolved", "2024-01-09T12:00:00", alert="L1", by="C1")
    assert raised(log) == ["counts immediate 01-08T12:00", "counts immediate 01-12T12:00"]


def test_a_copy_and_a_final_that_says_the_same_are_no_news(log: Scribe) -> None:
    log.results("2024-01-08T12:00:00", "2024-01-08T09:00", "R1", "preliminary", anc="0.8")
    log.results("2024-01-08T13:00:00", "2024-01-08T09:00", "R1", "final", anc="0.8")
    log.results("2024-01-08T14:00:00", "2024-01-08T09:00", "R1", "final", anc="0.8")
    assert raised(log) == ["counts same_day 01-08T12:00"]


def test_an_old_specimen_after_the_answer_stands_as_if_it_had_come_in_time(log: Scribe) -> None:
    counts(log, ("08", {"platelets": "48"}))
    log.say("raised", "2024-01-08T12:00:00", alert="L1", patient="P0001", rule="counts", tier="same_day", again=False)
    log.say("resolved", "2024-01-09T12:00:00", alert="L1", by="C1")
    log.results("2024-01-10T12:00:00", "2024-01-07T09:00", "R9", platelets="47")
    counts(log, ("11", {"platelets": "45"}))
    assert raised(log) == ["counts same_day 01-08T12:00", "counts same_day 01-10T12:00"]


def test_a_correction_for_the_worse_is_told(log: Scribe) -> None:
    log.results("2024-01-08T12:00:00", "2024-01-08T09:00", "R1", "final", anc="0.8")
    log.results("2024-01-08T13:00:00", "2024-01-08T09:00", "R1", "corrected", anc="0.3")
    assert raised(log) == ["counts same_day 01-08T12:00", "counts immediate 01-08T13:00 again"]


@pytest.mark.parametrize(("corrected", "again"), [("35", False), ("20", False), ("19", True)])
def test_a_correction_is_judged_as_though_it_had_come_so_at_first(log: Scribe, corrected: str, again: bool) -> None:
    counts(log, ("08", {"platelets": "28"}))
    log.results("2024-01-10T12:00:00", "2024-01-10T09:00", "R1", "final", platelets="70")
    log.results("2024-01-11T12:00:00", "2024-01-10T09:00", "R1", "corrected", platelets=corrected)
    told = ["counts immediate 01-11T12:00 again"] if again else []
    assert raised(log) == ["counts same_day 01-08T12:00", *told]


@pytest.mark.parametrize(("day", "status", "may"), [("10", "corrected", 1), ("11", "final", 0)])
def test_what_becomes_as_urgent_as_its_specimen_may_be_told_again(log: Scribe, day: str, status: str, may: int) -> None:
    log.results("2024-01-10T12:00:00", "2024-01-10T09:00", "R10", platelets="18", hgb="100")
    log.results("2024-01-11T12:00:00", f"2024-01-{day}T09:00", f"R{day}", status, platelets="18", hgb="40")
    assert raised(log) == ["counts immediate 01-10T12:00"]
    assert len([each for each in alerting_of(log).expected if not each.is_needed]) == may


def test_a_new_specimen_for_the_worse_is_told(log: Scribe) -> None:
    counts(log, ("08", {"platelets": "28"}), ("10", {"platelets": "70"}), ("12", {"platelets": "35"}))
    assert raised(log) == ["counts same_day 01-08T12:00", "counts same_day 01-12T12:00 again"]


def test_an_old_specimen_that_arrives_late_is_told_if_worse_than_all(log: Scribe) -> None:
    counts(log, ("10", {}))
    log.results("2024-01-11T12:00:00", "2024-01-05T09:00", "R9", anc="0.4")
    assert raised(log) == ["counts immediate 01-11T12:00"]


def test_an_old_specimen_for_the_next_working_day_need_not_be_told_after_a_better_one(log: Scribe) -> None:
    counts(log, ("10", {}))
    log.results("2024-01-11T12:00:00", "2024-01-05T09:00", "R9", anc="1.2")
    assert raised(log) == []


def creatinine(log: Scribe, at: str, collected_at: str, value: str) -> None:
    log.results(at, collected_at, collected_at)
    log.body[-1]["values"] = {"creatinine": [value, "umol/L"]}


@pytest.mark.parametrize(
    ("baseline", "value", "expected"),
    [
        ("60", "180", []),
        ("60", "181", ["kidney immediate 01-08T12:00"]),
        ("", "270", []),  # three times the upper limit of a woman, 90
        ("", "271", ["kidney immediate 01-08T12:00"]),
    ],
)
def test_creatinine_goes_by_the_baseline_or_the_upper_limit(
    log: Scribe, baseline: str, value: str, expected: list[str]
) -> None:
    if baseline:
        creatinine(log, "2024-01-01T09:00:00", "2023-12-20T09:00", baseline)
    creatinine(log, "2024-01-08T12:00:00", "2024-01-08T09:00", value)
    assert raised(log) == expected


# What was to happen and has not


def answered(log: Scribe, by_when: str, next_step: str = "repeat_cbc") -> None:
    counts(log, ("08", {"hgb": "75"}))
    log.say("raised", "2024-01-08T12:00:00", alert="L1", patient="P0001", rule="counts", tier="same_day", again=False)
    log.say("acknowledged", "2024-01-08T12:30:00", alert="L1", by="C1", next_step=next_step, by_when=by_when)


def test_it_comes_back_on_the_day_after(log: Scribe) -> None:
    answered(log, "2024-01-10")
    assert raised(log)[1:] == ["counts same_day 01-10T23:00 again"]  # midnight of the clinic


def test_a_better_repeat_keeps_it_quiet(log: Scribe) -> None:
    answered(log, "2024-01-10")
    counts(log, ("10", {"hgb": "100"}))
    assert raised(log)[1:] == []


@pytest.mark.parametrize("next_step", ["patient_called", "clinic_visit", "admitted", "transfused"])
def test_a_better_count_does_not_show_that_another_step_happened(log: Scribe, next_step: str) -> None:
    answered(log, "2024-01-10", next_step)
    counts(log, ("10", {"hgb": "100"}))
    assert raised(log)[1:] == ["counts same_day 01-10T23:00 again"]


def test_a_correction_after_the_day_takes_no_repeat_back(log: Scribe) -> None:
    answered(log, "2024-01-10")
    log.results("2024-01-10T12:00:00", "2024-01-10T09:00", "R9", hgb="100")
    log.results("2024-01-11T12:00:00", "2024-01-10T09:00", "R9", "corrected", hgb="100", wbc="2.0")
    assert raised(log)[1:] == []


def test_an_old_value_that_was_told_is_to_be_repeated_though_a_better_one_followed_it(log: Scribe) -> None:
    counts(log, ("07", {}))
    log.results("2024-01-08T12:00:00", "2024-01-05T09:00", "R0", hgb="67")
    log.say("raised", "2024-01-08T12:00:00", alert="L1", patient="P0001", rule="counts", tier="immediate", again=False)
    log.say("acknowledged", "2024-01-08T12:30:00", alert="L1", by="C1", next_step="repeat_cbc", by_when="2024-01-10")
    assert raised(log) == ["counts immediate 01-08T12:00", "counts immediate 01-10T23:00 again"]
    counts(log, ("10", {}))
    assert raised(log) == ["counts immediate 01-08T12:00"]


def test_a_repeat_that_arrives_too_late_does_not(log: Scribe) -> None:
    answered(log, "2024-01-10")
    log.results("2024-01-11T12:00:00", "2024-01-10T09:00", "R9", hgb="100")
    assert raised(log)[1:] == ["counts same_day 01-10T23:00 again"]


def test_without_a_day_it_does_not_come_back(log: Scribe) -> None:
    answered(log, "")
    assert raised(log)[1:] == []


# The ladder


def test_nobody_answers_an_immediate_alert() -> None:
    raised_at = datetime(2024, 1, 8, 12, tzinfo=UTC)
    told = [(int((due - raised_at).total_seconds()) // 60, step) for due, step in
            due_times("immediate", raised_at, datetime(2024, 1, 8, 15, 1, tzinfo=UTC))]  # fmt: skip
    assert told == [(0, RESPONSIBLE), (15, RESPONSIBLE), (30, COVERING), (60, LEAD), (120, EVERYBODY), (180, EVERYBODY)]


def test_nobody_answers_an_alert_of_the_day() -> None:
    raised_at = datetime(2024, 1, 8, 12, tzinfo=UTC)
    told = [(int((due - raised_at).total_seconds()) // 3600, step) for due, step in
            due_times("same_day", raised_at, datetime(2024, 1, 8, 21, tzinfo=UTC))]  # fmt: skip
    assert told == [(0, RESPONSIBLE), (2, COVERING), (4, LEAD), (8, EVERYBODY)]


@pytest.mark.parametrize(
    ("ladder", "step", "expected"),
    [
        ([{"step": 1, "staff": "C2"}, {"step": 2, "staff": "C1"}], COVERING, ["C2"]),
        ([{"step": 2, "staff": "C1"}], COVERING, ["C1"]),
        ([], COVERING, ["C1", "C2"]),
        ([{"step": 1, "staff": "C2"}], LEAD, ["C1", "C2"]),
        ([{"step": 1, "staff": "C2"}, {"step": 2, "staff": "C3"}], EVERYBODY, ["C1", "C2", "C3"]),
    ],
)
def test_who_stands_on_a_step(ladder: list[dict[str, Any]], step: int, expected: list[str]) -> None:
    assert people(Scribe(ladder=ladder).log().clinic, ["C1"], step) == expected


@pytest.mark.parametrize(
    ("clinician", "answers", "expected"),
    [("C1", [], ["C1"]), ("", [], ["C1", "C2"]), ("C1", ["C2", "C3"], ["C1", "C2"]), ("C1", ["C1", "C2"], ["C1"])],
)
def test_who_is_responsible(log: Scribe, clinician: str, answers: list[str], expected: list[str]) -> None:
    raising: dict[str, Any] = {"alert": "L1", "patient": "P0001", "rule": "counts", "tier": "same_day"}
    log.say("raised", "2024-01-08T11:00:00", again=False, **raising)
    for minute, by in enumerate(answers):
        log.say("acknowledged", f"2024-01-08T12:0{minute}:00", alert="L1", by=by, next_step="other", by_when=None)
    log.say("raised", "2024-01-08T12:30:00", again=True, **raising)
    read = log.log()
    said = [line for line in read.patients["P0001"] if line.what == "acknowledged"]
    responsible = responsible_for(read.clinic, clinician, said)
    found = tellings(read.clinic, responsible, read.patients["P0001"][-1], datetime(2024, 1, 8, 13, tzinfo=UTC))
    assert [each.to for each in found] == expected


def immediate(log: Scribe, told: list[tuple[str, str]], answered_at: str = "13:10:00") -> list[tuple[str, str]]:
    """Return what differs of an immediate alert of 12:00 that was told so and answered then."""
    counts(log, ("08", {"anc": "0.4"}))
    log.say("raised", "2024-01-08T12:00:00", alert="L1", patient="P0001", rule="counts", tier="immediate", again=False)
    for clock, to in told:
        log.say("told", f"2024-01-08T{clock}", alert="L1", to=to, channel="email", step=0)
    log.say(
        "acknowledged", f"2024-01-08T{answered_at}", alert="L1", by="C1", next_step="admitted", by_when="2024-01-10"
    )
    return [
        (each.expected, each.found)
        for each in log.differences()
        if each.what == "alert L1" and "end" not in each.expected
    ]


HONEST = [("12:00:05", "C1"), ("12:15:05", "C1"), ("12:30:05", "C2"), ("13:00:05", "C3")]


def test_the_whole_ladder(log: Scribe) -> None:
    assert immediate(log, HONEST) == []


def test_an_answer_stops_the_ladder(log: Scribe) -> None:
    assert immediate(log, HONEST[:2], "12:29:00") == []


@pytest.mark.parametrize("step", range(4))
def test_a_step_that_nobody_was_told(log: Scribe, step: int) -> None:
    found = immediate(log, HONEST[:step] + HONEST[step + 1 :])
    assert [expected.split()[0] for expected, _ in found] == [HONEST[step][1]]


def ladder_of(*on: tuple[int, str]) -> list[dict[str, Any]]:
    return [{"step": step, "staff": name} for step, name in on]


@pytest.mark.parametrize(
    ("ladder", "responsible", "expected"),
    [
        # C1 covers as well: at 30 minutes the lead is told beside them, and at 60 as ever.
        (
            ladder_of((1, "C1"), (2, "C2")),
            ["C1"],
            [(0, "C1"), (15, "C1"), (30, "C1"), (30, "C2"), (60, "C2"), (120, "C1"), (120, "C2")],
        ),
        # Of two who cover one is new: nobody else is brought in.
        (
            ladder_of((1, "C1"), (1, "C2"), (2, "C3")),
            ["C1"],
            [
                *[(0, "C1"), (15, "C1"), (30, "C1"), (30, "C2"), (60, "C3")],
                *[(120, "C1"), (120, "C2"), (120, "C3")],
            ],
        ),
        # The lead, too, was told before: nobody is left who was not.
        (
            ladder_of((1, "C2"), (2, "C1")),
            ["C1"],
            [(0, "C1"), (15, "C1"), (30, "C2"), (60, "C1"), (120, "C1"), (120, "C2")],
        ),
        # Nobody else exists.
        (ladder_of((1, "C1"), (2, "C1")), ["C1"], [(0, "C1"), (15, "C1"), (30, "C1"), (60, "C1"), (120, "C1")]),
        # Both are responsible, and stand on the ladder.
        (
            ladder_of((1, "C2"), (2, "C3")),
            ["C1", "C2"],
            [
                *[(0, "C1"), (0, "C2"), (15, "C1"), (15, "C2"), (30, "C2"), (30, "C3"), (60, "C3")],
                *[(120, "C1"), (120, "C2"), (120, "C3")],
            ],
        ),
    ],
)
def test_who_was_told_already_is_not_the_next_person(
    log: Scribe, ladder: list[dict[str, Any]], responsible: list[str], expected: list[tuple[int, str]]
) -> None:
    log.say("raised", "2024-01-08T12:00:00", alert="L1", patient="P0001", rule="counts", tier="immediate", again=False)
    raising = log.log().patients["P0001"][-1]
    assert raising.at is not None
    found = tellings(Scribe(ladder=ladder).log().clinic, responsible, raising, datetime(2024, 1, 8, 14, 1, tzinfo=UTC))
    assert [(int((each.due - raising.at).total_seconds()) // 60, each.to) for each in found] == expected


def test_next_person_who_was_told_already_leaves_the_lead_untold() -> None:
    log = Scribe(ladder=ladder_of((1, "C1"), (2, "C3")))
    log.patient()
    log.treated()
    told = [("12:00:05", "C1"), ("12:15:05", "C1"), ("12:30:05", "C1"), ("13:00:05", "C3")]
    words = "C3 told from 2024-01-08T12:30:00Z to 2024-01-08T12:36:00Z"
    assert immediate(log, told) == [(words, "told at 2024-01-08T13:00:05Z")]


def test_a_step_too_late(log: Scribe) -> None:
    found = immediate(log, [*HONEST[:2], ("12:50:00", "C2"), HONEST[3]])
    assert ("C2 told from 2024-01-08T12:30:00Z to 2024-01-08T12:36:00Z", "told at 2024-01-08T12:50:00Z") in found


def test_a_step_too_soon(log: Scribe) -> None:
    found = immediate(log, [*HONEST, ("12:05:00", "C3")])
    assert found == [("nobody told then", "C3 by email at 2024-01-08T12:05:00Z")]


def test_told_twice(log: Scribe) -> None:
    found = immediate(log, [*HONEST, ("12:00:20", "C1")])
    assert found == [("nobody told then", "C1 by email at 2024-01-08T12:00:20Z")]


def test_told_after_an_outage(log: Scribe) -> None:
    log.say("away", "2024-01-08T11:00:00", channel="email", until="2024-01-08T12:40:00Z")
    late = [("12:40:30", "C1"), ("12:40:40", "C1"), ("12:41:00", "C2"), ("13:00:05", "C3")]
    assert not [each for each in immediate(log, late) if each[1] == "not told"]


def fields(**more: Any) -> dict[str, Any]:
    return {"alert": "L9", "patient": "P0001", "again": False, **more}


def test_who_is_told_of_what_came_back_worse_is_not_taken_for_told_before(log: Scribe) -> None:
    log.say("raised", "2024-01-08T12:00:00", **fields(rule="cytopenia", tier="next_working_day"))
    told = {"alert": "L9", "to": "C1", "channel": "email", "kind": "alert.raised"}
    log.say("told", "2024-01-08T12:00:05", **told)
    log.say("raised", "2024-01-10T12:00:00", **fields(rule="cytopenia", tier="same_day") | {"again": True})
    log.say("told", "2024-01-10T12:00:05", **told)
    assert not [each for each in log.differences() if each.expected.startswith("C1 told from 2024-01-10T12:00:00Z")]


@pytest.mark.parametrize(("tier", "is_needed"), [("next_working_day", False), ("same_day", True)])
def test_what_other_rules_opened_for_the_next_working_day_may_have_closed_by_itself(
    log: Scribe, tier: str, is_needed: bool
) -> None:
    log.say("raised", "2024-01-08T12:00:00", **fields(rule="cytopenia", tier=tier))
    log.say("acknowledged", "2024-01-08T13:00:00", alert="L9", by="C1", next_step="clinic_visit", by_when="2024-01-09")
    log.results("2024-01-12T12:00:00", "2024-01-12T09:00", "R1")
    assert bool(raised(log)) is is_needed


def test_alerts_of_other_rules_are_counted_and_not_compared(log: Scribe) -> None:
    log.say("raised", "2024-01-08T12:00:00", **fields(rule="thyroid", tier="same_day"))
    assert not [each for each in log.differences() if "thyroid" in each.what]


def test_an_alert_that_nothing_asked_for(log: Scribe) -> None:
    log.say("raised", "2024-01-08T12:00:00", **fields(rule="potassium", tier="immediate"))
    assert ("potassium alert L9", "immediate raised at 2024-01-08T12:00:00Z") in log.findings()
