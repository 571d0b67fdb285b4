"""What the list of alerts shows: the groups by urgency, what stands in a row, how much there is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, Value

from accounts.models import Clinic, LadderStep, Staff
from events.models import Message
from iotrex_followup.ids import uuid7_at
from labs.alerting.notifying import What, events_of
from labs.alerting.responsible import concerned
from labs.alerting.versions import version_of
from labs.models import Alert
from labs.models.alerts import AlertQuerySet
from labs.rules.episodes import Act, State, refusal
from labs.rules.values import Urgency
from schedules.models import Plan

PAGE = 25
COUNTED_TO = 999
HEAD_COUNTED_TO = 99
FIGURE_WEEKS = 4
UNRESOLVED, ANY = "unresolved", ""
MINE, UNASSIGNED = "mine", "unassigned"
UNREAD, ON_LADDER = "unread", "on_ladder"
NEWEST_FIRST = ("-id",)
SOONEST_FIRST = ("answer_by", "id")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; empty is everything. `state` may be `UNRESOLVED`."""

    tier: str = ""
    state: str = Alert.State.OPEN
    whose: str = ""
    rule: str = ""


class Row(NamedTuple):
    """One alert: whose it is or whom it concerns, whom to call, who was told, and what this person may do."""

    alert: Alert
    plan: Plan | None
    people: Sequence[str]
    call: str
    told: Sequence[str]
    may: frozenset[str]
    is_late: bool

    @property
    def id(self) -> str:
        return str(self.alert.pk)

    @property
    def version(self) -> str:
        """What tells this reading of the alert from a later one."""
        return version_of(self.alert)

    @property
    def is_urgent(self) -> bool:
        """Whether somebody must answer today."""
        return self.alert.tier != Alert.Tier.NEXT_WORKING_DAY


class Group(NamedTuple):
    """A page of one tier; `total` is exact to 999; `after` is the alert the next page follows, if any."""

    tier: str
    title: str
    total: str
    rows: Sequence[Row]
    after: Alert | None


class Figure(NamedTuple):
    """How often people were told of alerts, by patients followed."""

    raised: int
    patients: int
    weeks: int

    @property
    def per_patient_week(self) -> str:
        return f"{self.raised / (self.patients * self.weeks):.2f}" if self.patients else "–"


def groups(clinic: Clinic, filters: Filters, *, reader: Staff, role: str, now: datetime) -> list[Group]:
    """Return the first page of each tier, the most urgent first; the same few queries for any number of alerts."""
    alerts = chosen(clinic, filters, reader)
    tiers = [tier for tier in Alert.Tier if filters.tier in ("", tier)]
    pages = {tier: page_of(alerts.filter(tier=tier), filters) for tier in tiers}
    rows = {row.alert.pk: row for row in rows_of([a for page in pages.values() for a in page[:PAGE]], role, now)}
    counts = counted(alerts, pages)
    return [
        Group(tier.value, tier.label, counts[tier], [rows[a.pk] for a in page[:PAGE]], last_of(page))
        for tier, page in pages.items()
    ]


def next_page(
    clinic: Clinic, filters: Filters, *, tier: str, after: Alert, reader: Staff, role: str, now: datetime
) -> Group:
    """Return the page of `tier` that follows the alert `after`, without its count."""
    page = page_of(chosen(clinic, filters, reader).filter(tier=tier), filters, after=after)
    return Group(tier, Alert.Tier(tier).label, "", rows_of(page[:PAGE], role, now), last_of(page))


def chosen(clinic: Clinic, filters: Filters, reader: Staff) -> AlertQuerySet:
    """Return the clinic's alerts the filters ask for."""
    alerts = Alert.objects.filter(clinic=clinic)
    if filters.state == UNRESOLVED:
        alerts = alerts.unresolved()
    elif filters.state:
        alerts = alerts.filter(state=filters.state)
    if filters.whose == MINE:
        alerts = alerts.filter(owner=reader)
    elif filters.whose == UNASSIGNED:
        alerts = alerts.filter(owner=None)
    return alerts.filter(rule=filters.rule) if filters.rule else alerts


def page_of(alerts: AlertQuerySet, filters: Filters, *, after: Alert | None = None) -> list[Alert]:
    """Return one page of `alerts` and one more: those to answer soonest first, closed ones the newest first."""
    closed = filters.state in (Alert.State.RESOLVED, ANY)
    if after and closed:
        alerts = alerts.filter(pk__lt=after.pk)
    elif after:
        later = Q(answer_by__gt=after.answer_by) | Q(answer_by=after.answer_by, pk__gt=after.pk)
        alerts = alerts.filter(later, answer_by__gte=after.answer_by)
    ordered = alerts.select_related(*SHOWN).order_by(*(NEWEST_FIRST if closed else SOONEST_FIRST))
    return list(ordered[: PAGE + 1])


