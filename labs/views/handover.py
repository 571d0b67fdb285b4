"""The sheet for the end of a shift, and who takes it over."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires
from labs.actions.handover import take_over_shift
from labs.pages.handover import sheet_of
from schedules.wording import event_sentence


class TakeOverForm(forms.Form):
    """What the next person should know."""

    note = forms.CharField(
        label="What you were told beside it", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


@require_GET
@requires(May.VIEW)
def handover(request: ClinicRequest) -> HttpResponse:
    """Show what waits for whoever comes next; made to be printed too."""
    now = timezone.now()
    sheet = sheet_of(request.clinic, role=request.membership.role, now=now)
    context = {
        "sheet": sheet,
        "taken": [(event, event_sentence(event)) for event in sheet.taken],
        "form": TakeOverForm(),
        "now": now,
        "today": request.clinic.local_date(now),
        "may_record": may_here(request, May.RECORD),
    }
    return render(request, "labs/handover.html", context)


@require_POST
@requires(May.RECORD)
def take_over(request: ClinicRequest) -> HttpResponse:
    """Take the shift over by name."""
    form = TakeOverForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else request.POST.get("note", "")[:500]
    alerts = take_over_shift(clinic=request.clinic, by=request.user, now=timezone.now(), note=note)
    words = "No urgent alert is open." if not alerts else f"The open alerts are yours now: {len(alerts)}."
    messages.success(request, f"You have taken the shift over. {words}")
    return redirect("labs:handover")
