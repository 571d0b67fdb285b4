"""Blood-count monitoring of the whole clinic."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires
from labs.pages.monitoring import ended_before, followed_now
from labs.settling.charts import policy_of, rules_of
from patients.models import Treatment

ROWS_A_PAGE = 50


@require_GET
@requires(May.VIEW)
def counts(request: ClinicRequest) -> HttpResponse:
    """List whose counts are followed, the longest gap first; `show=ended` lists the others, newest infusion first."""
    today = request.clinic.local_date(timezone.now())
    after = shown_last(request)
    context: dict[str, object] = {"today": today, "ended": request.GET.get("show") == "ended"}
    context["rule"] = rules_of(policy_of(request.clinic)).monitoring
    if context["ended"]:
        rows = ended_before(request.clinic, after, size=ROWS_A_PAGE + 1, today=today)
    else:
        followed = followed_now(request.clinic, today=today)
        place = next((n for n, each in enumerate(followed, start=1) if after and each.treatment.pk == after.pk), 0)
        rows = followed[place : place + ROWS_A_PAGE + 1]
        context["marks"] = [(mark, sum(each.mark == mark for each in followed)) for mark in ("red", "amber")]
        context["count"] = len(followed)
    context["rows"] = rows[:ROWS_A_PAGE]
    if len(rows) > ROWS_A_PAGE:
        query = request.GET.copy()
        query["after"] = str(rows[ROWS_A_PAGE - 1].treatment.pk)
        context["next_url"] = f"{request.path}?{query.urlencode()}"
    return render(request, "labs/counts.html", context)


def shown_last(request: ClinicRequest) -> Treatment | None:
    """Return the treatment the asked page follows; None for the first page, or when there is no such treatment."""
    try:
        after = UUID(request.GET.get("after", ""))
    except ValueError:
        return None
    return Treatment.objects.filter(clinic=request.clinic, pk=after).first()
