"""The protocol versions, what they plan, and who approved them for this clinic."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires
from schedules import actions
from schedules import protocol as rules
from schedules.actions.enrolment import current_protocol
from schedules.models import DefaultProtocol, Protocol, ProtocolApproval
from schedules.names import activity_name


@dataclass(frozen=True, slots=True)
class PhaseLine:
    """One phase of a protocol in words, for the table."""

    name: str
    when: str
    window: str
    activities: str


@require_GET
@requires(May.VIEW)
def protocols(request: ClinicRequest) -> HttpResponse:
    """List the protocol versions with what they plan and their approval by this clinic."""
    approvals = ProtocolApproval.objects.filter(clinic=request.clinic).select_related("approved_by")
    by_protocol = {approval.protocol_id: approval for approval in approvals}
    default = DefaultProtocol.objects.filter(clinic=request.clinic).select_related("chosen_by", "protocol").first()
    stored = Protocol.objects.of(request.clinic).order_by("status", "slug", "-version")
    shown = [(found, by_protocol.get(found.pk), phase_lines(found.definition)) for found in stored]
    active = any(found.status == Protocol.Status.ACTIVE for found in stored)
    context = {
        "protocols": shown,
        "default": default,
        "current": current_protocol(request.clinic) if active else None,
        "may_decide": may_here(request, May.DECIDE),
        "may_simulate": may_here(request, May.SIMULATE),
    }
    return render(request, "schedules/protocols.html", context)


@require_POST
@requires(May.DECIDE)
def approve_protocol(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Approve a protocol version for the patients of this clinic."""
    found = get_object_or_404(Protocol.objects.of(request.clinic), pk=pk)
    today = request.clinic.local_date(timezone.now())
    actions.approve_protocol(protocol=found, clinic=request.clinic, approved_on=today, by=request.user)
    messages.success(request, f"{found.reference} is approved for {request.clinic}.")
    return redirect("schedules:protocols")


@require_POST
@requires(May.DECIDE)
def make_default_protocol(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Let new plans of this clinic follow a version unless another is chosen."""
    found = get_object_or_404(Protocol.objects.of(request.clinic), pk=pk)
    today = request.clinic.local_date(timezone.now())
    actions.choose_default_protocol(protocol=found, clinic=request.clinic, chosen_on=today, by=request.user)
    messages.success(
        request, f"New plans follow {found.reference} unless another is chosen. Plans there are stay as they are."
    )
    return redirect("schedules:protocols")


def phase_lines(definition: rules.Protocol) -> list[PhaseLine]:
    """Return the phases of a protocol in words."""
    return [
        PhaseLine(
            name=phase.name[:1].upper() + phase.name[1:],
            when=when(phase),
            window=f"−{phase.window_before} to +{phase.window_after} days",
            activities=", ".join(activity_name(key) for key in phase.activities),
        )
        for phase in definition.phases
    ]


def when(phase: rules.Phase) -> str:
    """Say when the timepoints of a phase lie: "weeks 1 to 8, every week"."""
    unit = phase.unit.removesuffix("s")
    if isinstance(phase.every, str):
        step = "as chosen for the patient"
    else:
        step = f"every {unit}" if phase.every == 1 else f"every {phase.every} {phase.unit}"
    if phase.first is None:
        return f"after {unit} {phase.after}, {step}"
    if phase.last == phase.first:
        return f"{unit} {phase.first}"
    last = f" to {phase.last}" if phase.last else " on"
    return f"{phase.unit if phase.last else unit} {phase.first}{last}, {step}"
