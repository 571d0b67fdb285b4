"""Another protocol version for patients who are followed already: what would change, and taking them there."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from celery import Task
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from kombu.exceptions import OperationalError

from accounts.middleware import ClinicRequest
from accounts.models import Clinic
from accounts.permissions import May, may_here, requires, visible_or_404
from events.models import Job
from iotrex_followup.refusals import attempt
from patients.models import Patient
from schedules.actions.jobs import retry_job
from schedules.actions.migration import migrated_in, order_migration, order_undoing, refuse_version
from schedules.actions.simulations import order_simulation
from schedules.forms.versions import MigrationForm, ReportFilterForm
from schedules.models import Protocol
from schedules.tasks import migrate_patients, simulate_protocol
from schedules.versions.load_picture import load_picture
from schedules.versions.migrating import failures
from schedules.versions.simulating import difference_for, ordered, shown_lines, weeks_in
from schedules.versions.simulation import LOOKED_AT, Simulation, plans_to_follow, simulate
from schedules.views.answers import about

PAGE = 50
LISTED = 500  # patients to be chosen one by one; more are taken all at once
LATEST = 20
PATIENCE = timedelta(minutes=1)
TASKS: dict[str, Task[Any, None]] = {Job.Kind.SIMULATION: simulate_protocol, Job.Kind.MIGRATION: migrate_patients}


@require_http_methods(["GET", "POST"])
@requires(May.SIMULATE)
def version_changes(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Order a simulation of a version; list those made before and the stages of taking patients there."""
    protocol = _protocol(request, pk)
    if request.method == "POST":
        today = request.clinic.local_date(timezone.now())
        job = order_simulation(clinic=request.clinic, protocol=protocol, by=request.user, today=today)
        return _sent(request, job)
    jobs = Job.objects.filter(clinic=request.clinic, kind__in=TASKS, options__reference=protocol.reference)
    context = {
        "protocol": protocol,
        "others": plans_to_follow(request.clinic, protocol=protocol).count(),
        "jobs": jobs.select_related("created_by").defer("options")[:LATEST],
        "may_migrate": may_here(request, May.DECIDE) and protocol.status == Protocol.Status.ACTIVE,
    }
    return render(request, "schedules/version_changes.html", context)


