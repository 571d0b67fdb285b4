"""What the clinic's imaging waits for."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires
from imaging.forms.worklist import FilterForm
from imaging.pages import worklist as lists


@require_GET
@requires(May.VIEW)
def worklist(request: ClinicRequest) -> HttpResponse:
    """Show what is due, done but not recorded, not reported, not assessed; with `group` only that group's next rows."""
    today = request.clinic.local_date(timezone.now())
    form = FilterForm(request.GET or None, clinic=request.clinic)
    query = f"clinician={form.chosen.pk}" if form.chosen else ""
    context = {
        "form": form,
        "today": today,
        "query": query,
        "may_record": may_here(request, May.RECORD),
        "may_decide": may_here(request, May.DECIDE),
    }
    if "group" not in request.GET:
        groups = lists.groups(request.clinic, today, form.chosen)
        nothing = not any(group.rows for group in groups)
        return render(request, "imaging/worklist.html", {**context, "groups": groups, "nothing": nothing})
    try:
        group = lists.next_page(
            request.clinic, today, form.chosen, group=request.GET["group"], after=request.GET.get("after", "")
        )
    except ValueError as error:
        raise Http404 from error
    part = "imaging/worklist.html#rows" if request.htmx else "imaging/worklist.html"
    return render(request, part, {**context, "group": group, "groups": [group], "continued": True})
