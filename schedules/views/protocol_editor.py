"""A clinic's own protocols: copying, editing with the findings beside, submitting, publishing and retiring."""

from datetime import date
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires
from iotrex_followup.errors import TransitionRefused
from iotrex_followup.refusals import accepted, attempt
from schedules import actions
from schedules import protocol as rules
from schedules.actions.protocols import NewName, publishers_of, suggested_name
from schedules.calendars import working_calendar
from schedules.forms.protocols import (
    CopyForm,
    Phases,
    PhaseSet,
    ProtocolForm,
    PublishForm,
    RetireForm,
    initial_phases,
    text_of,
)
from schedules.models import DefaultProtocol, Protocol, ProtocolApproval
from schedules.protocol.loader import MOST_PHASES
from schedules.views.protocols import phase_lines

SHOWN = relativedelta(months=60)


def find_protocol(request: ClinicRequest, pk: UUID) -> Protocol:
    """Return a version this clinic may see: a shipped one or its own."""
    return get_object_or_404(Protocol.objects.of(request.clinic).select_related("based_on", "submitted_by"), pk=pk)


def own_protocol(request: ClinicRequest, pk: UUID) -> Protocol:
    """Return a version of this clinic's own."""
    return get_object_or_404(Protocol.objects.filter(clinic=request.clinic), pk=pk)


def today_of(request: ClinicRequest) -> date:
    return request.clinic.local_date(timezone.now())


def findings_in(request: ClinicRequest, text: str) -> dict[str, object]:
    """Return what the linter finds in `text`, and its timeline when it can be read."""
    findings = rules.lint_text(text, working_calendar(request.clinic), today=today_of(request))
    try:
        definition = rules.read_protocol(text, source="")
    except rules.ProtocolError:
        return {"findings": findings}
    today = today_of(request)
    points = rules.timeline(definition, today, definition.default_options(), until=today + SHOWN)
    return {"findings": findings, "points": points, "today": today}


