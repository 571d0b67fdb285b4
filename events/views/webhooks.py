"""Which other systems the clinic tells, and of what."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires, visible_or_404
from events import endpoints as actions
from events.forms import EndpointForm, EndpointKindsForm, kinds_of
from events.models import WebhookEndpoint
from iotrex_followup.refusals import accepted, attempt


@require_GET
@requires(May.ADMINISTER)
def webhooks(request: ClinicRequest) -> HttpResponse:
    """List the clinic's endpoints, those that are told first."""
    rows = WebhookEndpoint.objects.filter(clinic=request.clinic).order_by("-is_active", "name", "id")
    return render(request, "events/webhooks.html", {"endpoints": [(each, kinds_of(each)) for each in rows]})


@require_http_methods(["GET", "POST"])
@requires(May.ADMINISTER)
def add_webhook(request: ClinicRequest) -> HttpResponse:
    """Add an endpoint, and show its secret, this once."""
    form = EndpointForm(request.POST or None)
    if form.is_valid() and (
        added := attempt(
            form, lambda: actions.add_endpoint(clinic=request.clinic, by=request.user, **form.cleaned_data)
        )
    ):
        return render(request, "events/webhook_secret.html", {"endpoint": added})
    context = {"form": form, "title": "Tell another system", "button": "Add endpoint"}
    return render(request, "events/webhook_form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@requires(May.ADMINISTER)
def change_webhook(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Say anew what an endpoint is told of."""
    endpoint = find_endpoint(request, pk)
    form = EndpointKindsForm(request.POST if request.method == "POST" else None, initial={"kinds": endpoint.kinds})
    if accepted(form, lambda: actions.change_endpoint(endpoint=endpoint, by=request.user, **form.cleaned_data)):
        messages.success(request, f"What {endpoint} is told of was saved.")
        return redirect("events:webhooks")
    context = {"form": form, "title": f"What {endpoint} is told of", "button": "Save"}
    return render(request, "events/webhook_form.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(May.ADMINISTER)
def deactivate_webhook(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Tell an endpoint nothing any more."""
    endpoint = actions.deactivate_endpoint(endpoint=find_endpoint(request, pk), by=request.user)
    messages.success(request, f"{endpoint} is told nothing any more.")
    return redirect("events:webhooks")


@require_POST
@requires(May.ADMINISTER)
def test_webhook(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Send an endpoint a test."""
    endpoint = find_endpoint(request, pk)
    actions.send_test(endpoint=endpoint, by=request.user, now=timezone.now())
    messages.success(request, f"A test goes to {endpoint}; the ledger says in some seconds whether it was taken.")
    return redirect("events:ledger")


def find_endpoint(request: ClinicRequest, pk: UUID) -> WebhookEndpoint:
    """Return an endpoint of a clinic this person administers."""
    found: WebhookEndpoint = visible_or_404(request, WebhookEndpoint.objects.select_related("clinic"), pk=pk)
    return found
