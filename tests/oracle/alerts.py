"""Recomputes which alerts one patient's results must raise, how urgent, and when they come back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from tests.oracle.log import Line
from tests.oracle.results import Result
from tests.oracle.standing import Standing
from tests.oracle.urgency import CREATININE_UNKNOWN, EPISODES, is_more, steps_of, tier_of, worse
from tests.oracle.urgency import direction as direction_of
from tests.oracle.values import upper_creatinine
from tests.oracle.wall_clock import DAY, at_wall_clock, local, local_day

# The rules of the product's alerts, by the episode that the oracle recomputes; other rules are not compared.
RULES = {
    "counts": "counts", "cytopenia": "counts", "anc": "counts", "platelets": "counts", "hgb": "counts",
    "kidney": "kidney", "creatinine": "kidney", "potassium": "potassium",
}  # fmt: skip
REPEATS = ("repeat_cbc", "repeat_test")
OF_TODAY = ("same_day", "immediate")
AT_ONCE, BY_THE_SWEEP = timedelta(minutes=1), timedelta(minutes=6)
# The second clock over the counts (PROTOCOL.md 10).
CLOCK_FROM, LATE_AFTER, LATE_AFTER_SEVERE = 14, 8, 4

Episode = tuple[str, str]  # which, and whether it is about what is too low or too high
Stands = dict[str, tuple[Result, str]]  # the latest of each analyte, and its tier


@dataclass
class Raising:
    """One time at which an alert must be raised, or may be."""

    episode: Episode
    tiers: set[str]  # of the news, and the worst of the episode
    at: datetime
    again: bool | None  # None: both are right
    why: str
    lines: list[int]
    is_needed: bool
    within: timedelta = AT_ONCE


@dataclass
class Open:
    """An episode that is not resolved."""

    tier: str
    stands: Stands = field(default_factory=dict)
    earlier: dict[str, str] = field(default_factory=dict)  # the tier of each before its latest specimen
    told: Stands = field(default_factory=dict)  # the latest of each that was to be told
    had_a_first: bool = False  # a value that is for the first of an episode alone
    name: str = ""
    state: str = "open"
    answered_at: datetime | None = None
    next_step: str = ""
    by_when: date | None = None
    lines: list[int] = field(default_factory=list)
    is_foreign: bool = False  # other rules opened it: of what it rests on nothing is known here

    @property
    def standing(self) -> str:
        tier = ""
        for _, of_latest in self.stands.values():
            tier = worse(tier, of_latest)
        return tier


class Alerting:
    """Follows one patient's lines and notes what must be raised."""

    def __init__(self, standing: Standing) -> None:
        self.standing, self.clinic = standing, standing.clinic
        self.steps = steps_of(self.clinic["urgency"])
        self.open: dict[Episode, Open] = {}
        self.perhaps_open: set[Episode] = set()  # may have closed by itself, or not
        self.expected: list[Raising] = []
        self.episodes: dict[str, Episode] = {}  # by the name of an alert
        self.states: dict[str, str] = {}
        self.explained: set[int] = set()  # lines that raise the counts again since the next one is late

    def take(self, line: Line) -> None:
        """Take in a line that the standing has taken in already, and up to which time has passed."""
        assert line.at is not None
        if line.what == "results":
            self._judge(line)
        elif line.what == "raised" and line["rule"] in RULES:
            self._name(line)
            if RULES[line["rule"]] == "counts" and line["again"] and count_is_late(self.standing, line.at):
                self.explained.add(line.number)
        elif line.what in ("acknowledged", "resolved") and line["alert"] in self.episodes:
            self._answer(line)

    # What results say

    def _judge(self, line: Line) -> None:
        """See what the news of a line of results raises."""
        news: dict[Episode, list[Result]] = {}
        for result in self.standing.new_results:
            if result.value and result.analyte in self.steps and result.analyte in EPISODES:
                for side in ("low", "high"):
                    news.setdefault((EPISODES[result.analyte], side), []).append(result)
        for episode, results in sorted(news.items(), key=lambda each: each[0]):
            self._see(episode, results, line)

    def _see(self, episode: Episode, news: list[Result], line: Line) -> None:
        """Open an episode, raise it again, or let it be."""
        known = self.open.get(episode)
        is_first = known is None or not known.had_a_first
        tiers = [(result, self._tier(result, episode, is_first=is_first)) for result in news]
        of_news = ""
        for _, tier in tiers:
            of_news = worse(of_news, tier)
        if known is None and not of_news:
            return
        is_new = known is None
        known = known or self.open.setdefault(episode, Open(of_news))
        before, worst = known.standing, known.tier
        known.tier = worse(worst, of_news)
        known.lines.append(line.number)
        stood = dict(known.stands)
        self._note(known, tiers, episode)
        assert line.at is not None
        if is_new:
            self._open_anew(episode, known, line.at, of_news)
        elif is_more(of_news, worst) or is_more(known.standing, before):
            told = worse(of_news, known.standing)
            is_needed = told in OF_TODAY and (is_more(of_news, worst) or not is_corrected_only(known, line))
            self._raise(episode, known, line.at, "worse than what stood", {told, known.tier}, is_needed)
        elif one_is_worse(known, stood, news) or one_more_is_as_urgent(known, stood, news):
            self._raise(episode, known, line.at, "one is worse", {of_news, known.tier}, is_needed=False)
        if known.tier not in OF_TODAY and not known.standing:
            self._may_close(episode)

    def _note(self, known: Open, tiers: list[tuple[Result, str]], episode: Episode) -> None:
        """Note of each analyte the latest by time of specimen, which of a new episode is known perhaps already."""
        for result, tier in tiers:
            latest = self.standing.results.of(result.analyte)[-1]
            if tier and is_latest_told(known, result):
                known.told[result.analyte] = (result, tier)
            if latest is result:
                stood, of_stood = known.stands.get(result.analyte, (result, ""))
                if stood.collected_at != result.collected_at:
                    known.earlier[result.analyte] = of_stood
                known.stands[result.analyte] = (result, tier)
            elif result.analyte not in known.stands and latest.value:
                known.stands[result.analyte] = (latest, self._tier(latest, episode, is_first=False))
            known.had_a_first = known.had_a_first or (tier != "" and self._is_for_the_first(result))

    def _may_close(self, episode: Episode) -> None:
        """Decision: what is for the next working day may close by itself once nothing of it is to be told any more.

        Within the limits of normal it has to, between those and the limits of the table nobody says so; what a later
        value does is then right both ways.
        """
        self.open.pop(episode)
        self.perhaps_open.add(episode)

    def _open_anew(self, episode: Episode, known: Open, at: datetime, tier: str) -> None:
        is_sure = episode not in self.perhaps_open
        is_needed = tier in OF_TODAY or (is_sure and is_told_of_the_latest(known))
        self._raise(episode, known, at, "found", {tier}, is_needed, again=False if is_sure else None)
        self.perhaps_open.discard(episode)

    def _raise(
        self,
        episode: Episode,
        known: Open,
        at: datetime,
        why: str,
        tiers: set[str],
        is_needed: bool,
        *,
        again: bool | None = True,
        within: timedelta = AT_ONCE,
    ) -> None:
        if is_needed:
            known.state, known.by_when = "open", None
        again = again if known.tier in OF_TODAY or not again else None
        self.expected.append(Raising(episode, tiers, at, again, why, list(known.lines), is_needed, within))

    def _is_for_the_first(self, result: Result) -> bool:
        """Tell whether a value reaches a step that is for the first of an episode alone."""
        steps = [step for step in self.steps[result.analyte] if step.get("first")]
        return bool(result.value and tier_of(steps, result.value, is_first=True, baseline=None))

    def _tier(self, result: Result, episode: Episode, *, is_first: bool) -> str:
        """Return the tier of one value for an episode; what is too high is within limits for what was too low."""
        assert result.value is not None
        steps = self.steps[result.analyte]
        if direction_of(steps, result.value) != episode[1]:
            return ""
        if result.analyte != "creatinine":
            return tier_of(steps, result.value, is_first=is_first, baseline=None)
        baseline = self._creatinine_baseline(result)
        return tier_of(steps, result.value, is_first=is_first, baseline=baseline) if baseline else CREATININE_UNKNOWN

    def _creatinine_baseline(self, result: Result) -> Decimal | None:
        """Return what a creatinine is measured by: the baseline before the first treatment, else the upper limit."""
        first = min((treatment.on for treatment in self.standing.treatments.values()), default=None)
        baseline = self.standing.results.baseline("creatinine", first) if first else None
        if baseline is not None or result.high is not None:
            return baseline if baseline is not None else result.high
        line = self.standing.line
        return upper_creatinine(line["sex"], line["born"], result.day)

    # What people and time do

    def _name(self, line: Line) -> None:
        """Learn how the log calls an episode, and that it waits for an answer; open one that other rules opened."""
        of = RULES[line["rule"]]
        latest = [each.episode for each in self.expected if each.at == line.at and each.episode[0] == of]
        sides = [(of, side) for side in ("low", "high") if (of, side) in self.open]
        episode = (
            self.episodes.get(line["alert"]) or (latest or sides or [(of, "high" if of == "kidney" else "low")])[0]
        )
        self.episodes[line["alert"]] = episode
        self.states[line["alert"]] = "open"
        known = self.open.setdefault(episode, Open(line["tier"], is_foreign=True))
        known.name, known.state, known.by_when = line["alert"], "open", None

    def _answer(self, line: Line) -> None:
        self.states[line["alert"]] = line.what
        episode = self.episodes[line["alert"]]
        known = self.open.get(episode)
        if known is None or known.name != line["alert"]:
            return
        if line.what == "resolved":
            self.open.pop(episode)
            return
        known.state, known.answered_at, known.by_when = "acknowledged", line.at, line["by_when"]
        known.next_step = line["next_step"]
        known.lines.append(line.number)

    def passing(self, lines: list[Line]) -> Iterator[Line]:
        """Let time pass up to each line before anybody takes it in: what it says was not known until then."""
        for line in lines:
            if line.at:
                self.pass_time(line.at)
            yield line

    def pass_time(self, now: datetime) -> None:
        """Bring back what was answered by a day that has passed, unless the record shows that it happened.

        Decision: what other rules opened for the next working day may have closed by itself since.
        """
        for episode, known in self.open.items():
            if known.state != "acknowledged" or known.by_when is None:
                continue
            at = at_wall_clock(known.by_when + DAY, time(0), self.clinic["zone"])
            if at <= now:
                known.by_when = None
                happened = self._happened(known)
                if happened is not True:
                    why = "what was to happen has not"
                    is_needed = happened is False and not (known.is_foreign and known.tier not in OF_TODAY)
                    self._raise(episode, known, at, why, {known.tier}, is_needed, within=BY_THE_SWEEP)

    def _happened(self, known: Open) -> bool | None:
        """Tell whether what was to happen has: all that was told was drawn again since the answer and is better.

        Of other steps than a repeat no line tells. Decision: better is a less urgent tier; a better number of the same
        tier is None, and both are right.
        """
        assert known.answered_at is not None
        if known.next_step not in REPEATS:
            return False
        answered = local(known.answered_at, self.clinic["zone"]).replace(tzinfo=None)
        clearly = True
        for analyte, (result, tier) in known.told.items():
            results = [each for each in self.standing.results.of(analyte) if each.value]
            repeats = [each for each in results if each.collected_at > answered]
            if not repeats:
                return False
            clearly = clearly and result not in repeats and is_more(tier, known.stands[analyte][1])
        return True if clearly else None