@require_GET
@requires(May.SIMULATE)
def simulation(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show how far a simulation is; then totals, the load of each week, and what changes for whom."""
    job = _job(request, pk, Job.Kind.SIMULATION)
    context = {"job": job, "waits_long": _waits_long(job)}
    if job.state != Job.State.FINISHED or job.file is None:
        return render(request, "schedules/simulation.html" + ("#progress" if request.htmx else ""), context)
    if request.headers.get("X-Background"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    form, weeks = ReportFilterForm(request.GET), weeks_in(job.result)
    protocol = Protocol.objects.filter(pk=job.options["protocol"]).first()
    context |= {
        "form": form,
        "page": Paginator(shown_lines(job.file, **form.chosen), PAGE).get_page(request.GET.get("page")),
        "weeks": weeks,
        "picture": load_picture(weeks),
        "protocol": protocol,
        "outdated": protocol is not None and protocol.sha256 != job.options["sha256"],
        "may_migrate": may_here(request, May.DECIDE) and protocol and protocol.status == Protocol.Status.ACTIVE,
    }
    return render(request, "schedules/simulation.html", context)


@require_GET
@requires(May.SIMULATE)
def simulated_patient(request: ClinicRequest, pk: UUID, patient: UUID) -> HttpResponse:
    """Show what the simulated version would do to one patient's plan, as the plan stands now."""
    job = _job(request, pk, Job.Kind.SIMULATION)
    found = visible_or_404(request, Patient.objects.select_related("clinic"), pk=patient)
    definition, _ = ordered(job)
    today = request.clinic.local_date(timezone.now())
    difference = difference_for(found, definition, today=today)
    if difference is None:
        raise Http404
    context = {**about(found, today), "job": job, "difference": difference}
    return render(request, "schedules/simulated_patient.html", context)


@require_GET
@requires(May.SIMULATE)
def simulation_report(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Hand over the report of a simulation as CSV."""
    file = _job(request, pk, Job.Kind.SIMULATION).file
    if file is None:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return HttpResponse(bytes(file.content), content_type=file.content_type, headers=headers)


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def migrate(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Choose patients, look at what changes for them, and order the stage."""
    protocol = _protocol(request, pk)
    refuse_version(protocol, request.clinic)
    plans = plans_to_follow(request.clinic, protocol=protocol).select_related("patient", "protocol")
    listed = list(plans.defer("protocol__text").order_by("patient__search_name", "pk"))
    named = {"patient": request.GET.getlist("patient")}
    form = MigrationForm(request.POST or None, definition=protocol.definition, plans=listed, initial=named)
    today = request.clinic.local_date(timezone.now())
    if form.is_valid() and request.POST.get("step") == "save":
        if request.POST.get("seen") != form.mark:
            messages.warning(request, "The choice is another than the one looked at. This is what changes now.")
        elif job := attempt(
            form,
            lambda: order_migration(
                clinic=request.clinic,
                protocol=protocol,
                patients=form.patients,
                instead=form.instead,
                reason=form.cleaned_data["reason"],
                by=request.user,
                today=today,
            ),
        ):
            return _sent(request, job)
    context = {
        "protocol": protocol,
        "form": form,
        "plans": listed[:LISTED],
        "more": len(listed) - LISTED,
        "chosen": set(form["patient"].value() or ()),
        **(look(request.clinic, protocol, form, today=today) if form.is_valid() else {}),
    }
    return render(request, "schedules/migrate.html", context, status=422 if form.errors else 200)


def look(clinic: Clinic, protocol: Protocol, form: MigrationForm, *, today: date) -> dict[str, object]:
    """Return what changes for the chosen patients: one by one, or for very many the last simulation."""
    plans = plans_to_follow(clinic, protocol=protocol)
    if form.patients is not None:
        plans = plans.filter(patient__in=form.patients)
    elif len(form.plans) > LOOKED_AT:
        return {"many": {"patients": len(form.plans), "job": latest_simulation(clinic, protocol)}}
    seen = Simulation(protocol.definition, today, instead=tuple(sorted(form.instead.intervals.items())))
    return {"seen": seen, "lines": sorted(simulate(plans, seen), key=lambda line: line.name)[:LISTED]}


def latest_simulation(clinic: Clinic, protocol: Protocol) -> Job | None:
    """Return the last finished simulation of the version as it is written, in the clinic."""
    jobs = Job.objects.filter(clinic=clinic, kind=Job.Kind.SIMULATION, state=Job.State.FINISHED)
    return (
        jobs.filter(options__protocol=str(protocol.pk), options__sha256=protocol.sha256).order_by("-created_at").first()
    )


@require_GET
@requires(May.SIMULATE)
def migration(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show how far a stage is, who could not be changed and why; offer to undo it as a whole."""
    job = _job(request, pk, Job.Kind.MIGRATION)
    ended = job.state in (Job.State.FINISHED, Job.State.FAILED)
    context = {
        "job": job,
        "failures": failures(job),
        "waits_long": _waits_long(job),
        "left": migrated_in(job).count() if ended and "undoes" not in job.options else 0,
        "may_migrate": may_here(request, May.DECIDE),
    }
    return render(request, "schedules/migration.html" + ("#progress" if request.htmx else ""), context)


@require_POST
@requires(May.DECIDE)
def undo_migration(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Order that a whole stage is undone."""
    return _sent(request, order_undoing(stage=_job(request, pk, Job.Kind.MIGRATION), by=request.user))


@require_POST
@requires(May.SIMULATE)
def retry_simulation(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Send a simulation that stopped, or that no worker took, to the workers once more."""
    job = _job(request, pk, Job.Kind.SIMULATION)
    retry_job(job=job, by=request.user)
    return _sent(request, job)


@require_POST
@requires(May.DECIDE)
def retry_migration(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Send a stage that stopped, or that no worker took, to the workers once more."""
    job = _job(request, pk, Job.Kind.MIGRATION)
    retry_job(job=job, by=request.user)
    return _sent(request, job)


def _sent(request: ClinicRequest, job: Job) -> HttpResponse:
    """Hand the job to the workers and lead to it; while they cannot be reached it waits, and the page says so."""
    try:
        TASKS[job.kind].delay(str(job.pk))
    except OperationalError:
        messages.warning(request, "The order is kept, but no worker can be reached. Try again in a few minutes.")
    return redirect(f"schedules:{job.kind}", pk=job.pk)


def _waits_long(job: Job) -> bool:
    return job.state == Job.State.WAITING and timezone.now() - job.created_at > PATIENCE


def _protocol(request: ClinicRequest, pk: UUID) -> Protocol:
    return get_object_or_404(Protocol.objects.of(request.clinic), pk=pk)


def _job(request: ClinicRequest, pk: UUID, kind: str) -> Job:
    jobs = Job.objects.filter(kind=kind).select_related("clinic", "created_by", "file")
    job: Job = visible_or_404(request, jobs, pk=pk)
    return job
