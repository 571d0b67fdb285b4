"""The difference between a stored plan and the one it should be: each rule by a table, then what must always hold."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.protocol import (
    CANCELLED_DRAW,
    ENDED,
    Away,
    Change,
    Changes,
    Existing,
    Options,
    PlannedTimepoint,
    packaged_protocol,
    replan,
    stored_timeline,
)
from schedules.protocol.replanning import CLOSED_BY_PLAN, HAPPENED, OPEN
from schedules.protocol.timeline import ADDED

TODAY = date(2024, 6, 1)
PROTOCOL = packaged_protocol().protocol


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def point(at: int, *activities: str, name: str = "M3", phase: str = "monthly", width: int = 7) -> PlannedTimepoint:
    """Return a wanted timepoint `at` days from today."""
    names = activities or ("cbc",)
    return PlannedTimepoint(
        name, "visit", day(at), day(at - width), day(at + width), names, phase, "months", 3, width, width, 100
    )


def existing(at: int, booked: int | None = None, phase: str = "monthly", **activities: str) -> Existing[str]:
    """Return a stored timepoint `at` days from today, booked so many days from today."""
    own = point(at)
    standing = activities or {"cbc": "planned"}
    booked_on = day(booked) if booked is not None else None
    return Existing("M3", "M3", "visit", own.target, own.opens, own.closes, own.cost, phase, standing, booked_on)


def place(changes: Changes[str]) -> str:
    """Return the one part that holds the one timepoint."""
    return next(part for part in changes._fields if getattr(changes, part))


MOVED = {"dates": True}
AWAY = Away(day(-60), day(0), "Comfort care.")
PASSED = {"closed": {"cbc"}, "because": "Comfort care."}
CASES: dict[str, tuple[Existing[str], list[PlannedTimepoint], dict[str, Any], str, dict[str, Any]]] = {
    "as it is": (existing(20), [point(20)], {}, "keep", {}),
    "open moves": (existing(20), [point(25)], {}, "move", MOVED),
    "overdue and wanted elsewhere moves": (existing(-20), [point(5)], {}, "move", MOVED),
    "done never moves": (existing(20, cbc="done"), [point(25)], {}, "keep", {}),
    "done elsewhere never moves": (existing(20, cbc="done_elsewhere"), [point(25)], {}, "keep", {}),
    "missed never moves": (existing(-20, cbc="missed"), [point(25)], {}, "keep", {}),
    "drawn never moves": (existing(0, cbc="drawn"), [point(25)], {}, "keep", {}),
    "not applicable is decided": (existing(20, cbc="not_applicable"), [point(25)], {}, "keep", {}),
    "partly done never moves": (
        existing(0, cbc="done", thyroid="planned"),
        [point(25, "cbc", "thyroid")],
        {},
        "keep",
        {},
    ),
    "booked and still fitting learns its window": (existing(20, booked=21), [point(25)], {}, "keep", MOVED),
    "booked outside is to be decided": (existing(20, booked=14), [point(25)], {}, "conflict", MOVED),
    "an appointment that has passed binds nobody": (existing(2, booked=-3), [point(25)], {}, "move", MOVED),
    "booked and no longer wanted is to be decided": (
        existing(20, booked=21),
        [],
        {},
        "conflict",
        {"closed": {"cbc"}},
    ),
    "still to be decided": (existing(20, booked=21, cbc="cancelled"), [], {}, "conflict", {}),
    "not wanted falls away": (existing(20), [], {}, "cancel", {"closed": {"cbc"}}),
    "overdue and not wanted stays": (existing(-20), [], {}, "keep", {}),
    "an overdue addition falls away": (existing(-20, phase=ADDED), [], {}, "cancel", {"closed": {"cbc"}}),
    "a specimen waits for its result": (existing(-2, cbc="drawn"), [], {}, "keep", {}),
    "gains an activity": (existing(20), [point(20, "cbc", "thyroid")], {}, "move", {"added": {"thyroid"}}),
    "loses an activity": (
        existing(20, cbc="planned", thyroid="planned"),
        [point(20)],
        {},
        "move",
        {"closed": {"thyroid"}},
    ),
    "every activity changes": (
        existing(20),
        [point(20, "thyroid")],
        {},
        "move",
        {"added": {"thyroid"}, "closed": {"cbc"}},
    ),
    "a decided visit is not asked for more": (
        existing(20, cbc="done"),
        [point(20, "cbc", "thyroid")],
        {},
        "keep",
        {},
    ),
    "cancelled for another activity is asked for the new one": (
        existing(20, cbc="cancelled"),
        [point(20, "thyroid")],
        {},
        "add",
        {"added": {"thyroid"}},
    ),
    "wanted again opens": (existing(20, cbc="cancelled"), [point(20)], {}, "add", {"opened": {"cbc"}}),
    "wanted again opens where it belongs now": (
        existing(20, cbc="superseded"),
        [point(25)],
        {},
        "add",
        {"opened": {"cbc"}, **MOVED},
    ),
    "what was cancelled stays so": (existing(20, cbc="cancelled"), [], {}, "keep", {}),
    "superseded from the infusion on": (
        existing(20),
        [point(20)],
        {"replaced_on": day(20)},
        "supersede",
        {"closed": {"cbc"}, "replaced": True},
    ),
    "the day before the infusion is not": (existing(20), [point(20)], {"replaced_on": day(21)}, "keep", {}),
    "superseded by the day it should have": (
        existing(18),
        [point(22)],
        {"replaced_on": day(20)},
        "supersede",
        {"closed": {"cbc"}, "dates": True, "replaced": True},
    ),
    "what was replaced goes where the plan has it now": (
        existing(20, cbc="superseded"),
        [point(21)],
        {"replaced_on": day(20)},
        "keep",
        {"dates": True, "replaced": True},
    ),
    "a booked one that was replaced stays where it is": (
        existing(20, booked=20, cbc="superseded"),
        [point(21)],
        {"replaced_on": day(20)},
        "conflict",
        {"replaced": True},
    ),
    "overdue on the day of the infusion is superseded": (
        existing(-20),
        [point(-20)],
        {"replaced_on": day(-20)},
        "supersede",
        {"closed": {"cbc"}, "replaced": True},
    ),
    "a booked one is superseded and to be decided": (
        existing(20, booked=20),
        [point(20)],
        {"replaced_on": day(0)},
        "conflict",
        {"closed": {"cbc"}, "replaced": True},
    ),
    "everything open ends": (
        existing(-20, cbc="drawn", thyroid="planned"),
        [point(-20, "cbc", "thyroid")],
        {"in_error": True},
        "cancel",
        {"closed": {"cbc", "thyroid"}},
    ),
    "a specimen waits for its result when the plan ends": (
        existing(-20, cbc="drawn", thyroid="planned"),
        [point(-20, "cbc", "thyroid")],
        {"ended": True},
        "cancel",
        {"closed": {"thyroid"}},
    ),
    "a specimen that ended with its plan waits again": (
        existing(-20, cbc=CANCELLED_DRAW),
        [point(-20)],
        {"ended": True},
        "add",
        {"opened": {"cbc"}},
    ),
    "what a later plan replaced stays so when follow-up ends": (
        existing(20, cbc="superseded"),
        [point(20)],
        {"ended": True, "because": "Death.", "replaced_on": day(0)},
        "keep",
        {"replaced": True},
    ),
    "what ended is replaced all the same once the later plan is known": (
        existing(20, cbc=ENDED),
        [],
        {"ended": True, "because": "Death.", "replaced_on": day(0)},
        "supersede",
        {"closed": {"cbc"}, "replaced": True},
    ),
    "what ended stays so": (existing(20, cbc=ENDED), [point(20)], {"ended": True}, "keep", {}),
    "what ended says why": (
        replace(existing(20, cbc=ENDED), reasons={"cbc": "Transfer of care."}),
        [point(20)],
        {"ended": True, "because": "Death."},
        "cancel",
        {"closed": {"cbc"}, "because": "Death."},
    ),
    "what ended with a plan that should never have been says so": (
        replace(existing(20, cbc=ENDED), reasons={"cbc": "Transfer of care."}),
        [],
        {"in_error": True, "because": "Entered in error."},
        "cancel",
        {"closed": {"cbc"}, "because": "Entered in error."},
    ),
    "what lies in an earlier time away keeps saying so when the plan ends": (
        replace(existing(-20, cbc=ENDED), reasons={"cbc": "Comfort care."}),
        [],
        {"ended": True, "because": "Death.", "away": [AWAY]},
        "keep",
        {"because": "Comfort care."},
    ),
    "what ended goes on": (existing(20, cbc=ENDED), [point(20)], {}, "add", {"opened": {"cbc"}}),
    "what was overdue and not wanted when its plan ended is so again": (
        existing(-20, cbc=ENDED),
        [],
        {},
        "add",
        {"opened": {"cbc"}},
    ),
    "what was replaced while overdue and not wanted is so again": (
        existing(-20, cbc="superseded"),
        [],
        {},
        "add",
        {"opened": {"cbc"}},
    ),
    "what ended while open and is not wanted any more falls away": (
        existing(20, cbc=ENDED),
        [],
        {},
        "cancel",
        {"closed": {"cbc"}},
    ),
    "open in a time away is closed": (existing(-20), [point(-20)], {"away": [AWAY]}, "cancel", PASSED),
    "ended in a time away says so": (existing(-20, cbc=ENDED), [point(-20)], {"away": [AWAY]}, "cancel", PASSED),
    "what says so already stays": (
        replace(existing(-20, cbc=ENDED), reasons={"cbc": "Comfort care."}),
        [point(-20)],
        {"away": [AWAY]},
        "keep",
        {"because": "Comfort care."},
    ),
    "a window that closes on the day of the return is given back": (
        existing(-7, cbc=ENDED),
        [point(-7)],
        {"away": [AWAY]},
        "add",
        {"opened": {"cbc"}},
    ),
    "a window that had opened before is given back": (
        existing(-54, cbc=ENDED),
        [point(-54)],
        {"away": [AWAY]},
        "add",
        {"opened": {"cbc"}},
    ),
    "no longer wanted, overdue and in a time away is closed": (
        existing(-20),
        [],
        {"away": [AWAY]},
        "cancel",
        PASSED,
    ),
    "an addition that is not wanted falls away whatever the time": (
        existing(-20, phase=ADDED),
        [],
        {"away": [AWAY]},
        "cancel",
        {"closed": {"cbc"}},
    ),
    "what the later plan replaced is no time away": (
        existing(-20),
        [point(-20)],
        {"away": [AWAY], "replaced_on": day(-30)},
        "supersede",
        {"closed": {"cbc"}, "replaced": True},
    ),
    "done in a time away stands": (
        existing(-20, cbc="done"),
        [point(-20)],
        {"away": [AWAY]},
        "keep",
        {"because": "Comfort care."},
    ),
    "a specimen of a time away waits for its result": (
        existing(-20, cbc=CANCELLED_DRAW),
        [point(-20)],
        {"away": [AWAY]},
        "add",
        {"opened": {"cbc"}, "because": "Comfort care."},
    ),
    "booked later for a time away is to be decided": (
        existing(-20, booked=5),
        [point(-20)],
        {"away": [AWAY]},
        "conflict",
        PASSED,
    ),
    "a draw that was cancelled waits again for its result": (
        existing(-2, cbc=CANCELLED_DRAW),
        [],
        {},
        "add",
        {"opened": {"cbc"}},
    ),
    "also where its activity is not wanted any more": (
        existing(-2, cbc=CANCELLED_DRAW, thyroid="planned"),
        [point(-2, "thyroid")],
        {},
        "move",
        {"opened": {"cbc"}},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_stored_timepoint_finds_its_place(case: str) -> None:
    stored, wanted, how, part, expected = CASES[case]

    changes = replan([stored], wanted, TODAY, **how)

    told = {"opened": set(), "added": set(), "closed": set(), "dates": False, "replaced": False, "because": ""}
    (change,) = getattr(changes, place(changes))
    assert (place(changes), {name: getattr(change, name) for name in told}) == (part, told | expected)


@pytest.mark.parametrize(
    ("closes", "part"), [(-1, ()), (0, ("add",)), (30, ("add",))], ids=["closed", "last day", "open"]
)
def test_new_timepoint_is_left_out_once_its_window_has_closed(closes: int, part: tuple[str, ...]) -> None:
    known = replace(existing(100), key="M4", timepoint="M4")

    changes = replan([known], [point(closes - 7), point(100, name="M4")], TODAY)

    assert [name for name in changes._fields if name != "keep" and getattr(changes, name)] == list(part)


def test_first_planning_stores_what_has_closed_too() -> None:
    changes = replan([], [point(-100), point(20, name="M4")], TODAY)

    assert [change.point and change.point.timepoint for change in changes.add] == ["M3", "M4"]


def test_plan_entered_after_a_later_one_is_superseded_from_the_start() -> None:
    changes = replan([], [point(-100), point(20, name="M4")], TODAY, replaced_on=day(0))

    assert [change.point and change.point.timepoint for change in changes.add] == ["M3"]
    assert [change.point and change.point.timepoint for change in changes.supersede] == ["M4"]


def test_days_moved_are_told_with_their_sign() -> None:
    later, earlier = (replan([existing(20)], [point(at)], TODAY).move[0].shift for at in (23, 19))

    assert (later, earlier) == (3, -1)


# What must always hold, whatever is stored and wanted.

ACTIVITIES = ("cbc", "thyroid", "chemistry")
NAMES = ("M2", "M3", "M4", "M5")
STATUSES = sorted(OPEN | HAPPENED | CLOSED_BY_PLAN | {"not_applicable"})


@st.composite
def stored_timepoints(draw: st.DrawFn) -> list[Existing[str]]:
    found = []
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True)):
        own = point(draw(st.integers(-30, 30)))
        activities = draw(st.dictionaries(st.sampled_from(ACTIVITIES), st.sampled_from(STATUSES), min_size=1))
        booked = draw(st.none() | st.integers(-10, 40))
        phase = draw(st.sampled_from(["monthly", ADDED]))
        booked_on = None if booked is None else day(booked)
        dates = (own.target, own.opens, own.closes, own.cost, phase)
        found.append(Existing(name, name, "visit", *dates, activities, booked_on))
    return found


@st.composite
def wanted_timepoints(draw: st.DrawFn) -> list[PlannedTimepoint]:
    chosen = st.lists(st.sampled_from(ACTIVITIES), min_size=1, unique=True)
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    return [point(draw(st.integers(-30, 30)), *sorted(draw(chosen)), name=name) for name in names]


def how_to_plan() -> st.SearchStrategy[dict[str, Any]]:
    replaced = st.none() | st.integers(-30, 30).map(day)
    away = st.sampled_from([[], [AWAY], [Away(day(-25), day(-5), "Elsewhere."), AWAY]])
    ways = st.fixed_dictionaries({}, optional={"ended": st.booleans(), "in_error": st.booleans(), "away": away})
    return st.builds(lambda on, how: {"replaced_on": on} | how, replaced, ways)


def applied(
    stored: list[Existing[str]], changes: Changes[str], *, ended: bool = False, in_error: bool = False, **_: object
) -> list[Existing[str]]:
    """Return what is stored once `changes` are."""
    by_name = {each.timepoint: each for each in stored}
    for change in changes.writes:
        at = change.existing or change.point
        assert at is not None
        known = by_name.get(at.timepoint)
        if known is None:
            assert change.point is not None
            new = change.point
            dates = (new.target, new.opens, new.closes, new.cost, new.phase)
            known = Existing(new.timepoint, new.timepoint, new.kind, *dates, {})
        if change.dates and change.point:
            at = change.point
            known = replace(known, target=at.target, opens=at.opens, closes=at.closes, cost=at.cost, phase=at.phase)
        activities, reasons = dict(known.activities), dict(known.reasons)
        for name in change.added:
            activities[name] = "superseded" if change.replaced else ENDED if change.because else "planned"
            reasons[name] = change.because
        for name in change.opened:
            activities[name] = "drawn" if activities[name] == CANCELLED_DRAW else "planned"
        for name in change.closed:
            closed = "superseded" if change.replaced else ENDED if ended or in_error or change.because else "cancelled"
            reasons[name] = change.because
            activities[name] = CANCELLED_DRAW if activities.get(name) == "drawn" else closed
        by_name[known.timepoint] = replace(known, activities=activities, reasons=reasons)
    return list(by_name.values())


@given(stored_timepoints(), wanted_timepoints(), how_to_plan())
def test_every_timepoint_is_in_exactly_one_part(
    stored: list[Existing[str]], wanted: list[PlannedTimepoint], how: dict[str, Any]
) -> None:
    changes = replan(stored, wanted, TODAY, **how)

    listed = [change.existing.timepoint for part in changes for change in part if change.existing]
    assert sorted(listed) == sorted(each.timepoint for each in stored)
    new = [change.point.timepoint for part in changes for change in part if not change.existing and change.point]
    assert sorted(listed + new) == sorted({*listed, *new})


@given(stored_timepoints(), wanted_timepoints(), how_to_plan())
def test_nothing_that_happened_changes(
    stored: list[Existing[str]], wanted: list[PlannedTimepoint], how: dict[str, Any]
) -> None:
    after = {each.timepoint: each for each in applied(stored, replan(stored, wanted, TODAY, **how), **how)}

    for each in stored:
        now = after[each.timepoint]
        stands = {
            name: status for name, status in each.activities.items() if status in HAPPENED - {"drawn", CANCELLED_DRAW}
        }
        assert {name: now.activities[name] for name in stands} == stands
        if each.happened:
            assert (now.target, now.opens, now.closes, now.phase) == (each.target, each.opens, each.closes, each.phase)


@given(stored_timepoints(), wanted_timepoints(), how_to_plan())
def test_planning_again_writes_nothing(
    stored: list[Existing[str]], wanted: list[PlannedTimepoint], how: dict[str, Any]
) -> None:
    first = replan(stored, wanted, TODAY, **how)
    again = replan(applied(stored, first, **how), wanted, TODAY, **how)

    assert again.writes == []
    assert names(again.conflict) == names(first.conflict)
    assert {part for part in again._fields if getattr(again, part)} <= {"keep", "conflict"}


def names(changes: tuple[Change[str], ...]) -> set[str]:
    return {at.timepoint for change in changes if (at := change.existing or change.point)}


@given(stored_timepoints(), wanted_timepoints(), how_to_plan(), st.randoms())
def test_order_of_what_is_given_does_not_matter(
    stored: list[Existing[str]], wanted: list[PlannedTimepoint], how: dict[str, Any], random: Any
) -> None:
    changes = replan(stored, wanted, TODAY, **how)

    random.shuffle(stored)
    random.shuffle(wanted)
    assert replan(stored, wanted, TODAY, **how) == changes


@given(stored_timepoints(), wanted_timepoints())
def test_nothing_wanted_is_lost(stored: list[Existing[str]], wanted: list[PlannedTimepoint]) -> None:
    """What the plan wants is there afterwards, but for what closed before anybody could know, and decided visits."""
    after = {each.timepoint: each for each in applied(stored, replan(stored, wanted, TODAY))}
    before = {each.timepoint: each for each in stored}

    for each in wanted:
        known = before.get(each.timepoint)
        if each.closes < TODAY and stored and (known is None or not known.open):
            continue
        if known and not known.open and not known.closed_by_plan:
            continue
        now = after[each.timepoint].activities
        decided = known and not known.open and set(known.activities.values()) - CLOSED_BY_PLAN
        asked = set(each.activities) & now.keys() if decided else set(each.activities)
        assert {name for name in asked if now[name] in CLOSED_BY_PLAN} == set()
        assert asked <= now.keys()


@given(stored_timepoints(), wanted_timepoints())
def test_an_appointment_that_loses_its_visit_or_its_window_is_to_be_decided(
    stored: list[Existing[str]], wanted: list[PlannedTimepoint]
) -> None:
    changes = replan(stored, wanted, TODAY)
    to_decide = names(changes.conflict)

    for each in applied(stored, changes):
        before = next((known for known in stored if known.timepoint == each.timepoint), None)
        if before is None or before.booked_on is None or before.booked_on < TODAY or not before.open or before.happened:
            continue
        fits = "planned" in each.activities.values() and each.opens <= before.booked_on <= each.closes
        was_out = (each.opens, each.closes) == (before.opens, before.closes)
        assert fits or was_out or each.timepoint in to_decide


# Detours over the real protocol.

ANCHORS = st.dates(date(2024, 1, 1), date(2024, 8, 1))
OPTIONS = st.builds(
    Options,
    imaging_interval=st.integers(6, 12),
    annual_interval=st.sampled_from([12, 24]),
    late_imaging_interval=st.sampled_from([12, 24]),
    markers=st.sampled_from([(), ("metanephrines",), ("metanephrines", "chromogranin_a")]),
)


def planned(anchor: date, options: Options) -> list[PlannedTimepoint]:
    return stored_timeline(PROTOCOL, anchor, options, today=TODAY)


def as_stored(points: list[PlannedTimepoint]) -> list[Existing[Any]]:
    changes: Changes[Any] = replan([], points, TODAY)
    return [
        Existing(
            (new.timepoint, new.kind),
            new.timepoint,
            new.kind,
            *(new.target, new.opens, new.closes, new.cost, new.phase),
            dict.fromkeys(new.activities, "planned"),
        )
        for change in changes.add
        if (new := change.point)
    ]


def settled(stored: list[Existing[Any]], points: list[PlannedTimepoint]) -> list[Existing[Any]]:
    """Return the stored plan brought to `points`; the key of a timepoint is its name and kind."""
    keyed = [replace(each, timepoint=f"{each.timepoint} {each.kind}") for each in stored]
    wanted = [each._replace(timepoint=f"{each.timepoint} {each.kind}") for each in points]
    after = applied(keyed, replan(keyed, wanted, TODAY))
    return [replace(each, key=tuple(each.timepoint.split()), timepoint=each.timepoint.split()[0]) for each in after]


def open_part(stored: list[Existing[Any]]) -> dict[Any, Any]:
    """Return the dates and the open activities of every timepoint that has some."""
    return {each.key: (each.target, each.opens, each.closes, each.cost, each.open) for each in stored if each.open}


@given(st.lists(st.tuples(ANCHORS, OPTIONS), min_size=1, max_size=4), st.tuples(ANCHORS, OPTIONS), st.data())
def test_any_detour_ends_where_planning_from_scratch_does(
    detour: list[tuple[date, Options]], last: tuple[date, Options], data: st.DataObject
) -> None:
    """Other anchors and choices leave no trace in the open part, but for done ones and what closed meanwhile."""
    stored = as_stored(planned(*detour[0]))
    done = data.draw(st.sets(st.sampled_from([each.key for each in stored]), max_size=5))
    stored = [
        replace(each, activities=dict.fromkeys(each.activities, "done")) if each.key in done else each
        for each in stored
    ]
    for anchor, options in [*detour[1:], last]:
        stored = settled(stored, planned(anchor, options))

    scratch = {each.key: each for each in as_stored(planned(*last))}
    found = open_part(stored)
    expected = open_part([each for each in scratch.values() if each.key not in done])
    differing = {key for key in expected.keys() | found.keys() if expected.get(key) != found.get(key)}
    closed = {each.key for each in stored if each.closes < TODAY}
    closed |= {each.key for each in scratch.values() if each.closes < TODAY}
    assert differing <= closed
    assert {each.key for each in stored if "done" in each.activities.values()} == done
