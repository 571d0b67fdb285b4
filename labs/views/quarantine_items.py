"""One held-back row, and what a person does with it and all that waits for the same answer."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from iotrex_followup.refusals import attempt
from labs.actions import quarantine as actions
from labs.actions.conflicts import settle_conflict
from labs.actions.replaying import Replay
from labs.forms.quarantine import (
    ChoosePatientForm,
    CodeMeaningForm,
    CorrectForm,
    SetAsideForm,
    SettleForm,
    UnitMeantForm,
)
from labs.intake.quarantine import (
    UNIT_PROBLEMS,
    analyte_of,
    cause_words,
    contradicting,
    same_cause,
    suggested_analytes,
    suggested_units,
)
from labs.models import QuarantineItem
from labs.views.said import say_done

EXAMPLES_SHOWN = 10
SHOWN = ("clinic", "report", "laboratory", "patient", "owner", "result")
Problem = QuarantineItem.Problem
FIELDS = {
    "mrn": "MRN",
    "analyte": "Code",
    "name": "Name",
    "value": "Value",
    "unit": "Unit",
    "low": "Lower limit",
    "high": "Upper limit",
    "collected_at": "Specimen taken",
    "specimen": "Specimen number",
    "specimen_type": "Specimen",
    "accession": "Accession",
    "status": "Status",
    "issued_at": "Issued",
    "fasting": "Fasting",
}


@require_GET
@requires(May.VIEW)
def quarantine_item(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show one held-back row: what came, why it waits, what would help, and how many wait for the same."""
    return item_page(request, find_item(request, pk), {})


