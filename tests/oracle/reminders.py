"""Recomputes which reminders one patient's contacts must get, when and by which way, and which they must not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cache
from heapq import heappop, heappush

from tests.oracle import life
from tests.oracle.contacts import Contacts, Way
from tests.oracle.fields import Item, VisitKey
from tests.oracle.log import Line
from tests.oracle.moments import Reminder, Stand, reminders_of, rules_of
from tests.oracle.standing import Standing, Visit
from tests.oracle.wall_clock import DAY, MINUTE, at_wall_clock, days_between, is_quiet, local_day, next_full_five

GRACE = 5 * MINUTE  # one sweep
AFTER_AN_OUTAGE = 31 * MINUTE
WRITTEN_AHEAD = 2 * DAY
NOBODY = Way("", "void")
NO_WAY_OUT = ("void", "call")
CHANGES_THE_WAY = ("contact", "refuses", "life", "life.accepted", "life.ended")


@dataclass
class Expected:
    """One reminder that must leave by `way`, not before `earliest` and not after `latest`."""

    reminder: Reminder
    way: Way
    earliest: datetime
    latest: datetime
    lines: list[int]
    may_be_missing: bool = False
    may_be_dead: bool = False  # an outage held it up
    is_refused: bool = False

    @property
    def item(self) -> Item:
        return self.reminder.visit, self.reminder.moment

    @property
    def leaves(self) -> bool:
        """Whether a provider takes it."""
        return self.way.channel not in NO_WAY_OUT and not self.is_refused


@dataclass
class Outages:
    """When which channel takes nothing."""

    by_channel: dict[str, list[tuple[datetime, datetime]]] = field(default_factory=dict)

    def take(self, line: Line) -> None:
        if line.at:
            self.by_channel.setdefault(line["channel"], []).append((line.at, line["until"]))

    def until(self, channel: str, now: datetime) -> datetime | None:
        """Return the end of the outage of `channel` at `now`; None: it takes messages."""
        ends = [until for begins, until in self.by_channel.get(channel, ()) if begins <= now < until]
        return max(ends, default=None)

    def slow_until(self, channel: str, now: datetime) -> datetime:
        """Return until when what is due `now` may wait after an outage that is over: at least a sweep."""
        ends = [until for begins, until in self.by_channel.get(channel, ()) if until <= now < until + AFTER_AN_OUTAGE]
        return max([now, *(end + AFTER_AN_OUTAGE for end in ends)])


@cache
def moments_of(first: date, last: date, zone: str, clock: time) -> list[datetime]:
    """Return the moment of every day at which its messages leave."""
    return [at_wall_clock(day, clock, zone) for day in days_between(first, last)]


class Reminding:
    """Replays one patient's lines and notes what must be sent."""

    def __init__(self, standing: Standing, outages: Outages) -> None:
        self.standing, self.outages, self.clinic = standing, outages, standing.clinic
        self.zone: str = standing.line["zone"] or self.clinic["zone"]
        self.rules = rules_of(self.clinic["reminders"])
        self.contacts = Contacts(standing.line["born"])
        self.stands: dict[VisitKey, Stand | None] = {}
        self.by_day: dict[date, set[Reminder]] = {}
        self.wanted_since: dict[Reminder, datetime] = {}
        self.told: set[Reminder] = set()
        self.left_out: set[Reminder] = set()  # nobody could be told
        self.held_up: set[Reminder] = set()  # by an outage
        self.written: set[tuple[str, date]] = set()
        self.again: list[datetime] = []  # further moments: sweeps after a change, ends of outages
        self.expected: list[Expected] = []
        self.settled_on = date.min
        self.leaving: list[Expected] = []  # what was due before something became known at that very moment
        self.is_unsure = False  # whether it is known that the way that was refused last is

    # Through time

    def run(self, lines: Iterable[Line], first: date, last: date) -> Iterator[Line]:
        """Replay `lines` from day to day; hands each one out once it is taken in."""
        moments = iter(moments_of(first, last, self.zone, self._clock))
        moment = next(moments, None)
        for line in lines:
            if line.at is None:
                continue
            while True:
                now = min((each for each in (moment, self.again[0] if self.again else None) if each), default=None)
                if now is None or now >= line.at:
                    break
                moment = self._step(now, moment, moments)
            if line.at == moment and not self.leaving:
                self.leaving = self._due_before(line.at)
            self._take(line)
            yield line
        while moment or self.again:
            now = min(each for each in (moment, self.again[0] if self.again else None) if each)
            moment = self._step(now, moment, moments)

    def _step(self, now: datetime, moment: datetime | None, moments: Iterator[datetime]) -> datetime | None:
        """Look at what is due `now`; return the next moment of the days."""
        while self.again and self.again[0] == now:
            heappop(self.again)
        self._look(now)
        if now == moment:
            self.expected += [each for each in self.leaving if each.reminder not in self.told]
            self.leaving = []
        return next(moments, None) if now == moment else moment

    def _due_before(self, now: datetime) -> list[Expected]:
        """Decision: what becomes untrue at the very moment at which it is due may have left before."""
        today, day = local_day(now, self.clinic["zone"]), local_day(now, self.zone)
        due = [each for each in self.by_day.get(day, ()) if each not in self.told and not is_over(each, today)]
        way = self._way_of(due, day) if due else None
        if way is None or (way.contact, day) in self.written:
            return []
        return [Expected(each, way, now, now + GRACE, self._reasons(each.visit), may_be_missing=True) for each in due]

    def _take(self, line: Line) -> None:
        """Take one line in, and see by the next sweep what follows from it."""
        assert line.at is not None
        today = local_day(line.at, self.clinic["zone"])
        self._wake(today)
        is_known = self.contacts.take(line)
        if self.standing.take(line):
            self.standing.settle(today)
            self.settled_on = today
            self._follow_visits(line.at)
            is_known = True
        if is_known:
            heappush(self.again, next_full_five(line.at))
            self._let_go(line)

    def _let_go(self, line: Line) -> None:
        """Let what may have been under way be missing, where `line` says that nobody wants it any more."""
        assert line.at is not None
        for expected in reversed(self.expected):
            if expected.earliest + DAY < line.at:
                break
            day = local_day(expected.earliest, self.zone)
            is_wanted = expected.reminder in self.by_day.get(day, ()) and line.what not in CHANGES_THE_WAY
            if not is_wanted and line.at <= expected.latest:
                expected.may_be_missing = True

    def _wake(self, today: date) -> None:
        """Let happen what the days since brought by themselves."""
        if self.settled_on == date.min:
            self.settled_on = today
        if any(self.standing.wakes_on(day) for day in days_between(self.settled_on + DAY, today)):
            self.standing.settle(today)
            self._follow_visits(at_wall_clock(today, time(0), self.clinic["zone"]))
        self.settled_on = today

    def _follow_visits(self, now: datetime) -> None:
        """Note on which days which visit is to be reminded of, where that has changed."""
        booked = self.standing.booked_days()
        for key, visit in self.standing.visits.items():
            at = visit.timepoint
            stand = Stand(at.opens, at.closes, booked.get(key)) if is_reminded_of(visit) else None
            if stand == self.stands.get(key):
                continue
            self._note(key, self.stands.get(key), None)
            self._note(key, stand, now)
            self.stands[key] = stand

    def _note(self, key: VisitKey, stand: Stand | None, since: datetime | None) -> None:
        """Note that the reminders of a visit are wanted `since` then; None: not any more."""
        for reminder in reminders_of(key, stand, self.rules, self._last_before) if stand else ():
            if since:
                self.wanted_since[reminder] = since
            for day in days_between(reminder.first, reminder.last if since else reminder.last + DAY):
                reminders = self.by_day.setdefault(day, set())
                (reminders.add if since else reminders.discard)(reminder)

    # What is due

    def _look(self, now: datetime) -> None:
        """Expect what is due `now`, unless nobody may be written to."""
        today = local_day(now, self.clinic["zone"])
        self._wake(today)
        day = local_day(now, self.zone)
        wanted = [each for each in self.by_day.get(day, ()) if each not in self.told and not is_over(each, today)]
        due = [reminder for reminder in wanted if not self._is_booked_yet(reminder, today)]
        if len(due) < len(wanted):
            heappush(self.again, at_wall_clock(today + DAY, time(0), self.clinic["zone"]))
        if not due or not self._leaves(day) <= now < self._ends(day):
            return
        if life.is_silent(list(self.standing.life.values()), today):
            return
        way = self._way_of(due, day)
        if way is None:
            self._leave_out(due, now)
        elif (way.contact, day) in self.written:
            self._put_off(due, day)
        elif until := self.outages.until(way.channel, now):
            self.held_up.update(due)
            heappush(self.again, until)
        else:
            self._expect_message(due, way, day, now)

    def _way_of(self, due: list[Reminder], day: date) -> Way | None:
        """Return by which way what is due on a day goes, to whom; None: nobody can be told."""
        written = max(self._leaves(day) - WRITTEN_AHEAD, min(self.wanted_since[reminder] for reminder in due))
        return self.contacts.way_written(day, written)

    def _is_booked_yet(self, reminder: Reminder, today: date) -> bool:
        """Decision: far to the east the day after a booked one begins before that is over at the clinic; then only is
        the visit one without a day.
        """
        stand = self.stands.get(reminder.visit)
        is_of_none = reminder.moment[0] != "before_booked"
        return bool(is_of_none and stand and stand.booked and stand.booked >= today)

    def _leave_out(self, due: list[Reminder], now: datetime) -> None:
        """Decision: what nobody could be told is noted once, and told while of use once somebody can be."""
        self._expect([reminder for reminder in due if reminder not in self.left_out], NOBODY, now, now)
        self.left_out.update(due)
        self.told.difference_update(due)

    def _put_off(self, due: list[Reminder], day: date) -> None:
        """Decision: what is known on its last day, when a message has gone already, is told the next day if of use."""
        for reminder in due:
            moment, days = reminder.moment
            if moment != "overdue" and reminder.last == day < self._last_before(reminder.falls + days * DAY):
                self.by_day.setdefault(day + DAY, set()).add(reminder)

    @property
    def _clock(self) -> time:
        """Decision: a message of a day leaves on that day; where its hour is quiet, when the morning's quiet ends."""
        hour: time = self.clinic["remind_at"]
        noon = datetime.combine(date(2000, 1, 1), hour, UTC)
        is_at_rest = is_quiet(noon, "UTC", self.clinic["quiet_from"], self.clinic["quiet_until"])
        return self.clinic["quiet_until"] if is_at_rest else hour

    def _leaves(self, day: date) -> datetime:
        """Return when the messages of `day` leave."""
        return at_wall_clock(day, self._clock, self.zone)

    def _last_before(self, day: date) -> date:
        """Return the last of the patient's days whose messages leave before `day` begins at the clinic."""
        begins = at_wall_clock(day, time(0), self.clinic["zone"])
        return max(each for each in days_between(day - 2 * DAY, day + DAY) if self._leaves(each) < begins)

    def _ends(self, day: date) -> datetime:
        """Return when it is too late for the messages of `day`: with its evening's quiet hours, else at midnight."""
        if self.clinic["quiet_until"] < self.clinic["quiet_from"]:
            return at_wall_clock(day, self.clinic["quiet_from"], self.zone)
        return at_wall_clock(day + DAY, time(0), self.zone)

    def _expect_message(self, due: list[Reminder], way: Way, day: date, now: datetime) -> None:
        """Expect one message with all that is due.

        Decision: a message that is refused for good stays as what failed, for a person to see; what comes after it
        goes by the next way that is left. One that an outage held up may have used up its tries before anybody
        refused it: the next one may be the first to learn of it.
        """
        self.written.add((way.contact, day))
        is_refused = way in self.contacts.refuses
        if is_refused:
            self.contacts.faults.add(way)
        latest = self.outages.slow_until(way.channel, now) + GRACE
        if latest > self._ends(day):  # after an outage in the evening: then, or the next day
            latest += DAY
        self._expect(due, way, now, latest, is_refused=is_refused)
        self._let_be_late(due, now)
        self.is_unsure = is_refused and any(reminder in self.held_up for reminder in due)

    def _expect(
        self, due: list[Reminder], way: Way, earliest: datetime, latest: datetime, *, is_refused: bool = False
    ) -> None:
        was_unsure, self.is_unsure = self.is_unsure, False
        for reminder in sorted(due, key=lambda each: (each.visit, each.moment)):
            self.told.add(reminder)
            expected = Expected(reminder, way, earliest, latest, self._reasons(reminder.visit), was_unsure)
            expected.may_be_dead, expected.is_refused = reminder in self.held_up, is_refused
            self.expected.append(expected)

    def _let_be_late(self, due: list[Reminder], now: datetime) -> None:
        """Decision: what becomes known with the sweep that begins as the message of the day leaves may miss it, and is
        known after it then.
        """
        late = [each for each in due if next_full_five(self.wanted_since[each]) == now]
        if len(late) < len(due):
            for expected in self.expected[-len(due) :]:
                if expected.reminder in late:
                    expected.may_be_missing, expected.latest = True, expected.latest + DAY

    def _reasons(self, key: VisitKey) -> list[int]:
        """Return the lines from which a reminder follows."""
        appointment = self.standing.booked_for(key)
        lines = self.standing.treatments[key[0]].lines + self.standing.visits[key].lines
        return lines + ([appointment.line] if appointment else [])


def is_over(reminder: Reminder, today: date) -> bool:
    """Tell whether the day before which a reminder is of use has begun at the clinic, where it is `today`."""
    moment, days = reminder.moment
    return moment != "overdue" and today >= reminder.falls + days * DAY


def is_reminded_of(visit: Visit) -> bool:
    """Decision: a visit of which something was drawn waits for a result, not for the patient."""
    return visit.is_open and not visit.awaits_result and not visit.on_hold and not visit.before_enrolment
