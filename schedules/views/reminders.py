"""When a clinic reminds its patients, in which words, and what is coming for one of them."""

from typing import NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires
from events.models import Event, Message
from iotrex_followup.refusals import accepted
from patients.models import Language
from patients.views import find_patient
from schedules.actions.reminders import reset_reminder_text, save_reminder_text, set_reminder_rules
from schedules.forms.reminders import TextForm, rules_form
from schedules.models import ReminderPolicy
from schedules.names import activity_name
from schedules.reminders.texts import SEVERAL, Name, shipped_texts
from schedules.reminding.coming import coming_reminders
from schedules.reminding.facts import rules_of
from schedules.reminding.preview import preview
from schedules.reminding.sign_offs import rule_in_words
from schedules.reminding.wording import Words
from schedules.views.answers import about

TITLES = {
    "before_booked": "Before an appointment",
    "before_window": "Before a window opens",
    "overdue": "Overdue",
    SEVERAL: "Several of these in one message",
}


class TextShown(NamedTuple):
    """One text in the list: where it is changed, and whether it is the clinic's own."""

    name: Name
    title: str
    url: str
    body: str
    is_own: bool
    waits: bool  # a text of preparation that the clinic has not confirmed


@require_GET
@requires(May.VIEW)
def reminder_rules(request: ClinicRequest) -> HttpResponse:
    """Show when patients are reminded, and in which words."""
    return rules_page(request, rules_form(None, rules_of(request.clinic)))


@require_POST
@requires(May.DECIDE)
def change_reminder_rules(request: ClinicRequest) -> HttpResponse:
    """Set when patients are reminded."""
    form = rules_form(request.POST, rules_of(request.clinic))
    if not form.is_valid():
        return rules_page(request, form, status=422)
    before = Event.objects.filter(clinic=request.clinic, kind="reminder_rules.changed").count()
    set_reminder_rules(clinic=request.clinic, rules=form.content, by=request.user)
    events = Event.objects.filter(clinic=request.clinic, kind="reminder_rules.changed")
    if events.count() > before:
        words = "Saved. What was waiting is written anew by these rules within five minutes."
        messages.success(request, words, extra_tags=reverse("schedules:undo", args=[events.latest("id").pk]))
    else:
        messages.info(request, "Nothing was changed.")
    return redirect("schedules:reminder_rules")


def rules_page(request: ClinicRequest, form: object, status: int = 200) -> HttpResponse:
    """Show the rules and the list of texts."""
    context = {
        "forms": form,
        "in_words": [rule_in_words(rule) for rule in rules_of(request.clinic) if rule.active],
        "may_decide": may_here(request, May.DECIDE),
        "is_own": ReminderPolicy.objects.filter(clinic=request.clinic).exists(),
        "texts": texts_shown(request),
    }
    return render(request, "schedules/reminder_rules.html", context, status=status)


def texts_shown(request: ClinicRequest) -> list[TextShown]:
    """Return every text of the clinic, in the order of the file."""
    words = Words.of(request.clinic)
    return [
        TextShown(
            name,
            title_of(name),
            reverse("schedules:reminder_text", args=name),
            words.text(name).body,
            name in words.own,
            bool(name.prepares) and name not in words.own,
        )
        for name in shipped_texts()
    ]


def title_of(name: Name) -> str:
    """Return what a text is for, by which way and in which language."""
    what = f"How to prepare: {activity_name(name.prepares)}" if name.prepares else TITLES[name.name]
    return f"{what}, {Message.Channel(name.channel).label}, {Language(name.language).label}"


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def reminder_text(request: ClinicRequest, name: str, channel: str, language: str) -> HttpResponse:
    """Change one text: what is typed is shown filled, saved once it has no mistake, or set back."""
    which = name_or_404(name, channel, language)
    words, step = Words.of(request.clinic), request.POST.get("step", "")
    if step == "reset":
        reset_reminder_text(clinic=request.clinic, name=which, by=request.user)
        messages.success(request, "The shipped words hold again.")
        return redirect("schedules:reminder_text", *which)
    stored = words.text(which)
    form = TextForm(request.POST or None, name=which, initial={"subject": stored.subject, "body": stored.body})
    if step == "save" and accepted(
        form, lambda: save_reminder_text(clinic=request.clinic, name=which, text=form.text, by=request.user)
    ):
        messages.success(request, f"Saved: {title_of(which)}.")
        return redirect("schedules:reminder_rules")
    form.is_valid()  # what is not even a text is told by the form, and shown as it stands
    text = form.text if "body" in getattr(form, "cleaned_data", {}) else stored
    context = {
        "form": form,
        "name": which,
        "title": title_of(which),
        "is_own": which in words.own,
        "preview": preview(request.clinic, which, text, today=request.clinic.local_date(timezone.now())),
        "others": [(title_of(each), each) for each in shipped_texts() if each.name == which.name and each != which],
    }
    if request.htmx:
        return render(request, "schedules/reminder_text.html#preview", context)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "schedules/reminder_text.html", context, status=status)


def name_or_404(name: str, channel: str, language: str) -> Name:
    """Return which text an address names."""
    which = Name(name, channel, language)
    if which not in shipped_texts():
        raise Http404
    return which


@require_GET
@requires(May.VIEW)
def coming(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show which reminders of a patient are coming: a part of the patient page, and a page of its own without htmx."""
    patient, now = find_patient(request, pk), timezone.now()
    today = request.clinic.local_date(now)
    context = {**about(patient, today), "coming": coming_reminders(patient, now)}
    template = "schedules/coming_reminders.html"
    return render(request, f"{template}#panel" if request.htmx else template, context)
