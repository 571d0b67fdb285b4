"""Visit plans of many patients at once: ordered, followed, fetched."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from kombu.exceptions import OperationalError

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires, visible_or_404
from events.models import Job
from iotrex_followup.refusals import attempt
from schedules.actions.paper import order_visit_plans, retry_printing
from schedules.forms.paper import VisitPlansForm
from schedules.tasks import print_visit_plans

SHOWN = 20
PATIENCE = timedelta(minutes=1)


@require_http_methods(["GET", "POST"])
@requires(May.VIEW)
def paper_jobs(request: ClinicRequest) -> HttpResponse:
    """Order plans, of the patients named in the address (`?patient=<id>`) or by the filters; list the latest orders."""
    bound = request.method == "POST"
    named = {"patient": request.GET.getlist("patient")}
    form = VisitPlansForm(request.POST if bound else None, clinic=request.clinic, initial=named)
    job = ordered(request, form) if form.is_valid() else None
    if job is not None:
        _send(request, job)
        return redirect("schedules:paper_job", pk=job.pk)
    jobs = Job.objects.filter(clinic=request.clinic, kind=Job.Kind.VISIT_PLANS).select_related("created_by", "file")
    context = {"form": form, "jobs": jobs.defer("options", "file__content")[:SHOWN]}
    return render(request, "schedules/paper_jobs.html", context, status=422 if bound else 200)


@require_GET
@requires(May.VIEW)
def paper_job(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show how far an order is; the fragment asks again while it is under way."""
    job = _job(request, pk)
    waits_long = job.state == Job.State.WAITING and timezone.now() - job.created_at > PATIENCE
    template = "schedules/paper_job.html" + ("#progress" if request.htmx else "")
    return render(request, template, {"job": job, "waits_long": waits_long})


@require_POST
@requires(May.VIEW)
def retry_paper_job(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Send an order that stopped, or that no worker took, to the workers once more."""
    job = _job(request, pk)
    retry_printing(job=job, by=request.user)
    _send(request, job)
    return redirect("schedules:paper_job", pk=job.pk)


@require_GET
@requires(May.VIEW)
def paper_file(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Hand over what was printed."""
    file = _job(request, pk).file
    if file is None:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return HttpResponse(bytes(file.content), content_type=file.content_type, headers=headers)


def ordered(request: ClinicRequest, form: VisitPlansForm) -> Job | None:
    """Order what the form names; a refusal becomes its error."""
    today = request.clinic.local_date(timezone.now())
    return attempt(
        form,
        lambda: order_visit_plans(
            clinic=request.clinic,
            patients=form.chosen(),
            output=form.cleaned_data["output"],
            by=request.user,
            today=today,
        ),
    )


def _send(request: ClinicRequest, job: Job) -> None:
    """Hand the order to the workers; while they cannot be reached it waits, and the page says so."""
    try:
        print_visit_plans.delay(str(job.pk))
    except OperationalError:
        messages.warning(request, "The order is kept, but no worker can be reached. Try again in a few minutes.")


def _job(request: ClinicRequest, pk: UUID) -> Job:
    jobs = Job.objects.filter(kind=Job.Kind.VISIT_PLANS).select_related("clinic", "created_by", "file")
    jobs = jobs.defer("file__content")
    job: Job = visible_or_404(request, jobs, pk=pk)
    return job
