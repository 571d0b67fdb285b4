"""What a finding does to the alert that is open, and who may do what with an alert."""

from collections.abc import Hashable, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from labs.rules.values import RANK, Urgency, more_urgent

CYTOPENIA = "cytopenia"
NOT_EVALUATED = "not_evaluated"  # the episode of everything that failed
BLOOD_COUNTS = frozenset({"anc", "wbc", "platelets", "hgb", "alc"})
EPISODES = {"creatinine": "kidney", "tsh": "thyroid", "ft4": "thyroid"}  # one with the rule of the same matter


def episode_rule(analyte: str, direction: str) -> str:
    """Return the rule an urgent value belongs to: low blood counts are one episode, others their analyte's own."""
    if analyte in BLOOD_COUNTS and direction == "low":
        return CYTOPENIA
    return EPISODES.get(analyte, analyte)


class Trigger(StrEnum):
    """What brings news of an episode."""

    VALUE = "value"
    FEVER = "fever"
    RED_FLAG = "red_flag"  # told by the patient or somebody of theirs
    LATE_COUNT = "late_count"
    LAPSE = "lapse"  # what was to happen next did not happen
    FAILURE = "failure"  # a rule could not be evaluated


class News(NamedTuple):
    """A finding for an episode: about which analyte or screen, how urgent (None: within limits), of when.

    `sample` identifies the evidence, `replaces` the version it corrects.
    """

    about: str
    tier: Urgency | None
    at: datetime
    sample: Hashable = None
    replaces: Hashable = None
    trigger: Trigger = Trigger.VALUE


class Latest(NamedTuple):
    """The latest news of one analyte in an episode."""

    at: datetime
    tier: Urgency | None


class Episode(NamedTuple):
    """An unresolved alert: its worst tier, the latest of each analyte, the samples it rests on."""

    tier: Urgency
    latest: Mapping[str, Latest]
    samples: frozenset[Hashable] = frozenset()

    @property
    def standing(self) -> Urgency | None:
        """Return the most urgent tier among the latest values; None when each is within limits."""
        return max((each.tier for each in self.latest.values()), key=RANK.__getitem__, default=None)


NOTHING_KNOWN: Mapping[str, Latest] = {}


class Outcome(StrEnum):
    """What news does to an alert."""

    NOTHING = "nothing"
    OPEN = "open"
    RAISE_AGAIN = "raise_again"
    AMEND = "amend"
    NOTE_IMPROVEMENT = "note_improvement"
    CLOSE = "close"
    QUIET = "quiet"


class Decision(NamedTuple):
    """What to do with the alert, the episode afterwards (None: there is none), and why."""

    outcome: Outcome
    episode: Episode | None
    because: str


def decide(episode: Episode | None, news: News, known: Mapping[str, Latest] = NOTHING_KNOWN) -> Decision:
    """Return what `news` does to the unresolved `episode` of its rule and direction; None: there is none.

    `known` is the latest of each analyte that is stored, so that an episode opened by an old value stands as it would
    had all arrived in order.

    An older value that arrives late changes nothing that a later one has said, unless it is worse than all before. The
    same news again is quiet. A next-working-day alert closes by itself once every analyte is within limits, others
    never do.
    """
    if episode is None:
        if news.tier is None:
            return Decision(Outcome.NOTHING, None, "Within limits.")
        unseen = Episode(news.tier, known)
        return Decision(Outcome.OPEN, _after(unseen, news), "The first of an episode.")
    if news.sample is not None and news.sample in episode.samples and news.replaces is None:
        return Decision(Outcome.QUIET, episode, "Known already.")
    outcome, because = _outcome(episode, news)
    return Decision(outcome, _after(episode, news), because)


def decide_all(episode: Episode | None, news: Iterable[News]) -> list[Decision]:
    """Return the decision on each of `news`, taken in order of time."""
    decisions = []
    for each in sorted(news, key=lambda each: each.at):
        decisions.append(decide(episode, each))
        episode = None if decisions[-1].outcome is Outcome.CLOSE else decisions[-1].episode
    return decisions


def _outcome(episode: Episode, news: News) -> tuple[Outcome, str]:
    if news.trigger is not Trigger.VALUE:
        return Outcome.RAISE_AGAIN, TRIGGER_WORDS[news.trigger]
    if RANK[news.tier] > RANK[episode.tier]:
        return Outcome.RAISE_AGAIN, "More urgent than all before."
    if news.replaces is not None and news.replaces in episode.samples:
        return Outcome.AMEND, "Corrects a result this alert rests on."
    before = episode.latest.get(news.about)
    if before is not None and news.at < before.at:
        return Outcome.QUIET, "Older than what is known."
    if RANK[news.tier] > RANK[episode.standing]:
        return Outcome.RAISE_AGAIN, "Worse again after it had improved."
    if before is None or RANK[news.tier] >= RANK[before.tier]:
        return Outcome.QUIET, "No worse than what is known."
    if episode.tier is Urgency.NEXT_WORKING_DAY and _after(episode, news).standing is None:
        return Outcome.CLOSE, "All within limits again."
    return Outcome.NOTE_IMPROVEMENT, "Better; the alert stays until a clinician closes it."


