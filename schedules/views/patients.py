"""The patient list and the patient page."""

from datetime import date
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from patients.forms import PatientFilterForm
from patients.models import CarePhase, CareTeam, Patient
from schedules.pages import patient_page as page
from schedules.pages.patient_list import chosen_patients, page_of
from schedules.pages.plan_picture import Happened, plan_picture
from schedules.plans.carrying import left_by_earlier_plans
from schedules.plans.life import standing_words
from schedules.views.answers import banner_words


@require_GET
@requires(May.VIEW)
def patient_list(request: ClinicRequest) -> HttpResponse:
    """List the clinic's patients by name; `after` names the patient the page follows."""
    today = request.clinic.local_date(timezone.now())
    form = PatientFilterForm(request.GET, clinic=request.clinic)
    form.is_valid()
    of_clinic = Patient.objects.filter(clinic=request.clinic)
    listed = page_of(chosen_patients(of_clinic, form.chosen, today=today), after=shown_last(request), today=today)
    context = {
        "form": form,
        "rows": listed.rows,
        "next_url": next_url(request, listed.after),
        "today": today,
        "may_record": may_here(request, May.RECORD),
    }
    if not listed.rows:
        context["clinic_is_empty"] = not of_clinic.exists()
    return render(request, "patients/list.html", context)


def shown_last(request: ClinicRequest) -> Patient | None:
    """Return the patient the asked page follows; None for the first page, or when there is no such patient."""
    try:
        after = UUID(request.GET.get("after", ""))
    except ValueError:
        return None
    return Patient.objects.filter(clinic=request.clinic, pk=after).first()


def next_url(request: ClinicRequest, after: Patient | None) -> str:
    """Return the address of the page that follows `after` under the same filters, empty when there is none."""
    if after is None:
        return ""
    query = request.GET.copy()
    query["after"] = str(after.pk)
    return f"{request.path}?{query.urlencode()}"


@require_GET
@requires(May.VIEW)
def patient(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show everything about one patient: what is next, the plan, the treatments, the people, the history."""
    related = Patient.objects.select_related("clinic", "responsible_clinician", "merged_into")
    shown: Patient = visible_or_404(request, related, pk=pk)
    today = request.clinic.local_date(timezone.now())
    plans = page.shown_plans(shown, today=today)
    current = plans[0] if plans and plans[0].plan.is_current else None
    may_decide = may_here(request, May.DECIDE)
    context = {
        "patient": shown,
        "today": today,
        "may_record": may_here(request, May.RECORD) and shown.status == Patient.Status.ACTIVE,
        "may_decide": may_decide and shown.status == Patient.Status.ACTIVE,
        "next_things": page.next_things(plans),
        "standing": banner_words(shown, today),
        "left": left_by_earlier_plans(shown, today=today) if current and len(plans) > 1 else None,
        "standing_words": standing_words(shown.clinical_events.all(), today=today),
        "current": current,
        "current_plan": current.plan if current else None,
        "earlier": plans[1:] if current else plans,
        "treatments": shown.treatments.select_related("tandem_with"),
        "cumulative_mbq": shown.cumulative_activity_mbq(),
        "contacts": shown.contacts.filter(is_active=True),
        "care": care_by_phase(shown),
        "history": page.history_of(shown, request.user, may_decide=may_decide),
    }
    if current:
        context |= about_current(current, shown, today)
    return render(request, "schedules/patient.html", context)


def about_current(current: page.PlanShown, patient: Patient, today: date) -> dict[str, object]:
    """Return what is shown of the plan that is followed: the picture, the clock over the counts, the approval."""
    plan = current.plan
    happened = [Happened(plan.anchor, f"treatment {plan.treatment.number}")]
    happened += [Happened(r.occurred_on, "unscheduled visit") for r in page.unscheduled_records(plan)]
    if plan.counts_recovered_on:
        happened.append(Happened(plan.counts_recovered_on, "counts recovered"))
    nadir = plan.protocol.definition.nadir
    return {
        "picture": plan_picture(current.rows, anchor=plan.anchor, nadir=nadir, happened=happened, today=today),
        "clock": plan.count_clock(today),
        "approval": page.approval_of(plan),
        "marker_offer": page.marker_offer(plan, patient),
    }


def care_by_phase(shown: Patient) -> list[tuple[str, str, CareTeam | None]]:
    """Return each phase of follow-up, its name, and who is responsible in it (None: nobody was named, so we are)."""
    teams = {team.phase: team for team in shown.care_teams.select_related("staff")}
    return [(phase.value, phase.label, teams.get(phase.value)) for phase in CarePhase]
