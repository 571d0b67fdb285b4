"""Pages of reminders: rules, words with a look at them, and what is coming."""

import pytest

from accounts.models import Role
from events.models import Event
from patients.models import Contact
from schedules.models import ReminderPolicy, ReminderText
from tests.factories import MembershipFactory
from tests.schedules.conftest import SWEPT as NOW

TEXT = "/reminders/texts/before_booked/sms/en/"


@pytest.fixture
def signed_in(client, clinician):
    client.force_login(clinician)
    return client


def rules(**changes):
    """The shipped rules as the form sends them, with one more line."""
    data = {"rules-TOTAL_FORMS": "6", "rules-INITIAL_FORMS": "5"}
    rows = [
        ("7", "before_booked"),
        ("1", "before_booked"),
        ("7", "before_window"),
        ("1", "before_window"),
        ("1", "overdue"),
    ]
    for number, (days, moment) in enumerate(rows):
        weekly = {} if days == "7" else {f"rules-{number}-weekly": "on"}
        data |= {
            f"rules-{number}-days": days,
            f"rules-{number}-moment": moment,
            f"rules-{number}-active": "on",
        } | weekly
    data |= {"rules-5-moment": "before_booked", "rules-5-active": "on"}
    return data | changes


def test_rules_and_texts_are_shown_to_everybody(client, clinic):
    client.force_login(MembershipFactory(clinic=clinic, role=Role.AUDITOR).staff)
    text = client.get("/reminders/").content.decode()
    assert "These rules are the shipped ones, not signed off." in text
    assert "To be confirmed" in text
    assert "Save the rules" not in text


def test_unchanged_rules_change_nothing(signed_in):
    response = signed_in.post("/reminders/change/", rules(), follow=True)
    assert "Nothing was changed." in response.content.decode()
    assert not ReminderPolicy.objects.exists()


def test_rule_is_added_changed_and_taken_away(signed_in, clinic):
    sent = rules(**{"rules-0-days": "5", "rules-1-DELETE": "on", "rules-5-days": "3", "rules-5-activity": "thyroid"})
    response = signed_in.post("/reminders/change/", sent, follow=True)
    assert "Saved." in response.content.decode()
    stored = [(rule["moment"], rule["days"], rule["activity"]) for rule in clinic.reminder_policy.rules]
    assert stored == [
        ("before_booked", 5, ""),
        ("before_window", 7, ""),
        ("before_window", 1, ""),
        ("overdue", 1, ""),
        ("before_booked", 3, "thyroid"),
    ]
    assert Event.objects.filter(kind="reminder_rules.changed").count() == 1


def test_mistake_is_told_at_its_row(signed_in):
    response = signed_in.post("/reminders/change/", rules(**{"rules-1-days": "7"}))
    assert response.status_code == 422
    assert "Rule 2, days: rule 1 says this already." in response.content.decode()
    assert not ReminderPolicy.objects.exists()


def test_text_is_shown_filled_while_it_is_typed(signed_in):
    body = {"step": "look", "body": "{clinic}: on {when}. {link}"}
    text = signed_in.post(TEXT, body, headers={"HX-Request": "true"}).content.decode()
    assert "Your hospital: on " in text
    assert "of the 160 characters" in text
    assert not ReminderText.objects.exists()


@pytest.mark.parametrize("step", ["look", "save"])
def test_mistake_of_a_text_is_told_and_nothing_is_saved(signed_in, step):
    response = signed_in.post(TEXT, {"step": step, "body": "Your cancer clinic, {day}. {link}"})
    text = response.content.decode()
    assert "“cancer” must not stand in a message" in text
    assert "there is no placeholder {day}" in text.lower()
    assert not ReminderText.objects.exists()


def test_bracket_that_stands_alone_is_told(signed_in):
    response = signed_in.post(TEXT, {"step": "look", "body": "On {when. {link}"})
    assert "a bracket { or } stands alone" in response.content.decode()


def test_text_is_saved_and_set_back(signed_in, clinic):
    signed_in.post(TEXT, {"step": "save", "body": "{clinic}: {when}, {link}"})
    assert [(row.name, row.body) for row in clinic.reminder_texts.all()] == [
        ("before_booked", "{clinic}: {when}, {link}")
    ]
    signed_in.post(TEXT, {"step": "reset", "body": ""})
    assert not ReminderText.objects.exists()
    kinds = Event.objects.filter(kind__startswith="reminder_text").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["reminder_text.changed", "reminder_text.reset"]


def test_unknown_text_is_not_found(signed_in):
    assert signed_in.get("/reminders/texts/birthday/sms/en/").status_code == 404


def test_coming_reminders_stand_on_the_patients_page(signed_in, plan, reminder, time_machine):
    time_machine.move_to(NOW, tick=False)
    page = signed_in.get(f"/patients/{plan.patient.pk}/reminders/", headers={"HX-Request": "true"}).content.decode()
    assert "Sat 2 Mar 2024" in page
    assert "SMS to Patient" in page
    assert f"/patients/{plan.patient.pk}/reminders/" in signed_in.get(f"/patients/{plan.patient.pk}/").content.decode()


def test_consents_are_entered_and_a_fault_is_shown_until_the_number_is_another(signed_in, contact):
    Contact.objects.update(phone_fault="No such number.")
    url = f"/patients/contacts/{contact.pk}/"
    assert "Nothing arrives there: No such number." in signed_in.get(url).content.decode()
    sent = {"relation": "self", "phone": "07700 900009", "language": "en", "order": "1", "sms_consent": "refused"}
    signed_in.post(url, sent)
    contact.refresh_from_db()
    assert (contact.sms_consent, contact.email_consent, contact.phone_fault) == ("refused", "", "")
