"""The home page: what the clinic has to do."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires
from patients.models import Patient
from schedules.forms.worklist import WorklistFilterForm
from schedules.pages import worklist as lists
from schedules.plans.additions import open_offers

OFFERS = 5  # the rest stands on a page of its own


@require_GET
@requires(May.VIEW)
def worklist(request: ClinicRequest) -> HttpResponse:
    """Show the groups of the worklist; with `group` and `after` only the next rows of that group."""
    today = request.clinic.local_date(timezone.now())
    form = WorklistFilterForm(request.GET or None, clinic=request.clinic)
    day = lists.day_of(request.clinic, today)
    context = {
        "form": form,
        "today": today,
        "may_record": may_here(request, May.RECORD),
        "may_decide": may_here(request, May.DECIDE),
        "query": filter_query(request),
    }
    if "group" in request.GET:
        return more_rows(request, day, form, context)
    context["offers"] = open_offers(request.clinic)[:OFFERS]
    context["offer_count"] = lists.counted(open_offers(request.clinic)) if context["offers"] else "0"
    context["groups"] = groups = lists.groups(request.clinic, day, form.filters)
    if not any(group.rows for group in groups if group.key not in ("week", "month")):
        context["nothing_due"] = True
        context["next_opening"] = lists.next_opening(request.clinic, day, form.filters)
        context["clinic_is_empty"] = not Patient.objects.filter(clinic=request.clinic).exists()
    return render(request, "schedules/worklist.html", context)


def more_rows(
    request: ClinicRequest, day: lists.Day, form: WorklistFilterForm, context: dict[str, object]
) -> HttpResponse:
    """Show the next rows of one group: added in place by htmx, a page of their own without it."""
    key, after = request.GET["group"], request.GET.get("after", "")
    try:
        group = lists.next_page(request.clinic, day, form.filters, group=key, after=after)
    except ValueError as error:
        raise Http404 from error
    part = "schedules/worklist.html#rows" if request.htmx else "schedules/worklist.html"
    return render(request, part, {**context, "group": group, "groups": [group], "continued": True})


def filter_query(request: ClinicRequest) -> str:
    """Return the chosen filters as they stand in the address."""
    query = request.GET.copy()
    for name in ("group", "after"):
        query.pop(name, None)
    return query.urlencode()
