"""Everything that is stored, to compare before and after."""

from typing import Any
from uuid import UUID

from django.db import models

from accounts.models import Membership
from events.models import Event
from patients.models import CareTeam, ClinicalEvent, Contact, Patient, Treatment
from schedules.models import (
    Absence,
    Appointment,
    Capacity,
    ClinicClosure,
    DefaultProtocol,
    Plan,
    PlannedActivity,
    PlannedVisit,
    Proposal,
    Protocol,
    ProtocolApproval,
    SignOff,
    VisitRecord,
)

Rows = dict[tuple[str, UUID], dict[str, Any]]
DOMAIN: tuple[type[models.Model], ...] = (
    Membership,
    Patient,
    Contact,
    CareTeam,
    Treatment,
    ClinicalEvent,
    Plan,
    PlannedVisit,
    PlannedActivity,
    Appointment,
    Absence,
    Capacity,
    ClinicClosure,
    VisitRecord,
    Protocol,
    ProtocolApproval,
    DefaultProtocol,
    Proposal,
    SignOff,
)


def stored(*also: type[models.Model]) -> Rows:
    """Return every row of the domain (and of the models `also`) by model and id."""
    return {(model.__name__, row["id"]): row for model in (*DOMAIN, *also) for row in model._default_manager.values()}


def everything() -> Rows:
    """Return every row of the domain, and every event."""
    return stored(Event)


def changed(before: Rows, after: Rows) -> dict[str, int]:
    """Return how many rows of each model are new or different in `after`."""
    names = [name for (name, pk), row in after.items() if before.get((name, pk)) != row]
    return {name: names.count(name) for name in sorted(set(names))}
