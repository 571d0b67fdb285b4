"""The values before each treatment, and a clinician's choice of another one."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from iotrex_followup.refusals import accepted
from labs.actions.baselines import choose_baseline, clear_chosen_baseline
from labs.forms.baselines import ChooseBaselineForm, ClearBaselineForm
from labs.models import Baseline
from labs.pages.baseline_page import baseline_tables
from labs.readings import name_of
from labs.views.flowsheet import find_patient
from patients.models import Patient, Treatment
from schedules.views.answers import about, say_done


@require_GET
@requires(May.VIEW)
def baselines(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show the baselines before each treatment, and why each is the one."""
    patient = find_patient(request, pk)
    context = {
        **about(patient, request.clinic.local_date(timezone.now())),
        "tables": baseline_tables(patient),
        "may_decide": may_here(request, May.DECIDE) and patient.status == Patient.Status.ACTIVE,
    }
    return render(request, "labs/baselines.html", context)


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def choose(request: ClinicRequest, pk: UUID, analyte: str) -> HttpResponse:
    """Choose the baseline of one analyte before a treatment."""
    treatment = find_treatment(request, pk)
    form = ChooseBaselineForm(request.POST or None, treatment=treatment, analyte=analyte)
    if accepted(
        form,
        lambda: choose_baseline(
            treatment=treatment, analyte=analyte, by=request.user, now=timezone.now(), **form.cleaned_data
        ),
    ):
        say_done(request, treatment.patient)
        return redirect("labs:baselines", treatment.patient_id)
    return answer(request, treatment, analyte, form, action="choose")


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def clear(request: ClinicRequest, pk: UUID, analyte: str) -> HttpResponse:
    """Take a choice back: the rule's baseline holds again."""
    treatment = find_treatment(request, pk)
    form = ClearBaselineForm(request.POST or None)
    if accepted(
        form,
        lambda: clear_chosen_baseline(
            treatment=treatment, analyte=analyte, by=request.user, now=timezone.now(), **form.cleaned_data
        ),
    ):
        say_done(request, treatment.patient)
        return redirect("labs:baselines", treatment.patient_id)
    return answer(request, treatment, analyte, form, action="clear")


def find_treatment(request: ClinicRequest, pk: UUID) -> Treatment:
    """Return a treatment this person may see; a foreign one is 404."""
    found: Treatment = visible_or_404(request, Treatment.objects.select_related("patient__clinic"), pk=pk)
    return found


def answer(
    request: ClinicRequest,
    treatment: Treatment,
    analyte: str,
    form: ChooseBaselineForm | ClearBaselineForm,
    *,
    action: str,
) -> HttpResponse:
    """Show the form, 422 with its mistakes."""
    context = {
        **about(treatment.patient, request.clinic.local_date(timezone.now())),
        "treatment": treatment,
        "name": name_of(analyte),
        "baseline": Baseline.objects.select_related("result").filter(treatment=treatment, analyte=analyte).first(),
        "form": form,
        "action": action,
    }
    return render(request, "labs/baseline_choice.html", context, status=422 if form.is_bound else 200)
