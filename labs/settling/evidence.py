"""What speaks for each alert of a patient: single values, what other rules found, and what could not be evaluated."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from labs.grading.analytes import catalogue
from labs.models import Alert, AlertFinding
from labs.readings import written_unit
from labs.rules.episodes import NOT_EVALUATED, News, Trigger, episode_rule
from labs.rules.loader import Rules
from labs.rules.names import NAMES, name, spoken
from labs.rules.urgency import Assessment, UrgencyRule, grade_urgency, sample_urgency
from labs.rules.values import RANK, Course, Sample, Urgency
from labs.settling.charts import Chart
from labs.settling.findings import Beyond
from labs.settling.grading import Grades
from labs.settling.rows import Row

WITHIN_LIMITS, EVALUATED = "All within limits again.", "Could be evaluated since."
GOES_ON = "Goes on in the record with MRN"
NOBODYS_ANSWER = (WITHIN_LIMITS, EVALUATED, GOES_ON)

RED_FLAG, ENTRY = "red_flag", "entry"  # the number of a finding that rests on an entry of the contact log
NO_NUMBERS: Mapping[str, str] = {}

Key = tuple[str, str]  # rule and direction of an episode
Mark = tuple[str, object]  # the rule, and the result it speaks of; without one the sentence
Found = tuple[Key, "Evidence"]
# What tells a value of a specimen from others, whatever version of it: columns of a row, and of a finding's result.
TELLING = ("laboratory_id", "accession", "analyte", "at", "si_value", "comparator")
Said = tuple[object, ...]  # the rule, and what tells the value


class Evidence(NamedTuple):
    """One thing a rule found: what it says of which result, of when.

    `known_at` is when the result came; None: it rests on none, so that only who was told of it has answered it.
    """

    news: News  # its sample is the mark
    rule: str
    version: str
    sentence: str
    result: UUID | None
    numbers: Mapping[str, str]
    known_at: datetime | None

    @property
    def mark(self) -> Mark:
        """Return what tells this evidence from other."""
        return mark_of(self.rule, self.result, self.sentence, self.numbers)


def mark_of(rule: str, result: UUID | None, sentence: str, numbers: Mapping[str, str] = NO_NUMBERS) -> Mark:
    """Return what tells one finding from others: its rule and result; without a result what it says.

    A red flag is told by one entry of the contact log, and entered anew by another.
    """
    return rule, result or (numbers.get(ENTRY) if rule == RED_FLAG else None) or sentence


def mark_of_finding(finding: AlertFinding) -> Mark:
    """Return the mark of a stored finding."""
    return mark_of(finding.rule, finding.result_id, finding.sentence, finding.numbers)


def said_in(finding: AlertFinding) -> Said:
    """Return what a stored finding says of which value; those columns of its result are annotated."""
    return (finding.rule, *(getattr(finding, name) for name in TELLING))


@dataclass
class Before:
    """The alerts of one episode that are on record: the one that stands, and those a person has resolved."""

    opened_at: datetime | None = None  # of the one that stands
    standing: set[Mark] = field(default_factory=set)
    resolved: list[tuple[datetime, set[Mark]]] = field(default_factory=list)
    said: set[Said] = field(default_factory=set)  # in those that are resolved

    def take(self, alert: Alert, findings: Iterable[AlertFinding]) -> None:
        """Take in an alert, with what it rests on."""
        marks = {mark_of_finding(each) for each in findings}
        if is_standing(alert):
            self.opened_at, self.standing = alert.opened_at, marks
        elif is_answered(alert) and alert.resolved_at:
            self.resolved.append((alert.resolved_at, marks))
            self.said |= {said_in(each) for each in findings if each.holds and each.result_id}

    def answers(self, mark: Mark, known_at: datetime | None, said: Said | None) -> bool:
        """Say whether a person has resolved what was known at `known_at`: nothing that the standing alert rests on.

        Another version that says the same, such as the final of a preliminary value, is known since the first. One
        resolved while the other was open came with a merged record: it answers its own facts alone.
        """
        if mark in self.standing:
            return False
        if known_at is None:
            return any(mark in marks for _, marks in self.resolved)
        if said in self.said:
            return True
        return any(
            known_at <= at and (mark in marks or self.opened_at is None or at <= self.opened_at)
            for at, marks in self.resolved
        )


def is_standing(alert: Alert) -> bool:
    """Say whether the alert is not resolved."""
    return alert.state != Alert.State.RESOLVED


def is_answered(alert: Alert) -> bool:
    """Say whether a person has resolved the alert.

    What closed by itself is told anew like all else, so that a fact that is taken back opens it again; what goes on in
    another record is answered there.
    """
    return not is_standing(alert) and not alert.resolution.startswith(NOBODYS_ANSWER)


class Witness:
    """Collects what speaks for the alerts of one patient; `stored` are the findings of all their alerts, by alert."""

    def __init__(
        self,
        chart: Chart,
        rules: Rules,
        grades: Grades,
        ctcae: str,
        stored: Mapping[UUID, Sequence[AlertFinding]],
        now: datetime,
    ) -> None:
        self.chart, self.rules, self.grades, self.ctcae, self.now = chart, rules, grades, ctcae, now
        self.rows: Mapping[Any, Row] = {row.id: row for row in chart.rows}
        self.before: dict[Key, Before] = defaultdict(Before)
        for alert in chart.alerts:
            self.before[alert.rule, alert.direction].take(alert, stored.get(alert.pk, ()))

    def evidence(self, course: Course, beyond: Iterable[Beyond]) -> dict[Key, list[Evidence]]:
        """Return what speaks for each episode, leaving out what a person has resolved."""
        found: dict[Key, list[Evidence]] = defaultdict(list)
        # What fails is noted as the values are judged, so that it is read last.
        for key, evidence in [*self._of_values(course), *self._of_rules(beyond), *self._of_failures()]:
            if not self._answers(key, evidence):
                found[key].append(evidence)
        return found

    def _answers(self, key: Key, evidence: Evidence) -> bool:
        row = self.rows.get(evidence.result)
        said = (evidence.rule, *(getattr(row, name) for name in TELLING)) if row else None
        return self.before[key].answers(evidence.mark, evidence.known_at, said)

    def _of_values(self, course: Course) -> list[Found]:
        """Return what each value says by the table of urgency, and by its grade."""
        if not self.rules.urgency.on:
            return []
        return [found for analyte in course.samples for found in self._of_analyte(analyte, course)]

    def _of_analyte(self, analyte: str, course: Course) -> Iterator[Found]:
        rule = self.rules.urgency
        baseline = course.baselines.get(analyte)
        directions: set[str] = set()
        earlier: Sample | None = None
        seen = False  # whether the episode that nobody has resolved holds an immediate value
        for sample in course.samples[analyte]:
            judged, said = None, ""
            with self.chart.attempts.of(rule, (analyte,), [self.rows[sample.id]]):
                found = judge(rule, sample, baseline, self.grades, seen_before=seen)
                if found.tier or directions:
                    before_it = self.rows[earlier.id] if earlier else None
                    said = sentence_of(self.rows[sample.id], before_it, sample.affected, self.grades, self.ctcae)
                    if found.own:
                        said = f"{said[:-1]}: {found.limit}."
                judged = found
            if judged is None:
                continue
            if judged.tier:
                directions.add(judged.direction)
            for key, evidence in self._told(sample, judged, said, directions):
                yield key, evidence
                if evidence.news.tier is Urgency.IMMEDIATE:
                    seen = seen or not self._answers(key, evidence)
            earlier = sample

    def _told(self, sample: Sample, judged: Assessment, said: str, directions: Iterable[str]) -> Iterator[Found]:
        """Yield what one value says of its analyte's episodes: what is off in one direction is not in the other."""
        rule, row = self.rules.urgency, self.rows[sample.id]
        for direction in sorted(directions):
            tier = judged.tier if direction == judged.direction else None
            news = News(sample.analyte, tier, sample.at, mark_of(rule.key, row.id, said))
            numbers = {"limit": judged.limit} if tier else {}
            evidence = Evidence(news, rule.key, rule.version, said, row.id, numbers, row.received_at)
            yield (episode_rule(sample.analyte, direction), direction), evidence

    def _of_rules(self, beyond: Iterable[Beyond]) -> Iterator[Found]:
        """Yield what the rules beyond single values found.

        Each fever is news of its own, whatever count it is judged by; other findings are known by their last result.
        """
        for found in beyond:
            finding = found.finding
            last: Any = finding.samples[-1] if finding.samples else None
            result = last if found.trigger is Trigger.VALUE else None
            numbers = {key: str(number) for key, number in finding.numbers}
            mark = mark_of(finding.rule, result, finding.sentence, numbers)
            news = News(found.about, finding.tier, found.at, mark, trigger=found.trigger)
            said = (finding.rule, finding.version, finding.sentence, result, numbers, self._received_at(result))
            yield (found.episode, finding.direction), Evidence(news, *said)

    def _of_failures(self) -> Iterator[Found]:
        """Yield what could not be evaluated; each is news, whatever is open already."""
        for each in self.chart.attempts.failed:
            mark = mark_of(each.rule, each.result, each.sentence)
            news = News(each.rule, each.tier, each.at or self.now, mark, trigger=Trigger.FAILURE)
            known_at = self._received_at(each.result)
            found = Evidence(news, each.rule, each.version, each.sentence, each.result, {}, known_at)
            yield (NOT_EVALUATED, ""), found

    def _received_at(self, result: UUID | None) -> datetime | None:
        return self.rows[result].received_at if result else None


