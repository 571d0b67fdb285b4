"""The clinic's calendar: its days and weeks with who comes, the coming year, what closes it, how much it can take."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from iotrex_followup.refusals import accepted, attempt
from schedules.actions.calendar import add_closure, remove_closure
from schedules.actions.capacity import overbooked, remove_capacity, set_capacity
from schedules.appointments.agenda import WEEK, agenda, monday_of
from schedules.appointments.year import booked_days, coming_year
from schedules.forms.calendar import CapacityForm, ClosureForm
from schedules.models import Capacity, ClinicClosure
from schedules.names import activity_name


@require_GET
@requires(May.VIEW)
def calendar(request: ClinicRequest) -> HttpResponse:
    """Show the coming year month by month."""
    today = request.clinic.local_date(timezone.now())
    context = {
        "months": coming_year(request.clinic, today),
        "closures": ClinicClosure.objects.filter(clinic=request.clinic, last_day__gte=today),
        "capacities": by_name(Capacity.objects.filter(clinic=request.clinic)),
        "overbooked": overbooked(request.clinic, today=today),
        "may_administer": may_here(request, May.ADMINISTER),
        "today": today,
    }
    return render(request, "schedules/calendar.html", context)


@require_GET
@requires(May.VIEW)
def booked_day(request: ClinicRequest, day: date) -> HttpResponse:
    """Show who comes on one day, when, to whom and for what, and which places are free."""
    context = {
        "day": agenda(request.clinic, day, day)[0],
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "monday": monday_of(day),
        "today": request.clinic.local_date(timezone.now()),
        "may_record": may_here(request, May.RECORD),
    }
    return render(request, "schedules/booked_day.html", context)


@require_GET
@requires(May.VIEW)
def week(request: ClinicRequest, day: date | None = None) -> HttpResponse:
    """Show the seven days of the week that holds `day`, or today."""
    today = request.clinic.local_date(timezone.now())
    monday = monday_of(day or today)
    context = {
        "days": agenda(request.clinic, monday, monday + timedelta(days=WEEK - 1)),
        "monday": monday,
        "sunday": monday + timedelta(days=WEEK - 1),
        "before": monday - timedelta(days=WEEK),
        "after": monday + timedelta(days=WEEK),
        "today": today,
    }
    return render(request, "schedules/week.html", context)


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


@require_http_methods(["GET", "POST"])
@requires(May.ADMINISTER)
def capacities(request: ClinicRequest) -> HttpResponse:
    """Show how much of what the clinic can do on a day, and change it."""
    today = request.clinic.local_date(timezone.now())
    form = CapacityForm(request.POST or None)
    if accepted(form, lambda: set_capacity(clinic=request.clinic, by=request.user, today=today, **form.cleaned_data)):
        messages.success(request, "Saved. What is booked already has its places.")
        if days := len({day for day, *_ in overbooked(request.clinic, today=today)}):
            what = "1 day has" if days == 1 else f"{days} days have"
            messages.warning(request, f"{what} more booked than there are places: decide what is moved.")
        return redirect("schedules:capacities")
    context = {
        "form": form,
        "capacities": by_name(Capacity.objects.filter(clinic=request.clinic)),
        "overbooked": overbooked(request.clinic, today=today),
    }
    return render(request, "schedules/capacities.html", context, status=422 if form.is_bound else 200)


def by_name(rows: Iterable[Capacity]) -> list[Capacity]:
    """Return the activities as the days of the calendar list them."""
    return sorted(rows, key=lambda capacity: activity_name(capacity.activity))


@require_POST
@requires(May.ADMINISTER)
def stop_counting(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Count an activity no longer."""
    capacity = visible_or_404(request, Capacity.objects.select_related("clinic"), pk=pk)
    remove_capacity(capacity=capacity, by=request.user)
    messages.success(request, f"{activity_name(capacity.activity)} is counted no longer.")
    return redirect("schedules:capacities")
