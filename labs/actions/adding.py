"""What is added to plans as days pass: looked at again without a new result."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Q

from accounts.models import Clinic, Staff
from iotrex_followup.history import action
from labs.settling import settle
from patients.models import Patient
from schedules.actions.proposals import UNDECIDED
from schedules.models import Plan, Proposal

# Weeks 2 and 4 to 12 lie within; what goes on later has an addition that stands.
LOOKED_AT = timedelta(days=100)
TOGETHER = 100


def follow_additions(*, now: datetime) -> int:
    """Bring the additions of every clinic up to date, some patients at a time; return how many were looked at."""
    looked = 0
    for clinic in Clinic.objects.all():
        for patients in some(to_look_at(clinic, clinic.local_date(now)), TOGETHER):
            look_again(patients=patients, clinic=clinic, by=None, now=now)
            looked += len(patients)
    return looked


def to_look_at(clinic: Clinic, today: date) -> list[Patient]:
    """Return the patients in follow-up whose plan is young, or has an addition that stands."""
    standing = Proposal.objects.filter(clinic=clinic, state__in=UNDECIDED).order_by().values("patient")
    young = Plan.objects.current().filter(clinic=clinic, anchor__range=(today - LOOKED_AT, today)).values("patient")
    patients = Patient.objects.in_follow_up().filter(Q(pk__in=young) | Q(pk__in=standing), clinic=clinic)
    return list(patients.select_related("clinic").order_by("id"))


@action
def look_again(*, patients: Sequence[Patient], clinic: Clinic, by: Staff | None, now: datetime) -> None:
    """Settle what follows from the results of `patients` as of now, nothing being new. Records what that brings."""
    settle(patients, clinic=clinic, by=by, now=now, changed=())


def some(patients: Sequence[Patient], size: int) -> Iterator[Sequence[Patient]]:
    """Yield `patients` in parts of `size`."""
    for start in range(0, len(patients), size):
        yield patients[start : start + size]
