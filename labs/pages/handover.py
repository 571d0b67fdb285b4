"""What the sheet for the end of a shift shows: what waits for whoever comes next, and who took over before."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from accounts.models import Clinic
from events.models import Event
from labs.models import Alert
from labs.models.alerts import AlertQuerySet
from labs.pages.alert_list import SHOWN, Row, rows_of
from patients.models import ContactEntry, ContactEntryQuerySet
from schedules.models import PlannedVisit
from schedules.pages.chase.reasons import LONGEST_PROMISE, standing_promises
from schedules.querysets import PlannedVisitQuerySet

URGENT = (Alert.Tier.IMMEDIATE, Alert.Tier.SAME_DAY)
MOST = 200  # of each kind on one sheet; a line says how many more there are
LAST = 10
LOOKED_BACK = timedelta(days=30)


class Sheet(NamedTuple):
    """What waits at a moment, and the last shifts that were taken over, the newest first."""

    alerts: Sequence[Row]
    awaited: Sequence[PlannedVisit]
    calls: Sequence[ContactEntry]
    more: Sequence[str]
    taken: Sequence[Event]


def sheet_of(clinic: Clinic, *, role: str, now: datetime) -> Sheet:
    """Return the sheet of a clinic: the same few queries however much there is."""
    alerts = list(open_alerts(clinic).select_related(*SHOWN).order_by("answer_by", "id")[: MOST + 1])
    awaited = awaited_results(clinic).select_related("patient", "plan").order_by("drawn_on", "id")
    calls = promised_calls(clinic, now).select_related("patient", "contact", "recorded_by")
    visits, promised = list(awaited[: MOST + 1]), list(calls[: MOST + 1])
    found = {"alerts": len(alerts), "awaited results": len(visits), "calls": len(promised)}
    return Sheet(
        rows_of(alerts[:MOST], role, now),
        visits[:MOST],
        promised[:MOST],
        [kind for kind, number in found.items() if number > MOST],
        last_taken(clinic, now),
    )


def open_alerts(clinic: Clinic) -> AlertQuerySet:
    """Return the immediate and same-day alerts that wait for an answer."""
    return Alert.objects.waiting().filter(clinic=clinic, tier__in=URGENT)


def awaited_results(clinic: Clinic) -> PlannedVisitQuerySet:
    """Return the visits of which a specimen was drawn and the result has not come."""
    return PlannedVisit.objects.filter(clinic=clinic).awaiting_result()


def promised_calls(clinic: Clinic, now: datetime) -> ContactEntryQuerySet:
    """Return the calls promised up to tomorrow that still stand; one that was tried in vain does."""
    today = clinic.local_date(now)
    standing = standing_promises(clinic, since=today - LONGEST_PROMISE, until=today + timedelta(days=1))
    return standing.order_by("call_again_on", "id")


def last_taken(clinic: Clinic, now: datetime) -> Sequence[Event]:
    """Return the last shifts that were taken over within a month, the newest first."""
    taken = Event.objects.filter(clinic=clinic, kind="handover.taken", at__gte=now - LOOKED_BACK)
    return list(taken.select_related("by").order_by("-at", "-id")[:LAST])
