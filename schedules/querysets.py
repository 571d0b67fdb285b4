"""What can be asked of plans and planned visits. Statuses are those of `schedules.protocol.shown_status`, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from patients.models import ClinicRowQuerySet
from schedules import shown
from schedules.protocol import ADDED, Status
from schedules.protocol.counts import FIRST_DAY, LAST_DAY, LIMIT, SEVERE_LIMIT

if TYPE_CHECKING:
    from schedules.models import Absence, Plan, PlannedActivity, PlannedVisit, Proposal, VisitRecord  # noqa: F401  (used in the generic bases below)


class PlannedVisitQuerySet(ClinicRowQuerySet["PlannedVisit"]):
    def open(self) -> PlannedVisitQuerySet:
        """Visits that somebody still has to do or decide about."""
        return self.filter(shown.OPEN)

    def not_drawn(self) -> PlannedVisitQuerySet:
        """Visits for which no specimen awaits its result."""
        return self.filter(drawn_on__isnull=True)

    def waiting(self, *, on: date) -> PlannedVisitQuerySet:
        """Open visits that are neither booked nor awaiting a result on `on`."""
        return self.filter(shown.waiting(on))

    def shown_as(self, status: Status, *, on: date) -> PlannedVisitQuerySet:
        """Visits that `schedules.protocol.shown_status` would call `status` on `on`, the clinic's date."""
        return self.filter(shown.shown_as(status, on=on))

    def overdue(self, *, on: date) -> PlannedVisitQuerySet:
        """Visits whose window closed before `on`."""
        return self.shown_as(Status.OVERDUE, on=on)

    def due(self, *, on: date) -> PlannedVisitQuerySet:
        """Visits whose window holds `on`, both ends inclusive."""
        return self.shown_as(Status.DUE, on=on)

    def opening(self, *, on: date, after: date, until: date) -> PlannedVisitQuerySet:
        """Visits that wait on `on`, and whose window opens after `after` and not later than `until`."""
        return self.waiting(on=on).filter(opens__gt=after, opens__lte=until)

    def booked(self, *, on: date, until: date | None = None) -> PlannedVisitQuerySet:
        """Open visits with an appointment on or after `on`, and not later than `until`, when given."""
        booked = self.shown_as(Status.BOOKED, on=on)
        return booked.filter(appointment__on__lte=until) if until else booked

    def booked_unfit(self, *, on: date, days_off: Sequence[date] = ()) -> PlannedVisitQuerySet:
        """Booked visits whose appointment lies outside their window, on one of `days_off`, or in an absence."""
        away = absences().filter(first_day__lte=OuterRef("appointment__on"), last_day__gte=OuterRef("appointment__on"))
        outside = Q(appointment__on__lt=F("opens")) | Q(appointment__on__gt=F("closes"))
        booked = self.booked(on=on).filter(appointment__state="booked")
        return booked.filter(outside | Q(appointment__on__in=days_off) | Exists(away))

    def partly_away(self, *, on: date) -> PlannedVisitQuerySet:
        """Visits with a day of their window, on or after `on`, on which the patient is away."""
        away = absences().filter(first_day__lte=OuterRef("closes"), last_day__gte=OuterRef("opens"))
        return self.filter(Exists(away.filter(last_day__gte=on)))

    def booked_though_closed(self, *, on: date) -> PlannedVisitQuerySet:
        """Visits done, replaced or decided against whose appointment on or after `on` serves no open visit either."""
        return (
            self.exclude(status="planned")
            .filter(appointment__isnull=False, appointment__on__gte=on, appointment__state="booked")
            .exclude(appointment__visits__status="planned")
        )

    def within(self, spans: Sequence[tuple[date, date]]) -> PlannedVisitQuerySet:
        """Visits whose whole window lies in one of `spans`, given by first and last day; none without spans."""
        windows = (Q(opens__range=(first, last), closes__lte=last) for first, last in spans)
        return self.filter(reduce(or_, windows)) if spans else self.none()

    def awaiting_result(self, *, drawn_before: date | None = None) -> PlannedVisitQuerySet:
        """Open visits of which a specimen was drawn (before `drawn_before`, when given) and the result has not come."""
        drawn = self.open().filter(drawn_on__isnull=False)
        return drawn.filter(drawn_on__lt=drawn_before) if drawn_before else drawn

    def ranked(self) -> PlannedVisitQuerySet:
        """Visits by what a miss would cost, the worst first, then by the end of their window."""
        return self.order_by("-cost", "closes", "id")

    def ranked_after(self, cost: int, closes: date, pk: UUID) -> PlannedVisitQuerySet:
        """Visits that follow the one with this rank: the next page of `ranked`."""
        later = Q(closes__gt=closes) | Q(closes=closes, id__gt=pk)
        return self.ranked().filter(Q(cost__lt=cost) | Q(later, cost=cost))


