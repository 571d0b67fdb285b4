"""Records that turn out to be wrong: a patient entered by mistake, or twice."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires
from iotrex_followup.refusals import accepted
from patients.models import Patient
from patients.views import back_to, find_patient, form_page
from schedules import actions
from schedules.forms.treatments import FindDuplicateForm, MergeForm, ReasonForm
from schedules.models import PlannedVisit


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def withdraw_patient(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Mark a patient's record as entered in error."""
    patient = find_patient(request, pk)
    form = ReasonForm(request.POST or None)
    if accepted(
        form,
        lambda: actions.withdraw_patient(
            patient=patient,
            reason=form.cleaned_data["reason"],
            by=request.user,
            today=request.clinic.local_date(timezone.now()),
        ),
    ):
        return back_to(request, patient, "Record marked as entered in error.", undo=True)
    count = patient.planned_visits.filter(status=PlannedVisit.Status.PLANNED).count()
    told = f"Closes the record and cancels {count} open timepoints. Nothing is deleted; it can be undone."
    return form_page(
        request, form, patient, title="Record entered in error", button="Mark record as entered in error", told=told
    )


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def merge(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Merge two records of one person: find the other by MRN, see both side by side, choose which stands."""
    patient = find_patient(request, pk)
    find = FindDuplicateForm(request.POST or request.GET or None)
    other = found_other(patient, find) if find.is_valid() else None
    if other is None:
        return form_page(request, find, patient, title="Merge a duplicate", button="Compare", template=TEMPLATE)
    form, today = merge_form(request, patient, other), request.clinic.local_date(timezone.now())
    stands, duplicate = (other, patient) if form["into"].value() == str(other.pk) else (patient, other)
    if accepted(
        form,
        lambda: actions.merge_patients(
            duplicate=duplicate, into=stands, reason=form.cleaned_data["reason"], by=request.user, today=today
        ),
    ):
        return back_to(request, stands, f"{duplicate} was merged into this record.", undo=True)
    both = [(record, record.treatments.all()) for record in (patient, other)]
    return form_page(
        request,
        form,
        patient,
        title="Merge a duplicate",
        button="Merge the records",
        template=TEMPLATE,
        more={"both": both, "today": today},
    )


TEMPLATE = "schedules/merge.html"


def merge_form(request: ClinicRequest, patient: Patient, other: Patient) -> MergeForm:
    """Return the form that chooses between the two records."""
    form = MergeForm(request.POST or None, initial={"mrn": other.mrn, "into": str(patient.pk)})
    choices = [(str(record.pk), f"Keep {record}") for record in (patient, other)]
    form.fields["into"].choices = choices  # type: ignore[attr-defined]
    return form


def found_other(patient: Patient, find: FindDuplicateForm) -> Patient | None:
    """Return the other record of the clinic with the MRN asked for; the form says when there is none."""
    others = Patient.objects.in_follow_up().filter(clinic=patient.clinic_id).exclude(pk=patient.pk)
    other = others.filter(mrn__iexact=find.cleaned_data["mrn"].strip()).first()
    if other is None:
        find.add_error("mrn", "No other open record of this clinic has this MRN.")
    return other
