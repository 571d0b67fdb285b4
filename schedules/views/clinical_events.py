"""What happens in a patient's life: recorded after a look at what it changes, ended, accepted, taken back."""

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from iotrex_followup.refusals import accepted, attempt
from patients.models import ClinicalEvent, Patient
from patients.views import back_to, find_patient
from schedules.actions import life as actions
from schedules.forms.clinical_events import AcceptForm, ClinicalEventForm, EndForm, entered_before, entered_words
from schedules.forms.treatments import ReasonForm
from schedules.models import PlannedVisit
from schedules.pages.contact_log import attempts_of
from schedules.plans.kinds_of_event import KINDS
from schedules.views.answers import about
from schedules.views.plans import CHANGED_MEANWHILE, look, seen_as
from schedules.views.visits import find_visit

Kind = ClinicalEvent.Kind


@require_http_methods(["GET"])
@requires(May.VIEW)
def clinical_events(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show what is on record: a part of the patient page, and a page of its own without htmx."""
    patient = find_patient(request, pk)
    today = request.clinic.local_date(timezone.now())
    events = patient.clinical_events.filter(withdrawn=False).select_related("reversal_asked_by").order_by("-started_on")
    context = {
        **about(patient, today),
        "events": [(event, KINDS[event.kind], actions.what_happened(event)) for event in events],
        "may_record": may_here(request, May.RECORD),
        "may_decide": may_here(request, May.DECIDE),
    }
    template = "schedules/clinical_events.html"
    return render(request, f"{template}#events" if request.htmx else template, context)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def record(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Choose what happened, enter it, and store it once the difference was seen."""
    patient, now = find_patient(request, pk), timezone.now()
    today = request.clinic.local_date(now)
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    may_decide = may_here(request, May.DECIDE)
    if kind not in KINDS:
        kinds = [(Kind(name), each, may_decide or not each.decides) for name, each in KINDS.items()]
        return render(request, "schedules/clinical_event_kinds.html", {**about(patient, today), "kinds": kinds})
    # What the contact log knows of a loss is filled in.
    known = {"attempts": attempts_of(patient)} if kind == Kind.LOST else {}
    form = ClinicalEventForm(request.POST or None, kind=kind, today=today, initial=known)
    return life_page(
        request,
        patient,
        form,
        lambda: actions.record_clinical_event(patient=patient, facts=form.facts, by=request.user, now=now),
        title=Kind(kind).label,
        button="Record",
        told=KINDS[kind].follows,
        replans=KINDS[kind].replans,
        kind=kind,
        undone=kind != Kind.DEATH,
    )


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def change(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Change the days, the target, the details or the note of what is on record."""
    event, now = find_event(request, pk), timezone.now()
    today = request.clinic.local_date(now)
    form = ClinicalEventForm(request.POST or None, initial=entered_before(event), kind=event.kind, today=today)
    return life_page(
        request,
        event.patient,
        form,
        lambda: actions.change_clinical_event(event=event, fields=form.fields_entered, by=request.user, now=now),
        title=f"Change: {event.get_kind_display().lower()}",
        button="Save",
        replans=KINDS[event.kind].replans,
    )


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def end(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Record that something no longer lasts; what it had taken from the plan is given back."""
    event, now = find_event(request, pk), timezone.now()
    form = EndForm(request.POST or None, initial={"ended_on": request.clinic.local_date(now)})
    return life_page(
        request,
        event.patient,
        form,
        lambda: actions.end_clinical_event(event=event, **form.cleaned_data, by=request.user, now=now),
        title=f"{event.get_kind_display()}: {KINDS[event.kind].end[:1].lower()}{KINDS[event.kind].end[1:]}",
        button=KINDS[event.kind].end,
        replans=KINDS[event.kind].replans,
    )


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def withdraw(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Mark what is on record as entered in error, after asking why."""
    event, now = find_event(request, pk), timezone.now()
    form = ReasonForm(request.POST or None)
    return life_page(
        request,
        event.patient,
        form,
        lambda: actions.withdraw_clinical_event(event=event, **form.cleaned_data, by=request.user, now=now),
        title=f"{event.get_kind_display()}: entered in error",
        button="Mark as entered in error",
        replans=KINDS[event.kind].replans,
    )


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def accept(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Record that the receiving clinician accepted a transfer, after a look at what that cancels."""
    event, now = find_event(request, pk), timezone.now()
    form = AcceptForm(request.POST or None, initial={"accepted_on": request.clinic.local_date(now)})
    return life_page(
        request,
        event.patient,
        form,
        lambda: actions.accept_transfer(event=event, **form.cleaned_data, by=request.user, now=now),
        title=f"Transfer accepted: {event.details.get('to_whom', '')}",
        button="Record the acceptance",
        told="From that day on nothing is wanted of us: what is open is cancelled. A result that arrives later is "
        "still graded and reaches a person.",
        replans=True,
    )


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def ask_reversal(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Say that a recorded death is not so; another person confirms."""
    event, now = find_event(request, pk), timezone.now()
    form = ReasonForm(request.POST or None)
    return life_page(
        request,
        event.patient,
        form,
        lambda: actions.ask_reversal(event=event, **form.cleaned_data, by=request.user, now=now),
        title="The patient has not died",
        button="Ask for it to be taken back",
        told="Nothing changes until another person confirms it.",
    )


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def confirm_reversal(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Confirm that a recorded death is not so, after a look at what that gives back."""
    event, now = find_event(request, pk), timezone.now()
    form = forms.Form(request.POST if request.method == "POST" else None)
    return life_page(
        request,
        event.patient,
        form,
        lambda: actions.confirm_reversal(event=event, by=request.user, now=now),
        title="Confirm that the patient has not died",
        button="Confirm",
        told="The plan is given back. Appointments stay cancelled: book them anew after a look at each.",
        replans=True,
    )


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def let_go_on(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Let a planned visit that waits for a decision go on all the same."""
    visit = find_visit(request, pk)
    today = request.clinic.local_date(timezone.now())
    form = ReasonForm(request.POST or None)
    return life_page(
        request,
        visit.patient,
        form,
        lambda: actions.let_go_on(visit=visit, **form.cleaned_data, by=request.user, today=today),
        title="Let it go on all the same",
        button="Let it go on",
        told=f"It waits because of this: {visit.on_hold}." if visit.on_hold else "",
        visit=visit,
    )


def life_page(
    request: ClinicRequest,
    patient: Patient,
    form: forms.Form,
    change: Callable[[], ClinicalEvent | PlannedVisit],
    *,
    title: str,
    button: str,
    told: str = "",
    replans: bool = False,
    kind: str = "",
    visit: PlannedVisit | None = None,
    undone: bool = True,
) -> HttpResponse:
    """Show a form about the patient's life, then what `change` would do to the plans, then do it.

    `replans`: it may change a plan, so that the difference is shown before it is stored, and only what was shown is
    stored: else 409 with a new look. 422 with mistakes.
    """
    today = request.clinic.local_date(timezone.now())
    step = request.POST.get("step") or ("preview" if replans else "save")
    looks = replans and step in ("preview", "save") and form.is_valid()
    seen = attempt(form, lambda: look(request, patient, change)) if looks else None
    stale = bool(seen) and step == "save" and request.POST.get("seen") != seen_as(seen)
    if step == "save" and bool(seen) == replans and not stale and accepted(form, change):
        return back_to(request, patient, f"Saved: {title}.", undo=undone)
    context = {**about(patient, today), "form": form, "title": title, "button": button, "told": told}
    context |= {"replans": replans, "kind": kind, "visit": visit, "difference": None if form.errors else seen}
    context |= {"entered": entered_words(form) if seen else [], "stale": CHANGED_MEANWHILE if stale else ""}
    status = 409 if stale else 422 if form.is_bound and form.errors else 200
    return render(request, "schedules/clinical_event.html", context, status=status)


def find_event(request: ClinicRequest, pk: UUID) -> ClinicalEvent:
    """Return an event that stands and this person may see; a foreign one is 404."""
    rows = ClinicalEvent.objects.filter(withdrawn=False).select_related("patient__clinic", "clinic")
    found: ClinicalEvent = visible_or_404(request, rows, pk=pk)
    return found
