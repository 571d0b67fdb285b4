"""What happened at a visit: recording, results, misses, and the visit's own page."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from iotrex_followup.refusals import attempt
from patients.models import Patient
from schedules import actions, protocol
from schedules.appointments.days import diary_of
from schedules.forms.visits import MissedForm, NotApplicableForm, RecordVisitForm, ReleaseForm, UnscheduledVisitForm
from schedules.models import ActivityStatus, PlannedActivity, PlannedVisit
from schedules.pages.as_of import moves_of
from schedules.pages.worklist import Day, visit_rows
from schedules.plans.additions import origins, why_added
from schedules.plans.planning import points_of
from schedules.plans.replanning import can_be_recorded
from schedules.views.answers import about, after_visit_change, entered_day, form_answer, page_before, say_done

RELATED = ("patient__clinic", "plan__protocol", "plan__treatment", "appointment")


@require_GET
@requires(May.VIEW)
def visit(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show one planned visit: where it stands, what fulfilled it, why this date."""
    shown = find_visit(request, pk)
    today = request.clinic.local_date(timezone.now())
    plan = shown.plan
    diary = diary_of(shown.patient, [], today=today)
    activities = list(shown.activities.select_related("record__recorded_by", "record__visit", "proposal"))
    context = {
        **about(shown.patient, today),
        "row": visit_rows([shown], Day(today, diary.calendar, []))[0],
        "activities": activities,
        "added": origins(activities),
        "trace": protocol.explain(
            plan.protocol.definition,
            plan.anchor,
            points_of(plan, [shown])[shown.pk],
            calendar=diary,
            because=why_added(shown.phase, activities),
        ),
        "moves": moves_of(plan).get(shown.pk, ()),
        "may_record": may_here(request, May.RECORD),
        "recordable": any(can_be_recorded(each) for each in activities),
    }
    return render(request, "schedules/visit.html", context)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def record_visit(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Record what was done of a visit: a short form in a dialog, the whole one as a page."""
    planned = find_visit(request, pk)
    today = request.clinic.local_date(timezone.now())
    to_do = [a for a in planned.activities.all() if can_be_recorded(a) and a.status != ActivityStatus.DRAWN]
    # What is closed was not wanted of us then; what is heard of it late was mostly done elsewhere.
    late = bool(to_do) and not any(a.is_open for a in to_do)
    known = {"elsewhere": True, "occurred_on": None} if late else {}
    form = RecordVisitForm(request.POST or None, activities=[a.activity for a in to_do], today=today, initial=known)
    done = (
        attempt(form, lambda: actions.record_visit(visit=planned, by=request.user, today=today, **form.facts))
        if form.is_valid()
        else None
    )
    if done:
        return after_visit_change(request, planned, today=today)
    day = entered_day(request, "occurred_on") or (planned.target if late else today)
    outside = protocol.reason_needed(day, planned.opens, planned.closes)
    form.fields["timing_reason"].required = outside
    if request.htmx.target == "timing":
        return render(request, "schedules/record.html#timing", {"form": form, "visit": planned, "outside": outside})
    return form_answer(request, "schedules/record.html", planned, form, today, outside=outside)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def record_unscheduled(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Record a visit nobody planned; `activity` names what was probably done."""
    patient = visible_or_404(request, Patient.objects.select_related("clinic"), pk=pk)
    today = request.clinic.local_date(timezone.now())
    form = UnscheduledVisitForm(request.POST or None, today=today, asked=request.GET.getlist("activity"))
    back = page_before(request, default=reverse("schedules:patient", args=[patient.pk]))
    done = (
        attempt(
            form, lambda: actions.record_unscheduled_visit(patient=patient, by=request.user, today=today, **form.facts)
        )
        if form.is_valid()
        else None
    )
    if done:
        say_done(request, patient)
        return redirect(back)
    context = {**about(patient, today), "form": form, "back": back}
    return render(request, "schedules/unscheduled.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(May.RECORD)
def receive_results(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Record that the results of the named specimens came."""
    planned = find_visit(request, pk)
    actions.receive_results(visit=planned, activities=request.POST.getlist("activities"), by=request.user)
    return after_visit_change(request, planned, today=request.clinic.local_date(timezone.now()))


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def miss_visit(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Decide that what is open of a visit will not be done any more."""
    planned = find_visit(request, pk)
    today = request.clinic.local_date(timezone.now())
    form = MissedForm(request.POST or None)
    done = (
        attempt(form, lambda: actions.mark_missed(visit=planned, by=request.user, today=today, **form.cleaned_data))
        if form.is_valid()
        else None
    )
    if done:
        return after_visit_change(request, planned, today=today)
    return form_answer(request, "schedules/missed.html", planned, form, today)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def rule_out_visit(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Decide that a visit, or some of its activities, does not apply to this patient."""
    planned = find_visit(request, pk)
    today = request.clinic.local_date(timezone.now())
    form = NotApplicableForm(request.POST or None, visit=planned)
    done = (
        attempt(form, lambda: actions.mark_not_applicable(visit=planned, by=request.user, **form.cleaned_data))
        if form.is_valid()
        else None
    )
    if done:
        return after_visit_change(request, planned, today=today)
    return form_answer(request, "schedules/not_applicable.html", planned, form, today)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def release_activity(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Undo one link between a specimen and an activity it fulfilled."""
    activity = visible_or_404(request, PlannedActivity.objects.select_related("record"), pk=pk)
    planned = find_visit(request, activity.visit_id)
    today = request.clinic.local_date(timezone.now())
    form = ReleaseForm(request.POST or None)
    done = (
        attempt(
            form,
            lambda: actions.release_activity(activity=activity, by=request.user, today=today, **form.cleaned_data),
        )
        if form.is_valid()
        else None
    )
    if done:
        return after_visit_change(request, planned, today=today)
    return form_answer(request, "schedules/release.html", planned, form, today, activity=activity)


def find_visit(request: ClinicRequest, pk: UUID) -> PlannedVisit:
    """Return a visit this person may see, with what its pages show; a foreign one is 404."""
    found: PlannedVisit = visible_or_404(request, PlannedVisit.objects.select_related(*RELATED), pk=pk)
    return found
