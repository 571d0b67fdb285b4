"""What the results of a patient fulfil, and what a person is asked about it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from iotrex_followup.refusals import accepted
from labs.actions.matches import accept_match, decline_match
from labs.forms.matches import DeclineMatchForm
from labs.models import SpecimenMatch
from labs.views.flowsheet import find_patient
from patients.models import Patient
from schedules.views.answers import about, page_before, say_done

State = SpecimenMatch.State
GROUPS = (
    (State.PROPOSED, "Proposed", "A specimen outside the window. Does it stand for what was planned?"),
    (State.PARTLY, "Partly done", "Something of the panel is missing, so this is still open."),
    (State.FULFILLED, "Fulfilled", "Results that fulfilled what was planned."),
    (State.RELEASED, "Taken apart", "A person said that these do not belong together."),
)


@require_GET
@requires(May.VIEW)
def matches(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show the specimens of a patient beside what they fulfil, what is asked about first."""
    patient = find_patient(request, pk)
    found = SpecimenMatch.objects.filter(patient=patient).select_related("activity__visit").order_by("-specimen_on")
    by_state: dict[str, list[SpecimenMatch]] = {}
    for match in found:
        by_state.setdefault(match.state, []).append(match)
    groups = [(state, title, words, by_state[state]) for state, title, words in GROUPS if state in by_state]
    context = {
        **about(patient, request.clinic.local_date(timezone.now())),
        "groups": groups,
        "may_record": may_here(request, May.RECORD) and patient.status == Patient.Status.ACTIVE,
    }
    return render(request, "labs/matches.html", context)


@require_POST
@requires(May.RECORD)
def accept(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Let a proposed specimen stand for the activity."""
    match = find_match(request, pk)
    accept_match(match=match, by=request.user, now=timezone.now())
    say_done(request, match.patient)
    return redirect(page_before(request, default=reverse("labs:matches", args=[match.patient_id])))


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def decline(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Say, with a reason, that a proposed specimen does not stand for the activity."""
    match, form = find_match(request, pk), DeclineMatchForm(request.POST or None)
    now = timezone.now()
    if accepted(form, lambda: decline_match(match=match, by=request.user, now=now, **form.cleaned_data)):
        say_done(request, match.patient)
        return redirect("labs:matches", match.patient_id)
    context = {**about(match.patient, request.clinic.local_date(now)), "match": match, "form": form}
    return render(request, "labs/decline_match.html", context, status=422 if form.is_bound else 200)


def find_match(request: ClinicRequest, pk: UUID) -> SpecimenMatch:
    """Return a match this person may see; a foreign one is 404."""
    rows = SpecimenMatch.objects.select_related("patient__clinic", "clinic", "activity__visit")
    found: SpecimenMatch = visible_or_404(request, rows, pk=pk)
    return found