@require_GET
@requires(May.VIEW)
def protocol(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show one version: what it plans, what the linter finds, and what can be done with it."""
    return shown(request, find_protocol(request, pk))


def shown(
    request: ClinicRequest,
    found: Protocol,
    *,
    publishing: PublishForm | None = None,
    retiring: RetireForm | None = None,
) -> HttpResponse:
    """Show one version, with a form that was refused."""
    own = found.clinic_id == request.clinic.pk and may_here(request, May.DECIDE)
    may_edit = own and found.status == Protocol.Status.DRAFT
    publishers = list(publishers_of(found)) if may_edit else []
    context = {
        **findings_in(request, found.text),
        "protocol": found,
        "others": Protocol.objects.of(request.clinic).exclude(pk=found.pk),
        "phases": phase_lines(found.definition),
        "approval": ProtocolApproval.objects.filter(clinic=request.clinic, protocol=found).first(),
        "default": DefaultProtocol.objects.filter(clinic=request.clinic, protocol=found).first(),
        "may_decide": may_here(request, May.DECIDE),
        "may_simulate": may_here(request, May.SIMULATE),
        "may_edit": may_edit,
        "publishers": publishers,
        "may_publish": bool(found.submitted_at) and request.user in publishers,
        "may_retire": own and found.status == Protocol.Status.ACTIVE,
        "publishing": publishing or PublishForm(),
        "retiring": retiring or RetireForm(),
    }
    if other := compared_version(request, found):
        context |= {"other": other, "differences": rules.compare(other.definition, found.definition)}
    refused = any(form is not None and form.errors for form in (publishing, retiring))
    return render(request, "schedules/protocol.html", context, status=422 if refused else 200)


def compared_version(request: ClinicRequest, found: Protocol) -> Protocol | None:
    """Return the version that `found` is held against: the one asked for (`with`), else the one it was copied from."""
    if asked := request.GET.get("with"):
        try:
            return find_protocol(request, UUID(asked))
        except ValueError as error:
            raise Http404 from error
    return found.based_on


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def copy_protocol(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Copy a version to a new draft of this clinic."""
    found = find_protocol(request, pk)
    form = CopyForm(request.POST or None, initial=suggested_name(found, request.clinic)._asdict())

    def copy() -> Protocol:
        name = NewName(form.cleaned_data["slug"], form.cleaned_data["version"])
        return actions.copy_protocol(protocol=found, clinic=request.clinic, name=name, by=request.user)

    if form.is_valid() and (drafted := attempt(form, copy)):
        messages.success(request, f"{drafted.reference} is a draft now. Nothing follows it until it is published.")
        return redirect("schedules:edit_protocol", drafted.pk)
    context = {"form": form, "protocol": found}
    return render(request, "schedules/protocol_copy.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def edit_protocol(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Edit a draft; while it is edited, the findings and the timeline of what stands in the form are shown beside."""
    found = own_protocol(request, pk)
    if found.status != Protocol.Status.DRAFT:
        raise TransitionRefused("A published version never changes. Copy it to a new draft.")
    step = request.POST.get("step", "check")
    if request.method == "POST":
        head, phases = ProtocolForm(request.POST), Phases(request.POST, prefix="phases")
        if step == "add":
            return editor(request, found, *with_another_phase(request))
        valid = head.is_valid() and phases.is_valid()
        text, seen_text = text_of(head, phases) if valid else "", request.POST.get("seen", "")
        if step == "save" and valid and says_the_same(text, found):
            messages.info(request, "Nothing was changed, so the draft stays as it was.")
            return redirect("schedules:protocol", pk)
        if step == "check" and request.htmx:
            seen = findings_in(request, text) if valid else {"incomplete": True, "form": head, "phases": phases}
            return render(request, "schedules/protocol_edit.html#findings", seen)
        if (
            valid
            and step == "save"
            and accepted(head, lambda: actions.change_draft(protocol=found, text=text, by=request.user, seen=seen_text))
        ):
            messages.success(request, "The draft is saved.")
            return redirect("schedules:protocol", pk)
        return editor(request, found, head, phases, text=text)
    definition = found.definition
    head = ProtocolForm(initial=ProtocolForm.initial_of(definition))
    return editor(request, found, head, Phases(initial=initial_phases(definition), prefix="phases"), text=found.text)


def says_the_same(text: str, found: Protocol) -> bool:
    """Say whether a file says what a stored one does, however it is written; one that cannot be read does not."""
    try:
        return rules.read_protocol(text, source="") == found.definition
    except rules.ProtocolError:
        return False


def with_another_phase(request: ClinicRequest) -> tuple[ProtocolForm, PhaseSet]:
    """Return the forms as entered, with one empty phase more."""
    entered = request.POST.copy()
    sent = entered.get("phases-TOTAL_FORMS", "")
    count = min(int(sent[:9]), MOST_PHASES) if sent.isdecimal() else 0
    entered["phases-TOTAL_FORMS"] = str(count + 1)
    entered.update({f"phases-{count}-kind": "visit", f"phases-{count}-unit": "months"})
    return ProtocolForm(entered), Phases(entered, prefix="phases")


def editor(
    request: ClinicRequest, found: Protocol, head: ProtocolForm, phases: PhaseSet, *, text: str = ""
) -> HttpResponse:
    """Show the editor; 422 with its mistakes."""
    seen = findings_in(request, text) if text else {"incomplete": True}
    seen_text = request.POST.get("seen") or found.sha256
    context = {**seen, "protocol": found, "form": head, "phases": phases, "seen_text": seen_text}
    refused = head.is_bound and (head.errors or phases.total_error_count())
    return render(request, "schedules/protocol_edit.html", context, status=422 if refused else 200)


@require_POST
@requires(May.DECIDE)
def submit_protocol(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Hand a draft to a second person."""
    found = actions.submit_protocol(protocol=own_protocol(request, pk), by=request.user, now=timezone.now())
    messages.success(request, f"{found.reference} is submitted. Somebody who did not write it can publish it.")
    return redirect("schedules:protocol", pk)


@require_POST
@requires(May.DECIDE)
def publish_protocol(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Publish what another person wrote and submitted."""
    found, form = own_protocol(request, pk), PublishForm(request.POST)
    if accepted(
        form,
        lambda: actions.publish_protocol(
            protocol=found, by=request.user, now=timezone.now(), reason=form.cleaned_data["reason"]
        ),
    ):
        messages.success(
            request, f"{found.reference} is published. Approve it on the page Protocols before new plans follow it."
        )
        return redirect("schedules:protocol", pk)
    return shown(request, find_protocol(request, pk), publishing=form)


@require_POST
@requires(May.DECIDE)
def retire_protocol(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Offer a version to no new plan any more."""
    found, form = own_protocol(request, pk), RetireForm(request.POST)
    if accepted(
        form,
        lambda: actions.retire_protocol(protocol=found, reason=form.cleaned_data["reason"], by=request.user),
    ):
        messages.success(request, f"{found.reference} is retired. Plans that follow it go on.")
        return redirect("schedules:protocol", pk)
    return shown(request, find_protocol(request, pk), retiring=form)


@require_GET
@requires(May.VIEW)
def protocol_file(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Return the file of a version."""
    found = find_protocol(request, pk)
    name = f"{found.slug}-{found.version}.toml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(found.text, content_type="application/toml; charset=utf-8", headers=headers)
