"""Reminders as rows: written once, true to the facts, sent in the words and at the hour of who reads them."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions import update_clinic
from events.actions import settle_message
from events.delivery import sending as delivery
from events.delivery.channels import Refused
from events.delivery.returned import note_returned
from events.delivery.sending import deliver_due
from events.models import Event, Message
from events.undo import undo
from patients.actions import remove_contact, save_contact, stop_messages, update_patient
from patients.models import Contact
from schedules import actions
from schedules.actions import life
from schedules.actions.life import ClinicalFacts
from schedules.actions.reminders import plan_reminders, save_reminder_text, set_reminder_rules
from schedules.reminders.rules import shipped_rules
from schedules.reminders.texts import Name, Text
from schedules.reminding.coming import coming_reminders
from schedules.reminding.truth import Untrue
from schedules.tasks import write_reminders
from tests.factories import MembershipFactory, enrolled, visit_of
from tests.labs.arrivals import arrive
from tests.schedules.conftest import SWEPT as NOW

TODAY = NOW.date()
SATURDAY = date(2024, 3, 2)


def reminders():
    return Message.objects.filter(kind="reminder").order_by("local_day", "created_at")


def week_5():
    return reminders().filter(local_day=SATURDAY, contact__isnull=False)


def book(plan, timepoint, on, by, **how):
    return actions.book_visits(visits=[visit_of(plan, timepoint)], on=on, by=by, today=TODAY, **how)


def said(message):
    message.refresh_from_db()
    return message.state, message.outcome


def test_reminder_is_written_with_its_hour_and_its_end(reminder, contact, plan):
    assert (reminder.channel, reminder.contact, reminder.state) == ("sms", contact, "due")
    assert reminder.not_before == datetime(2024, 3, 2, 9, tzinfo=UTC)  # 10:00 in Madrid
    assert reminder.expires_at == datetime(2024, 3, 2, 19, tzinfo=UTC)  # the quiet hours begin
    assert (reminder.local_day, reminder.local_at, reminder.zone) == (SATURDAY, time(10), "Europe/Madrid")
    assert [item["visit"] for item in reminder.details["items"]] == [str(visit_of(plan, "W5").pk)]
    assert "Ana" not in reminder.subject


def test_patients_own_zone_decides_the_hour(contact, plan, clinic, clinician):
    update_patient(patient=plan.patient, fields={"time_zone": "America/New_York"}, by=clinician, today=TODAY)
    plan_reminders(clinic=clinic, now=NOW)
    assert week_5().get().not_before == datetime(2024, 3, 2, 15, tzinfo=UTC)


def test_writing_again_changes_nothing(reminder, clinic):
    before = list(reminders().values())
    assert plan_reminders(clinic=clinic, now=NOW) == 0
    assert plan_reminders(clinic=clinic, now=NOW + timedelta(minutes=5)) == 0
    assert list(reminders().values()) == before


def test_task_writes_for_every_clinic(contact, time_machine):
    time_machine.move_to(NOW, tick=False)
    write_reminders()
    assert week_5().count() == 1


def test_what_is_overdue_is_told_once(contact, clinic, plan):
    # The windows of the weeks before have closed: of week 4 the patient is told, the older ones are too late.
    plan_reminders(clinic=clinic, now=NOW)
    overdue = [item for each in reminders() for item in each.details["items"] if item["moment"] == "overdue"]
    assert [item["visit"] for item in overdue] == []
    plan_reminders(clinic=clinic, now=NOW + timedelta(days=3))
    overdue = [item for each in reminders() for item in each.details["items"] if item["moment"] == "overdue"]
    assert [item["visit"] for item in overdue] == [str(visit_of(plan, "W4").pk)]


def test_appointment_is_reminded_of_instead_of_the_window(contact, clinic, clinician, plan):
    book(plan, "W5", date(2024, 3, 3), clinician, reason="A Sunday")
    plan_reminders(clinic=clinic, now=NOW)
    assert [item["booked"][0] for item in week_5().get().details["items"]] == ["2024-03-03"]


def test_what_falls_on_one_day_is_one_message(reminder, clinic, clinician, plan):
    book(plan, "W4", date(2024, 3, 3), clinician, reason="Late, and a Sunday")
    plan_reminders(clinic=clinic, now=NOW)
    reminder.refresh_from_db()
    assert week_5().get() == reminder
    assert [item["moment"] for item in reminder.details["items"]] == ["before_window", "before_booked"]
    assert plan_reminders(clinic=clinic, now=NOW) == 0


def test_who_had_a_message_that_day_is_told_no_more_that_day(reminder, clinic, clinician, plan, taken):
    deliver_due(clock=lambda: datetime(2024, 3, 2, 9, 5, tzinfo=UTC))
    book(plan, "W4", date(2024, 3, 9), clinician, reason="Late")
    set_reminder_rules(clinic=clinic, rules=[rule | {"weekly": True} for rule in stored_rules()], by=clinician)
    # The rule of seven days before is of the 2nd, on which one went.
    later = datetime(2024, 3, 2, 10, tzinfo=UTC)
    plan_reminders(clinic=clinic, now=later)
    assert [str(each.local_day) for each in reminders().filter(contact__isnull=False)] == ["2024-03-02", "2024-03-03"]


def stored_rules():
    return [rule.content for rule in shipped_rules()]


def test_nobody_to_write_to_is_accounted_for(plan, clinic, taken, clinician):
    plan_reminders(clinic=clinic, now=NOW)
    (left_out,) = reminders()
    assert (left_out.state, left_out.contact, left_out.outcome) == (
        "void",
        None,
        "There is nobody to write to on record.",
    )
    assert plan_reminders(clinic=clinic, now=NOW) == 0
    save_contact(patient=plan.patient, contact=None, fields={"phone": "1", "sms_consent": "refused"}, by=clinician)
    plan_reminders(clinic=clinic, now=NOW)
    assert [each.outcome for each in reminders()] == [left_out.outcome, "No consent for any channel."]


def test_consent_given_later_lets_the_reminder_go(plan, clinic, taken, clinician):
    contact = save_contact(patient=plan.patient, contact=None, fields={"phone": "07700 900001"}, by=clinician)
    plan_reminders(clinic=clinic, now=NOW)
    save_contact(patient=plan.patient, contact=contact, fields={"sms_consent": "given"}, by=clinician)
    plan_reminders(clinic=clinic, now=NOW)
    assert [(each.state, each.outcome) for each in reminders()] == [
        ("void", "No consent for any channel."),
        ("due", ""),
    ]


def test_who_needs_an_interpreter_is_called_and_the_call_ends(contact, clinic, plan, clinician):
    save_contact(patient=plan.patient, contact=contact, fields={"interpreter": True}, by=clinician)
    plan_reminders(clinic=clinic, now=NOW)
    call = week_5().get()
    assert (call.channel, call.state, call.expires_at) == ("call", "due", datetime(2024, 3, 2, 23, tzinfo=UTC))
    assert deliver_due(clock=lambda: datetime(2024, 3, 2, 12, tzinfo=UTC)) == {}
    plan_reminders(clinic=clinic, now=datetime(2024, 3, 3, 1, tzinfo=UTC))
    assert said(call) == ("expired", "Nobody called in time.")


def test_childs_guardian_is_written_to(clinic, clinician, taken):
    plan = enrolled(by=clinician, clinic=clinic, started_on=date(2024, 1, 31), today=TODAY, birth_date=date(2018, 1, 1))
    for relation, number in (("self", "1"), ("mother", "2")):
        fields = {"relation": relation, "phone": number, "sms_consent": "given"}
        save_contact(patient=plan.patient, contact=None, fields=fields, by=clinician)
    plan_reminders(clinic=clinic, now=NOW)
    assert {each.contact.relation for each in reminders()} == {"mother"}


# What happens, and why the reminder of week 5 goes no more.
FACTS = {
    "booked": (Untrue.BOOKED, lambda s: book(s.plan, "W5", date(2024, 3, 6), s.by)),
    "done": (
        Untrue.DONE,
        lambda s: actions.record_visit(
            visit=visit_of(s.plan, "W5"),
            occurred_on=TODAY,
            outcomes={"cbc": "done"},
            timing_reason="travel",
            by=s.by,
            today=TODAY,
        ),
    ),
    "drawn": (
        Untrue.AWAITING,
        lambda s: actions.record_visit(
            visit=visit_of(s.plan, "W5"),
            occurred_on=TODAY,
            outcomes={"cbc": "drawn"},
            timing_reason="travel",
            by=s.by,
            today=TODAY,
        ),
    ),
    "not applicable": (
        Untrue.CLOSED_VISIT,
        lambda s: actions.mark_not_applicable(visit=visit_of(s.plan, "W5"), reason="Counted.", by=s.by),
    ),
    "died": (Untrue.DIED, lambda s: happens(s, "death")),
    "comfort care": (Untrue.COMFORT, lambda s: happens(s, "comfort_care", details={"agreed_with": "The family"})),
    "declines messages": (Untrue.DECLINED, lambda s: happens(s, "declines_messages")),
    "paused": (
        Untrue.HELD,
        lambda s: happens(s, "pause", details={"review_on": "2024-06-01", "why": "Long journey"}),
    ),
    "consent off": (Untrue.CONSENT, lambda s: changed(s, sms_consent="refused")),
    "consent not asked": (Untrue.CONSENT, lambda s: changed(s, sms_consent="")),
    "stopped by link": (Untrue.CONSENT, lambda s: stop_messages(contact=s.contact, channel="sms")),
    "number gone": (Untrue.ADDRESS, lambda s: changed(s, phone="")),
    "needs an interpreter": (Untrue.CALL, lambda s: changed(s, interpreter=True)),
    "contact removed": (Untrue.NO_CONTACT, lambda s: remove_contact(contact=s.contact, by=s.by)),
    "treatment in error": (
        Untrue.CLOSED_VISIT,
        lambda s: actions.withdraw_treatment(treatment=s.plan.treatment, reason="Another's.", by=s.by, today=TODAY),
    ),
    "patient in error": (
        Untrue.CLOSED,
        lambda s: actions.withdraw_patient(patient=s.plan.patient, reason="Twice.", by=s.by, today=TODAY),
    ),
    "other clock": (
        Untrue.ZONE,
        lambda s: update_patient(
            patient=s.plan.patient, fields={"time_zone": "America/Los_Angeles"}, by=s.by, today=TODAY
        ),
    ),
    "infusion redated": (
        Untrue.REDATED,
        lambda s: actions.correct_treatment_date(
            treatment=s.plan.treatment, started_on=date(2024, 2, 1), reason="Evening.", by=s.by, today=TODAY
        ),
    ),
}


class Scene:
    def __init__(self, plan, contact, by):
        self.plan, self.contact, self.by = plan, contact, by


@pytest.fixture
def scene(plan, contact, clinician):
    return Scene(plan, contact, clinician)


def happens(scene, kind, **how):
    facts = ClinicalFacts(kind, TODAY, **how)
    return life.record_clinical_event(patient=scene.plan.patient, facts=facts, by=scene.by, now=NOW)


def changed(scene, **fields):
    return save_contact(patient=scene.plan.patient, contact=scene.contact, fields=fields, by=scene.by)


@pytest.mark.parametrize("fact", FACTS)
def test_reminder_is_taken_back_in_the_transaction_of_the_fact(fact, reminder, scene, taken):
    why, do = FACTS[fact]
    do(scene)
    assert said(reminder) == ("void", why)
    assert deliver_due(clock=lambda: datetime(2024, 3, 2, 9, 5, tzinfo=UTC)) == {}


@pytest.mark.parametrize("fact", FACTS)
def test_reminder_that_failed_once_is_taken_back_too(fact, reminder, scene, taken):
    Message.objects.filter(pk=reminder.pk).update(sending_since=NOW, tries=1, outcome="The provider is away.")
    why, do = FACTS[fact]
    do(scene)
    assert said(reminder) == ("void", why)


def test_patient_who_lives_by_another_clock_is_told_by_it(reminder, scene, clinic):
    fields = {"time_zone": "America/Los_Angeles"}
    update_patient(patient=scene.plan.patient, fields=fields, by=scene.by, today=TODAY)
    plan_reminders(clinic=clinic, now=NOW + timedelta(days=1))
    (anew,) = week_5().filter(state="due")
    assert (anew.zone, anew.not_before) == ("America/Los_Angeles", datetime(2024, 3, 2, 18, tzinfo=UTC))


def test_reminder_of_who_declines_messages_is_in_the_ledger_once(contact, clinic, scene):
    happens(scene, "declines_messages")
    for _ in range(2):
        plan_reminders(clinic=clinic, now=NOW)
    assert {(each.state, each.contact, each.outcome) for each in reminders()} == {("void", None, Untrue.DECLINED)}
    assert reminders().filter(local_day=SATURDAY).count() == 1


@pytest.mark.parametrize("fact", FACTS)
def test_reminder_is_looked_at_again_before_it_leaves(fact, reminder, scene, taken, monkeypatch):
    # As if it had been written at the same moment, so that the fact did not see it.
    monkeypatch.setattr("iotrex_followup.history.AT_THE_END", [])
    why, do = FACTS[fact]
    do(scene)
    assert deliver_due(clock=lambda: datetime(2024, 3, 2, 9, 5, tzinfo=UTC)) == {"void": 1}
    assert said(reminder) == ("void", why)
    assert taken == []


def test_result_that_fulfils_the_visit_takes_its_reminder_back(reminder, plan, clinician):
    arrive(plan.patient, date(2024, 3, 4), by=clinician)
    assert visit_of(plan, "W5").status == "done"
    assert said(reminder) == ("void", Untrue.DONE)


def test_moved_appointment_is_told_anew(contact, clinic, clinician, plan):
    appointment = book(plan, "W5", date(2024, 3, 3), clinician, reason="A Sunday", at=time(9))
    plan_reminders(clinic=clinic, now=NOW)
    old = week_5().get()
    actions.move_appointment(
        appointment=appointment, on=date(2024, 3, 3), at=time(11), by=clinician, today=TODAY, reason="A Sunday"
    )
    assert said(old) == ("void", Untrue.MOVED)
    plan_reminders(clinic=clinic, now=NOW)
    assert [each.details["items"][0]["booked"] for each in week_5().filter(state="due")] == [["2024-03-03", "11:00", 1]]


def test_what_is_true_again_is_told_again(reminder, clinic, scene):
    """A cancelled booking, an undone entry: the same reminder is wanted anew."""
    for _ in range(2):
        appointment = book(scene.plan, "W5", date(2024, 3, 6), scene.by)
        actions.cancel_appointment(appointment=appointment, reason="Away.", by=scene.by)
        plan_reminders(clinic=clinic, now=NOW)
    assert [each.state for each in week_5()] == ["void", "void", "due"]
    happens(scene, "declines_messages")
    undo(event=Event.objects.filter(kind="clinical_event.recorded").latest("id"), by=scene.by, now=NOW)
    plan_reminders(clinic=clinic, now=NOW)
    assert [each.state for each in week_5()] == ["void", "void", "void", "due"]


@pytest.mark.parametrize(("for_good", "fault"), [(False, ""), (True, "550 no such user")])
def test_reminder_that_came_back_says_whether_its_address_works(reminder, contact, taken, clinician, for_good, fault):
    deliver_due(clock=lambda: datetime(2024, 3, 2, 9, 5, tzinfo=UTC))
    note_returned(message=reminder, reason="550 no such user", for_good=for_good, by=clinician, now=NOW)
    contact.refresh_from_db()
    assert said(reminder) == ("dead", "550 no such user")
    assert contact.phone_fault == fault


@pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)
def test_what_came_back_says_nothing_of_a_number_entered_since(reminder, contact, scene, taken, clinician):
    # By the real clock, which the row history has: that of each transaction.
    Message.objects.filter(pk=reminder.pk).update(state="sent", sent_at=timezone.now())
    changed(scene, phone="07700 900002")
    note_returned(message=reminder, reason="550", for_good=True, by=clinician, now=timezone.now())
    contact.refresh_from_db()
    assert (contact.phone, contact.phone_fault) == ("07700 900002", "")


def test_what_a_person_settled_is_not_written_again(reminder, clinic, clinician):
    Message.objects.filter(pk=reminder.pk).update(state="dead", outcome="The mail server answered 550.")
    settle_message(message=reminder, reason="Told by telephone.", by=clinician)
    plan_reminders(clinic=clinic, now=NOW)
    assert week_5().count() == 1


def test_reminder_whose_day_went_by_is_told_the_next_day_while_it_is_of_use(contact, clinic, clinician, plan):
    book(plan, "W4", date(2024, 3, 9), clinician, reason="Late")
    set_reminder_rules(
        clinic=clinic,
        rules=[{"activity": "", "moment": "before_booked", "days": 5, "weekly": True, "active": True}],
        by=clinician,
    )
    plan_reminders(clinic=clinic, now=datetime(2024, 3, 3, 12, tzinfo=UTC))
    evening = datetime(2024, 3, 4, 22, tzinfo=UTC)
    assert deliver_due(clock=lambda: evening) == {"expired": 1}
    plan_reminders(clinic=clinic, now=evening)
    assert [(str(each.local_day), each.state) for each in reminders()] == [
        ("2024-03-04", "expired"),
        ("2024-03-05", "due"),
    ]


def test_sms_says_when_and_where_to_answer(reminder, taken):
    deliver_due(clock=lambda: datetime(2024, 3, 2, 9, 5, tzinfo=UTC))
    (sent,) = taken
    assert sent.to == "07700 900001"
    assert sent.text.startswith(
        "Your hospital: a visit is due Sun 3 Mar to Sat 9 Mar. Please call the number you have. http"
    )
    assert "/m/" in sent.text
    assert said(reminder)[0] == "sent"


def test_email_is_in_the_persons_language_with_text_and_html(contact, clinic, clinician, plan, taken):
    save_contact(patient=plan.patient, contact=contact, fields={"language": "es", "sms_consent": ""}, by=clinician)
    clinic.phone, clinic.name_in_messages = "910 000 000", "Centro del Puerto"
    clinic.save()
    plan_reminders(clinic=clinic, now=NOW)
    deliver_due(clock=lambda: datetime(2024, 3, 2, 9, 5, tzinfo=UTC))
    (sent,) = taken
    assert (sent.to, sent.subject) == ("ana@example.org", "Un recordatorio de Centro del Puerto")
    assert "entre el domingo 3 de marzo de 2024 y el sábado 9 de marzo de 2024" in sent.text
    assert "910 000 000" in sent.text
    assert '<html lang="es">' in sent.html
    assert '<a href="http' in sent.html
    for secret in ("Ana", "Prueba", "MIBG", "cbc"):
        assert secret not in sent.text + sent.html + sent.subject


def test_preparation_goes_out_once_the_clinic_has_confirmed_it(contact, clinic, clinician, plan, taken):
    save_contact(patient=plan.patient, contact=contact, fields={"sms_consent": ""}, by=clinician)
    actions.book_visits(visits=[visit_of(plan, "M2")], on=date(2024, 3, 26), by=clinician, today=TODAY)
    day = datetime(2024, 3, 25, 9, 5, tzinfo=UTC)
    plan_reminders(clinic=clinic, now=day)
    name = Name("prepare.chemistry", "email", "en")
    save_reminder_text(clinic=clinic, name=name, text=Text("", "Come without breakfast."), by=clinician)
    deliver_due(clock=lambda: day)
    assert "How to prepare\n\nCome without breakfast." in taken[0].text


@pytest.mark.parametrize(
    ("quiet_until", "now", "sent", "later"),
    [
        (time(8), datetime(2024, 3, 2, 9, 0, tzinfo=UTC), {"sent": 1}, None),
        # The quiet hours were made longer after it was written: it waits for their end.
        (time(11), datetime(2024, 3, 2, 9, 0, tzinfo=UTC), {"due": 1}, datetime(2024, 3, 2, 10, tzinfo=UTC)),
    ],
)
def test_quiet_hours_are_kept_by_the_patients_clock(reminder, clinic, quiet_until, now, sent, later, taken):
    clinic.quiet_until = quiet_until
    clinic.save()
    assert deliver_due(clock=lambda: now) == sent
    reminder.refresh_from_db()
    assert later is None or reminder.not_before == later


def test_refused_address_is_noted_and_the_next_way_is_taken(reminder, contact, clinic, monkeypatch):
    def refuse(envelope):
        raise Refused("The other side refused it: no such number.")

    monkeypatch.setitem(delivery.CHANNELS, "sms", refuse)
    Message.objects.filter(pk=reminder.pk).update(details=reminder.details | {"refused": True})
    deliver_due(clock=lambda: datetime(2024, 3, 2, 9, 5, tzinfo=UTC))
    contact.refresh_from_db()
    assert contact.phone_fault == "The other side refused it: no such number."
    plan_reminders(clinic=clinic, now=datetime(2024, 3, 3, 12, tzinfo=UTC))
    assert reminders().filter(state="due").first().channel == "email"


def test_new_number_clears_what_was_wrong_with_the_old(contact, plan, clinician):
    Contact.objects.update(phone_fault="No such number.", email_fault="Mailbox full.")
    contact.refresh_from_db()
    save_contact(patient=plan.patient, contact=contact, fields={"phone": "07700 900002"}, by=clinician)
    assert (contact.phone_fault, contact.email_fault) == ("", "Mailbox full.")


def test_new_rules_take_back_what_waits_and_hold_from_the_next_look(reminder, clinic, clinician):
    off = [rule | {"active": False} for rule in stored_rules()]
    set_reminder_rules(clinic=clinic, rules=off, by=clinician)
    assert said(reminder) == ("void", Untrue.RULES)
    assert plan_reminders(clinic=clinic, now=NOW) == 0
    undo(event=Event.objects.get(kind="reminder_rules.changed"), by=clinician, now=NOW)
    plan_reminders(clinic=clinic, now=NOW)
    assert week_5().filter(state="due").count() == 1


@pytest.mark.parametrize("hours", [{"remind_at": time(16)}, {"quiet_from": time(9), "quiet_until": time(16)}])
def test_what_waits_for_another_hour_than_the_clinics_is_told_at_that(reminder, clinic, clinician, hours):
    update_clinic(clinic=clinic, fields=hours, by=clinician)
    for _ in range(2):
        plan_reminders(clinic=clinic, now=NOW)
    assert said(reminder) == ("void", Untrue.HOURS)
    (anew,) = week_5().filter(state="due")
    assert (anew.local_at, anew.not_before) == (time(16), datetime(2024, 3, 2, 15, tzinfo=UTC))


def test_quiet_hours_that_do_not_hold_the_hour_change_nothing_that_waits(reminder, clinic, clinician):
    update_clinic(clinic=clinic, fields={"quiet_until": time(9)}, by=clinician)
    assert plan_reminders(clinic=clinic, now=NOW) == 0
    assert said(reminder) == ("due", "")


def test_coming_reminders_are_those_that_wait_and_those_to_be_written(reminder, plan, contact):
    coming = coming_reminders(plan.patient, NOW)
    assert coming[0][:4] == (SATURDAY, contact, "SMS", ["Week 5"])
    assert [each.day for each in coming] == sorted({each.day for each in coming})
    assert {"Week 6", "Week 7", "Week 8", "Month 2"} <= {name for each in coming for name in each.visits}


def test_sweep_takes_the_same_queries_for_any_number_of_patients(clinic, clinician, contact):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            plan_reminders(clinic=clinic, now=NOW)
        return len(captured)

    few = queries()
    for _ in range(3):
        plan = enrolled(by=clinician, clinic=clinic, started_on=date(2024, 1, 31), today=TODAY)
        save_contact(patient=plan.patient, contact=None, fields={"phone": "1", "sms_consent": "given"}, by=clinician)
    assert queries() == few
    assert week_5().count() == 4


def test_other_clinics_patients_are_left_to_their_own_sweep(reminder, clinician):
    other = MembershipFactory().clinic
    assert plan_reminders(clinic=other, now=NOW) == 0
