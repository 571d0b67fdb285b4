"""The page behind the link in a message: who has the link answers, without signing in. It names nobody."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from accounts.models import Clinic
from events.models import Message
from patients.models import Contact
from schedules.actions.replies import CHANNELS, Answer, answer_message
from schedules.models import PlannedActivity
from schedules.reminders.rules import Moment
from schedules.reminders.texts import LANGUAGES, shipped
from schedules.reminding.links import message_of
from schedules.reminding.truth import of_item, of_patient, visits_of
from schedules.reminding.wording import Words, when_in_email


class Told(NamedTuple):
    """What the page tells of one moment: "We expect you", and the days."""

    head: str
    lines: Sequence[str]


@login_not_required
@require_http_methods(["GET", "POST"])
def reply(request: HttpRequest, token: str) -> HttpResponse:
    """Show what was written and take in an answer. Looking changes nothing; the same answer again neither."""
    now = timezone.now()
    message = message_of(token, now=now)
    if message is None or message.contact is None:
        return page(request, "en", {"gone": True, "also": shipped()["es"]["page"]}, status=404)
    answer = request.POST.get("answer", "")
    thanks = ""
    if request.method == "POST" and answer in list(Answer):
        answer_message(message=message, answer=answer, now=now)
        thanks = "stop" if Answer(answer) in CHANNELS else answer
    contact = Contact.objects.get(pk=message.contact.pk)  # as the answer has left them
    language = contact.language if contact.language in LANGUAGES else "en"
    words = shipped()[language]["page"]
    context = {
        **what_was_told(message, language),
        "clinic": message.clinic,
        "name": Words(message.clinic, {}).calls_itself(language),
        "thanks": words[f"thanks_{thanks}"] if thanks else "",
        "stops": [(each.value, words[each.value]) for each in Answer if each in CHANNELS and receives(contact, each)],
        "phones": phones_of(message.clinic, words),
    }
    return page(request, language, context)


def receives(contact: Contact, answer: Answer) -> bool:
    """Say whether the contact has agreed to the messages that an answer stops."""
    consent = contact.sms_consent if answer == Answer.STOP_SMS else contact.email_consent
    return consent == Contact.Consent.GIVEN


def phones_of(clinic: Clinic, words: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the clinic's telephone numbers with what they are for."""
    numbers = ((words["telephone"], clinic.phone), (words["day_and_night"], clinic.emergency_phone))
    return [(name, number) for name, number in numbers if number]


def what_was_told(message: Message, language: str) -> dict[str, Any]:
    """Return what the message tells of that still holds, how to prepare, and whether anything has changed since."""
    items = message.details["items"]
    visits = visits_of([message])
    over = message.patient is None or bool(of_patient(message.patient, frozenset()))
    holds = [item for item in items if not over and not of_item(item, visits.get(item["visit"]))]
    words = shipped()[language]["page"]
    heads = {Moment.BEFORE_BOOKED: "expected", Moment.BEFORE_WINDOW: "due", Moment.OVERDUE: "overdue"}
    told = [
        Told(words[head], when_in_email([item for item in holds if item["moment"] == moment], language))
        for moment, head in heads.items()
    ]
    open_now = PlannedActivity.objects.filter(visit__in=[item["visit"] for item in holds], status="planned")
    return {
        "told": [each for each in told if each.lines],
        "changed": len(holds) < len(items),
        "may_come": any(item["moment"] == Moment.BEFORE_BOOKED for item in holds),
        "prepare_head": shipped()[language]["prepare_head"],
        "prepare": Words.of(message.clinic).preparation(set(open_now.values_list("activity", flat=True)), language),
    }


def page(request: HttpRequest, language: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """Return the page in a language; nothing of it is kept in caches."""
    with override(language):
        shown = {**context, "words": shipped()[language]["page"], "LANGUAGE_CODE": language}
        response = render(request, "schedules/reply.html", shown, status=status)
    response.headers["Cache-Control"] = "no-store, private"
    # The link goes to no other site; with "no-referrer" a browser would hide from us too where an answer comes from,
    # and the answer would be refused.
    response.headers["Referrer-Policy"] = "same-origin"
    return response