TRIGGER_WORDS = {
    Trigger.FEVER: "Fever, rigors or infection.",
    Trigger.RED_FLAG: "A red flag was told.",
    Trigger.LATE_COUNT: "The next count is late.",
    Trigger.LAPSE: "What was to happen next has not happened.",
    Trigger.FAILURE: "A rule could not be evaluated.",
}


def _after(episode: Episode, news: News) -> Episode:
    before = episode.latest.get(news.about)
    replaced = news.replaces is not None and news.replaces in episode.samples
    latest = episode.latest
    if news.trigger is Trigger.VALUE and (before is None or news.at >= before.at):
        # Of two values of the same instant the more urgent stands, whichever arrived first.
        beside = before is not None and news.at == before.at and not replaced
        tier = more_urgent(news.tier, before.tier) if before is not None and beside else news.tier
        latest = {**latest, news.about: Latest(news.at, tier)}
    samples = (episode.samples - {news.replaces}) if replaced else episode.samples
    if news.sample is not None and (news.tier is not None or replaced):
        samples |= {news.sample}
    return Episode(more_urgent(news.tier, episode.tier) or episode.tier, latest, samples)


class State(StrEnum):
    """Where an alert stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class Act(StrEnum):
    """What a person, or time, does with an alert."""

    ACKNOWLEDGE = "acknowledge"
    TELL = "tell"  # whom, when, read back
    HAND_OVER = "hand_over"
    SNOOZE = "snooze"
    RESOLVE = "resolve"
    RAISE_AGAIN = "raise_again"
    LAPSE = "lapse"


# What each act leads to from each state; what is not listed is refused.
TRANSITIONS: Mapping[State, Mapping[Act, State]] = {
    State.OPEN: {
        Act.ACKNOWLEDGE: State.ACKNOWLEDGED,
        Act.TELL: State.OPEN,
        Act.HAND_OVER: State.OPEN,
        Act.SNOOZE: State.SNOOZED,
        Act.RESOLVE: State.RESOLVED,
        Act.RAISE_AGAIN: State.OPEN,
    },
    State.ACKNOWLEDGED: {
        Act.ACKNOWLEDGE: State.ACKNOWLEDGED,
        Act.TELL: State.ACKNOWLEDGED,
        Act.HAND_OVER: State.ACKNOWLEDGED,
        Act.SNOOZE: State.SNOOZED,
        Act.RESOLVE: State.RESOLVED,
        Act.RAISE_AGAIN: State.OPEN,
        Act.LAPSE: State.OPEN,
    },
    State.SNOOZED: {
        Act.ACKNOWLEDGE: State.ACKNOWLEDGED,
        Act.TELL: State.SNOOZED,
        Act.HAND_OVER: State.SNOOZED,
        Act.SNOOZE: State.SNOOZED,
        Act.RESOLVE: State.RESOLVED,
        Act.RAISE_AGAIN: State.OPEN,
        Act.LAPSE: State.OPEN,
    },
    State.RESOLVED: {},
}
ROLES = ("clinician", "coordinator")
BY_PERSON = (Act.ACKNOWLEDGE, Act.TELL, Act.HAND_OVER, Act.SNOOZE, Act.RESOLVE)
CLINICIANS_ONLY = (Act.ACKNOWLEDGE, Act.SNOOZE, Act.RESOLVE)  # for what is immediate or of the same day


def refusal(state: State, tier: Urgency, act: Act, role: str) -> str:
    """Return why a person of `role` may not do `act` with an alert, as the person reads it; empty when they may."""
    if act not in TRANSITIONS[state]:
        return f"An alert that is {state} cannot be changed this way."
    if act in BY_PERSON and role not in ROLES:
        return "Only clinicians and coordinators work on alerts."
    if act in CLINICIANS_ONLY and role != "clinician" and tier is not Urgency.NEXT_WORKING_DAY:
        return "Only a clinician can do this with an alert of today. Record whom you told, when, and the read-back."
    if act is Act.SNOOZE and tier is Urgency.IMMEDIATE:
        return "An immediate alert cannot be snoozed."
    return ""


def snooze_ends(asked: date, next_count: date | None) -> date:
    """Return the day a snooze ends: the one `asked` for, at the latest that of the next planned count."""
    return asked if next_count is None else min(asked, next_count)
