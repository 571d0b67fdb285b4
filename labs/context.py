"""What every page shows of alerts and messages: the counts in its head."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from labs.models import Alert
from labs.pages.alert_list import UNREAD, open_counts


def alert_counts(request: HttpRequest) -> dict[str, Any]:
    """Return `alert_counts`, read only by pages that show them: open alerts by urgency, and unread messages."""

    def counts() -> dict[str, Any]:
        clinic = getattr(request, "clinic", None)
        if clinic is None:
            return {}
        found = open_counts(clinic, request.user)  # type: ignore[arg-type]  # somebody signed in works in a clinic
        tiers = [(tier.value, tier.label, found.get(tier.value, "")) for tier in Alert.Tier]
        return {"tiers": tiers, "unread": found.get(UNREAD, "")}

    return {"alert_counts": SimpleLazyObject(counts)}
