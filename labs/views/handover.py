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
from labs.pages.handover import open_alerts, sheet_of
from schedules.wording import event_sentence


class TakeOverForm(forms.Form):
    """Which sheet is taken over, and what the next person should know."""

    as_of = forms.DateTimeField(widget=forms.HiddenInput)
    note = forms.CharField(
        label="What you were told beside it", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


@require_GET
@requires(May.VIEW)
def handover(request: ClinicRequest) -> HttpResponse:
    """Show what waits for whoever comes next; made to be printed too."""
    return page(request)


@require_POST
@requires(May.RECORD)
def take_over(request: ClinicRequest) -> HttpResponse:
    """Take the shift over by name, as the sheet showed it."""
    form = TakeOverForm(request.POST)
    if not form.is_valid():
        if "as_of" in form.errors:  # such as a page that was open while the product was renewed
            messages.error(request, "When this sheet was shown is not known. Read it again here, then take it over.")
        return page(request, form)
    asked = form.cleaned_data
    alerts = take_over_shift(
        clinic=request.clinic, by=request.user, as_of=asked["as_of"], now=timezone.now(), note=asked["note"]
    )
    words = "No urgent alert was open." if not alerts else f"The open alerts are yours now: {len(alerts)}."
    messages.success(request, f"You have taken the shift over. {words}")
    if since := open_alerts(request.clinic).filter(raised_at__gt=asked["as_of"]).count():
        messages.warning(request, f"Raised since you opened the sheet, and not yours by this: {since}. Read it again.")
    return redirect("labs:handover")


def page(request: ClinicRequest, refused: TakeOverForm | None = None) -> HttpResponse:
    """Return the sheet as of now, with a form that takes over what it shows; what was refused is in it still."""
    now = timezone.now()
    sheet = sheet_of(request.clinic, role=request.membership.role, now=now)
    as_of = {"as_of": now.isoformat()}  # to the microsecond
    context = {
        "sheet": sheet,
        "taken": [(event, event_sentence(event)) for event in sheet.taken],
        "form": TakeOverForm({**refused.data, **as_of}) if refused else TakeOverForm(initial=as_of),
        "now": now,
        "today": request.clinic.local_date(now),
        "may_record": may_here(request, May.RECORD),
    }
    return render(request, "labs/handover.html", context, status=422 if refused else 200)