SHOWN = ("clinic", "patient__clinic", "owner", "answered_by", "quarantine_item")


def last_of(page: Sequence[Alert]) -> Alert | None:
    """Return the alert the next page follows; None when there is none."""
    return page[PAGE - 1] if len(page) > PAGE else None


def counted(alerts: AlertQuerySet, pages: Mapping[Alert.Tier, Sequence[Alert]]) -> dict[Alert.Tier, str]:
    """Return how many there are of each tier; only what goes beyond one page is counted, and that to 999."""
    counts = {tier: str(len(page)) for tier, page in pages.items()}
    for tier, page in pages.items():
        if len(page) > PAGE:
            count = alerts.filter(tier=tier).order_by()[: COUNTED_TO + 1].count()
            counts[tier] = str(count) if count <= COUNTED_TO else f"{COUNTED_TO}+"
    return counts


def rows_of(alerts: Sequence[Alert], role: str, now: datetime) -> list[Row]:
    """Return what the list shows of `alerts`; `role` is the reader's."""
    whom = concerned(alerts, now=now)
    names = dict(
        Staff.objects.filter(pk__in={p for each in whom.values() for p in each.staff}).values_list("pk", "name")
    )
    told = told_of(alerts)
    plans = Plan.objects.current().filter(patient__in={a.patient_id for a in alerts if a.patient_id})
    plan_of = {plan.patient_id: plan for plan in plans.select_related("treatment")}
    return [
        Row(
            alert,
            plan_of.get(alert.patient_id) if alert.patient_id else None,
            [names[person] for person in whom[alert.pk].staff],
            whom[alert.pk].call,
            told.get(alert.pk, []),
            what_may(alert, role),
            alert.state == Alert.State.OPEN and alert.answer_by < now,
        )
        for alert in alerts
    ]


def told_of(alerts: Sequence[Alert]) -> dict[UUID, list[str]]:
    """Return in words who was told of each alert."""
    told: dict[UUID, list[str]] = {}
    for event in events_of(alerts, kind="alert.told"):
        said = f"{event.facts['told']} told on {event.facts['when']}, {event.facts['how']}"
        told.setdefault(UUID(event.facts["alert"]), []).append(said)
    return told


def what_may(alert: Alert, role: str) -> frozenset[str]:
    """Return what a person of `role` may do with the alert."""
    state, tier = State(alert.state), Urgency(alert.tier)
    acts = (Act.ACKNOWLEDGE, Act.TELL, Act.HAND_OVER, Act.SNOOZE, Act.RESOLVE)
    return frozenset(act.value for act in acts if not refusal(state, tier, act, role))


def figure(clinic: Clinic, *, now: datetime) -> Figure:
    """Return how often alerts were raised, raised again or came back in the last weeks, by patients followed."""
    since = now - timedelta(weeks=FIGURE_WEEKS)
    told = Message.objects.in_app().filter(
        clinic=clinic, kind__in=list(What), pk__gte=uuid7_at(since), not_before__gte=since
    )
    raised = told.order_by().values("path", "kind", "not_before").distinct().count()
    followed = Plan.objects.current().filter(clinic=clinic, patient__status="active").count()
    return Figure(raised, followed, FIGURE_WEEKS)


def open_counts(clinic: Clinic, reader: Staff) -> dict[str, str]:
    """Return how many alerts of each tier wait for an answer, and how many messages are `unread`, exact to 99.

    And whether somebody is `on_ladder`.

    One query, and a bounded one: every page asks it.
    """
    waiting = Alert.objects.filter(clinic=clinic).waiting().order_by()
    unread = Message.objects.inbox_of(reader).filter(read_at__isnull=True).order_by()
    told = unread.annotate(tier=Value(UNREAD)).values_list("tier")[: HEAD_COUNTED_TO + 1]
    tiers = [waiting.filter(tier=tier).values_list("tier")[: HEAD_COUNTED_TO + 1] for tier in Alert.Tier]
    manned = LadderStep.objects.manned().filter(clinic=clinic).order_by()
    on_ladder = manned.annotate(tier=Value(ON_LADDER)).values_list("tier")[:1]
    counts = Counter(key for (key,) in told.union(*tiers, on_ladder, all=True))
    return {key: str(count) if count <= HEAD_COUNTED_TO else f"{HEAD_COUNTED_TO}+" for key, count in counts.items()}
