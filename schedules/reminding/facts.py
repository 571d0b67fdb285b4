"""What reminders are decided by, read for a whole clinic by a few queries whatever the number of patients."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from accounts.models import Clinic
from events.delivery.channels import ways_out
from events.delivery.wall_clock import instant
from events.models import Message
from iotrex_followup.copying import among
from patients.models import Care, Contact, Patient
from schedules.models import Appointment, PlannedActivity, PlannedVisit, ReminderPolicy
from schedules.reminders.addressing import Reach
from schedules.reminders.letters import HORIZON, Hours, LeftOut, Letter, Person, Standing, letters_of
from schedules.reminders.rules import Moment, Rule, read_rules, shipped_rules
from schedules.reminders.wanted import DAY, LATE, Slot, VisitFacts, days_of, meaning, slots_of
from schedules.reminding.kind import KIND
from schedules.reminding.truth import CONSENTS, GIVEN_BACK, Untrue, booked_on, declining

State, Channel = Message.State, Message.Channel
# Which way first, of those that are set up.
PREFERRED = (Channel.SMS, Channel.EMAIL)
STANDING = (State.CLAIMED, State.SENT, State.UNKNOWN, State.DEAD)


def rules_of(clinic: Clinic) -> Sequence[Rule]:
    """Return a clinic's rules of reminders: its own, else the shipped ones."""
    policy = ReminderPolicy.objects.filter(clinic=clinic).first()
    return read_rules(policy.rules) if policy else shipped_rules()


def channels_set_up() -> list[str]:
    """Return the ways out to patients that are set up, the preferred first."""
    set_up = ways_out()
    return [channel.value for channel in PREFERRED if channel in set_up]


def hours_of(clinic: Clinic, zone: str) -> Hours:
    """Return when messages of a clinic reach somebody who lives in `zone`."""
    return Hours(clinic.remind_at, clinic.quiet_from, clinic.quiet_until, ZoneInfo(zone), clinic.zone, instant)


@dataclass
class Written:
    """What is written of one patient's reminders already."""

    told: set[str] = field(default_factory=set)  # what needs no other message, by its meaning
    keys: list[str] = field(default_factory=list)
    standing: list[Standing] = field(default_factory=list)


@dataclass
class Planned:
    """The messages a clinic's reminders make now, and what is written of each patient already."""

    letters: list[Letter]
    left_out: list[LeftOut]
    written: Mapping[UUID, Written]
    zones: Mapping[UUID, str]  # in which each patient lives


class Candidate(NamedTuple):
    """An open visit with a reminder that might be wanted: its columns, its patient's, and those of its appointment."""

    visit: UUID
    opens: date
    closes: date
    patient: UUID
    birth_date: date
    time_zone: str
    state: str | None
    on: date | None
    at: time | None
    moves: int | None


COLUMNS = (
    *("pk", "opens", "closes", "patient", "patient__birth_date", "patient__time_zone"),
    *("appointment__state", "appointment__on", "appointment__at", "appointment__moves"),
)


def plan(clinic: Clinic, *, now: datetime, patient: Patient | None = None, horizon: timedelta = HORIZON) -> Planned:
    """Return what is to be written within the horizon, of all patients of a clinic or of one."""
    rules, today = rules_of(clinic), clinic.local_date(now)
    last = today + horizon + DAY  # a day more: it may have begun already where the patient lives
    visits = candidates(clinic, rules, first=today - LATE - DAY, last=last, patient=patient)
    zones = {each.patient: each.time_zone or clinic.time_zone for each in visits}
    written = written_of(zones, since=today - LATE - 3 * DAY, now=now)
    found = Planned([], [], written, zones)
    hours = {zone: hours_of(clinic, zone) for zone in set(zones.values())}
    slots: dict[UUID, list[Slot]] = defaultdict(list)
    for pk, slot in untold(visits, rules, written, today=today, last=last):
        if hours[zones[pk]].is_to_be_written(slot, now, now + horizon):  # as most often there is none
            slots[pk].append(slot)
    silent, reaches = (declining(slots), reaches_of(slots)) if slots else ((), {})
    births = {each.patient: each.birth_date for each in visits}
    channels = channels_set_up()
    for pk, wanted in slots.items():
        if pk in silent:
            declined = (LeftOut(pk, slot.day, slot.item, Untrue.DECLINED) for slot in wanted)
            found.left_out += [each for each in declined if each.key not in written[pk].keys]
            continue
        person = Person(pk, births[pk], reaches.get(pk, ()), hours[zones[pk]], written[pk].standing)
        for each in letters_of(person, wanted, channels=channels, now=now, horizon=horizon):
            if isinstance(each, Letter):
                found.letters.append(each)
            elif each.key not in written[pk].keys:
                found.left_out.append(each)
    return found


