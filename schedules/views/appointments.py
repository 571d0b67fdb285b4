"""Booking, moving and cancelling dates."""

from datetime import date
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires, visible_or_404
from iotrex_followup.refusals import attempt
from schedules import actions
from schedules.booking import DayOffer, offer, suggestion
from schedules.calendars import working_calendar
from schedules.forms.appointments import AppointmentForm, BookForm, CancelForm
from schedules.models import Appointment, PlannedVisit
from schedules.views.answers import about, after_visit_change, entered_day, form_answer, page_before, say_done
from schedules.views.visits import find_visit


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def book(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Book a visit, and others of the patient with it; one that is booked is moved."""
    visit = find_visit(request, pk)
    today = request.clinic.local_date(timezone.now())
    if visit.appointment and visit.appointment.on >= today:
        return move(request, visit, visit.appointment, today)
    day = offered(request, visit, today)
    form = BookForm(request.POST or None, today=today, companions=day.companions, initial={"on": day.on})
    done = attempt(form, lambda: book_with(request, visit, form, today)) if form.is_valid() else None
    if done:
        return after_visit_change(request, visit, today=today)
    return booking_form(request, visit, form, day, today)


def move(request: ClinicRequest, visit: PlannedVisit, appointment: Appointment, today: date) -> HttpResponse:
    """Move the appointment of a visit, with everything it covers."""
    day = offered(request, visit, today)
    initial = {"on": day.on, "at": appointment.at, "place": appointment.place}
    form = AppointmentForm(request.POST or None, today=today, initial=initial)
    done = (
        attempt(
            form,
            lambda: actions.move_appointment(
                appointment=appointment, by=request.user, today=today, **form.cleaned_data
            ),
        )
        if form.is_valid()
        else None
    )
    if done:
        return after_visit_change(request, visit, today=today)
    return booking_form(request, visit, form, day, today, moved=appointment)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def cancel_appointment(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Cancel an appointment; its visits are to be booked again."""
    appointment = visible_or_404(request, Appointment.objects.select_related("patient__clinic"), pk=pk)
    today = request.clinic.local_date(timezone.now())
    form = CancelForm(request.POST or None)
    back = page_before(request, default=reverse("schedules:patient", args=[appointment.patient_id]))
    done = (
        attempt(form, lambda: actions.cancel_appointment(appointment=appointment, by=request.user, **form.cleaned_data))
        if form.is_valid()
        else None
    )
    if done:
        say_done(request, appointment.patient)
        return redirect(back)
    context = {
        **about(appointment.patient, today),
        "appointment": appointment,
        "visits": appointment.visits.all(),
        "form": form,
        "back": back,
    }
    return render(request, "schedules/cancel.html", context, status=422 if form.is_bound else 200)


def book_with(request: ClinicRequest, visit: PlannedVisit, form: BookForm, today: date) -> Appointment:
    """Book the visit with the companions chosen in the form."""
    entered = {name: form.cleaned_data[name] for name in ("on", "at", "place", "reason")}
    return actions.book_visits(visits=[visit, *form.chosen], by=request.user, today=today, **entered)


def offered(request: ClinicRequest, visit: PlannedVisit, today: date) -> DayOffer:
    """Return what the day in the form means for the visit; without one, the day to suggest."""
    calendar = working_calendar(request.clinic)
    booked = visit.appointment.on if visit.appointment and visit.appointment.on >= today else None
    on = entered_day(request, "on") or booked or suggestion(visit, calendar, today=today)
    return offer(visit, on, calendar, today=today)


def booking_form(
    request: ClinicRequest,
    visit: PlannedVisit,
    form: AppointmentForm,
    day: DayOffer,
    today: date,
    moved: Appointment | None = None,
) -> HttpResponse:
    """Show the form; when only the day changed, the part that depends on it."""
    form.fields["reason"].required = day.needs_reason
    if request.htmx.target == "day":
        return render(request, "schedules/book.html#day", {"form": form, "visit": visit, "day": day})
    return form_answer(request, "schedules/book.html", visit, form, today, day=day, moved=moved)
