"""Booking, moving and cancelling dates; whether the patient came."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import ClinicRequest
from accounts.models import Clinic, Membership, Role
from accounts.permissions import May, requires, visible_or_404
from iotrex_followup.refusals import accepted, attempt
from schedules import actions
from schedules.actions.appointments import needs_interpreter, said_of_absence
from schedules.appointments.days import (
    DayOffer,
    Diary,
    booked_together,
    coming_appointment,
    diary_of,
    free_days,
    next_step,
    offer,
    suggestion,
)
from schedules.forms.appointments import AppointmentForm, BookForm, CancelForm, NotAttendedForm
from schedules.models import Appointment, PlannedVisit
from schedules.views.answers import (
    about,
    after_visit_change,
    entered_day,
    form_answer,
    page_before,
    page_left,
    say_done,
)
from schedules.views.visits import find_visit

ENTERED = ("on", "at", "place", "person", "interpreter", "reason")


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def book(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Book a visit, and others of the patient with it; one that is booked is moved."""
    visit = find_visit(request, pk)
    today = request.clinic.local_date(timezone.now())
    if booked := coming_appointment(visit, today=today):
        return move(request, visit, booked, today)
    diary = diary_of(visit.patient, [visit], today=today)
    day = offered(request, [visit], diary, today)
    form = BookForm(
        request.POST or None,
        today=today,
        persons=persons_of(request.clinic),
        companions=day.companions,
        initial={"on": day.on, "interpreter": needs_interpreter(visit.patient)},
    )
    done = attempt(form, lambda: book_with(request, visit, form, today)) if form.is_valid() else None
    if done:
        return after_visit_change(request, visit, today=today)
    return booking_form(request, [visit], form, day, diary, today)


def move(request: ClinicRequest, visit: PlannedVisit, appointment: Appointment, today: date) -> HttpResponse:
    """Move the appointment of a visit, with everything it covers."""
    visits = booked_together(visit, today=today)
    diary = diary_of(visit.patient, visits, today=today)
    day = offered(request, visits, diary, today)
    initial = {name: getattr(appointment, name) for name in ("at", "place", "person", "interpreter")}
    form = AppointmentForm(
        request.POST or None, today=today, persons=persons_of(request.clinic), initial={"on": day.on, **initial}
    )
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
    return booking_form(request, visits, form, day, diary, today, moved=appointment)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def cancel_appointment(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Cancel an appointment; its visits are to be booked again."""
    appointment = find_appointment(request, pk)
    form = CancelForm(request.POST or None)
    if accepted(
        form,
        lambda: actions.cancel_appointment(appointment=appointment, by=request.user, **form.cleaned_data),
    ):
        say_done(request, appointment.patient)
        return redirect(page_before(request, default=reverse("schedules:patient", args=[appointment.patient_id])))
    return appointment_form(request, "schedules/cancel.html", appointment, form)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def not_attended(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Record that nobody came, and say what to do next."""
    appointment = find_appointment(request, pk)
    today = request.clinic.local_date(timezone.now())
    form = NotAttendedForm(request.POST if request.method == "POST" else None)
    step = next_step(appointment, today=today)
    if accepted(
        form,
        lambda: actions.mark_not_attended(appointment=appointment, by=request.user, today=today, **form.cleaned_data),
    ):
        say_done(request, appointment.patient)
        if step:
            messages.info(request, step)
        return redirect(page_before(request, default=reverse("schedules:patient", args=[appointment.patient_id])))
    words = said_of_absence(appointment)
    return appointment_form(request, "schedules/not_attended.html", appointment, form, words=words, step=step)


@require_POST
@requires(May.RECORD)
def attended(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Record that the patient came."""
    appointment = find_appointment(request, pk)
    today = request.clinic.local_date(timezone.now())
    actions.mark_attended(appointment=appointment, by=request.user, today=today)
    say_done(request, appointment.patient)
    return redirect(page_left(request, default=reverse("schedules:booked_day", args=[appointment.on])))


def find_appointment(request: ClinicRequest, pk: UUID) -> Appointment:
    """Return an appointment this person may see; a foreign one is 404."""
    found: Appointment = visible_or_404(request, Appointment.objects.select_related("patient__clinic"), pk=pk)
    return found


def appointment_form(
    request: ClinicRequest,
    template: str,
    appointment: Appointment,
    form: CancelForm | NotAttendedForm,
    **more: object,
) -> HttpResponse:
    """Show a form about an appointment; 422 with its mistakes."""
    context = {
        **about(appointment.patient, request.clinic.local_date(timezone.now())),
        "appointment": appointment,
        "visits": appointment.visits.all(),
        "form": form,
        "back": page_before(request, default=reverse("schedules:patient", args=[appointment.patient_id])),
        **more,
    }
    return render(request, template, context, status=422 if form.is_bound else 200)


def book_with(request: ClinicRequest, visit: PlannedVisit, form: BookForm, today: date) -> Appointment:
    """Book the visit with the companions chosen in the form."""
    entered = {name: form.cleaned_data[name] for name in ENTERED}
    return actions.book_visits(visits=[visit, *form.chosen], by=request.user, today=today, **entered)


def offered(request: ClinicRequest, visits: Sequence[PlannedVisit], diary: Diary, today: date) -> DayOffer:
    """Return what the day in the form means for the visits; without one, the day to suggest."""
    booked = coming_appointment(visits[0], today=today)
    on = entered_day(request, "on") or (booked.on if booked else suggestion(visits, diary, today=today))
    return offer(visits, on, diary, today=today)


def persons_of(clinic: Clinic) -> list[str]:
    """Return the names of those in the clinic who see patients, to choose from; any other name can be written."""
    seeing = Membership.objects.filter(clinic=clinic, is_active=True, role__in=(Role.CLINICIAN, Role.COORDINATOR))
    return sorted(set(seeing.values_list("staff__name", flat=True)) - {""})


def booking_form(
    request: ClinicRequest,
    visits: Sequence[PlannedVisit],
    form: AppointmentForm,
    day: DayOffer,
    diary: Diary,
    today: date,
    moved: Appointment | None = None,
) -> HttpResponse:
    """Show the form with the days that suit; when only the day changed, the part that depends on it."""
    visit, *others = visits
    form.fields["reason"].required = day.needs_reason or "reason" in form.errors
    if request.htmx.target == "day":
        return render(request, "schedules/book.html#day", {"form": form, "visit": visit, "day": day})
    about_day = {"day": day, "moved": moved, "others": others, "free": free_days(visits, diary, today=today)}
    return form_answer(request, "schedules/book.html", visit, form, today, **about_day)
