"""The list of alerts, one alert, and what a person does with it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh, reswap, retarget

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from events.models import Event
from iotrex_followup.refusals import accepted
from labs.actions import alerts as actions
from labs.alerting.deadlines import next_working_day
from labs.alerting.next_steps import next_planned_count
from labs.forms.alerts import AcknowledgeForm, AlertFilterForm, HandOverForm, ResolveForm, SnoozeForm, TellForm
from labs.models import Alert
from labs.pages import alert_list as lists
from labs.pages.alert_card import card_of, rule_names
from patients.models import Patient
from schedules.views.answers import page_before
from schedules.wording import event_sentence


@require_GET
@requires(May.VIEW)
def alerts(request: ClinicRequest) -> HttpResponse:
    """Show the clinic's alerts by urgency; with `group` and `after` only the next rows of that tier."""
    now = timezone.now()
    form = AlertFilterForm(request.GET or None, rules=rule_names())
    asked: dict[str, Any] = {"reader": request.user, "role": request.membership.role, "now": now}
    context = {**list_context(request, now), "form": form, "query": filter_query(request)}
    if "group" in request.GET:
        tier, after = tier_in(request), last_shown(request)
        group = lists.next_page(request.clinic, form.filters, tier=tier, after=after, **asked)
        part = "labs/alerts.html#rows" if request.htmx else "labs/alerts.html"
        return render(request, part, {**context, "group": group, "groups": [group], "continued": True})
    context["groups"] = groups = lists.groups(request.clinic, form.filters, **asked)
    context["nothing"] = not any(group.rows for group in groups)
    context["figure"] = lists.figure(request.clinic, now=now)
    return render(request, "labs/alerts.html", context)


