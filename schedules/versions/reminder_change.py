"""What another protocol version does to the reminders of a clinic, plan by plan."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from patients.models import Care
from schedules import protocol as rules
from schedules.plans.life import Life
from schedules.reminders.rules import Rule
from schedules.reminders.wanted import Booked, VisitFacts, slots_of
from schedules.versions.load_change import HELD, Placed, to_do_after, waits
from schedules.versions.stored import Visit, reading

Days = Counter[tuple[str, date]]  # the moments, and on which days
NONE: Days = Counter()
ANY = UUID(int=0)


@dataclass
class ReminderChange:
    """The reminders that come from `today` on under a version alone, or no more under it.

    `reminding`: the clinic's rules. One that comes on another day counts on both sides. Whether anybody may be written
    to is not asked.
    """

    reminding: Sequence[Rule]
    today: date
    more: int = 0
    fewer: int = 0

    def carry(self, changes: rules.Changes[str], placed: Iterable[Placed], visits: Iterable[Visit], life: Life) -> None:
        """Add what a difference makes of the reminders of one plan, which has `visits`; see `LoadChange.carry`."""
        if not self.reminding or life.care != Care.FOLLOWED:
            return
        held = {visit[1] for visit in visits if visit[HELD]}
        for visit, point in placed:
            if visit[1] not in held:
                _, _, _, _, _, opens, closes, *_, listed = visit
                to_do = reading(listed or "")[0]
                self.compare(self.days(to_do, opens, closes), self.days(to_do, point.opens, point.closes))
        for change in changes.writes:
            was, wanted = change.existing, change.point
            if was is None:
                if wanted and not waits(wanted, life):
                    self.compare(NONE, self.days(change.added, wanted.opens, wanted.closes))
            elif was.key not in held and not was.of({"drawn"}):
                lies = wanted if change.dates and wanted else was
                before = self.days(was.of({"planned"}), was.opens, was.closes, was.booked_on)
                self.compare(before, self.days(to_do_after(was, change), lies.opens, lies.closes, was.booked_on))

    def compare(self, before: Days, after: Days) -> None:
        """Add what one timepoint gains and loses."""
        self.more += (after - before).total()
        self.fewer += (before - after).total()

    def days(self, activities: frozenset[str], opens: date, closes: date, booked_on: date | None = None) -> Days:
        """Return the reminders of a timepoint with these `activities` to be done, from today on."""
        if not activities:
            return NONE
        booked = Booked(booked_on, "", 0) if booked_on else None
        slots = slots_of(VisitFacts(ANY, activities, opens, closes, booked), self.reminding, today=self.today)
        return Counter((slot.moment.value, slot.day) for slot in slots if slot.day >= self.today)
