"""What must never leave, whatever was planned: to the dead, to a child, at night, twice a day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tests.oracle import life
from tests.oracle.contacts import ADULT
from tests.oracle.differences import Difference, clock_words
from tests.oracle.log import Line
from tests.oracle.reminders import Reminding
from tests.oracle.standing import Standing
from tests.oracle.values import age
from tests.oracle.wall_clock import is_quiet, local_day

IN_FLIGHT = timedelta(minutes=1)  # the provider's answer may come after the fact


class Never:
    """Looks at each message to a patient's contact by itself."""

    def __init__(self, standing: Standing, reminding: Reminding) -> None:
        self.standing, self.reminding = standing, reminding
        self.silent_since: datetime | None = None
        self.seen: dict[tuple[str, date], int] = {}
        self.differences: list[Difference] = []

    def take(self, line: Line) -> None:
        """Look at one line, once it is taken in."""
        assert line.at is not None
        today = local_day(line.at, self.standing.clinic["zone"])
        if not life.is_silent(list(self.standing.life.values()), today):
            self.silent_since = None
        elif self.silent_since is None:
            self.silent_since = line.at
        if line.what == "sent" and line["to"] in self.reminding.contacts.known:
            self._look(line, line.at, today)

    def _look(self, line: Line, at: datetime, today: date) -> None:
        zone, clinic = self.reminding.zone, self.standing.clinic
        events = list(self.standing.life.values())
        if self.silent_since and at > self.silent_since + IN_FLIGHT:
            whom = "somebody who died" if life.is_dead(events, today) else "somebody who is not written to"
            self._differs(line, f"a message to {whom}")
        contact = self.reminding.contacts.known[line["to"]]
        if contact["relation"] == "self" and age(self.standing.line["born"], local_day(at, zone)) < ADULT:
            self._differs(line, "a message to a child")
        if is_quiet(at, zone, clinic["quiet_from"], clinic["quiet_until"]):
            self._differs(line, f"a message in the quiet hours of {zone}")
        if line["day"]:
            self._look_for_second(line)

    def _look_for_second(self, line: Line) -> None:
        before = self.seen.setdefault((line["to"], line["day"]), line.number)
        if before != line.number:
            self._differs(line, f"a second message of {line['day']}", before)

    def _differs(self, line: Line, found: str, *more: int) -> None:
        assert line.at is not None
        what = f"sent to {line['to']} by {line['channel']} at {clock_words(line.at)}"
        patient = self.standing.line["patient"]
        self.differences.append(Difference(patient, what, "nothing of the kind", found, (*more, line.number)))
