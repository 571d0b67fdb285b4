"""Held-back values that may be critical: nobody waits for the quarantine to be worked through."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from django.db.models import Q

from accounts.models import Clinic
from events.models import Event
from labs.alerting.deadlines import WAITING, answer_times, begin_waiting
from labs.alerting.notifying import What, tell_of_alerts
from labs.grading.analytes import Analyte, Placed, catalogue, in_si, likely_units, out_of_hard_limits, place
from labs.grading.values import read_value
from labs.intake.book import Book
from labs.intake.incoming import Incoming
from labs.intake.references import References
from labs.intake.understanding import Held, Reader
from labs.models import Alert, LabResult, QuarantineItem
from labs.readings import name_of, value_words
from labs.rules.episodes import NOT_EVALUATED
from labs.rules.names import spoken
from labs.rules.urgency import Reading, UrgencyRule, critical_in
from labs.rules.values import RANK, Urgency
from labs.settling.charts import policy_of, rules_of
from labs.settling.failing import AT_ONCE, Attempts

RULE = "possible_critical"
CHANGING = ("tier", "state", "snoozed_until", "quarantine_item", "sentence", "rule_version", *WAITING)
DAY = re.compile(r"\d{4}-\d\d?-\d\d?|\d\d?([./])\d\d?\1\d{2,4}|\d\d?:\d\d")  # "pending since 2024-03-05" is no count
NUMBER = r"[<>≤≥]?=?\s*(?:\d(?:[\d.,]*\d)?|[.,]\d+)"
NUMBERS = re.compile(rf"({NUMBER})(?:\s*(?:-|–|to|\.\.)\s*({NUMBER}))?")  # one, or the two ends of a range
SIGNS: tuple[Literal["."], Literal[","]] = (".", ",")
# Either code or unit is wrong, or the number: nothing says which.
OF_THE_UNIT = (QuarantineItem.Problem.UNIT_MISFIT, QuarantineItem.Problem.OUT_OF_LIMITS)


def alert_if_perhaps_critical(held: Sequence[tuple[QuarantineItem, Held]], *, clinic: Clinic, now: datetime) -> int:
    """Open a "possible critical result, not verified" alert for what may be immediate or same-day, and say how many.

    One per patient, or per MRN nobody is found for (without one: per specimen): the most urgent of its held-back
    values, with what else there is. One that is there already is raised again when it was answered, the new value is
    more urgent, or it is of an analyte the alert does not name.
    """
    rules = rules_of(policy_of(clinic))
    found: dict[object, list[tuple[Urgency, QuarantineItem]]] = {}
    references = References(rules.urgency, clinic, now)
    for each, why in held if rules.urgency.on else ():
        if (how_soon := tier_of(rules.urgency, each, why, references)) is not None:
            found.setdefault(whose(each), []).append((how_soon, each))
    if not found:
        return 0
    unresolved = Alert.objects.unresolved().filter(clinic=clinic, rule=RULE).select_related("quarantine_item")
    locked = unresolved.order_by("pk").select_for_update(of=("self",))
    standing = {key_of(alert): alert for alert in locked}
    times = answer_times(now, clinic)
    opened, raised = [], []
    for key, values in found.items():
        item: QuarantineItem | None
        (tier, item), *others = sorted(values, key=lambda value: -RANK[value[0]])
        alert = standing.get(key)
        if alert is None:
            patient = values[0][1].patient
            alert = Alert(clinic=clinic, patient=patient, rule=RULE, tier=tier.value, opened_at=now)
            opened.append(alert)
        elif alert.state == Alert.State.OPEN and RANK[tier] <= RANK[Urgency(alert.tier)]:
            if all(names(alert.sentence, other) for _, other in values):
                continue
            item, others = None, values
            raised.append(alert)
        else:
            raised.append(alert)
        tell_of(alert, tier, item, [other for _, other in others], rules.urgency.version)
        begin_waiting(alert, now=now, answer_by=times[alert.tier])
    Alert.objects.bulk_create(opened)
    Alert.objects.bulk_update(raised, CHANGING)
    write_events(clinic, opened, "alert.opened")
    write_events(clinic, raised, "alert.raised")
    tell_of_alerts(opened, what=What.RAISED, now=now)
    tell_of_alerts(raised, what=What.RAISED_AGAIN, now=now)
    return len(opened) + len(raised)


def close_what_is_judged(items: Sequence[QuarantineItem], *, clinic: Clinic, now: datetime) -> None:
    """Close the alerts about held-back `items` that are results by now, which the rules judge as they are.

    An alert that also stands for other held-back values goes on about those.

    Records  alert.taken_in for each that closes
    """
    of: dict[UUID | None, QuarantineItem] = {item.pk: item for item in items}
    alerts = Alert.objects.unresolved().filter(quarantine_item__in=of, rule=RULE).order_by("pk")
    locked = list(alerts.select_for_update(of=("self",)))
    judged = judged_results(items) if locked else {}
    ended = []
    for alert in locked:
        item = of[alert.quarantine_item_id]
        if item.result_id not in judged:
            continue
        if others := still_held(alert, item, clinic, now):
            go_on_about(alert, others)
            continue
        alert.state, alert.resolved_at, alert.next_notice_at = Alert.State.RESOLVED, now, None
        alert.resolution = f"Taken in, and judged as a result: {judged[item.result_id]}."
        alert.patient = alert.patient or item.patient
        alert.save(update_fields=["state", "resolved_at", "next_notice_at", "resolution", "patient"])
        ended.append(alert)
    write_events(clinic, ended, "alert.taken_in")


def judged_results(items: Iterable[QuarantineItem]) -> dict[UUID | None, str]:
    """Return the results of `items` that the rules have judged, by id: with analyte, value and unit in words.

    A value that is not followed, was taken back or could not be evaluated is judged by nobody.
    """
    results = LabResult.objects.flowing().filter(pk__in=[item.result_id for item in items])
    failed = Alert.objects.unresolved().filter(rule=NOT_EVALUATED, patient__isnull=False).values("patient")
    judged = results.filter(graded_value__isnull=False).exclude(analyte="").exclude(patient__in=failed)
    return {each.pk: f"{name_of(each.analyte)} {value_words(each)}" for each in judged}


def still_held(
    alert: Alert, item: QuarantineItem, clinic: Clinic, now: datetime
) -> list[tuple[Urgency, QuarantineItem]]:
    """Return what `alert`, which is about `item`, also names, waits and may still be critical, most urgent first."""
    row = item.row
    theirs = Q(row__mrn=row["mrn"]) & ~Q(row__mrn="") | Q(patient__isnull=False, patient=item.patient_id)
    if not row["mrn"]:
        theirs |= Q(row__mrn="", row__laboratory=row["laboratory"], row__accession=row["accession"])
    elsewhere = Alert.objects.unresolved().filter(quarantine_item__isnull=False).exclude(pk=alert.pk)
    waiting = QuarantineItem.objects.filter(theirs, clinic=clinic, state=QuarantineItem.State.OPEN)
    waiting = waiting.exclude(pk=item.pk).exclude(pk__in=elsewhere.values("quarantine_item"))
    reader, rules = Reader(Book(clinic, None), clinic.zone, now), rules_of(policy_of(clinic))
    references = References(rules.urgency, clinic, now)
    found = []
    for other in waiting.select_related("patient", "laboratory").order_by("id"):
        if not names(alert.sentence, other):
            continue
        read = reader.read(Incoming(**other.row), reader.book.of(other.row["laboratory"]), other.patient)
        # What could be read by now, or asks which of two values holds, nobody has decided.
        tier: Urgency | None = Urgency(alert.tier)
        if isinstance(read, Held):
            tier = tier_of(rules.urgency, other, read, references)
        if tier is not None:
            found.append((tier, other))
    return sorted(found, key=lambda value: -RANK[value[0]])


def go_on_about(alert: Alert, others: Sequence[tuple[Urgency, QuarantineItem]]) -> None:
    """Let `alert` be about `others` alone; whether it was answered stays."""
    (_, item), *beside = others
    own = Alert.objects.unresolved().filter(patient=item.patient_id, rule=RULE).exclude(pk=alert.pk)
    if alert.patient_id is None and item.patient_id and not own.exists():
        alert.patient = item.patient
    alert.quarantine_item = item
    alert.sentence = " ".join([sentence(item), *(f"Also held back: {value_of(other)}." for _, other in beside)])
    alert.save(update_fields=["patient", "quarantine_item", "sentence"])


def tier_of(rule: UrgencyRule, item: QuarantineItem, why: Held, references: References) -> Urgency | None:
    """Return how soon somebody must know of a held-back value; at once when that cannot be told."""
    with Attempts().of(rule, AT_ONCE):
        return critical_in(rule, readings(item, why, references))
    return Urgency.IMMEDIATE


def key_of(alert: Alert) -> object:
    """Return whose held-back values `alert` is about."""
    if alert.patient_id or alert.quarantine_item is None:
        return alert.patient_id
    return whose(alert.quarantine_item)


def whose(item: QuarantineItem) -> object:
    """Return whose value it is: the patient, or the MRN nobody is found for; without one the specimen is all there is.

    Rows without an MRN may be of different people, who must not share one alert.
    """
    row = item.row
    return item.patient_id or row["mrn"] or ("", row["laboratory"], row["accession"] or row["specimen"] or str(item.pk))


def tell_of(
    alert: Alert, tier: Urgency, item: QuarantineItem | None, others: Sequence[QuarantineItem], version: str
) -> None:
    """Set on `alert` what is held back: `item` (None: what it is about already) and `others` beside it.

    It waits for an answer, and is never less urgent than it was; what waited already stays named.
    """
    said, earlier = alert.sentence, alert.quarantine_item
    if item is not None:
        said = sentence(item)
        if earlier is not None and alert.state == Alert.State.OPEN:
            others = [earlier, *others]
        alert.quarantine_item, alert.rule_version = item, version
    for other in others:
        if not names(said, other):
            said += f" Also held back: {value_of(other)}."
    alert.tier = max(tier, Urgency(alert.tier), key=RANK.__getitem__).value
    alert.state, alert.snoozed_until, alert.sentence = Alert.State.OPEN, None, said


def names(said: str, item: QuarantineItem) -> bool:
    """Say whether a value of the analyte of `item` is in what is `said` already."""
    return f": {item.row['analyte']} " in said


def write_events(clinic: Clinic, alerts: Sequence[Alert], kind: str) -> None:
    """Write down that `alerts` were opened or raised again."""
    Event.objects.bulk_create(
        Event(
            clinic=clinic,
            patient_id=alert.patient_id,
            kind=kind,
            facts={"alert": str(alert.pk), "tier": alert.tier, "what": alert.sentence.rstrip("."), "rule": alert.rule},
        )
        for alert in alerts
    )


def sentence(item: QuarantineItem) -> str:
    """Return what the alert says."""
    row = item.row
    of = "" if item.patient_id else f" of MRN {row['mrn'] or 'unknown'}"
    said = f"{value_of(item)}{of} on {day_of(row['collected_at'])}"
    return f"Possible critical result, not verified: {said}. {item.reason}"


def day_of(collected_at: str) -> str:
    """Return the day of a specimen as people read it; as it came where it cannot be read."""
    try:
        return spoken(date.fromisoformat(collected_at[:10]))
    except ValueError:
        return collected_at


def value_of(item: QuarantineItem) -> str:
    """Return a held-back value as it came."""
    return f"{item.row['analyte']} {item.row['value']} {item.row['unit']}".strip()


def readings(item: QuarantineItem, why: Held, references: References) -> Iterator[Reading]:
    """Yield what a held-back value could mean: each number, analyte and possible unit it may stand for."""
    for number, comparator in numbers(why):
        for analyte in candidates(item, why):
            for unit in units(analyte, item, why, number):
                placed = place(analyte, number, unit)
                if isinstance(placed, Placed) and (si := in_si(analyte, placed)) is not None:
                    yield Reading(analyte.key, si, comparator, references.of(analyte, item, unit))


def numbers(why: Held) -> set[tuple[Decimal, str]]:
    """Return the numbers it may be: the one that was read, else all that its text leaves open.

    A comma may stand for decimals or thousands, words may stand around the number, a range has two ends.
    """
    if why.value is None:
        return set()
    if why.value.number is not None:
        return {(why.value.number, why.value.comparator)}
    found = NUMBERS.search(DAY.sub(" ", why.value.text))
    texts = [why.value.text, *(found.groups("") if found else ())]
    read = [read_value(text, sign) for text in texts for sign in SIGNS]
    return {(value.number, value.comparator) for value in read if value and value.number is not None}


def candidates(item: QuarantineItem, why: Held) -> Iterable[Analyte]:
    """Return the analytes it may be."""
    if why.analyte is not None:
        return (why.analyte,)
    known = catalogue()
    return known.suggestions(item.row["analyte"]) or known.suggestions(item.row["name"])


def units(analyte: Analyte, item: QuarantineItem, why: Held, number: Decimal) -> Iterable[str]:
    """Return the units it may be in: as reported and, where that is in doubt, every one in which it would be possible.

    A number no patient can have may be a slip of the unit, or a critical value: it is judged as both.
    """
    reported = why.unit or item.row["unit"].strip()
    placed = place(analyte, number, reported)
    if isinstance(placed, Placed) and item.problem not in OF_THE_UNIT and not out_of_hard_limits(analyte, placed):
        return (reported,)
    return dict.fromkeys((reported, *likely_units(analyte, number)))
