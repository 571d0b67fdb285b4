"""Alerts climb the ladder until somebody answers: whom, when, by which way, and each step once."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse

from accounts.models import Cover, LadderStep, Role
from events.delivery import channels
from events.delivery.channels import Refused
from events.delivery.returned import note_returned
from events.delivery.sending import deliver_due
from events.models import ChannelHealth, Event, Message
from events.undo import Changes
from labs.actions.alerts import acknowledge, claim, hand_over, resolve, snooze
from labs.actions.climbing import escalate_alerts
from labs.actions.lapsing import lapse_alerts
from labs.alerting.deadlines import answer_by, begin_waiting
from labs.alerting.notifying import What, tell_of_alert
from labs.following import close_twin_alerts
from labs.models import Alert
from schedules.wording import event_sentence
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory
from tests.labs.factories import NOW, AlertFactory

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
COVERING, LEAD = LadderStep.Step.COVERING, LadderStep.Step.LEAD


@pytest.fixture
def clinic():
    return ClinicFactory()


def person(clinic, name, role=Role.CLINICIAN, **staff):
    return MembershipFactory(
        clinic=clinic, role=role, staff__name=name, **{f"staff__{k}": v for k, v in staff.items()}
    ).staff


@pytest.fixture
def doctor(clinic):
    return person(clinic, "Own")


@pytest.fixture
def ladder(clinic):
    """A covering clinician and a lead."""
    people = person(clinic, "Cover"), person(clinic, "Lead")
    for step, staff in zip((COVERING, LEAD), people, strict=True):
        LadderStep.objects.create(clinic=clinic, step=step, staff=staff)
    return people


def raised(clinic, doctor, tier="immediate", at=NOW):
    """An alert of a patient of `doctor`, told to whom it concerns."""
    alert = AlertFactory.build(patient=PatientFactory(clinic=clinic, responsible_clinician=doctor), tier=tier)
    begin_waiting(alert, now=at, answer_by=answer_by(tier, at, clinic))
    alert.opened_at = at
    alert.save()
    tell_of_alert(alert, what=What.RAISED, now=at)
    return alert


def told(channel="inbox", kind="alert.escalated"):
    """Who was told of steps, in order, by name."""
    found = Message.objects.filter(kind=kind, channel=channel).order_by("id")
    return list(found.values_list("recipient__name", flat=True))


def minutes(number):
    return NOW + timedelta(minutes=number)


def course(until, every=timedelta(minutes=5)):
    """Beat until then; return each step with its minute and people."""
    now, steps = NOW, []
    while now <= until:
        before = set(Message.objects.filter(kind="alert.escalated").values_list("pk", flat=True))
        if escalate_alerts(now=now):
            new = (
                Message.objects.in_app()
                .exclude(pk__in=before)
                .filter(kind="alert.escalated")
                .order_by("recipient__name")
            )
            steps.append(((now - NOW) / timedelta(minutes=1), list(new.values_list("recipient__name", flat=True))))
        now += every
    return steps


def test_immediate_alert_climbs_until_everybody_is_told_every_hour(clinic, doctor, ladder):
    raised(clinic, doctor)

    assert course(minutes(185)) == [
        (15, ["Own"]),
        (30, ["Cover"]),
        (60, ["Lead"]),
        (120, ["Cover", "Lead", "Own"]),
        (180, ["Cover", "Lead", "Own"]),
    ]
    assert Message.objects.filter(kind="alert.escalated", channel="email").count() == 9


def test_same_day_alert_climbs_within_four_hours(clinic, doctor, ladder):
    raised(clinic, doctor, "same_day")

    assert course(minutes(500), timedelta(minutes=20)) == [
        (120, ["Cover"]),
        (240, ["Lead"]),
        (480, ["Cover", "Lead", "Own"]),
    ]


def test_alert_of_the_next_working_day_climbs_at_closing_time_and_leaves_the_rest_to_the_digest(clinic, doctor, ladder):
    alert = raised(clinic, doctor, "next_working_day")  # Wednesday at 10 in Madrid

    steps = course(NOW + timedelta(days=4), timedelta(hours=1))

    assert steps == [(31 * 60, ["Cover"]), (55 * 60, ["Lead"])]  # Thursday and Friday at 17
    alert.refresh_from_db()
    assert (alert.notices, alert.next_notice_at) == (3, None)


@pytest.mark.parametrize(
    "at",
    [
        datetime(2024, 3, 6, 2, tzinfo=UTC),  # at night
        datetime(2024, 3, 9, 13, tzinfo=UTC),  # Saturday
        datetime(2024, 3, 31, 0, 50, tzinfo=UTC),  # ten minutes before the clocks go forward in Madrid
    ],
)
@pytest.mark.parametrize(("tier", "covering"), [("immediate", 30), ("same_day", 120)])
def test_urgent_alerts_climb_day_and_night(clinic, doctor, ladder, at, tier, covering):
    raised(clinic, doctor, tier, at)
    escalate_alerts(now=at + timedelta(minutes=covering) - timedelta(seconds=1))
    before = told()

    escalate_alerts(now=at + timedelta(minutes=covering))

    assert "Cover" not in before
    assert told()[-1] == "Cover"
    assert (
        Message.objects.going_out().filter(recipient=doctor).earliest("id").not_before == at
    )  # not kept until morning


def test_alert_of_friday_waits_for_monday(clinic, doctor, ladder):
    friday = datetime(2024, 3, 8, 9, tzinfo=UTC)
    alert = raised(clinic, doctor, "next_working_day", friday)

    assert alert.next_notice_at == datetime(2024, 3, 11, 16, tzinfo=UTC)


def test_next_working_day_ends_when_the_clinic_closes(doctor):
    clinic = ClinicFactory(closes_at=time(15, 30))

    assert answer_by("next_working_day", NOW, clinic) == datetime(2024, 3, 7, 14, 30, tzinfo=UTC)


def test_after_a_stop_only_the_highest_step_is_told(clinic, doctor, ladder):
    alert = raised(clinic, doctor)

    told_of = [escalate_alerts(now=minutes(70)) for _ in range(2)]

    assert (told_of, told()) == ([1, 0], ["Lead"])
    alert.refresh_from_db()
    assert (alert.notices, alert.next_notice_at) == (4, minutes(120))


ANSWERS = {
    "acknowledged": lambda alert, by: acknowledge(
        alert=alert, next_step="admitted", by_when=date(2024, 3, 7), by=by, now=NOW
    ),
    "snoozed": lambda alert, by: snooze(alert=alert, until=date(2024, 3, 7), by=by, now=NOW),
    "resolved": lambda alert, by: resolve(alert=alert, resolution="Seen.", by=by, now=NOW),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_answer_stops_the_ladder(clinic, doctor, ladder, answer):
    alert = raised(clinic, doctor, "same_day")

    answered = ANSWERS[answer](alert, doctor)

    assert answered.next_notice_at is None
    assert (escalate_alerts(now=minutes(300)), told()) == (0, [])


def test_whoever_takes_it_or_gets_it_does_not_stop_the_ladder(clinic, doctor, ladder):
    alert = raised(clinic, doctor)
    claim(alert=alert, by=doctor, now=NOW)
    hand_over(alert=alert, to=ladder[1], by=doctor, now=NOW)

    escalate_alerts(now=minutes(15))

    assert sorted(told()) == ["Lead", "Own"]


def test_alert_that_lapses_climbs_anew(clinic, doctor, ladder):
    alert = raised(clinic, doctor)
    escalate_alerts(now=minutes(30))
    acknowledge(alert=alert, next_step="admitted", by_when=date(2024, 3, 7), by=doctor, now=minutes(31))
    lapsed = datetime(2024, 3, 8, 9, tzinfo=UTC)

    lapse_alerts(now=lapsed)

    alert.refresh_from_db()
    assert (alert.state, alert.notices, alert.next_notice_at) == ("open", 1, lapsed + timedelta(minutes=15))


def test_history_says_whom_a_step_reached(clinic, doctor, ladder):
    alert = raised(clinic, doctor)
    escalate_alerts(now=minutes(30))

    event = Event.objects.get(kind="alert.escalated")

    assert event_sentence(event) == (
        f"Nobody answered; told next (covering clinician): Cover; {alert.sentence.rstrip('.')}"
    )
    assert event.patient == alert.patient


def test_step_nobody_stands_on_gives_way_to_the_next(clinic, doctor):
    lead = person(clinic, "Lead")
    LadderStep.objects.create(clinic=clinic, step=LEAD, staff=lead)
    raised(clinic, doctor)

    assert course(minutes(60)) == [(15, ["Own"]), (30, ["Lead"]), (60, ["Lead"])]


def test_without_a_ladder_every_clinician_is_told(clinic, doctor):
    person(clinic, "Second")
    person(clinic, "Desk", Role.COORDINATOR)
    raised(clinic, doctor)

    assert course(minutes(30)) == [(15, ["Own"]), (30, ["Own", "Second"])]


def test_person_of_the_ladder_who_has_left_is_not_told(clinic, doctor, ladder):
    ladder[0].memberships.update(is_active=False)
    raised(clinic, doctor)

    assert course(minutes(30)) == [(15, ["Own"]), (30, ["Lead"])]


def test_substitute_of_the_covering_clinician_is_told(clinic, doctor, ladder):
    third = person(clinic, "Third")
    Cover.objects.create(
        clinic=clinic, staff=ladder[0], substitute=third, starts_on=date(2024, 3, 6), ends_on=date(2024, 3, 6)
    )
    raised(clinic, doctor)
    escalate_alerts(now=minutes(30))

    assert sorted(told()) == ["Cover", "Third"]
    assert told("email") == ["Third"]


def on_ladder(clinic, covering, lead):
    """Put one person on each step."""
    for step, staff in ((COVERING, covering), (LEAD, lead)):
        LadderStep.objects.create(clinic=clinic, step=step, staff=staff)


def test_covering_clinician_who_was_told_already_brings_in_the_lead_at_the_same_time(clinic, doctor):
    on_ladder(clinic, doctor, person(clinic, "Lead"))
    raised(clinic, doctor)

    assert course(minutes(120)) == [(15, ["Own"]), (30, ["Lead", "Own"]), (60, ["Lead"]), (120, ["Lead", "Own"])]
    words = dict(
        Message.objects.in_app()
        .filter(kind="alert.escalated", not_before=minutes(30))
        .values_list("recipient__name", "details__step")
    )
    assert words == {"Own": "covering clinician", "Lead": "clinic lead"}
    assert told("email").count("Lead") == 3


def test_history_says_who_was_told_beside_who_knew_already(clinic, doctor):
    on_ladder(clinic, doctor, person(clinic, "Lead"))
    alert = raised(clinic, doctor)
    escalate_alerts(now=minutes(30))

    about = alert.sentence.rstrip(".")
    assert [event_sentence(each) for each in Event.objects.filter(kind="alert.escalated").order_by("at", "id")] == [
        f"Nobody answered; told next (covering clinician): Own; {about}",
        f"Nobody answered; told next (clinic lead): Lead; {about}",
    ]


def test_one_new_person_among_the_covering_is_enough(clinic, doctor, ladder):
    LadderStep.objects.create(clinic=clinic, step=COVERING, staff=doctor)
    raised(clinic, doctor)

    assert course(minutes(30)) == [(15, ["Own"]), (30, ["Cover", "Own"])]


def test_where_nobody_else_exists_the_same_person_is_told_as_ever(clinic, doctor):
    on_ladder(clinic, doctor, doctor)
    raised(clinic, doctor)

    assert course(minutes(120)) == [(15, ["Own"]), (30, ["Own"]), (60, ["Own"]), (120, ["Own"])]


def test_same_day_alert_brings_in_the_lead_after_two_hours(clinic, doctor):
    on_ladder(clinic, doctor, person(clinic, "Lead"))
    raised(clinic, doctor, "same_day")

    assert course(minutes(240), timedelta(minutes=20)) == [(120, ["Lead", "Own"]), (240, ["Lead"])]


def test_alert_of_the_next_working_day_brings_in_the_lead_at_closing_time(clinic, doctor):
    on_ladder(clinic, doctor, person(clinic, "Lead"))
    raised(clinic, doctor, "next_working_day")

    assert course(NOW + timedelta(days=2), timedelta(hours=1)) == [(31 * 60, ["Lead", "Own"])]


def test_substitute_who_is_responsible_is_not_the_next_person(clinic, doctor, ladder):
    """Who stands in for the covering clinician was told as the responsible one."""
    Cover.objects.create(clinic=clinic, staff=ladder[0], substitute=doctor, starts_on=TODAY, ends_on=TODAY)
    raised(clinic, doctor)
    escalate_alerts(now=minutes(30))

    assert sorted(told("email")) == ["Lead", "Own"]


def test_substitute_of_who_is_responsible_is_not_the_next_person(clinic, doctor, ladder):
    Cover.objects.create(clinic=clinic, staff=doctor, substitute=ladder[0], starts_on=TODAY, ends_on=TODAY)
    raised(clinic, doctor)
    escalate_alerts(now=minutes(30))

    assert sorted(told("email")) == ["Cover", "Lead"]


def test_who_was_away_and_is_back_is_somebody_new(clinic, doctor, ladder):
    """The covering clinician only found the alert in the inbox, since somebody stood in as it was raised."""
    Cover.objects.create(clinic=clinic, staff=doctor, substitute=ladder[1], starts_on=TODAY, ends_on=TODAY)
    LadderStep.objects.filter(step=COVERING).update(staff=doctor)
    LadderStep.objects.filter(step=LEAD).update(staff=ladder[0])
    late = datetime(2024, 3, 6, 22, 45, tzinfo=UTC)  # a quarter to midnight in Madrid
    raised(clinic, doctor, at=late)
    escalate_alerts(now=late + timedelta(minutes=30))

    assert told("email") == ["Own"]


def test_who_was_told_before_it_was_raised_again_is_somebody_new(clinic, doctor, ladder):
    alert = raised(clinic, doctor)
    escalate_alerts(now=minutes(30))
    begin_waiting(alert, now=minutes(40), answer_by=minutes(55))
    alert.save()
    tell_of_alert(alert, what=What.RAISED_AGAIN, now=minutes(40))
    escalate_alerts(now=minutes(70))

    assert told() == ["Cover", "Cover"]


def test_after_a_stop_a_lead_who_was_told_brings_in_the_covering_clinician_who_was_not(clinic, doctor):
    on_ladder(clinic, person(clinic, "Cover"), doctor)
    raised(clinic, doctor)
    escalate_alerts(now=minutes(70))

    assert sorted(told()) == ["Cover", "Own"]


def test_page_says_who_is_told_next_beside_who_knows_already(clinic, doctor, client):
    on_ladder(clinic, doctor, person(clinic, "Lead"))
    alert = raised(clinic, doctor)
    escalate_alerts(now=minutes(15))
    client.force_login(doctor)

    with time_machine.travel(minutes(16), tick=False):
        page = client.get(reverse("labs:alert", args=[alert.pk])).content.decode()

    coming = "If nobody answers: <b>Own</b> (covering clinician) and <b>Lead</b> (clinic lead), Wed 6 Mar 2024, 10:30."
    assert coming in page


def with_sms(monkeypatch, sent):
    monkeypatch.setitem(channels.CHANNELS, "sms", lambda envelope: sent.append(envelope) or "ref")


def test_immediate_alert_goes_by_sms_to_who_has_a_number(clinic, ladder, monkeypatch):
    sent = []
    with_sms(monkeypatch, sent)
    doctor = person(clinic, "Own", phone="+34600111222")
    alert = raised(clinic, doctor)

    deliver_due(clock=lambda: NOW)
    deliver_due(clock=lambda: NOW)

    assert [envelope.to for envelope in sent] == ["+34600111222"]
    assert sent[0].text.startswith(f"Immediate: an alert of {clinic} waits for you, answer by 10:15. http")
    assert alert.sentence not in sent[0].text
    assert told("sms", "alert.raised") == ["Own"]


@pytest.mark.parametrize("tier", ["same_day", "next_working_day"])
def test_other_alerts_never_go_by_sms(clinic, ladder, monkeypatch, tier):
    with_sms(monkeypatch, [])
    raised(clinic, person(clinic, "Own", phone="+34600111222"), tier)

    assert told("sms", "alert.raised") == []


@pytest.mark.parametrize(("failures", "texted"), [(4, []), (5, ["Own"])])
def test_alert_of_the_day_goes_by_sms_too_while_no_mail_leaves(clinic, ladder, monkeypatch, failures, texted):
    with_sms(monkeypatch, [])
    ChannelHealth.objects.create(channel="email", failures=failures)

    raised(clinic, person(clinic, "Own", phone="+34600111222"), "same_day")

    assert told("sms", "alert.raised") == texted
    assert told("email", "alert.raised") == ["Own"]


def refuse_mail(monkeypatch, to=None):
    def refuse(envelope):
        if to and envelope.to not in to:
            return "ref"
        raise Refused("The mail server answered 550.")

    monkeypatch.setitem(channels.CHANNELS, "email", refuse)


def test_mail_that_is_refused_goes_by_sms_at_once(clinic, ladder, monkeypatch):
    sent = []
    doctor = person(clinic, "Own", phone="+34600111222")
    raised(clinic, doctor, "same_day")
    with_sms(monkeypatch, sent)
    refuse_mail(monkeypatch)

    for _ in range(3):
        deliver_due(clock=lambda: NOW)

    assert [envelope.to for envelope in sent] == ["+34600111222"]
    assert told() == []


def test_mail_that_came_back_goes_by_sms(clinic, ladder, monkeypatch):
    sent = []
    doctor = person(clinic, "Own", phone="+34600111222")
    raised(clinic, doctor, "same_day")
    deliver_due(clock=lambda: NOW)
    with_sms(monkeypatch, sent)

    (mail,) = Message.objects.filter(channel="email", state="sent")
    note_returned(message=mail, reason="550 no such user", for_good=True, by=doctor, now=NOW)
    deliver_due(clock=lambda: NOW)

    assert [envelope.to for envelope in sent] == ["+34600111222"]


def test_mail_that_is_refused_brings_on_the_next_person_where_there_is_no_sms(clinic, doctor, ladder, monkeypatch):
    alert = raised(clinic, doctor)
    refuse_mail(monkeypatch, to=[doctor.email])

    for _ in range(3):
        deliver_due(clock=lambda: minutes(1))

    assert told() == ["Cover"]
    alert.refresh_from_db()
    assert (alert.notices, alert.next_notice_at) == (3, minutes(60))


def test_mail_that_is_refused_brings_on_somebody_else_and_not_the_same_person_alone(clinic, doctor, monkeypatch):
    on_ladder(clinic, doctor, person(clinic, "Lead"))
    raised(clinic, doctor)
    refuse_mail(monkeypatch, to=[doctor.email])

    deliver_due(clock=lambda: minutes(1))

    assert sorted(told()) == ["Lead", "Own"]


def test_mail_server_that_refuses_everything_does_not_start_a_round_of_messages(clinic, doctor, ladder, monkeypatch):
    raised(clinic, doctor)
    refuse_mail(monkeypatch)

    for _ in range(10):
        deliver_due(clock=lambda: minutes(1))

    assert told() == ["Cover", "Lead"]


def test_refused_mail_of_an_alert_that_was_answered_brings_on_nobody(clinic, doctor, ladder, monkeypatch):
    alert = raised(clinic, doctor)

    def answered_meanwhile(envelope):
        acknowledge(alert=alert, next_step="admitted", by_when=date(2024, 3, 7), by=doctor, now=NOW)
        raise Refused("The mail server answered 550.")

    monkeypatch.setitem(channels.CHANNELS, "email", answered_meanwhile)
    deliver_due(clock=lambda: NOW)

    assert told() == []


def test_alert_that_breaks_keeps_no_other_from_being_told(clinic, doctor, ladder, monkeypatch, caplog):
    broken, sound = raised(clinic, doctor), raised(clinic, doctor)
    Alert.objects.filter(pk=broken.pk).update(notices=32767)  # the column holds no more

    assert escalate_alerts(now=minutes(15)) == 1
    assert Message.objects.in_app().get(kind="alert.escalated").about == sound.pk
    assert str(broken.pk) in caplog.text


def test_step_costs_the_same_queries_however_many_stand_on_it(clinic, doctor, ladder, django_assert_max_num_queries):
    for number in range(10):
        staff = person(clinic, f"Cover {number}")
        LadderStep.objects.create(clinic=clinic, step=COVERING, staff=staff)
    raised(clinic, doctor)

    with django_assert_max_num_queries(30):
        escalate_alerts(now=minutes(30))

    assert len(told()) == 11


def test_alert_that_was_opened_without_a_time_climbs_too(clinic, doctor, ladder):
    alert = AlertFactory(patient=PatientFactory(clinic=clinic, responsible_clinician=doctor), tier="immediate")
    assert alert.next_notice_at is None

    escalate_alerts(now=minutes(1))
    alert.refresh_from_db()

    assert (alert.next_notice_at, told()) == (minutes(15), [])
    assert course(minutes(30)) == [(15, ["Own"]), (30, ["Cover"])]


@pytest.mark.parametrize(
    ("own", "twin"),
    [
        (("open", 30), ("open", 0)),  # both wait: the sooner
        (("acknowledged", 0), ("open", 0)),
        (("open", 0), ("acknowledged", 0)),
    ],
)
def test_merged_alert_climbs_at_the_sooner_time(clinic, doctor, ladder, own, twin):
    survivor, duplicate = (PatientFactory(clinic=clinic, responsible_clinician=doctor) for _ in range(2))
    for patient, (state, minute) in ((survivor, own), (duplicate, twin)):
        alert = AlertFactory.build(patient=patient, tier="immediate", state=state, opened_at=minutes(minute))
        begin_waiting(alert, now=minutes(minute), answer_by=minutes(minute + 15))
        alert.next_notice_at = alert.next_notice_at if state == "open" else None
        alert.answered_by = doctor if state != "open" else None
        alert.answered_at = minutes(minute) if state != "open" else None
        alert.save()

    with transaction.atomic():
        close_twin_alerts(duplicate, survivor, Changes())

    alert = Alert.objects.get(patient=survivor, resolved_at=None)
    assert (alert.state, alert.next_notice_at) == ("open", minutes(15))
    assert Alert.objects.get(resolved_at__isnull=False).next_notice_at is None
