"""Raising, amending and closing the alerts of patients from all that is known of them.

Each episode is told anew from the values since it was last resolved, in order of time, so the order in which results
arrived does not matter. What a person did with an alert stays.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import F

from accounts.models import Clinic
from events.models import Event
from iotrex_followup.ids import uuid7
from labs.alerting.deadlines import WAITING, answer_times, begin_waiting
from labs.alerting.notifying import What, tell_of_alerts, tell_of_amendments
from labs.models import Alert, AlertFinding
from labs.rules.episodes import NOT_EVALUATED, Episode, Outcome, Trigger, decide
from labs.rules.loader import Rules
from labs.rules.values import RANK, Course, Urgency
from labs.settling.charts import Chart
from labs.settling.evidence import (
    ENTRY,
    EVALUATED,
    TELLING,
    WITHIN_LIMITS,
    Evidence,
    Key,
    Mark,
    Witness,
    is_answered,
    is_standing,
    mark_of_finding,
)
from labs.settling.findings import Beyond
from labs.settling.grading import Grades
from labs.settling.rows import Row

TAKEN_BACK = "What this alert rests on was corrected or cancelled, and no longer holds."
NEVER_CLOSE = (Alert.Tier.IMMEDIATE, Alert.Tier.SAME_DAY)


@dataclass
class Told:
    """An episode as it stands after all the evidence."""

    episode: Episode | None = None
    evidence: list[Evidence] = field(default_factory=list)
    raises: set["Mark"] = field(default_factory=set)  # what opened it or raised it again
    improved: str = ""


@dataclass
class Written:
    """What is to be stored for many patients."""

    opened: list[Alert] = field(default_factory=list)
    raised: list[Alert] = field(default_factory=list)
    closed: list[Alert] = field(default_factory=list)
    improved: list[Alert] = field(default_factory=list)
    findings: list[AlertFinding] = field(default_factory=list)
    amended: list[tuple[Alert, str]] = field(default_factory=list)
    fallen: list[AlertFinding] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


class Alerts:
    """Tells the episodes of many patients of one clinic."""

    def __init__(self, clinic: Clinic, rules: Rules, grades: Grades, ctcae: str, now: datetime) -> None:
        self.clinic, self.rules, self.grades, self.ctcae, self.now = clinic, rules, grades, ctcae, now
        self.times = answer_times(now, clinic)
        self.written = Written()

    def follow(
        self, charts: Sequence[Chart], courses: Mapping[UUID, Course], beyond: Mapping[UUID, list[Beyond]]
    ) -> None:
        """Work out the alerts of `charts`."""
        alerts = [alert for chart in charts for alert in chart.alerts if is_standing(alert) or is_answered(alert)]
        stored: dict[UUID, list[AlertFinding]] = defaultdict(list)
        telling = {name: F(f"result__{name}") for name in TELLING if name != "at"}
        of = AlertFinding.objects.annotate(at=F("result__collected_at"), **telling)
        for finding in of.filter(alert__in=alerts) if alerts else ():
            stored[finding.alert_id].append(finding)
        for chart in charts:
            witness = Witness(chart, self.rules, self.grades, self.ctcae, stored, self.now)
            evidence = witness.evidence(courses[chart.patient.pk], beyond[chart.patient.pk])
            standing = {(alert.rule, alert.direction): alert for alert in chart.alerts if is_standing(alert)}
            # What a rule could not tell is no reason to close or take back anything.
            sure = not chart.attempts.failed
            for key in sorted(evidence.keys() | standing.keys()):
                alert = standing.get(key)
                told = tell(evidence.get(key, ()))
                found = {each.mark for each in evidence.get(key, ()) if each.news.tier is not None}
                self._settle(chart, key, alert, told, stored[alert.pk] if alert else [], found if sure else None)

    def _settle(
        self,
        chart: Chart,
        key: Key,
        alert: Alert | None,
        told: Told,
        stored: Sequence[AlertFinding],
        found: set[Mark] | None,
    ) -> None:
        """Bring one alert to what is told; `found` is all that still holds, of episodes that have ended too.

        `found` None: not everything could be evaluated, so that nothing is closed or taken back.
        """
        holding = [each for each in told.evidence if each.news.tier is not None]
        if alert is None:
            if told.episode is not None:
                self._open(chart, key, told.episode.tier.value, told.improved, holding)
            return
        known = {mark_of_finding(each) for each in stored}
        before = told_before(stored)
        new = [each for each in holding if each.mark not in known]
        self._find(alert, new)
        if found is not None and alert.rule != NOT_EVALUATED:
            self._take_back(chart, alert, stored, found)
        if told.episode is None and stored and not any(each.holds for each in stored):
            told.improved = TAKEN_BACK
        tier = told.episode.tier.value if told.episode else alert.tier
        worse = RANK[Urgency(tier)] > RANK[Urgency(alert.tier)]
        again = worse or any(
            each.mark in told.raises and is_news(each, before) and not is_overtaken(each, told.evidence, chart.rows)
            for each in new
        )
        if told.episode is None and (alert.rule == NOT_EVALUATED or alert.tier not in NEVER_CLOSE):
            if found is not None:
                self._close(alert)
        elif again and told.episode is not None:
            self._raise(chart, alert, tier if worse else alert.tier, told.improved, holding)
        elif alert.improved != told.improved:
            alert.improved = told.improved
            self.written.improved.append(alert)

    def _open(self, chart: Chart, key: Key, tier: str, improved: str, holding: Sequence[Evidence]) -> None:
        worst = worst_of(holding)
        alert = Alert(
            id=uuid7(),
            clinic=self.clinic,
            patient=chart.patient,
            rule=key[0],
            rule_version=worst.version,
            direction=key[1],
            tier=tier,
            sentence=worst.sentence,
            context=context_of(chart, worst.news.at.astimezone(self.clinic.zone).date()),
            improved=improved,
            opened_at=self.now,
        )
        begin_waiting(alert, now=self.now, answer_by=self.times[tier])
        self.written.opened.append(alert)
        self._find(alert, holding)
        self._event("alert.opened", alert)

    def _raise(self, chart: Chart, alert: Alert, tier: str, improved: str, holding: Sequence[Evidence]) -> None:
        worst = worst_of(holding)
        alert.context = context_of(chart, worst.news.at.astimezone(self.clinic.zone).date())
        alert.tier, alert.sentence, alert.rule_version = tier, worst.sentence, worst.version
        begin_waiting(alert, now=self.now, answer_by=self.times[tier])
        alert.state, alert.improved, alert.snoozed_until = Alert.State.OPEN, improved, None
        self.written.raised.append(alert)
        self._event("alert.raised", alert)

    def _close(self, alert: Alert) -> None:
        alert.state, alert.resolved_at, alert.next_notice_at = Alert.State.RESOLVED, self.now, None
        alert.resolution = EVALUATED if alert.rule == NOT_EVALUATED else WITHIN_LIMITS
        self.written.closed.append(alert)
        self._event("alert.closed", alert)

    def _find(self, alert: Alert, evidence: Iterable[Evidence]) -> None:
        self.written.findings += [
            AlertFinding(
                clinic=self.clinic,
                alert=alert,
                rule=each.rule,
                rule_version=each.version,
                result_id=each.result,
                tier=(each.news.tier or Urgency.NEXT_WORKING_DAY).value,
                sentence=each.sentence,
                numbers=dict(each.numbers),
                found_at=self.now,
            )
            for each in evidence
        ]

    def _take_back(self, chart: Chart, alert: Alert, stored: Iterable[AlertFinding], holding: set[Mark]) -> None:
        """Note what a correction no longer says, and whom that must reach.

        What a rule said of the last value is history once a later one has come, not corrected; what was told by
        somebody stands until the entry of the contact log is withdrawn.
        """
        history = overtaken(chart.rows) if stored else set()
        entries = {word.id for word in chart.words}
        for finding in stored:
            if not finding.holds:
                continue
            if ENTRY in finding.numbers:
                if finding.numbers[ENTRY] not in entries:
                    self._fall(alert, finding)
                continue
            if finding.rule in PASSING or finding.result_id is None or mark_of_finding(finding) in holding:
                continue
            if finding.rule in OF_THE_LAST and finding.result_id in history:
                continue
            self._fall(alert, finding)

    def _fall(self, alert: Alert, finding: AlertFinding) -> None:
        finding.holds = False
        self.written.fallen.append(finding)
        self.written.amended.append((alert, f"{finding.sentence} This was corrected and no longer holds."))

    def _event(self, kind: str, alert: Alert) -> None:
        facts = {"alert": str(alert.pk), "tier": alert.tier, "what": alert.sentence.rstrip("."), "rule": alert.rule}
        self.written.events.append(Event(clinic=self.clinic, patient_id=alert.patient_id, kind=kind, facts=facts))

    def save(self) -> int:
        """Store everything and tell whom it concerns; return how many alerts were opened or raised."""
        written = self.written
        Alert.objects.bulk_create(written.opened, batch_size=1000)
        for alerts, names in ((written.raised, RAISING), (written.closed, CLOSING), (written.improved, ["improved"])):
            Alert.objects.bulk_update(alerts, names, batch_size=500)
        AlertFinding.objects.bulk_create(written.findings, batch_size=2000, ignore_conflicts=True)
        AlertFinding.objects.bulk_update(written.fallen, ["holds"], batch_size=500)
        Event.objects.bulk_create(written.events, batch_size=2000)
        if written.opened:
            tell_of_alerts(written.opened, what=What.RAISED, now=self.now)
        if written.raised:
            tell_of_alerts(written.raised, what=What.RAISED_AGAIN, now=self.now)
        if written.amended:
            tell_of_amendments(written.amended, now=self.now)
        return len(written.opened) + len(written.raised)


PASSING = ("fever",)  # what it found is not taken back when it is no longer fresh
OF_THE_LAST = ("cytopenia", "thyroid", "kidney", "markers", "eligibility")  # these look at the last value
NAMED = ("sentence", "context", "rule_version")
RAISING = (*NAMED, *WAITING, "tier", "state", "improved", "snoozed_until")
CLOSING = ("state", "resolved_at", "resolution", "next_notice_at")


def overtaken(rows: Iterable[Row]) -> set[UUID]:
    """Return the standing results, given in order of time, of whose analyte there is a later value."""
    last: dict[str, UUID] = {}
    found = set()
    for row in rows:
        if row.analyte in last:
            found.add(last[row.analyte])
        last[row.analyte] = row.id
    return found


def tell(evidence: Iterable[Evidence]) -> Told:
    """Return the episode that `evidence` makes, in order of time; what went before an end of one is left out.

    Of one specimen the worst speaks first, and what is as urgent raises like it: whoever answered the one before the
    other came, or was corrected, did not know of it.
    """
    told, raised = Told(), None
    for each in sorted(evidence, key=lambda each: (each.news.at, -RANK[each.news.tier], each.sentence)):
        decision = decide(told.episode, each.news)
        if decision.outcome is Outcome.CLOSE:
            told, raised = Told(), None
            continue
        told.episode = decision.episode
        if told.episode is None:
            continue
        told.evidence.append(each)
        if decision.outcome in (Outcome.OPEN, Outcome.RAISE_AGAIN):
            raised = each.news
            told.raises.add(each.mark)
            told.improved = ""
        elif raised and raised.at == each.news.at:
            if each.news.tier is raised.tier:
                told.raises.add(each.mark)
        elif decision.outcome is Outcome.NOTE_IMPROVEMENT:
            told.improved = each.sentence
    return told


def told_before(stored: Iterable[AlertFinding]) -> dict[tuple[object, ...], int]:
    """Return how urgent each value that holds was told to be: by rule, analyte and time of specimen."""
    before: dict[tuple[object, ...], int] = {}
    for each in stored:
        if each.holds:
            value = (each.rule, each.analyte, each.at)  # type: ignore[attr-defined]  # annotated
            before[value] = max(before.get(value, 0), RANK[Urgency(each.tier)])
    return before


def is_news(evidence: Evidence, before: Mapping[tuple[object, ...], int]) -> bool:
    """Say whether evidence is more than another version of a value, such as its final, that is no more urgent."""
    told = before.get((evidence.rule, evidence.news.about, evidence.news.at))
    return told is None or RANK[evidence.news.tier] > told


def is_overtaken(evidence: Evidence, told: Iterable[Evidence], rows: Iterable[Row]) -> bool:
    """Say whether what was known when it came is of later and says more: another value of its analyte, or a worse one.

    `told` is in order of time: what is worse counts while it is the latest known of its analyte. `rows` are all values,
    since those that a person has resolved are no evidence any more.
    """
    news, known_at = evidence.news, evidence.known_at
    if news.trigger is not Trigger.VALUE or known_at is None:
        return False
    latest = {each.news.about: each.news for each in told if each.known_at and each.known_at < known_at}
    later = [each for each in latest.values() if each.at > news.at]
    return any(each.about == news.about or RANK[each.tier] > RANK[news.tier] for each in later) or any(
        row.analyte == news.about and row.at > news.at and row.received_at < known_at for row in rows
    )


def worst_of(evidence: Sequence[Evidence]) -> Evidence:
    """Return the latest of the most urgent."""
    return max(evidence, key=lambda each: (RANK[each.news.tier], each.news.at))


def context_of(chart: Chart, day: date) -> str:
    """Return where in the follow-up `day` lies: "Day 38, week 6 after treatment 2."; empty before the first."""
    given = [(number, each) for number, each in enumerate(chart.treatments, start=1) if each.started_on <= day]
    if not given:
        return ""
    number, treatment = given[-1]
    days = (day - treatment.started_on).days
    return f"Day {days}, week {max(days - 1, 0) // 7 + 1} after treatment {number}."
