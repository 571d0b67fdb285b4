"""The scores of a scan and of a patient: read by everybody who may see the patient."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires
from imaging.pages.over_time import picture_of
from imaging.pages.scores import is_of_cut_offs, sections_of
from imaging.scoring.comparing import course_of
from imaging.scoring.schemes import SCHEMES, policy_of
from imaging.views.found import find_study
from patients.models import Patient
from patients.views import find_patient
from schedules.views.answers import about


@require_GET
@requires(May.VIEW)
def scores(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show what readers gave a scan, what counts, and what it is held against; to another page, by htmx, in short."""
    study = find_study(request, pk)
    may_decide = may_here(request, May.DECIDE) and study.patient.status == Patient.Status.ACTIVE
    sections, others = sections_of(study, policy_of(study.clinic), request.user, may_decide=may_decide)
    context = {
        **about(study.patient, request.clinic.local_date(timezone.now())),
        "study": study,
        "sections": sections,
        "others": others,
        "may_decide": may_decide and not study.withdrawn,
        "of_cut_offs": is_of_cut_offs(study.patient),
        "withdrawn": study.readings.filter(withdrawn=True).select_related("reader"),
    }
    return render(request, f"imaging/scores.html{'#panel' if request.htmx else ''}", context)


@require_GET
@requires(May.VIEW)
def patient_scores(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show a patient's scores over time, each scheme by itself; to another page, by htmx, the last of each."""
    patient = find_patient(request, pk)
    policy = policy_of(patient.clinic)
    courses = [(scheme, course_of(patient, scheme, policy)) for scheme in SCHEMES.values()]
    infusions = list(patient.treatments.given_therapeutic().values_list("started_on", flat=True))
    context = {
        **about(patient, request.clinic.local_date(timezone.now())),
        "courses": [
            {
                "scheme": scheme,
                "rows": list(reversed(course)),
                "last": course[-1],
                "counted": next((each for each in reversed(course) if each.score.counts), None),
                "picture": None if request.htmx else picture_of(scheme, course, infusions),
            }
            for scheme, course in courses
            if course
        ],
    }
    return render(request, f"imaging/patient_scores.html{'#panel' if request.htmx else ''}", context)
