"""A look at what a change would store: the change itself is made and taken back, so both cannot differ."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from django.db import transaction

from patients.models import Patient
from schedules import protocol as rules
from schedules.models import PlannedVisit
from schedules.pages.patient_page import PlanShown, Row, shown_plans
from schedules.plans.carrying import carries_of
from schedules.protocol import Status


class Preview(NamedTuple):
    """What a new treatment would plan and replace; `left`: what of earlier plans could be carried to the new one."""

    plan: PlanShown | None
    superseded: Sequence[Row]
    left: Sequence[str] = ()

    @property
    def stored(self) -> int:
        return len(self.plan.rows) if self.plan else 0

    @property
    def visits(self) -> int:
        return sum(row.visit.kind == PlannedVisit.Kind.VISIT for row in self.plan.rows) if self.plan else 0

    @property
    def scans(self) -> int:
        return self.stored - self.visits

    @property
    def before_enrolment(self) -> int:
        return self.count(Status.BEFORE_ENROLMENT)

    @property
    def overdue(self) -> int:
        return self.count(Status.OVERDUE)

    def count(self, status: Status) -> int:
        return sum(row.status == status for row in self.plan.rows) if self.plan else 0

    @property
    def warnings(self) -> list[str]:
        """What a clinician should know of the chosen intervals."""
        if not self.plan:
            return []
        return rules.warnings(self.plan.plan.protocol.definition, self.plan.plan.options)


def preview(change: Callable[[], Patient], *, today: date, before: Patient | None = None) -> Preview:
    """Return what `change` would do to the plans of the patient it returns; nothing stays stored.

    `before`: the patient as stored, when the change is not the first about them.

    Raises   DomainError: whatever the change refuses.
    """
    known = set(before.plans.values_list("pk", flat=True)) if before else set()
    open_visits = PlannedVisit.objects.filter(plan__in=known, status=PlannedVisit.Status.PLANNED)
    was_open = set(open_visits.values_list("pk", flat=True))
    with transaction.atomic():
        patient = change()
        plans = shown_plans(patient, today=today)
        left = [carry.sentence for carry in carries_of(patient, today=today)] if before else []
        transaction.set_rollback(True)
    superseded = [
        row for shown in plans for row in shown.rows if row.status == Status.SUPERSEDED and row.visit.pk in was_open
    ]
    return Preview(next((shown for shown in plans if shown.plan.pk not in known), None), superseded, left)
