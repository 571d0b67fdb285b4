"""What can be asked of plans and planned visits. Statuses are those of `schedules.protocol.shown_status`, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Exists, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Greatest

from patients.models import ClinicRowQuerySet
from schedules import shown
from schedules.protocol import Status

if TYPE_CHECKING:
    from schedules.models import Plan, PlannedVisit  # noqa: F401  (used in the generic bases below)

CLOCK_STARTS = timedelta(days=14)
CLOCK_ENDS = timedelta(days=84)


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

    def booked_outside_window(self, *, on: date) -> PlannedVisitQuerySet:
        """Booked visits whose appointment lies outside their window: each is listed for a decision."""
        return self.booked(on=on).exclude(appointment__on__range=(F("opens"), F("closes")))

    def booked_though_closed(self, *, on: date) -> PlannedVisitQuerySet:
        """Visits done, replaced or decided against whose appointment on or after `on` serves no open visit either."""
        return (
            self.exclude(status="planned")
            .filter(appointment__isnull=False, appointment__on__gte=on, appointment__state="booked")
            .exclude(appointment__visits__status="planned")
        )

    def within(self, spans: Sequence[tuple[date, date]]) -> PlannedVisitQuerySet:
        """Visits whose whole window lies in one of `spans`, given by first and last day; none without spans."""
        windows = (Q(opens__gte=first, closes__lte=last) for first, last in spans)
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
        """Plans with `last_count_on`: the date of the last recorded CBC specimen on or after the anchor, or None."""
        from schedules.models import VisitRecord

        counts = VisitRecord.objects.filter(
            patient=OuterRef("patient"),
            occurred_on__gte=OuterRef("anchor"),
            activities__contains=["cbc"],
            withdrawn=False,
        )
        last = counts.order_by().values("patient").annotate(last=Max("occurred_on")).values("last")
        return self.annotate(last_count_on=Subquery(last))

    def counts_overdue(self, *, on: date, limit_days: int = 8) -> PlanQuerySet:
        """Current plans whose blood counts are overdue by the second clock on `on` (PROTOCOL.md 10).

        The same reading as `schedules.protocol.count_clock`: from day 14 to day 84 or recovery, more than
        `limit_days` since the last specimen, never counted from before `followed_from`.
        """
        from schedules.models import VisitRecord

        last_day = on - timedelta(days=limit_days)
        recent_count = VisitRecord.objects.filter(
            clinic=OuterRef("clinic"),
            patient=OuterRef("patient"),
            occurred_on__gte=last_day,
            activities__contains=["cbc"],
            withdrawn=False,
        )
        return (
            self.current()
            .filter(
                ~Exists(recent_count),
                anchor__lte=on - CLOCK_STARTS,
                anchor__gte=on - CLOCK_ENDS,
                followed_from__lt=last_day,
                patient__status="active",
            )
            .filter(Q(counts_recovered_on__isnull=True) | Q(counts_recovered_on__gt=on))
            .with_last_count()
            .annotate(counted_from=Greatest("last_count_on", "anchor", "followed_from"))
        )

    def longest_wait_first(self) -> PlanQuerySet:
        """Plans with overdue blood counts, by the day their wait is counted from."""
        return self.order_by("counted_from", "id")  # type: ignore[misc]  # annotated by counts_overdue

    def counted_after(self, counted_from: date, pk: UUID) -> PlanQuerySet:
        """Plans that follow this one: the next page of `longest_wait_first`."""
        later = Q(counted_from__gt=counted_from) | Q(counted_from=counted_from, id__gt=pk)
        return self.longest_wait_first().filter(later)
