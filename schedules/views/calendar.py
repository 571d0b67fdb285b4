"""The clinic's calendar: holidays, closures and booked days of the coming year."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from iotrex_followup.refusals import attempt
from schedules.actions.calendar import add_closure, remove_closure
from schedules.calendars import working_calendar
from schedules.forms.calendar import ClosureForm
from schedules.models import Appointment, ClinicClosure
from schedules.year import booked_days, coming_year


@require_GET
@requires(May.VIEW)
def calendar(request: ClinicRequest) -> HttpResponse:
    """Show the coming year month by month."""
    today = request.clinic.local_date(timezone.now())
    context = {
        "months": coming_year(request.clinic, today),
        "closures": ClinicClosure.objects.filter(clinic=request.clinic, last_day__gte=today),
        "may_administer": may_here(request, May.ADMINISTER),
        "today": today,
    }
    return render(request, "schedules/calendar.html", context)


@require_GET
@requires(May.VIEW)
def booked_day(request: ClinicRequest, day: date) -> HttpResponse:
    """Show who is booked on one day, and for what."""
    booked = Appointment.objects.filter(clinic=request.clinic, on=day, state=Appointment.State.BOOKED)
    context = {
        "day": day,
        "closed": working_calendar(request.clinic).reason(day),
        "appointments": booked.select_related("patient").prefetch_related("visits__activities").order_by("at", "id"),
        "today": request.clinic.local_date(timezone.now()),
        "may_record": may_here(request, May.RECORD),
    }
    return render(request, "schedules/booked_day.html", context)


@require_http_methods(["GET", "POST"])
@requires(May.ADMINISTER)
def close_days(request: ClinicRequest) -> HttpResponse:
    """Add a closure, and say what is booked on its days."""
    form = ClosureForm(request.POST or None)
    closure = (
        attempt(form, lambda: add_closure(clinic=request.clinic, by=request.user, **form.cleaned_data))
        if form.is_valid()
        else None
    )
    if closure is None:
        return render(request, "schedules/close_days.html", {"form": form}, status=422 if form.is_bound else 200)
    booked = booked_days(request.clinic, closure.first_day, closure.last_day).total()
    if booked:
        what = "1 appointment falls" if booked == 1 else f"{booked} appointments fall"
        messages.warning(request, f"The clinic is closed then. {what} on these days: move what cannot stay.")
    else:
        messages.success(request, "The clinic is closed then. Nothing is booked on these days.")
    return redirect("schedules:calendar")


@require_POST
@requires(May.ADMINISTER)
def open_days(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Remove a closure."""
    closure = visible_or_404(request, ClinicClosure.objects.select_related("clinic"), pk=pk)
    remove_closure(closure=closure, by=request.user)
    messages.success(request, f"The clinic works again on the days of “{closure.reason}”.")
    return redirect("schedules:calendar")
