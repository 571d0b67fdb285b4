"""Results pasted as text: read line by line, looked at by a person, and only then stored."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires
from labs.forms.entry import EntryForm
from labs.forms.paste import PasteForm
from labs.grading.analytes import Analyte, catalogue
from labs.intake.book import Book, LaboratoryBook
from labs.intake.desk import own_book
from labs.intake.pasting import Finder, Pasted, read_text, suggested
from labs.views.entry import save
from labs.views.flowsheet import find_patient
from patients.models import Patient
from schedules.views.answers import about


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def paste(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Take a pasted text, show what was read of it, and store it once a person has looked."""
    patient, now = find_patient(request, pk), timezone.now()
    texts = PasteForm(request.POST or None, patient=patient)
    context = {**about(patient, request.clinic.local_date(now)), "form": texts}
    if not texts.is_valid():
        return render(request, "labs/paste.html", context, status=422 if texts.is_bound else 200)
    text = texts.cleaned_data["text"]
    pasted = read_text(text, finder_of(own_book(Book(patient.clinic, None), texts.laboratory_name)))
    context |= {"pasted": pasted, "text": text}
    if not pasted.found:
        texts.add_error("text", "No result could be read from this.")
        return render(request, "labs/paste.html", context, status=422)
    return checked(request, patient, pasted, context, now)


def checked(
    request: ClinicRequest, patient: Patient, pasted: Pasted, context: dict[str, object], now: datetime
) -> HttpResponse:
    """Show what was read as a form to check, or store it when a person has done so."""
    anew = request.htmx.target == "analytes"
    confirmed = request.POST.get("step") == "store" and not anew
    form = EntryForm(
        request.POST if confirmed else None,
        request.FILES if confirmed else None,
        patient=patient,
        analytes=[each for key, each in catalogue().items() if key in pasted.found],
        now=now,
        found=pasted.found,
        raw=str(context["text"]),
        initial=request.POST.dict() if anew else initial_of(pasted, request),
    )
    if form.is_valid() and (done := save(request, form, patient)):
        return done
    form.assess_all()
    context |= {"form": form, "rows": form.rows()}
    page = "labs/paste_check.html#analytes" if anew else "labs/paste_check.html"
    return render(request, page, context, status=422 if confirmed else 200)


def initial_of(pasted: Pasted, request: ClinicRequest) -> dict[str, object]:
    """Return what the text and the first form say of the specimen."""
    told: dict[str, object] = {
        "collected_on": pasted.collected_on,
        "collected_time": pasted.collected_time,
        "accession": pasted.accession,
        **{name: request.POST.get(name, "") for name in ("laboratory", "other_laboratory")},
    }
    return {name: value for name, value in told.items() if value is not None}


def finder_of(own: LaboratoryBook) -> Finder:
    """Return how names are looked up: this laboratory's own codes first, then the catalogue."""

    def find(name: str) -> Sequence[Analyte]:
        meaning = own.codes.get(name)
        return [meaning.analyte, *suggested(name)] if meaning and meaning.analyte else suggested(name)

    return find
