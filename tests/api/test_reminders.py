"""Rules and words of reminders, and consents, over the API."""

from schedules.models import ReminderPolicy, ReminderText

RULE = {"activity": "cbc", "moment": "before_booked", "days": 3, "weekly": True, "active": True}
TEXT = {"name": "before_booked", "channel": "sms", "language": "en", "body": "{clinic}: {when}. {link}"}


def test_rules_are_read_and_set(api, clinic):
    url = f"clinics/{clinic.pk}/reminder-rules"
    read = api.get(url)
    assert (read.json()["own"], len(read.json()["rules"])) == (False, 5)

    answer = api.patch(url, {"rules": [RULE]}, If_Match=read["ETag"])

    assert answer.status_code == 200, answer.content
    assert answer.json() == {"clinic": str(clinic.pk), "own": True, "rules": [RULE]}


def test_mistake_in_a_rule_names_its_row(api, clinic):
    url = f"clinics/{clinic.pk}/reminder-rules"
    etag = api.get(url)["ETag"]
    answer = api.patch(url, {"rules": [RULE, RULE | {"activity": "blood"}]}, If_Match=etag)
    assert answer.status_code == 422
    assert "Rule 2, activity: there is no activity “blood”" in answer.content.decode()
    assert not ReminderPolicy.objects.exists()


def test_texts_are_listed_looked_at_saved_and_set_back(api, clinic):
    url = f"clinics/{clinic.pk}/reminder-texts"
    assert {text["own"] for text in api.get(url).json()} == {False}

    looked = api.post(f"{url}/preview", TEXT)
    assert looked.json()["text"].startswith("Your hospital: ")
    assert (looked.json()["mistakes"], ReminderText.objects.count()) == ([], 0)

    saved = api.post(url, TEXT)
    assert [text["body"] for text in saved.json() if text["own"]] == [TEXT["body"]]
    reset = api.post(f"{url}/reset", {key: TEXT[key] for key in ("name", "channel", "language")})
    assert {text["own"] for text in reset.json()} == {False}


def test_text_with_a_mistake_is_refused_and_looked_at_all_the_same(api, clinic):
    url = f"clinics/{clinic.pk}/reminder-texts"
    wrong = TEXT | {"body": "{clinic}: {day}"}
    assert api.post(url, wrong).status_code == 422
    mistakes = api.post(f"{url}/preview", wrong).json()["mistakes"]
    assert [mistake["field"] for mistake in mistakes] == ["body", "body"]


def test_consents_are_read_and_changed(api, plan):
    body = {"patient": str(plan.patient.pk), "phone": "07700 900001", "sms_consent": "given"}
    made = api.post("contacts", body)
    assert (made.json()["sms_consent"], made.json()["email_consent"], made.json()["phone_fault"]) == ("given", "", "")
    url = f"contacts/{made.json()['id']}"
    changed = api.patch(url, {"sms_consent": "refused"}, If_Match=made["ETag"])
    assert changed.json()["sms_consent"] == "refused"
    assert api.patch(url, {"phone_fault": ""}, If_Match=changed["ETag"]).status_code == 400
