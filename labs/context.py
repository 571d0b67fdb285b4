"""What every page shows of alerts and messages: the counts in its head."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.permissions import May, may_here
from labs.models import Alert
from labs.pages.alert_list import ON_LADDER, UNREAD, open_counts


def alert_counts(request: HttpRequest) -> dict[str, Any]:
    """Return `alert_counts`, read only by pages that show them: open alerts by urgency, unread messages, and
    whether nobody is on the ladder.
    """

    def counts() -> dict[str, Any]:
        clinic = getattr(request, "clinic", None)
        if clinic is None:
            return {}
        found = open_counts(clinic, request.user)  # type: ignore[arg-type]  # somebody signed in works in a clinic
        tiers = [(tier.value, tier.label, found.get(tier.value, "")) for tier in Alert.Tier]
        return {
            "tiers": tiers,
            "unread": found.get(UNREAD, ""),
            "nobody_on_ladder": ON_LADDER not in found,
            "may_mend_ladder": may_here(request, May.ADMINISTER),
        }

    return {"alert_counts": SimpleLazyObject(counts)}
