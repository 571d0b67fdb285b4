"""Reading a scan: a clinician gives each region its value, changes that, takes it back, or adjudicates."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires
from imaging.actions import readings as actions
from imaging.forms.readings import ChangeReadingForm, ReadingForm, RegionField, WithdrawReadingForm
from imaging.models import ImagingStudy
from imaging.response.scores import Agreement, Scheme
from imaging.scoring.counting import Standing, StudyScore, study_score
from imaging.scoring.schemes import SCHEMES, policy_of
from imaging.views.found import find_reading, find_study
from iotrex_followup.refusals import accepted
from patients.views import form_page
from schedules.views.answers import say_done

TEMPLATE, SHORT = "imaging/score_form.html", "imaging/reading_form.html"


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def record_score(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Score a scan by the scheme in the address, else the clinic's; who has read it comes to that reading."""
    study = find_study(request, pk)
    score = score_asked(request, study)
    if own := next((each for each in score.readings if each.reader_id == request.user.pk), None):
        return redirect("imaging:change_score", own.pk)
    today = request.clinic.local_date(timezone.now())
    form = ReadingForm(
        request.POST or None, scheme=score.scheme, first=study.imaged_on, today=today, initial={"read_on": today}
    )
    if score.was_seen:
        form.fields["note"].label = "What you knew of the earlier values"
    if accepted(form, lambda: actions.record_reading(study=study, facts=form.facts, by=request.user, today=today)):
        return back_to_scores(request, study)
    blind = any(score.hides(each, request.user) for each in score.readings)
    title = f"{score.scheme.kind} score"
    return score_page(request, form, study, title=title, button="Save score", blind=blind, was_seen=score.was_seen)


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def change_score(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Change what one has read, with a reason; of an adjudication, the regions in which the readers differ."""
    reading = find_reading(request, pk)
    if reading.reader_id != request.user.pk:
        raise Http404  # another reader's values are not to be seen here
    study, scheme = reading.study, SCHEMES[reading.scheme]
    score = study_score(study, scheme, policy_of(study.clinic))
    adjudicated = reading.role == actions.ADJUDICATION
    agreed = actions.agreed_values(score) if adjudicated else {}
    today = request.clinic.local_date(timezone.now())
    form = ChangeReadingForm(
        request.POST or None,
        scheme=scheme,
        first=study.imaged_on,
        today=today,
        asked=scheme_keys(scheme) - agreed.keys(),
        initial={**reading.values, "read_on": reading.read_on, "note": reading.note},
    )
    if accepted(
        form,
        lambda: actions.change_reading(
            reading=reading,
            fields=form.fields_entered(agreed),
            reason=form.cleaned_data["reason"],
            by=request.user,
            today=today,
        ),
    ):
        return back_to_scores(request, study)
    rows = rows_between(form, score.agreement, agreed) if adjudicated else None
    title = f"Change the {'adjudication' if adjudicated else f'{scheme.kind} score'}"
    return score_page(request, form, study, title=title, button="Save change", rows=rows, agreed=agreed, score=score)


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def withdraw_score(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Mark a reading, or an adjudication, as entered in error."""
    reading = find_reading(request, pk)
    form = WithdrawReadingForm(request.POST or None)
    if accepted(
        form,
        lambda: actions.withdraw_reading(reading=reading, reason=form.cleaned_data["reason"], by=request.user),
    ):
        return back_to_scores(request, reading.study)
    what = "Adjudication" if reading.role == actions.ADJUDICATION else f"{reading.scheme} score"
    title, button = f"{what} by {reading.reader}: entered in error", "Mark as entered in error"
    more = {"study": reading.study}
    return form_page(request, form, reading.patient, title=title, button=button, template=SHORT, more=more)


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def adjudicate_score(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Say which values count where two readers differ."""
    study = find_study(request, pk)
    score = score_asked(request, study)
    if score.standing is not Standing.AWAITS_ADJUDICATION or score.agreement is None:
        return redirect("imaging:scores", study.pk)
    today, agreed = request.clinic.local_date(timezone.now()), actions.agreed_values(score)
    form = ReadingForm(
        request.POST or None,
        scheme=score.scheme,
        first=study.imaged_on,
        today=today,
        asked=score.agreement.differing,
        initial={"read_on": today},
    )
    if score.has_read(request.user):
        form.fields["note"].label = "Why no third person adjudicates"
    if accepted(form, lambda: actions.adjudicate(study=study, facts=form.facts, by=request.user, today=today)):
        return back_to_scores(request, study)
    rows = rows_between(form, score.agreement, agreed)
    title, button = f"Adjudicate the {score.scheme.kind} score", "Save adjudication"
    return score_page(request, form, study, title=title, button=button, rows=rows, agreed=agreed, score=score)


def score_asked(request: ClinicRequest, study: ImagingStudy) -> StudyScore:
    """Return how a scan is scored by the scheme in the address, else by the clinic's.

    Raises   Http404: there is no such scheme, or the study was entered in error.
    """
    policy = policy_of(study.clinic)
    key = request.GET.get("scheme", policy.scheme)
    if key not in SCHEMES or study.withdrawn:
        raise Http404
    return study_score(study, SCHEMES[key], policy)


def scheme_keys(scheme: Scheme) -> set[str]:
    return {region.key for region in scheme.regions}


def rows_between(form: ReadingForm, agreement: Agreement | None, agreed: Mapping[str, int]) -> list[RegionField]:
    """Return every region with what both readers gave: its field where they differ, else the value that stands."""
    given = {each.region: each for each in agreement.readings} if agreement else {}
    return [
        RegionField(
            region,
            None if region.key in agreed else form[region.key],
            given[region.key].first,
            given[region.key].second,
            agreed.get(region.key),
        )
        for region in form.scheme.regions
    ]


def score_page(
    request: ClinicRequest,
    form: ReadingForm,
    study: ImagingStudy,
    *,
    title: str,
    button: str,
    rows: list[RegionField] | None = None,
    agreed: Mapping[str, int] | None = None,
    score: StudyScore | None = None,
    blind: bool = False,
    was_seen: bool = False,
) -> HttpResponse:
    """Show the picture of the body and the table of its regions; `rows` where two readers' values stand beside."""
    shown = {**(agreed or {}), **form.shown}
    more: dict[str, Any] = {
        "study": study,
        "scheme": form.scheme,
        "rows": rows or form.regions,
        "beside": rows is not None,
        "readings": score.readings if score else (),
        "values": shown,
        "body": f"imaging/body_{str(form.scheme.kind).lower()}.html",
        "levels": list(enumerate(form.scheme.levels)),
        "total": sum(value or 0 for value in shown.values()),
        "blind": blind,
        "not_blind": actions.NOT_BLIND if was_seen else "",
    }
    return form_page(request, form, study.patient, title=title, button=button, template=TEMPLATE, more=more)


def back_to_scores(request: ClinicRequest, study: ImagingStudy) -> HttpResponse:
    """Go back to the scan's scores and say what this person did last, with its Undo."""
    say_done(request, study.patient)
    return redirect("imaging:scores", study.pk)
