"""From reminders to messages: at most one to each person on a day, at an hour that suits, and never too late."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from schedules.reminders.addressing import CALL, Addressee, Nobody, Reach, addressee, is_child
from schedules.reminders.wanted import DAY, Slot, digest, mark, meaning

# How far ahead messages are written; what is known later than that is what they are written by.
HORIZON = timedelta(hours=48)
ANOTHER_WENT = "Another message went to the same person that day, and the next day is too late."

Instant = Callable[[date, time, ZoneInfo], datetime]


@dataclass(frozen=True, slots=True)
class Hours:
    """When messages reach a patient, by the patient's wall clock; `instant` says which moment a wall-clock time is."""

    remind_at: time
    quiet_from: time
    quiet_until: time
    zone: ZoneInfo
    clinic_zone: ZoneInfo
    instant: Instant

    def is_quiet(self, at: time) -> bool:
        """Say whether nothing reaches the patient at this wall-clock time."""
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= at < self.quiet_until
        return at >= self.quiet_from or at < self.quiet_until

    @property
    def at(self) -> time:
        """When messages leave: the clinic's hour, or the end of the quiet hours when it lies in them."""
        return self.quiet_until if self.is_quiet(self.remind_at) else self.remind_at

    def leaves(self, day: date) -> datetime:
        """Return when the messages of a day leave."""
        return self.instant(day, self.at, self.zone)

    def ends(self, day: date) -> datetime:
        """Return when a day is over for messages: with its evening's quiet hours, or at midnight."""
        if self.quiet_until < self.quiet_from and self.at < self.quiet_from:
            return self.instant(day, self.quiet_from, self.zone)
        return self.instant(day + DAY, time(0), self.zone)

    def begins(self, day: date) -> datetime:
        """Return when the day of a visit begins at the clinic."""
        return self.instant(day, time(0), self.clinic_zone)

    def exists(self, day: date) -> bool:
        """Say whether the patient's calendar has the day: a zone that crossed the date line left one out."""
        return self.leaves(day).astimezone(self.zone).date() == day

    def first_day(self, now: datetime) -> date:
        """Return the first day on which something may still leave."""
        today = now.astimezone(self.zone).date()
        return today if now < self.ends(today) else today + DAY

    def days_for(self, slot: Slot, now: datetime) -> Iterator[date]:
        """Yield the days on which a reminder may leave, the best first: its own, else the nearest that is of use.

        Where the patient lives so far from the clinic that its day would come too late, the day before it.
        """
        until = self.begins(slot.until)
        day = slot.day
        while self.leaves(day) >= until or not self.exists(day):
            day -= DAY
        day = max(day, self.first_day(now))
        while max(self.leaves(day), now) < until:
            if self.exists(day):
                yield day
            day += DAY

    def is_to_be_written(self, slot: Slot, now: datetime, last: datetime) -> bool:
        """Say whether a reminder may leave up to `last`."""
        day = next(self.days_for(slot, now), None)
        return day is not None and self.leaves(day) <= last


class Standing(NamedTuple):
    """A message that is written already: whom it goes to on which day, and whether more may be told in it."""

    message: UUID | None
    contact: UUID
    day: date
    channel: str
    open: bool


@dataclass
class Letter:
    """One message to one person on one day; `message` is the stored one that it is told in, if any."""

    patient: UUID
    contact: UUID
    channel: str
    day: date
    not_before: datetime
    expires_at: datetime
    items: list[dict[str, Any]] = field(default_factory=list)
    message: UUID | None = None

    @property
    def key(self) -> str:
        """What the message means: the same cause writes it once."""
        return f"reminder:{self.contact}:{self.channel}:{self.day}:{digest(self.items)}"


class LeftOut(NamedTuple):
    """A reminder that is not sent, on the day on which it would have been, and why."""

    patient: UUID
    day: date
    item: dict[str, Any]
    why: str

    @property
    def key(self) -> str:
        """What is left out, and why; on whichever day it is found."""
        return f"reminder:nobody:{self.patient}:{digest([self.item])}:{mark(self.why)}"


@dataclass(frozen=True)
class Person:
    """A patient as reminders see them: when they were born, who is around them, when messages reach them."""

    patient: UUID
    birth_date: date
    reaches: Sequence[Reach]
    hours: Hours
    standing: Sequence[Standing] = ()


def letters_of(
    person: Person, slots: Iterable[Slot], *, channels: Sequence[str], now: datetime, horizon: timedelta = HORIZON
) -> list[Letter | LeftOut]:
    """Return the messages of one patient that the reminders make, in order of their days.

    What falls on one day is told in one message. Where one went already that day, the next day tells it, if that is
    still of use; else it is left out, and says so.
    """
    desk = Desk(person, channels, now, horizon)
    for slot in sorted(slots, key=lambda each: (each.day, str(each.visit), each.moment, each.days)):
        desk.place(slot)
    return [*sorted(desk.letters.values(), key=lambda each: each.day), *desk.left_out]


class Desk:
    """Where the messages of one patient are put together."""

    def __init__(self, person: Person, channels: Sequence[str], now: datetime, horizon: timedelta) -> None:
        self.person, self.hours, self.channels, self.now = person, person.hours, channels, now
        self.last = now + horizon
        self.taken: Mapping[tuple[UUID, date], Standing] = {(each.contact, each.day): each for each in person.standing}
        self.letters: dict[tuple[UUID, date], Letter] = {}
        self.left_out: list[LeftOut] = []

    def place(self, slot: Slot) -> None:
        """Put one reminder into the message of its day, or of the first day after it that can still tell it."""
        began = False
        for day in self.hours.days_for(slot, self.now):
            if self.hours.leaves(day) > self.last:
                return
            to = addressee(self.person.reaches, child=is_child(self.person.birth_date, day), channels=self.channels)
            if isinstance(to, Nobody):
                self.left_out.append(LeftOut(self.person.patient, slot.day, slot.item, to))
                return
            began = True
            if self.tell(slot, to, day):
                return
        if began:
            self.left_out.append(LeftOut(self.person.patient, slot.day, slot.item, ANOTHER_WENT))

    def tell(self, slot: Slot, to: Addressee, day: date) -> bool:
        """Tell of a reminder in the message of a day; say whether it could be."""
        taken = self.taken.get((to.contact, day))
        if taken and not taken.open:
            return False
        letter = self.letters.get((to.contact, day))
        if letter is None:
            channel = taken.channel if taken else to.channel
            letter = self.letters[to.contact, day] = Letter(
                patient=self.person.patient,
                contact=to.contact,
                channel=channel,
                day=day,
                not_before=self.hours.leaves(day),
                expires_at=self.hours.begins(slot.until) if channel == CALL else self.hours.ends(day),
                message=taken.message if taken else None,
            )
        letter.expires_at = min(letter.expires_at, self.hours.begins(slot.until))
        if meaning(slot.item) not in map(meaning, letter.items):
            letter.items.append(slot.item)
        return True
