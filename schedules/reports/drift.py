"""The drift report: how far from its target each timepoint took place, and what did not.

Counted are timepoints whose target lies in the period and that are done, missed or overdue. Left out: what closed
before the patient was followed here, additions (their day is no rule's), what does not apply, was cancelled or
replaced, waits for a decision or a result, or is not over yet. All sums are the database's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Aggregate, Count, F, Func, IntegerField, Max, Min, Q

from accounts.models import Clinic
from schedules import shown
from schedules.models import PlannedVisit, Protocol
from schedules.names import timepoint_name
from schedules.protocol import ADDED, Status

DONE = Q(status="done")
IN_WINDOW = DONE & Q(done_on__gte=F("opens"), done_on__lte=F("closes"))


class DaysBetween(Func):
    """Days from the second date to the first."""

    arg_joiner = " - "
    template = "(%(expressions)s)"
    output_field = IntegerField()


class Percentile(Aggregate):
    """The value at a share of the ordered values, one that occurred (percentile_disc)."""

    function = "percentile_disc"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = IntegerField()

    def __init__(self, expression: Any, *, share: float, **extra: Any) -> None:
        super().__init__(expression, share=float(share), **extra)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is about: targets from `first` to `last`, both inclusive; `protocol` None: every version."""

    first: date
    last: date
    protocol: Protocol | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many took place and how: at ours within, before and after the window, elsewhere; and how many did not."""

    in_window: int
    early: int
    late: int
    elsewhere: int
    missed: int
    overdue: int
    kept: int

    @property
    def done(self) -> int:
        return self.in_window + self.early + self.late + self.elsewhere

    @property
    def due(self) -> int:
        """All that was to be done."""
        return self.done + self.missed + self.overdue

    @property
    def adherence(self) -> int | None:
        """The share done within the window, here or elsewhere, in percent of all that was to be done; None of none."""
        return round(100 * self.kept / self.due) if self.due else None


@dataclass(frozen=True, slots=True)
class TimepointDrift:
    """One timepoint: days from target to the day it was done, and what became of it.

    `median` and quartiles None: never done. `before`, `after`: the widest window there was, in days.
    """

    timepoint: str
    kind: str
    phase: str
    median: int | None
    lower: int | None
    upper: int | None
    least: int | None
    most: int | None
    before: int
    after: int
    tally: Tally

    @property
    def name(self) -> str:
        return timepoint_name(self.timepoint, self.kind)


@dataclass(frozen=True, slots=True)
class PhaseAdherence:
    """One phase in one clinic."""

    clinic: str
    phase: str
    tally: Tally


def counted(asked: Asked, *, today: date) -> Any:
    """Return the timepoints a report counts on `today`."""
    overdue = shown.by_dates(today)[Status.OVERDUE]
    rows = PlannedVisit.objects.filter(
        DONE | Q(status="missed") | overdue,
        target__range=(asked.first, asked.last),
        before_enrolment=False,
        patient__status="active",
    ).exclude(phase=ADDED)
    return rows.filter(plan__protocol=asked.protocol) if asked.protocol else rows


def tallies(today: date) -> dict[str, Count]:
    """Return the counts of a `Tally` as aggregates."""
    conditions = {
        "in_window": shown.STORED[Status.DONE],
        "early": shown.STORED[Status.DONE_EARLY],
        "late": shown.STORED[Status.DONE_LATE],
        "elsewhere": shown.STORED[Status.DONE_ELSEWHERE],
        "missed": Q(status="missed"),
        "overdue": Q(status="planned"),
        "kept": IN_WINDOW,
    }
    return {name: Count("pk", filter=condition) for name, condition in conditions.items()}


def drift_by_timepoint(clinic: Clinic, asked: Asked, *, today: date) -> list[TimepointDrift]:
    """Return each timepoint of the clinic, by when it comes after the treatment: one query."""
    days = DaysBetween(F("done_on"), F("target"))
    rows = (
        counted(asked, today=today)
        .filter(clinic=clinic)
        .order_by()
        .values("timepoint", "kind", "phase")
        .annotate(
            comes=Min(DaysBetween(F("target"), F("plan__anchor"))),
            median=Percentile(days, share=0.5, filter=DONE),
            lower=Percentile(days, share=0.25, filter=DONE),
            upper=Percentile(days, share=0.75, filter=DONE),
            least=Min(days, filter=DONE),
            most=Max(days, filter=DONE),
            before=Max(DaysBetween(F("target"), F("opens"))),
            after=Max(DaysBetween(F("closes"), F("target"))),
            **tallies(today),
        )
        .order_by("comes", "kind", "timepoint", "phase")
    )
    names = ("timepoint", "kind", "phase", "median", "lower", "upper", "least", "most", "before", "after")
    return [TimepointDrift(**{name: row[name] for name in names}, tally=tally_in(row)) for row in rows]


def adherence_by_phase(clinics: Sequence[Clinic], asked: Asked, *, today: date) -> list[PhaseAdherence]:
    """Return each phase in each of `clinics`, by clinic and by when it begins: one query.

    `today`: the date in the clinic where the report is read.
    """
    rows = (
        counted(asked, today=today)
        .filter(clinic__in=clinics)
        .order_by()
        .values("clinic__name", "phase")
        .annotate(comes=Min(DaysBetween(F("target"), F("plan__anchor"))), **tallies(today))
        .order_by("clinic__name", "comes", "phase")
    )
    return [PhaseAdherence(row["clinic__name"], row["phase"], tally_in(row)) for row in rows]


def tally_in(row: dict[str, Any]) -> Tally:
    return Tally(
        **{name: row[name] for name in ("in_window", "early", "late", "elsewhere", "missed", "overdue", "kept")}
    )


def phase_names() -> dict[str, str]:
    """Return the names of the phases of all protocols, by key."""
    stored = Protocol.objects.exclude(status=Protocol.Status.DRAFT)
    return {phase.key: phase.name for protocol in stored for phase in protocol.definition.phases}
