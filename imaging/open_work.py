"""The restarts of somebody who leaves a clinic."""

from accounts.models import Staff
from accounts.open_work import Leaving, OpenWork
from accounts.permissions import May
from imaging.actions.withdrawals import hand_over_restart
from imaging.models import Withdrawal
from imaging.models.preparation import WithdrawalQuerySet

OWNED = (Withdrawal.State.PLANNED, Withdrawal.State.CONFIRMED)


def restarts_of(leaving: Leaving) -> WithdrawalQuerySet:
    """Return the withdrawn medicines the person sees to being taken again; not those of closed records."""
    rows = Withdrawal.objects.filter(clinic=leaving.clinic, restart_owner=leaving.person, state__in=OWNED)
    return rows.filter(patient__status="active")


def hand_over_restarts(leaving: Leaving, to: Staff, by: Staff) -> None:
    """Make them somebody else's.

    Records  withdrawal.handed_over for each
    """
    for withdrawal in restarts_of(leaving).order_by("patient", "pk"):
        hand_over_restart(withdrawal=withdrawal, to=to, by=by)


RESTARTS = OpenWork(
    "withdrawn medicine they see to being taken again",
    "withdrawn medicines they see to being taken again",
    lambda leaving: restarts_of(leaving).count(),
    hand_over_restarts,
    needs=May.RECORD,
)
