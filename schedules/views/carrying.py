"""What an earlier plan leaves to the current one: an overdue item to carry over, a booking to keep or cancel."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires
from iotrex_followup.refusals import accepted
from patients.views import back_to, form_page
from schedules import actions
from schedules.actions.carrying import NOTHING_OFFERED
from schedules.forms.carrying import AttachForm, CarryForm
from schedules.names import timepoint_name
from schedules.plans.carrying import carries_of, left_bookings
from schedules.protocol.trace import words
from schedules.views.appointments import find_appointment
from schedules.views.visits import find_visit


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def carry(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Carry what is overdue of an earlier plan to the visit of the current plan it is offered to, as it was shown."""
    visit = find_visit(request, pk)
    today = request.clinic.local_date(timezone.now())
    offered = next((each for each in carries_of(visit.patient, today=today) if each.visit.pk == visit.pk), None)

    form = CarryForm(
        request.POST if request.method == "POST" else None, initial={"to": offered.to.pk if offered else ""}
    )
    if accepted(
        form,
        lambda: actions.carry_over(visit=visit, to=form.cleaned_data["to"], by=request.user, today=today),
    ):
        return back_to(request, visit.patient, "Carried to the current plan.", undo=True)
    return form_page(
        request,
        form,
        visit.patient,
        title=f"Carry to the current plan: {timepoint_name(visit.timepoint, visit.kind)}",
        button="Carry",
        told=offered.sentence if offered else NOTHING_OFFERED,
        template="schedules/carry.html",
        more={"offered": offered},
    )


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def attach(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Keep an appointment whose visits a later plan replaced for visits of the current one; or go and cancel it."""
    appointment = find_appointment(request, pk)
    patient = appointment.patient
    today = request.clinic.local_date(timezone.now())
    left = next((each for each in left_bookings(patient, today=today) if each.appointment.pk == pk), None)
    form = AttachForm(request.POST if request.method == "POST" else None, fitting=left.fitting if left else ())
    if accepted(
        form,
        lambda: actions.attach_appointment(
            appointment=find_appointment(request, pk), **form.cleaned_data, by=request.user, today=today
        ),
    ):
        return back_to(request, patient, "The booking is kept for the current plan.", undo=True)
    return form_page(
        request,
        form,
        patient,
        title=f"The booking of {words(appointment.on)}",
        button="Keep it",
        template="schedules/attach.html",
        more={"appointment": appointment, "left": left},
    )
