"""How the ladder stands, for a monitoring system."""

from datetime import datetime

from django.db.models import Min

from events.gauges import GAUGES, Gauge
from labs.models import Alert


def overdue_seconds(now: datetime) -> int:
    """Return for how long the longest waiting next step of an alert is due and not told; 0: none is."""
    due: datetime | None = Alert.objects.waiting().aggregate(due=Min("next_notice_at"))["due"]
    return max(int((now - due).total_seconds()), 0) if due else 0


def register() -> None:
    """Let /metrics say whether the ladder is climbed."""
    words = "For how long the longest waiting next step of an alert is due and not told."
    GAUGES["alerts_overdue_seconds"] = Gauge(words, overdue_seconds)
