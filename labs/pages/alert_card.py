"""What the page of one alert shows: the evidence with its rules, and what was done."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from events.models import Event
from events.undo import can_be_undone
from labs.actions.alert_rights import UNDONE_BY_WHO_MAY, undo_refusal
from labs.alerting.notifying import events_of
from labs.grading.analytes import catalogue
from labs.models import Alert, AlertFinding
from labs.pages.alert_list import Row, rows_of
from labs.pages.ladder_course import Course, course_of
from labs.rules.episodes import CYTOPENIA
from labs.rules.loader import KINDS, packaged_rules
from labs.rules.values import Rule
from labs.settling.charts import policy_of, rules_of
from schedules.wording import event_sentence

# Episodes that are named neither after a rule nor after an analyte.
EPISODE_NAMES = {
    CYTOPENIA: "Low blood counts",
    "red_flag": "Red flag told",
    "kidney": "Kidney function",
    "thyroid": "Thyroid function",
    "possible_critical": "Possible critical result, not verified",
    "not_evaluated": "Could not be evaluated",
}


class Evidence(NamedTuple):
    """One finding, and the rule that made it; `rule` is None where the rule is not one of the file's."""

    finding: AlertFinding
    rule: Rule | None

    @property
    def is_signed(self) -> bool:
        """Whether the clinic has approved the rule in the version that spoke."""
        return self.rule is not None and self.rule.signed and self.rule.version == self.finding.rule_version


class Happening(NamedTuple):
    """One event of the alert, in words."""

    event: Event
    words: str
    can_be_undone: bool


class Card(NamedTuple):
    """One alert with everything that belongs to it."""

    row: Row
    name: str
    evidence: Sequence[Evidence]
    happenings: Sequence[Happening]
    course: Course

    @property
    def alert(self) -> Alert:
        return self.row.alert


def card_of(alert: Alert, *, role: str, now: datetime) -> Card:
    """Return what the page of `alert` shows to a reader of `role`."""
    policy = policy_of(alert.clinic)
    rules: Mapping[str, Rule] = {rule.key: rule for rule in rules_of(policy)}
    findings = alert.findings.select_related("result").order_by("-found_at", "-id")
    happenings = [Happening(e, event_sentence(e), is_offered(e, alert, role)) for e in events_of([alert])]
    return Card(
        row=rows_of([alert], role, now)[0],
        name=rule_name(alert.rule),
        evidence=[Evidence(finding, rules.get(finding.rule)) for finding in findings],
        happenings=happenings[::-1],
        course=course_of(alert, now=now),
    )


def is_offered(event: Event, alert: Alert, role: str) -> bool:
    """Say whether a reader of `role` is offered to undo `event`."""
    return can_be_undone(event) and not (event.kind in UNDONE_BY_WHO_MAY and undo_refusal(event.kind, alert.tier, role))


def rule_name(key: str) -> str:
    """Return how people call the rule or episode an alert belongs to."""
    if key in EPISODE_NAMES:
        return EPISODE_NAMES[key]
    if key in KINDS:
        title: str = getattr(packaged_rules(), key).title
        return title
    known = catalogue().get(key)
    return known.name if known else key.replace("_", " ").capitalize()


def rule_names() -> list[tuple[str, str]]:
    """Return key and name of everything an alert can belong to, by name."""
    keys = {*EPISODE_NAMES, *KINDS, *packaged_rules().urgency.steps}
    return sorted(((key, rule_name(key)) for key in keys), key=lambda pair: pair[1].lower())
