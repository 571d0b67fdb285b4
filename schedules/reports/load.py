"""The load ahead: how many draws, visits and scans of a clinic's open plans each week of the next two years expects.

Plans without end are stored 24 months ahead, so that the rows suffice. What is booked stands in the week of its
appointment; the rest in the week of its target, what is due by now in this week. What is overdue has no week.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Case, Count, DateField, F, Func, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Greatest, TruncWeek

from accounts.models import Clinic
from patients.models import Care, ClinicRowQuerySet
from schedules import shown
from schedules.calendars import working_calendar
from schedules.models import ActivityStatus, Appointment, Capacity, PlannedActivity, PlannedVisit
from schedules.names import ACTIVITY_NAMES, activity_name
from schedules.protocol import SPECIMENS, Status

AHEAD = relativedelta(months=24)
WEEK = timedelta(days=7)
DRAWS = "draws"  # one for each patient and day, however many activities it serves
VISITS = "physician_visit"
SCANS = ("mibg_scan", "anatomical_imaging", "fdg_pet", "sstr_pet")
USUAL = (DRAWS, VISITS, "mibg_scan", "anatomical_imaging")


@dataclass(frozen=True, slots=True)
class Expected:
    """How much of one column a week expects, how much of it is booked, and how much there is room for.

    `places` None: nobody counts.
    """

    column: str
    count: int
    booked: int
    places: int | None

    @property
    def name(self) -> str:
        return column_name(self.column)

    @property
    def too_many(self) -> bool:
        return self.places is not None and self.count > self.places


@dataclass(frozen=True, slots=True)
class Week:
    """One ISO week, by its Monday; what it expects in the order of the columns."""

    monday: date
    expected: Sequence[Expected]

    @property
    def sunday(self) -> date:
        return self.monday + WEEK - timedelta(days=1)

    @property
    def name(self) -> str:
        year, week, _ = self.monday.isocalendar()
        return f"{year}-W{week:02}"

    @property
    def is_empty(self) -> bool:
        return not any(each.count for each in self.expected)


@dataclass(frozen=True, slots=True)
class Load:
    """Two years by week. `columns`: draws, or an activity; `overdue`: visits whose window is over, in no week."""

    columns: Sequence[str]
    weeks: Sequence[Week]
    overdue: int

    @property
    def names(self) -> list[str]:
        return [column_name(column) for column in self.columns]

    @property
    def totals(self) -> list[int]:
        return [sum(week.expected[position].count for week in self.weeks) for position in range(len(self.columns))]

    @property
    def is_empty(self) -> bool:
        return not any(self.totals)

    def of(self, column: str) -> list[tuple[Week, Expected]]:
        """Return the weeks with what they expect of one column."""
        position = self.columns.index(column)
        return [(week, week.expected[position]) for week in self.weeks]


@dataclass(slots=True)
class Counted:
    """What the database counted of a column, by Monday."""

    all: dict[date, int] = field(default_factory=dict)
    booked: dict[date, int] = field(default_factory=dict)

    def add(self, monday: date, count: int, *, booked: bool) -> None:
        self.all[monday] = self.all.get(monday, 0) + count
        if booked:
            self.booked[monday] = self.booked.get(monday, 0) + count

    def of(self, monday: date) -> tuple[int, int]:
        return self.all.get(monday, 0), self.booked.get(monday, 0)


def column_name(column: str) -> str:
    return "Draws" if column == DRAWS else activity_name(column)


def load_ahead(clinic: Clinic, *, today: date) -> Load:
    """Return what the weeks from this one on expect; a fixed number of queries for any number of patients."""
    last = today + AHEAD
    counted = counted_by_column(clinic, today, last)
    places = dict(Capacity.objects.filter(clinic=clinic).values_list("activity", "places"))
    wanted = {*USUAL, *places, *(set(counted) & set(SCANS))}
    columns = [DRAWS, *(name for name in ACTIVITY_NAMES if name in wanted)]
    columns += sorted(wanted - set(columns))
    room = working_days_by_week(clinic, today, last) if places else {}

    def room_for(column: str, monday: date) -> int | None:
        return places[column] * room.get(monday, 0) if column in places else None

    weeks = [
        Week(
            monday,
            [
                Expected(column, *counted.get(column, Counted()).of(monday), room_for(column, monday))
                for column in columns
            ],
        )
        for monday in mondays(today, last)
    ]
    return Load(columns, weeks, overdue_visits(clinic, today))


def mondays(first: date, last: date) -> list[date]:
    """Return the Mondays of the weeks from that of `first` to that of `last`."""
    monday = first - timedelta(days=first.weekday())
    return [monday + n * WEEK for n in range((last - monday).days // 7 + 1)]


def counted_by_column(clinic: Clinic, today: date, last: date) -> Mapping[str, Counted]:
    """Return what is expected from `today` to `last`, by column and week: two grouped queries."""
    rows = expected_activities(clinic, today).filter(day__lte=last)
    found: dict[str, Counted] = {}
    by_activity = rows.values("week", "activity", "is_booked").annotate(count=Count("pk")).order_by()
    for row in by_activity:
        found.setdefault(row["activity"], Counted()).add(row["week"], row["count"], booked=row["is_booked"])
    one_draw = Func(F("visit__patient_id"), F("day"), function="ROW", output_field=DateField())
    draws = rows.filter(activity__in=SPECIMENS).values("week").order_by()
    of_draws = Counted()
    for row in draws.annotate(
        count=Count(one_draw, distinct=True), booked=Count(one_draw, distinct=True, filter=Q(is_booked=True))
    ):
        of_draws.all[row["week"]], of_draws.booked[row["week"]] = row["count"], row["booked"]
    return found | {DRAWS: of_draws}


def expected_activities(clinic: Clinic, today: date) -> Any:
    """Return what is open, not drawn and not overdue of the patients we follow, each with its `day` and `week`."""
    booked_on = Subquery(
        Appointment.objects.filter(pk=OuterRef("visit__appointment"), state=Appointment.State.BOOKED, on__gte=today)
        .order_by()
        .values("on")
    )
    return (
        PlannedActivity.objects.filter(
            clinic=clinic,
            status=ActivityStatus.PLANNED,
            visit__in=visits_of_followed(clinic),
        )
        .annotate(booked_on=booked_on)
        .filter(Q(booked_on__isnull=False) | Q(visit__closes__gte=today))
        .annotate(
            is_booked=Case(When(booked_on__isnull=False, then=Value(True)), default=Value(False)),
            day=Case(
                When(booked_on__isnull=False, then=F("booked_on")),
                default=Greatest(F("visit__target"), Value(today, output_field=DateField())),
            ),
        )
        .annotate(week=TruncWeek("day", output_field=DateField()))
    )


def visits_of_followed(clinic: Clinic) -> ClinicRowQuerySet[PlannedVisit]:
    """Return the open visits of current plans of the patients we follow."""
    return PlannedVisit.objects.filter(
        shown.OPEN,
        clinic=clinic,
        plan__is_current=True,
        patient__status="active",
        patient__care=Care.FOLLOWED,
    )


def overdue_visits(clinic: Clinic, today: date) -> int:
    """Return how many visits of the patients we follow are overdue."""
    return visits_of_followed(clinic).filter(shown.by_dates(today)[Status.OVERDUE]).count()


def working_days_by_week(clinic: Clinic, today: date, last: date) -> dict[date, int]:
    """Return how many days from `today` to `last` the clinic works, by Monday; of this week what is left."""
    calendar = working_calendar(clinic)
    found: dict[date, int] = {}
    for n in range((last - today).days + 1):
        day = today + timedelta(days=n)
        if calendar.is_working(day):
            monday = day - timedelta(days=day.weekday())
            found[monday] = found.get(monday, 0) + 1
    return found