class PlanQuerySet(ClinicRowQuerySet["Plan"]):
    def current(self) -> PlanQuerySet:
        """Plans of the latest given therapeutic infusion of each patient."""
        return self.filter(is_current=True)

    def with_last_count(self) -> PlanQuerySet:
        """Plans with `last_count_on`: the last CBC specimen since the infusion, recorded or reported, or None.

        And with `prolonged_until`: the last day of the provisional counts beyond the plan, or None without any.
        """
        beyond = provisional_counts().order_by().values("visit__plan").annotate(last=Max("visit__closes"))
        return self.annotate(
            last_count_on=Greatest(last_recorded_count(), "result_count_on"),
            prolonged_until=Subquery(beyond.values("last")),
        )

    def with_recorded_count(self) -> PlanQuerySet:
        """Plans with `recorded_count_on`: the last CBC specimen recorded at a visit since the infusion, or None."""
        return self.annotate(recorded_count_on=last_recorded_count())

    def counts_overdue(self, *, on: date) -> PlanQuerySet:
        """Current plans whose blood counts are overdue by the second clock on `on` (PROTOCOL.md 10).

        The same reading as `schedules.protocol.count_clock`: from day 14 to day 84 or recovery, longer while
        provisional counts go on, more than 8 days since the last specimen, more than 4 while the last count is severe,
        never counted from before `followed_from`.
        """
        last_day, severe_last_day = on - timedelta(days=LIMIT), on - timedelta(days=SEVERE_LIMIT)
        waited = Q(followed_from__lt=last_day) & ~Exists(counted_since(last_day))
        return (
            self.current()
            .filter(
                ~Exists(counted_since(severe_last_day)),
                Q(result_count_on__isnull=True) | Q(result_count_on__lt=severe_last_day),
                Q(anchor__lte=on - FIRST_DAY) | Q(course_started_on__lte=on - FIRST_DAY),
                followed_from__lt=severe_last_day,
                patient__status="active",
                patient__care="followed",
            )
            .filter(Q(anchor__gte=on - LAST_DAY) | (Q(pk__in=prolonged()) & counts_go_on(on)))
            .filter(
                Q(result_count_severe=True)
                | (waited & (Q(result_count_on__isnull=True) | Q(result_count_on__lt=last_day)))
            )
            .filter(Q(counts_recovered_on__isnull=True) | Q(counts_recovered_on__gt=on))
            .with_last_count()
            .annotate(counted_from=Greatest("last_count_on", Coalesce("course_started_on", "anchor"), "followed_from"))
        )

    def longest_wait_first(self) -> PlanQuerySet:
        """Plans with overdue blood counts, by the day their wait is counted from."""
        return self.order_by("counted_from", "id")  # type: ignore[misc]  # annotated by counts_overdue

    def counted_after(self, counted_from: date, pk: UUID) -> PlanQuerySet:
        """Plans that follow this one: the next page of `longest_wait_first`."""
        later = Q(counted_from__gt=counted_from) | Q(counted_from=counted_from, id__gt=pk)
        return self.longest_wait_first().filter(later)


def last_recorded_count() -> Subquery:
    """Return the day of the last blood count recorded for a plan's patient since its infusion."""
    from schedules.models import VisitRecord

    counts = VisitRecord.objects.filter(
        patient=OuterRef("patient"),
        occurred_on__gte=Coalesce(OuterRef("course_started_on"), OuterRef("anchor")),
        activities__contains=["cbc"],
        withdrawn=False,
    )
    return Subquery(counts.order_by().values("patient").annotate(last=Max("occurred_on")).values("last"))


def absences() -> ClinicRowQuerySet[Absence]:
    """Return the standing absences of a visit's patient, for a sub-query."""
    from schedules.models import Absence

    return Absence.objects.filter(patient=OuterRef("patient"), withdrawn=False)


def provisional_counts() -> ClinicRowQuerySet[PlannedActivity]:
    """Return the counts a plan has beyond the protocol, in force by rule and not fallen away, for a sub-query."""
    from schedules.models import PlannedActivity

    in_force = PlannedActivity.objects.filter(
        visit__plan=OuterRef("pk"), visit__phase=ADDED, activity="cbc", proposal__state="provisional"
    )
    return in_force.filter(status__in=("planned", "drawn", "done", "done_elsewhere"))


def prolonged() -> QuerySet[Proposal, Any]:
    """Return the plans something provisional was added to: few, so that the others need no closer look."""
    from schedules.models import Proposal

    return Proposal.objects.filter(state="provisional").order_by().values("plan")


def counts_go_on(on: date) -> Exists:
    """Say whether a plan has a provisional count whose window closes on `on` or later."""
    return Exists(provisional_counts().filter(visit__closes__gte=on))


def counted_since(day: date) -> ClinicRowQuerySet[VisitRecord]:
    """Return the blood counts of a plan's patient recorded on or after `day`, for a sub-query."""
    from schedules.models import VisitRecord

    return VisitRecord.objects.filter(
        clinic=OuterRef("clinic"),
        patient=OuterRef("patient"),
        occurred_on__gte=day,
        activities__contains=["cbc"],
        withdrawn=False,
    )
