"""How the patients of the clinic responded."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires
from imaging.pages.responses import MOST, responses
from patients.models import Indication


class FilterForm(forms.Form):
    """Which patients the page shows."""

    indication = forms.ChoiceField(label="Treated for", choices=[("", "All"), *Indication.choices], required=False)


@require_GET
@requires(May.VIEW)
def clinic_responses(request: ClinicRequest) -> HttpResponse:
    """Show the best change of every patient and the changes over the months, with the table that says the same."""
    form = FilterForm(request.GET)
    indication = form.cleaned_data["indication"] if form.is_valid() else ""
    found = responses(request.clinic, request.user, indication=indication)
    context = {"form": form, "found": found, "most": MOST, "is_filtered": bool(indication)}
    return render(request, "imaging/responses.html", context)
