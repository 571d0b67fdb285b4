"""Why this date? The answer for one timepoint, as data and as a sentence."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Protocol as Shape

from schedules.protocol.calendar import suggested_day
from schedules.protocol.definition import Protocol
from schedules.protocol.timeline import PlannedTimepoint

BEYOND = "added beyond the protocol"


class Days(Shape):
    """What says of a day why it is not suggested: the clinic's calendar, or it and the patient's absences together."""

    def reason(self, day: date) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Trace:
    """What made a timepoint's dates.

    `clamped`: the target month has no such day, so its last day stands. `suggested`: None without a calendar,
    or when no day of the window can be (then `undecided` is true). `shifted_because`: why the target itself
    is not suggested. `because`: why it was added, when the protocol itself does not have it.
    """

    timepoint: str
    anchor: date
    rule: str
    offset: int
    offset_unit: str
    target: date
    clamped: bool
    opens: date
    closes: date
    before: int
    after: int
    suggested: date | None
    shifted_because: str | None
    undecided: bool
    protocol_slug: str
    protocol_version: str
    because: str = ""

    @property
    def sentence(self) -> str:
        """Return the whole answer as one English sentence."""
        parts = [
            f"{self.timepoint}, {self.rule}: {self._sum()}",
            f"window {words(self.opens)} to {words(self.closes)} (-{self.before}/+{self.after} days)",
            *self._suggestion(),
            f"protocol {self.protocol_slug} {self.protocol_version}",
        ]
        sentence = "; ".join(parts) + "."
        return f"{sentence} {self.because}" if self.because else sentence

    def _sum(self) -> str:
        unit = self.offset_unit[:-1] if self.offset == 1 else self.offset_unit
        end = ", the month's last day" if self.clamped else ""
        return f"{words(self.anchor)} + {self.offset} {unit} is {words(self.target)}{end}"

    def _suggestion(self) -> list[str]:
        if self.undecided:
            return [f"no day to suggest in the window ({self.shifted_because} on the target), a decision is needed"]
        if self.suggested is None:
            return []
        because = f" ({self.shifted_because} on the target)" if self.shifted_because else ""
        return [f"suggested day {words(self.suggested)}{because}"]


def explain(
    protocol: Protocol,
    anchor: date,
    point: PlannedTimepoint,
    *,
    calendar: Days | None = None,
    because: str = "",
) -> Trace:
    """Return what made the dates of `point`; with a `calendar` also the suggested day.

    `because`: why it was added, when the protocol itself does not have it.
    """
    suggested = reason = None
    if calendar is not None:
        suggested = suggested_day(point.opens, point.target, point.closes, lambda day: calendar.reason(day) is None)
        reason = calendar.reason(point.target)
    return Trace(
        timepoint=point.timepoint,
        anchor=anchor,
        rule=next((phase.name for phase in protocol.phases if phase.key == point.phase), BEYOND),
        offset=point.offset,
        offset_unit=point.offset_unit,
        target=point.target,
        clamped=_is_clamped(anchor, point),
        opens=point.opens,
        closes=point.closes,
        before=point.before,
        after=point.after,
        suggested=suggested,
        shifted_because=reason,
        undecided=calendar is not None and suggested is None,
        protocol_slug=protocol.slug,
        protocol_version=protocol.version,
        because=because,
    )


def _is_clamped(anchor: date, point: PlannedTimepoint) -> bool:
    last_day = monthrange(point.target.year, point.target.month)[1]
    return point.offset_unit == "months" and anchor.day > last_day == point.target.day


def words(day: date) -> str:
    """Return `day` as pages show it: "Wed 27 Mar 2024"."""
    return f"{day:%a} {day.day} {day:%b %Y}"