def judge(
    rule: UrgencyRule, sample: Sample, baseline: Sample | None, grades: Grades, *, seen_before: bool
) -> Assessment:
    """Return how soon somebody must know of a value: by the table, or by its grade where the table says nothing."""
    judged = sample_urgency(rule, sample, baseline=baseline and baseline.value, seen_before=seen_before)
    if judged.tier is not None:
        return judged
    at_baseline = dict(grades.get(baseline.id, ())) if baseline else {}
    for direction, grade in grades.get(sample.id, ()):
        found = grade_urgency(rule, sample.analyte, grade, at_baseline.get(direction), direction)
        if RANK[found.tier] > RANK[judged.tier]:
            judged = found
    return judged


def sentence_of(row: Row, earlier: Row | None, affected: Sequence[str], grades: Grades, ctcae: str) -> str:
    """Return "Platelets 38 x10^9/L on Wed 6 Mar 2024, grade 3 (CTCAE 5.0), was 61 (5 days before)." as reported."""
    called = name(row.analyte) if row.analyte in NAMES else catalogue()[row.analyte].short
    said = f"{called} {row.reported} {written_unit(row.unit)}".strip() + f" on {spoken(row.day)}"
    if given := [grade for _, grade in grades.get(row.id, ()) if grade]:
        said += f", grade {max(given)} (CTCAE {ctcae})"
    if earlier is not None and earlier.day < row.day and earlier.unit == row.unit:
        days = (row.day - earlier.day).days
        said += f", was {earlier.reported} ({days} day{'s' if days > 1 else ''} before)"
    if affected:
        said += f" (affected by {', '.join(affected)})"
    return f"{said}."
