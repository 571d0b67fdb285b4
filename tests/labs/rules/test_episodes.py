from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.rules.episodes import (
    TRANSITIONS,
    Act,
    Episode,
    Latest,
    News,
    Outcome,
    State,
    Trigger,
    decide,
    decide_all,
    episode_rule,
    refusal,
    snooze_ends,
)
from labs.rules.values import RANK, Urgency

IMMEDIATE, SAME_DAY, NEXT = Urgency.IMMEDIATE, Urgency.SAME_DAY, Urgency.NEXT_WORKING_DAY
START = datetime(2024, 3, 1, 9, tzinfo=UTC)


def news(hours, tier, about="anc", **given):
    return News(about, tier, START + timedelta(hours=hours), given.pop("sample", f"{about} {hours}"), **given)


def outcomes(*given):
    return [str(each.outcome) for each in decide_all(None, given)]


def test_blood_counts_are_one_episode_and_the_rest_their_own():
    assert [episode_rule(analyte, "low") for analyte in ("anc", "hgb", "potassium")] == [
        "cytopenia",
        "cytopenia",
        "potassium",
    ]
    assert episode_rule("wbc", "high") == "wbc"
    assert episode_rule("creatinine", "high") == "kidney"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([news(0, None)], ["nothing"]),
        ([news(0, NEXT), news(24, SAME_DAY), news(48, IMMEDIATE)], ["open", "raise_again", "raise_again"]),
        ([news(0, SAME_DAY), news(24, SAME_DAY)], ["open", "quiet"]),
        ([news(0, SAME_DAY), news(24, IMMEDIATE, "platelets")], ["open", "raise_again"]),
        ([news(0, SAME_DAY), news(24, NEXT, "platelets")], ["open", "quiet"]),
        ([news(0, IMMEDIATE), news(24, SAME_DAY), news(48, None)], ["open", "note_improvement", "note_improvement"]),
        ([news(0, IMMEDIATE), news(24, None), news(48, SAME_DAY)], ["open", "note_improvement", "raise_again"]),
        ([news(0, NEXT), news(24, None)], ["open", "close"]),
        ([news(0, NEXT), news(24, None), news(48, NEXT)], ["open", "close", "open"]),
        ([news(0, NEXT), news(1, NEXT, "hgb"), news(24, None)], ["open", "quiet", "note_improvement"]),
        ([news(0, SAME_DAY), news(1, SAME_DAY, "anc", trigger=Trigger.FEVER)], ["open", "raise_again"]),
        ([news(0, SAME_DAY), news(1, None, "", trigger=Trigger.LATE_COUNT)], ["open", "raise_again"]),
        ([news(0, NEXT), news(1, None, "", trigger=Trigger.LAPSE)], ["open", "raise_again"]),
    ],
)
def test_news_in_order_of_time_leads_to(given, expected):
    assert outcomes(*given) == expected


def test_a_late_older_value_changes_nothing_a_later_one_has_said():
    before = decide_all(None, [news(0, IMMEDIATE), news(48, None)])[-1].episode
    assert decide(before, news(24, SAME_DAY)).outcome is Outcome.QUIET
    assert decide(before, news(24, SAME_DAY)).episode.latest == before.latest


def test_a_late_older_value_worse_than_all_raises_again():
    before = decide(None, news(48, SAME_DAY)).episode
    found = decide(before, news(24, IMMEDIATE))
    assert found.outcome is Outcome.RAISE_AGAIN
    assert found.episode.latest == {"anc": Latest(START + timedelta(hours=48), SAME_DAY)}


def test_the_same_news_again_is_quiet():
    before = decide(None, news(0, IMMEDIATE)).episode
    again = decide(before, news(0, IMMEDIATE))
    assert (again.outcome, again.episode) == (Outcome.QUIET, before)


def test_a_corrected_result_amends_and_never_closes():
    before = decide(None, news(0, IMMEDIATE)).episode
    found = decide(before, news(0, None, sample="corrected", replaces="anc 0"))
    latest = {"anc": Latest(START, None)}
    assert (found.outcome, found.episode) == (Outcome.AMEND, Episode(IMMEDIATE, latest, frozenset({"corrected"})))


def test_a_correction_for_the_worse_raises_again():
    before = decide(None, news(0, SAME_DAY)).episode
    assert decide(before, news(0, IMMEDIATE, sample="new", replaces="anc 0")).outcome is Outcome.RAISE_AGAIN


