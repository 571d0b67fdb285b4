"""Additions to a plan: what is offered and in force, and a clinician's decision about it."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from iotrex_followup.refusals import accepted
from patients.models import Patient
from patients.views import back_to, find_patient, form_page
from schedules import actions
from schedules.forms.proposals import AcceptForm, DeclineForm, OfferForm
from schedules.models import Plan, Proposal
from schedules.plans.additions import key_of, name_of, offers_after, open_offers, shown_additions
from schedules.views.answers import about
from schedules.views.plans import replanning_page

OFFERS_SHOWN = 25


@require_GET
@requires(May.VIEW)
def additions(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show what is offered, in force and decided for a patient: a part of the patient's page, and a page of its own."""
    patient = find_patient(request, pk)
    today = request.clinic.local_date(timezone.now())
    context = {
        **about(patient, today),
        "additions": shown_additions(patient),
        "may_decide": may_here(request, May.DECIDE) and patient.status == Patient.Status.ACTIVE,
    }
    return render(request, "schedules/additions.html#panel" if request.htmx else "schedules/additions.html", context)


@require_GET
@requires(May.VIEW)
def offers(request: ClinicRequest) -> HttpResponse:
    """List what waits for a clinician's decision in this clinic; `after` is the next page's key."""
    try:
        found = offers_after(open_offers(request.clinic), request.GET.get("after", ""))
    except ValueError as error:
        raise Http404 from error
    rows = list(found[: OFFERS_SHOWN + 1])
    shown = rows[:OFFERS_SHOWN]
    context = {
        "offers": shown,
        "after": key_of(shown[-1]) if len(rows) > OFFERS_SHOWN else "",
        "continued": "after" in request.GET,
        "may_decide": may_here(request, May.DECIDE),
        "today": request.clinic.local_date(timezone.now()),
    }
    return render(request, "schedules/offers.html", context)


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def accept(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Accept what is offered, after a look at what it plans."""
    proposal = find_proposal(request, pk)
    today = request.clinic.local_date(timezone.now())
    form = AcceptForm(request.POST or None, proposal=proposal, today=today)

    def change() -> Proposal:
        return actions.decide(
            proposal=find_proposal(request, pk),
            accept=True,
            on=form.cleaned_data.get("on"),
            reason=form.cleaned_data["reason"],
            by=request.user,
            today=today,
        )

    return replanning_page(
        request,
        form,
        proposal.plan.patient,
        change,
        title=f"Accept: {name_of(proposal)}",
        told=proposal.sentence,
        done="Accepted and planned.",
    )


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def decline(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Decline what is offered or in force, with a reason, after a look at what falls away."""
    proposal = find_proposal(request, pk)
    form = DeclineForm(request.POST or None)

    def change() -> Proposal:
        return actions.decide(
            proposal=find_proposal(request, pk),
            accept=False,
            reason=form.cleaned_data["reason"],
            by=request.user,
            today=request.clinic.local_date(timezone.now()),
        )

    return replanning_page(
        request,
        form,
        proposal.plan.patient,
        change,
        title=f"Decline: {name_of(proposal)}",
        told=proposal.sentence,
        done="Declined.",
    )


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def offer(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Offer something beyond the plan by hand."""
    patient = find_patient(request, pk)
    plan = Plan.objects.current().select_related("clinic", "patient__clinic").filter(patient=patient).first()
    if plan is None:
        raise Http404
    form = OfferForm(request.POST or None, plan=plan)
    if accepted(
        form,
        lambda: actions.offer_by_hand(
            plan=plan,
            **form.cleaned_data,
            by=request.user,
            today=request.clinic.local_date(timezone.now()),
        ),
    ):
        return back_to(request, patient, "Offered. It is planned once it is accepted.", undo=True)
    return form_page(request, form, patient, title="Offer something beyond the plan", button="Offer")


def find_proposal(request: ClinicRequest, pk: UUID) -> Proposal:
    """Return an addition this person may see, as it is stored now."""
    loaded = Proposal.objects.select_related("clinic", "plan__clinic", "plan__patient__clinic")
    proposal: Proposal = visible_or_404(request, loaded, pk=pk)
    return proposal
