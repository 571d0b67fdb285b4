"""A plan as it stood on a past day: what did we tell her on 3 March?"""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires, visible_or_404
from schedules.calendars import working_calendar
from schedules.documents.visit_plan import visit_plan_as_of_pdf
from schedules.models import Plan
from schedules.pages.as_of import changed_since, shown_as_of
from schedules.views.answers import about, entered_day


@require_GET
@requires(May.VIEW)
def plan_as_of(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show a plan as it stood at the end of the chosen day, and what changed since."""
    plan, on, today = _asked(request, pk)
    if on > today:
        messages.warning(request, "That day is still to come; here is the plan as it stands today.")
        on = today
    shown = shown_as_of(plan, on, today=today, calendar=working_calendar(request.clinic))
    since = changed_since(plan, [row.visit for row in shown.rows], on) if shown else []
    context = {**about(plan.patient, today), "plan": plan, "on": on, "shown": shown, "since": since}
    return render(request, "schedules/as_of.html", context)


@require_GET
@requires(May.VIEW)
def plan_as_of_pdf(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Print a plan as it stood at the end of the chosen day."""
    plan, on, today = _asked(request, pk)
    calendar = working_calendar(request.clinic)
    content = visit_plan_as_of_pdf(plan, on, calendar=calendar, today=today)
    headers = {"Content-Disposition": 'inline; filename="visit-plan.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def _asked(request: ClinicRequest, pk: UUID) -> tuple[Plan, date, date]:
    plans = Plan.objects.select_related(
        "clinic", "patient__clinic", "patient__responsible_clinician", "treatment", "protocol"
    )
    plan: Plan = visible_or_404(request, plans, pk=pk)
    today = request.clinic.local_date(timezone.now())
    return plan, entered_day(request, "on") or today, today