@require_POST
@requires(May.RECORD)
def claim_item(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Take over everything that waits for the same answer."""
    item = find_item(request, pk)
    actions.claim_items(items=list(same_cause(item)) or [item], by=request.user)
    say_done(request, "quarantine.claimed")
    return redirect("labs:quarantine_item", pk)


@require_POST
@requires(May.RECORD)
def take_item_in_again(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Read everything that waits for the same answer with what is known now."""
    item = find_item(request, pk)
    now = timezone.now()
    replay = actions.take_in_again(items=list(same_cause(item)) or [item], by=request.user, now=now)
    return after_replay(request, item, replay)


@require_POST
@requires(May.DECIDE)
def map_item_code(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Say what the code stands for, and take in all that waits for it."""
    item = find_item(request, pk)
    form = CodeMeaningForm(request.POST)
    return answer(
        request,
        item,
        form,
        "code",
        lambda: actions.map_code_of_item(
            item=item, meaning=form.meaning, by=request.user, now=timezone.now(), reason=form.cleaned_data["reason"]
        ),
    )


@require_POST
@requires(May.RECORD)
def set_item_unit(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Say which unit is meant: by the laboratory always, which a clinician decides, or in these rows alone."""
    item = find_item(request, pk)
    form = UnitMeantForm(request.POST, may_decide=may_here(request, May.DECIDE))

    def change() -> Replay:
        common = {"by": request.user, "now": timezone.now(), "reason": form.cleaned_data["reason"]}
        unit = form.cleaned_data["unit"]
        if form.for_laboratory:
            return actions.map_unit_of_item(item=item, unit=unit, **common)
        return actions.set_unit(items=list(same_cause(item)) or [item], unit=unit, **common)

    return answer(request, item, form, "unit", change)


@require_POST
@requires(May.RECORD)
def choose_item_patient(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Say whose rows these are, and take them in."""
    item = find_item(request, pk)
    form = ChoosePatientForm(request.POST, clinic=item.clinic)
    return answer(
        request,
        item,
        form,
        "patient",
        lambda: actions.choose_patient(
            items=list(same_cause(item)) or [item],
            patient=form.cleaned_data["mrn"],
            by=request.user,
            now=timezone.now(),
        ),
    )


@require_POST
@requires(May.RECORD)
def correct_item(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Take in one row read otherwise than it came."""
    item = find_item(request, pk)
    form = CorrectForm(request.POST, row=item.row)
    return answer(
        request,
        item,
        form,
        "correct",
        lambda: actions.correct_item(
            item=item,
            fields=form.corrections,
            value_again=form.cleaned_data["value_again"],
            reason=form.cleaned_data["reason"],
            by=request.user,
            now=timezone.now(),
        ),
    )


@require_POST
@requires(May.RECORD)
def settle_item(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Say which of two values holds."""
    item = find_item(request, pk)
    form = SettleForm(request.POST, versions=contradicting(item))
    return answer(
        request,
        item,
        form,
        "settle",
        lambda: settle_conflict(item=item, by=request.user, now=timezone.now(), **form.cleaned_data),
    )


@require_POST
@requires(May.RECORD)
def set_item_aside(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Set everything that waits for the same answer aside for good."""
    item = find_item(request, pk)
    form = SetAsideForm(request.POST)
    items = list(same_cause(item)) or [item]

    def change() -> bool:
        actions.set_aside(items=items, by=request.user, **form.cleaned_data)
        return True

    return answer(request, item, form, "aside", change)


def answer(
    request: ClinicRequest, item: QuarantineItem, form: forms.Form, name: str, change: Callable[[], Any]
) -> HttpResponse:
    """Make the change and say what came of it, or show the item with the form's mistakes."""
    done = attempt(form, change) if form.is_valid() else None
    if done is None:
        return item_page(request, item, {name: form})
    if isinstance(done, Replay):
        return after_replay(request, item, done)
    say_done(request, "quarantine.")
    return redirect("labs:quarantine")


def after_replay(request: ClinicRequest, item: QuarantineItem, replay: Replay) -> HttpResponse:
    """Say what was taken in and what still waits: the rest of it, else the list."""
    if replay.taken_in:
        say_done(request, "quarantine.")
    if not replay.still_held:
        return redirect("labs:quarantine")
    waits, held = replay.still_held[0]
    messages.warning(request, f"{len(replay.still_held)} still held back: {held.reason} {held.remedy}")
    return redirect("labs:quarantine_item", waits.pk)


def find_item(request: ClinicRequest, pk: UUID) -> QuarantineItem:
    """Return an item this person may see; a foreign one is 404."""
    found: QuarantineItem = visible_or_404(request, QuarantineItem.objects.select_related(*SHOWN), pk=pk)
    return found


def item_page(request: ClinicRequest, item: QuarantineItem, bound: dict[str, forms.Form]) -> HttpResponse:
    """Show one item with the forms that help; `bound` are those with mistakes."""
    alike = same_cause(item) if item.state == QuarantineItem.State.OPEN else QuarantineItem.objects.none()
    today = item.clinic.local_date(timezone.now())
    context = {
        "item": item,
        "row": [(words, item.row[name]) for name, words in FIELDS.items() if item.row.get(name)],
        "words": cause_words(item.problem, item.row),
        "count": alike.count(),
        "alike": alike.exclude(pk=item.pk).select_related("patient")[:EXAMPLES_SHOWN],
        "today": today,
        "is_overdue": item.due_on < today,
        "forms": forms_of(request, item) | bound if item.state == QuarantineItem.State.OPEN else {},
        "may_record": may_here(request, May.RECORD),
        "may_decide": may_here(request, May.DECIDE),
        "suggestions": suggested_analytes(item.row) if item.problem == Problem.CODE_UNKNOWN else (),
    }
    return render(request, "labs/quarantine_item.html", context, status=422 if bound else 200)


def forms_of(request: ClinicRequest, item: QuarantineItem) -> dict[str, forms.Form]:
    """Return the forms that can help with this problem, for those who may use them."""
    if not may_here(request, May.RECORD):
        return {}
    offered: dict[str, forms.Form] = {"aside": SetAsideForm()}
    if item.problem == Problem.CONFLICT:
        return offered | {"settle": SettleForm(versions=contradicting(item))}
    if item.problem == Problem.PATIENT_UNKNOWN:
        return offered | {"patient": ChoosePatientForm(clinic=item.clinic)}
    if item.problem == Problem.CODE_UNKNOWN:
        if may_here(request, May.DECIDE):
            likely = suggested_analytes(item.row)
            offered["code"] = CodeMeaningForm(initial={"analyte": likely[0].key if len(likely) == 1 else ""})
        return offered
    if item.problem in UNIT_PROBLEMS:
        analyte = analyte_of(item)
        likely_units = suggested_units(analyte, item.row) if analyte else ()
        initial = {"unit": likely_units[0] if len(likely_units) == 1 else ""}
        offered["unit"] = UnitMeantForm(may_decide=may_here(request, May.DECIDE), initial=initial)
    return offered | {"correct": CorrectForm(row=item.row)}