def test_fever_raises_the_tier_but_says_nothing_of_the_counts():
    before = decide(None, news(0, SAME_DAY)).episode
    after = decide(before, news(1, IMMEDIATE, "fever", trigger=Trigger.FEVER)).episode
    assert (after.tier, after.standing) == (IMMEDIATE, SAME_DAY)


TIERS = st.sampled_from([None, *Urgency])
STREAMS = st.lists(st.tuples(st.integers(0, 6), TIERS, st.sampled_from(["anc", "platelets"])), max_size=8).map(
    lambda rows: [news(h, tier, about, sample=place) for place, (h, tier, about) in enumerate(rows)]
)


@given(STREAMS)
def test_immediate_and_same_day_alerts_never_close_by_themselves(stream):
    episode = None
    for decision in decide_all(None, stream):
        if decision.outcome is Outcome.CLOSE:
            assert episode.tier is NEXT
        episode = decision.episode


@given(STREAMS, st.randoms(use_true_random=False))
def test_order_of_arrival_never_changes_how_an_episode_stands(stream, random):
    start = news(-1, SAME_DAY, "hgb", sample="start")
    first = decide(None, start).episode
    mixed = random.sample(stream, len(stream))
    assert taken(first, mixed) == taken(first, stream)


def taken(episode, arrivals):
    for each in arrivals:
        episode = decide(episode, each).episode
    return episode


def test_an_episode_opened_late_knows_the_later_values():
    later = {"anc": Latest(START + timedelta(hours=48), None), "hgb": Latest(START, NEXT)}
    found = decide(None, news(0, IMMEDIATE), later)
    assert (found.outcome, found.episode.latest, found.episode.standing) == (Outcome.OPEN, later, NEXT)
    assert decide(None, news(72, IMMEDIATE), later).episode.standing is IMMEDIATE


@given(STREAMS)
def test_an_episode_keeps_its_worst_tier(stream):
    episode = None
    for decision in decide_all(None, stream):
        if episode is not None and decision.episode is not None and decision.outcome is not Outcome.OPEN:
            assert RANK[decision.episode.tier] >= RANK[episode.tier]
        episode = decision.episode


@pytest.mark.parametrize(
    ("tier", "act", "role", "allowed"),
    [
        (IMMEDIATE, Act.ACKNOWLEDGE, "clinician", True),
        (IMMEDIATE, Act.ACKNOWLEDGE, "coordinator", False),
        (SAME_DAY, Act.RESOLVE, "coordinator", False),
        (NEXT, Act.RESOLVE, "coordinator", True),
        (IMMEDIATE, Act.TELL, "coordinator", True),
        (IMMEDIATE, Act.HAND_OVER, "coordinator", True),
        (IMMEDIATE, Act.SNOOZE, "clinician", False),
        (SAME_DAY, Act.SNOOZE, "clinician", True),
        (SAME_DAY, Act.SNOOZE, "coordinator", False),
        (NEXT, Act.SNOOZE, "coordinator", True),
        (NEXT, Act.TELL, "auditor", False),
        (NEXT, Act.ACKNOWLEDGE, "administrator", False),
    ],
)
def test_who_may_do_what_with_an_open_alert(tier, act, role, allowed):
    assert (refusal(State.OPEN, tier, act, role) == "") is allowed


def test_nothing_is_done_with_a_resolved_alert():
    refused = [refusal(State.RESOLVED, tier, act, "clinician") for tier, act in product(Urgency, Act)]
    assert set(refused) == {"An alert that is resolved cannot be changed this way."}


def test_every_state_can_be_left_but_the_last():
    assert {state: set(acts.values()) - {state} != set() for state, acts in TRANSITIONS.items()} == {
        State.OPEN: True,
        State.ACKNOWLEDGED: True,
        State.SNOOZED: True,
        State.RESOLVED: False,
    }


def test_a_snooze_ends_with_the_next_count():
    assert snooze_ends(date(2024, 3, 20), date(2024, 3, 13)) == date(2024, 3, 13)
    assert snooze_ends(date(2024, 3, 10), date(2024, 3, 13)) == date(2024, 3, 10)
    assert snooze_ends(date(2024, 3, 20), None) == date(2024, 3, 20)