def is_corrected_only(known: Open, line: Line) -> bool:
    """Tell whether what a correction says is no worse than what stood before its specimen.

    Decision: a corrected value is judged as though it had been reported so at first; that it was corrected is told to
    those who acted on it, and need not raise the alert again.
    """
    before = ""
    for analyte in known.stands:
        before = worse(before, known.earlier.get(analyte, ""))
    return line["status"] == "corrected" and not is_more(known.standing, before)


def is_latest_told(known: Open, result: Result) -> bool:
    """Decision: a repeat is asked for of whatever was told, of an old specimen too that a better one followed."""
    told = known.told.get(result.analyte)
    return told is None or told[0].collected_at <= result.collected_at


def one_is_worse(known: Open, stood: Stands, news: list[Result]) -> bool:
    """Decision: where one value of a specimen is worse and another better, raising and being quiet are both right."""
    pairs = [(known.stands[result.analyte][1], tier_in(stood, result)) for result in news if stands_as(known, result)]
    return any(is_more(now, then) for now, then in pairs) and any(is_more(then, now) for now, then in pairs)


def one_more_is_as_urgent(known: Open, stood: Stands, news: list[Result]) -> bool:
    """Decision: what comes later of a specimen that is known, or is corrected, and is as urgent as the rest of it,
    raises the alert again where that specimen had raised it; whether it had is not followed here.
    """
    specimens = {other.collected_at for other, tier in stood.values() if tier == known.standing}
    return any(
        result.collected_at in specimens
        and known.stands[result.analyte][1] == known.standing
        and is_more(known.standing, tier_in(stood, result))
        for result in news
        if stands_as(known, result)
    )


def stands_as(known: Open, result: Result) -> bool:
    """Tell whether a result is the latest of its analyte."""
    return result.analyte in known.stands and known.stands[result.analyte][0] is result


def tier_in(stood: Stands, result: Result) -> str:
    """Return how urgent was what stood of the analyte of a result."""
    return stood[result.analyte][1] if result.analyte in stood else ""


def is_told_of_the_latest(known: Open) -> bool:
    """Decision: what is for the next working day need not be told of an old specimen when a newer one is better."""
    return known.standing != ""


def count_is_late(standing: Standing, now: datetime) -> bool:
    """Tell whether the next blood count is late: more than 8 days after the last, 4 after a severe one."""
    today = local_day(now, standing.clinic["zone"])
    begun = [treatment for treatment in standing.treatments.values() if treatment.on <= today]
    if not begun:
        return False
    current = max(begun, key=lambda treatment: treatment.on)
    since, severe = max([(current.on, False), *standing.course(current.number).severe])
    days = (today - max(since, current.followed_from)).days
    return (today - current.on).days >= CLOCK_FROM and days > (LATE_AFTER_SEVERE if severe else LATE_AFTER)