def candidates(
    clinic: Clinic, rules: Iterable[Rule], *, first: date, last: date, patient: Patient | None
) -> list[Candidate]:
    """Return the open visits of patients in follow-up with a reminder that might fall on `first` to `last`.

    Each of the three ways to find them reads a range of an index of its own. What belongs to a visit is read once it
    is found, so that no plan can choose to read all patients instead.
    """
    of_whom = Q(clinic=clinic, patient=patient) if patient else Q(clinic=clinic)
    open_visits = PlannedVisit.objects.open().not_drawn().filter(of_whom).order_by()
    ahead = spans("on", days_of(rules, Moment.BEFORE_BOOKED), first, last, back=True)
    windows = spans("opens", days_of(rules, Moment.BEFORE_WINDOW), first, last, back=True)
    late = spans("closes", (days + 1 for days in days_of(rules, Moment.OVERDUE)), first, last, back=False)
    ways = [open_visits.filter(span).values_list("pk") for span in (windows, late) if span is not None]
    if ahead is not None:
        booked = Appointment.objects.filter(of_whom, ahead, state=Appointment.State.BOOKED).order_by()
        ways.append(open_visits.filter(appointment__in=among(booked.values_list("pk", flat=True))).values_list("pk"))
    found = [pk for (pk,) in ways[0].union(*ways[1:])] if ways else []
    followed = open_visits.filter(patient__care=Care.FOLLOWED, patient__status=Patient.Status.ACTIVE)
    return [Candidate._make(row) for row in followed.filter(pk__in=among(found)).values_list(*COLUMNS)]


def untold(
    visits: Sequence[Candidate], rules: Sequence[Rule], written: Mapping[UUID, Written], *, today: date, last: date
) -> Iterator[tuple[UUID, Slot]]:
    """Yield the reminders up to the day `last` that no message tells of yet, with the patient."""
    doing = activities_of(each.visit for each in visits) if any(rule.activity for rule in rules) else {}
    for each in visits:
        booked = booked_on(each.state, each.on, each.at, each.moves)
        facts = VisitFacts(each.visit, doing.get(each.visit, frozenset()), each.opens, each.closes, booked)
        told = written[each.patient].told
        for slot in slots_of(facts, rules, today=today):
            if slot.day <= last and meaning(slot.item) not in told:
                yield each.patient, slot


def spans(column: str, days: Iterable[int], first: date, last: date, *, back: bool) -> Q | None:
    """Return the condition that a reminder so many days before (or after) `column` falls on `first` to `last`."""
    sign = 1 if back else -1
    ranges = [Q(**{f"{column}__range": (first + sign * n * DAY, last + sign * n * DAY)}) for n in days]
    return reduce(or_, ranges) if ranges else None


def activities_of(visits: Iterable[UUID]) -> dict[UUID, frozenset[str]]:
    """Return what is still to be done at each visit."""
    found: dict[UUID, set[str]] = defaultdict(set)
    planned = PlannedActivity.objects.filter(visit__in=among(visits), status="planned").order_by()
    for visit, activity in planned.values_list("visit", "activity"):
        found[visit].add(activity)
    return {visit: frozenset(names) for visit, names in found.items()}


def reaches_of(patients: Collection[UUID]) -> dict[UUID, list[Reach]]:
    """Return how the people around each patient are reached."""
    found: dict[UUID, list[Reach]] = defaultdict(list)
    for contact in Contact.objects.filter(patient__in=among(patients), is_active=True) if patients else ():
        found[contact.patient_id].append(reach_of(contact))
    return found


def reach_of(contact: Contact) -> Reach:
    """Return how one person is reached."""
    ways, agreed = set(), False
    for channel, names in CONSENTS.items():
        consent, address, fault = (getattr(contact, name) for name in names)
        agreed |= consent == Contact.Consent.GIVEN
        if consent == Contact.Consent.GIVEN and address and not fault:
            ways.add(channel.value)
    return Reach(
        contact=contact.pk,
        relation=contact.relation,
        legal_authority=contact.legal_authority,
        order=contact.order,
        language=contact.language,
        interpreter=contact.interpreter,
        phone=contact.phone,
        ways=frozenset(ways),
        agreed=agreed,
    )


def written_of(patients: Iterable[UUID], *, since: date, now: datetime) -> dict[UUID, Written]:
    """Return what is written of each patient's reminders from `since` on."""
    found: dict[UUID, Written] = {pk: Written() for pk in patients}
    if not found:
        return found
    messages = Message.objects.going_out().filter(patient__in=among(found), kind=KIND, local_day__gte=since)
    columns = ("pk", "patient", "contact", "local_day", "channel", "state", "outcome", "details", "expires_at")
    for pk, patient, contact, day, channel, state, outcome, details, expires_at, key in messages.values_list(
        *columns, "dedupe_key"
    ):
        written = found[patient]
        written.keys.append(key)
        waits = state == State.DUE and (expires_at is None or expires_at > now)
        settled = state == State.VOID and contact and outcome not in GIVEN_BACK
        if waits or settled or state in STANDING:
            written.told |= {meaning(item) for item in details.get("items", ())}
        if contact and (waits or state in STANDING):
            written.standing.append(Standing(pk, contact, day, channel, waits))
    return found