@require_GET
@requires(May.VIEW)
def alert(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show one alert: what was found, by which rule, whose it is, what was done."""
    shown = find_alert(request, pk)
    return render(request, "labs/alert.html", card_context(request, shown, timezone.now()))


@require_GET
@requires(May.VIEW)
def patient_alerts(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show all alerts of a patient; to the banner of another page only how many are not resolved."""
    patient = visible_or_404(request, Patient.objects.select_related("clinic"), pk=pk)
    own = Alert.objects.filter(patient=patient)
    if request.htmx:
        return render(
            request, "labs/patient_alerts.html#count", {"patient": patient, "count": own.unresolved().count()}
        )
    now = timezone.now()
    rows = lists.rows_of(list(own.select_related(*lists.SHOWN).order_by("-opened_at")), request.membership.role, now)
    context = {**list_context(request, now), **about_patient(patient, now), "rows": rows}
    return render(request, "labs/patient_alerts.html", context)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def acknowledge(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Say what happens next and by when; `next_step` is chosen already when a key or the menu chose it."""
    shown = find_alert(request, pk)
    now = timezone.now()
    step = request.GET.get("next_step", "")
    form = AcknowledgeForm(request.POST or None, initial={"next_step": step, "by_when": usual_day(shown, step, now)})
    return answer(request, shown, form, actions.acknowledge, now, title="Acknowledge", button="Acknowledge")


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def tell(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Record whom somebody told, when, and whether it was read back."""
    shown = find_alert(request, pk)
    now = timezone.now()
    call = lists.rows_of([shown], request.membership.role, now)[0].call
    form = TellForm(request.POST or None, clinic=shown.clinic, call=call, now=now)
    return answer(request, shown, form, actions.tell, now, title="Told somebody", button="Record telling")


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def hand_over(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Make an alert somebody else's."""
    shown = find_alert(request, pk)
    form = HandOverForm(request.POST or None, clinic=shown.clinic)
    return answer(request, shown, form, actions.hand_over, timezone.now(), title="Hand over", button="Hand over")


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def snooze(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Set an alert aside until a day."""
    shown = find_alert(request, pk)
    now = timezone.now()
    count = next_planned_count(shown.patient, today=shown.clinic.local_date(now)) if shown.patient else None
    form = SnoozeForm(request.POST or None, next_count=count, initial={"until": count})
    return answer(request, shown, form, actions.snooze, now, title="Snooze", button="Snooze")


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def resolve(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Close an alert in words; what came since and is better stands in the field."""
    shown = find_alert(request, pk)
    form = ResolveForm(request.POST or None, initial={"resolution": shown.improved})
    return answer(request, shown, form, actions.resolve, timezone.now(), title="Resolve", button="Resolve")


@require_POST
@requires(May.RECORD)
def claim(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Make an alert one's own."""
    shown = find_alert(request, pk)
    now = timezone.now()
    actions.claim(alert=shown, by=request.user, now=now, seen=seen_version(request))
    return after_change(request, shown, now)


def find_alert(request: ClinicRequest, pk: UUID) -> Alert:
    found: Alert = visible_or_404(request, shown_alerts(), pk=pk)
    return found


def shown_alerts() -> QuerySet[Alert]:
    return Alert.objects.select_related(*lists.SHOWN)


def answer(
    request: ClinicRequest,
    shown: Alert,
    form: AcknowledgeForm | TellForm | HandOverForm | SnoozeForm | ResolveForm,
    act: Callable[..., Alert],
    now: datetime,
    **words: str,
) -> HttpResponse:
    """Do what the form says, or show it with the alert as it is now: as a page, or in a dialog; 422 with mistakes."""
    seen = seen_version(request)
    if accepted(form, lambda: act(alert=shown, by=request.user, now=now, seen=seen, **form.facts)):
        return after_change(request, shown, now)
    if form.is_bound:
        shown = find_alert(request, shown.pk)
    context = {**card_context(request, shown, now), "form": form, "back": back_from(request, shown), **words}
    status = 422 if form.is_bound else 200
    if not request.htmx:
        return render(request, "labs/alert_form.html", context, status=status)
    part = render(request, "labs/alert_form.html#dialog", context, status=status)
    return reswap(retarget(part, "#dialog"), "innerHTML")


def seen_version(request: ClinicRequest) -> str:
    """Return the version of the alert that stood on the page the person answers."""
    return request.POST.get("version", "")


def after_change(request: ClinicRequest, shown: Alert, now: datetime) -> HttpResponse:
    """Answer a change: the new row on the list, elsewhere the page the person came from, read anew."""
    undo_url = say_done(request, shown)
    if not request.htmx:
        return redirect(back_from(request, shown))
    page = request.htmx.current_url_abs_path or ""
    if page.partition("?")[0] != reverse("labs:alerts"):
        return HttpResponseClientRefresh()
    fresh = get_object_or_404(shown_alerts(), pk=shown.pk)
    row = lists.rows_of([fresh], request.membership.role, now)[0]
    context = {**list_context(request, now), "row": row, "undo_url": undo_url}
    return render(request, "labs/alerts.html#changed", context)


def say_done(request: ClinicRequest, shown: Alert) -> str:
    """Say above the next page what this person just did; return the address that undoes it, if it can be."""
    own = Event.objects.filter(clinic=shown.clinic, by=request.user, facts__alert=str(shown.pk))
    if shown.patient_id:
        own = own.filter(patient=shown.patient_id)
    event = own.order_by("-at", "-id").first()
    if event is None:
        return ""
    undo_url = reverse("schedules:undo", args=[event.pk]) if event.facts.get("rows") else ""
    messages.success(request, f"{event_sentence(event)}.", extra_tags=undo_url)
    return undo_url


def back_from(request: ClinicRequest, shown: Alert) -> str:
    return page_before(request, default=reverse("labs:alert", args=[shown.pk]))


def list_context(request: ClinicRequest, now: datetime) -> dict[str, object]:
    """Return what every row about an alert needs."""
    return {"now": now, "today": request.clinic.local_date(now), "next_steps": Alert.NextStep.choices}


def card_context(request: ClinicRequest, shown: Alert, now: datetime) -> dict[str, object]:
    """Return what a page about one alert shows."""
    context: dict[str, object] = {
        **list_context(request, now),
        "card": card_of(shown, role=request.membership.role, now=now),
        "may_record": may_here(request, May.RECORD),
        "may_decide": may_here(request, May.DECIDE),
    }
    return context | (about_patient(shown.patient, now) if shown.patient else {})


def about_patient(patient: Patient, now: datetime) -> dict[str, object]:
    """Return what the banner of a page about `patient` shows."""
    last = patient.treatments.given_therapeutic().last()
    return {"patient": patient, "last_treatment": last, "today": patient.clinic.local_date(now)}


def usual_day(shown: Alert, step: str, now: datetime) -> date | None:
    """Return the day that stands in the form: a repeat's planned count, else the next working day."""
    today = shown.clinic.local_date(now)
    tomorrow = next_working_day(shown.clinic, now)
    if step == Alert.NextStep.NO_ACTION:
        return None
    if shown.tier == Alert.Tier.IMMEDIATE:
        return today + timedelta(days=1)
    count = next_planned_count(shown.patient, today=tomorrow) if shown.patient else None
    return count if count and step == Alert.NextStep.REPEAT_CBC else tomorrow


def tier_in(request: ClinicRequest) -> str:
    """Return the tier whose next rows are asked for.

    Raises   Http404: there is no such tier.
    """
    tier = request.GET["group"]
    if tier not in Alert.Tier.values:
        raise Http404
    return tier


def last_shown(request: ClinicRequest) -> Alert:
    """Return the alert the asked rows follow.

    Raises   Http404: the address names none of this clinic.
    """
    try:
        after = UUID(request.GET.get("after", ""))
    except ValueError as error:
        raise Http404 from error
    return get_object_or_404(Alert, clinic=request.clinic, pk=after)


def filter_query(request: ClinicRequest) -> str:
    """Return the chosen filters as they stand in the address."""
    query = request.GET.copy()
    for name in ("group", "after"):
        query.pop(name, None)
    return query.urlencode()
