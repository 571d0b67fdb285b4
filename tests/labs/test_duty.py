"""The ladder with its test, who stands in for whom, and the warning where nobody is on call."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import Cover, LadderStep, Role
from events.delivery import channels
from events.delivery.channels import AddressRefused
from events.delivery.sending import deliver_due
from events.models import Event, Message
from iotrex_followup.errors import InputRefused, TransitionRefused
from labs.actions.duty import (
    add_cover,
    add_to_ladder,
    answer_ladder_test,
    remove_from_ladder,
    send_ladder_test,
    withdraw_cover,
)
from labs.alerting.notifying import What, tell_of_alert
from labs.alerting.responsible import concerned
from labs.pages.ladder_page import rungs
from schedules.wording import event_sentence
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory
from tests.labs.factories import NOW, AlertFactory

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
COVERING, LEAD = LadderStep.Step.COVERING, LadderStep.Step.LEAD


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def clinic():
    return ClinicFactory()


def person(clinic, name, role=Role.CLINICIAN):
    return MembershipFactory(clinic=clinic, role=role, staff__name=name).staff


@pytest.fixture
def administrator(clinic):
    return person(clinic, "Admin", Role.ADMINISTRATOR)


@pytest.fixture
def doctor(clinic):
    return person(clinic, "Own")


def away(clinic, staff, substitute, first=TODAY, last=TODAY):
    return Cover.objects.create(clinic=clinic, staff=staff, substitute=substitute, starts_on=first, ends_on=last)


def reached(clinic, doctor, tier="immediate"):
    """Who is told of an alert of the doctor's patient, and who finds it in the inbox only, by name."""
    alert = AlertFactory(patient=PatientFactory(clinic=clinic, responsible_clinician=doctor), tier=tier)
    tell_of_alert(alert, what=What.RAISED, now=NOW)
    own = Message.objects.filter(about=alert.pk)
    by = {way: set(own.filter(channel=way).values_list("recipient__name", flat=True)) for way in ("inbox", "email")}
    return by["email"], by["inbox"] - by["email"]


def test_substitute_is_told_and_who_is_away_finds_it_in_the_inbox(clinic, doctor):
    away(clinic, doctor, person(clinic, "Second"))

    assert reached(clinic, doctor) == ({"Second"}, {"Own"})


@pytest.mark.parametrize("days", [-1, 1])
def test_cover_holds_on_its_days_only(clinic, doctor, days):
    other_day = TODAY + timedelta(days=days)
    away(clinic, doctor, person(clinic, "Second"), other_day, other_day)

    assert reached(clinic, doctor) == ({"Own"}, set())


def test_cover_holds_by_the_clinics_date(doctor, clinic):
    clinic.time_zone = "Pacific/Auckland"  # where NOW is the evening of the same day
    clinic.save()
    away(clinic, doctor, person(clinic, "Second"), TODAY + timedelta(days=1), TODAY + timedelta(days=1))
    alert = AlertFactory(patient=PatientFactory(clinic=clinic, responsible_clinician=doctor))

    told = concerned([alert], now=NOW + timedelta(hours=3))  # 1 o'clock there

    assert told[alert.pk].away == (doctor.pk,)


def test_substitutes_are_followed_from_one_to_the_next(clinic, doctor):
    second, third = person(clinic, "Second"), person(clinic, "Third")
    away(clinic, doctor, second)
    away(clinic, second, third)

    assert reached(clinic, doctor) == ({"Third"}, {"Own"})


def test_two_who_stand_in_for_each_other_leave_it_to_the_person_and_the_ladder(clinic, doctor):
    second, covering = person(clinic, "Second"), person(clinic, "Cover")
    away(clinic, doctor, second)
    away(clinic, second, doctor)
    LadderStep.objects.create(clinic=clinic, step=COVERING, staff=covering)

    assert reached(clinic, doctor) == ({"Own", "Cover"}, set())


def test_substitute_who_has_left_leaves_it_to_the_person_and_the_ladder(clinic, doctor):
    second, covering = person(clinic, "Second"), person(clinic, "Cover")
    away(clinic, doctor, second)
    LadderStep.objects.create(clinic=clinic, step=COVERING, staff=covering)
    second.memberships.update(is_active=False)

    assert reached(clinic, doctor) == ({"Own", "Cover"}, set())


def test_who_is_told_costs_the_same_queries_for_more_alerts_and_covers(clinic, doctor, django_assert_num_queries):
    alerts = [AlertFactory(patient=PatientFactory(clinic=clinic, responsible_clinician=doctor)) for _ in range(3)]
    with django_assert_num_queries(7):
        concerned(alerts[:1], now=NOW)
    for number in range(3):
        away(clinic, person(clinic, f"A{number}"), person(clinic, f"B{number}"))
    with django_assert_num_queries(7):
        concerned(alerts, now=NOW)


def cover(clinic, doctor, by=None, **changed):
    facts = {"staff": doctor, "starts_on": TODAY, "ends_on": TODAY + timedelta(days=4)}
    return add_cover(clinic=clinic, by=by or doctor, today=TODAY, **(facts | changed))


def test_person_enters_their_own_absence_and_takes_it_back(clinic, doctor):
    second = person(clinic, "Second")

    entered = cover(clinic, doctor, substitute=second)
    withdraw_cover(cover=entered, by=doctor)

    sentences = [event_sentence(event) for event in Event.objects.order_by("at", "id")]
    assert sentences == [
        "Own is away from Wed 6 Mar 2024 to Sun 10 Mar 2024; Second stands in",
        "Absence of Own from Wed 6 Mar 2024 to Sun 10 Mar 2024 withdrawn",
    ]
    assert reached(clinic, doctor) == ({"Own"}, set())


def test_others_absence_is_for_administrators(clinic, doctor, administrator):
    second = person(clinic, "Second")

    with pytest.raises(PermissionDenied):
        cover(clinic, doctor, by=second, substitute=second)
    entered = cover(clinic, doctor, by=administrator, substitute=second)
    with pytest.raises(PermissionDenied):
        withdraw_cover(cover=entered, by=second)

    assert Cover.objects.get().substitute == second


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"ends_on": date(2024, 3, 5)}, "ends_on", "before the first"),
        ({"starts_on": date(2024, 3, 1), "ends_on": date(2024, 3, 5)}, "ends_on", "have passed"),
        ({"ends_on": date(2026, 3, 5)}, "ends_on", "a year at most"),
        ({"starts_on": date(2024, 3, 20), "ends_on": date(2024, 3, 31)}, "starts_on", "meet an absence"),
    ],
)
def test_days_that_cannot_be_are_refused_at_their_field(clinic, doctor, changed, field, words):
    second = person(clinic, "Second")
    cover(clinic, doctor, substitute=second, starts_on=date(2024, 3, 31), ends_on=date(2024, 4, 2))

    with pytest.raises(InputRefused, match=words) as refused:
        cover(clinic, doctor, substitute=second, **changed)

    assert refused.value.field == field


def test_substitute_must_work_here_and_be_able_to_do_the_same(clinic, doctor):
    desk, stranger = person(clinic, "Desk", Role.COORDINATOR), person(ClinicFactory(), "Stranger")

    for substitute, words in [(desk, "may not do all"), (stranger, "does not work"), (doctor, "somebody else")]:
        with pytest.raises(InputRefused, match=words) as refused:
            cover(clinic, doctor, substitute=substitute)
        assert refused.value.field == "substitute"


def test_only_clinicians_stand_on_the_ladder_and_once(clinic, doctor, administrator):
    add_to_ladder(clinic=clinic, step=COVERING, staff=doctor, by=administrator)

    for staff, words in [(doctor, "already"), (person(clinic, "Desk", Role.COORDINATOR), "no clinician")]:
        with pytest.raises(InputRefused, match=words) as refused:
            add_to_ladder(clinic=clinic, step=COVERING, staff=staff, by=administrator)
        assert refused.value.field == "staff"
    add_to_ladder(clinic=clinic, step=LEAD, staff=doctor, by=administrator)
    remove_from_ladder(row=LadderStep.objects.get(step=COVERING), by=administrator)

    assert [event_sentence(event) for event in Event.objects.order_by("at", "id")] == [
        "Own is told as covering clinician of alerts nobody answers",
        "Own is told as clinic lead of alerts nobody answers",
        "Own is no longer told as covering clinician",
    ]


@pytest.fixture
def row(clinic, doctor):
    return LadderStep.objects.create(clinic=clinic, step=COVERING, staff=doctor)


def test_test_reaches_everybody_and_is_answered_by_a_click(client, clinic, doctor, administrator, row, mailoutbox):
    client.force_login(administrator)
    client.post(reverse("labs:send_ladder_test"))
    deliver_due(clock=lambda: NOW)

    (mail,) = mailoutbox
    link = reverse("labs:answer_ladder_test", args=[row.pk])
    assert (mail.to, f"http://127.0.0.1:8000{link}" in mail.body) == ([doctor.email], True)
    assert Message.objects.inbox_of(doctor).get().path == link
    client.force_login(doctor)
    assert client.get(link).status_code == 200  # a mail program that looks at the link answers nothing
    row.refresh_from_db()
    assert row.test_answered_at is None
    client.post(link)
    row.refresh_from_db()
    assert (row.test_sent_at, row.test_answered_at) == (NOW, NOW)


def test_test_is_answered_only_by_whom_it_was_sent_to(client, clinic, row, administrator):
    send_ladder_test(clinic=clinic, by=administrator, now=NOW)
    other = person(clinic, "Second")
    client.force_login(other)

    assert client.post(reverse("labs:answer_ladder_test", args=[row.pk])).status_code == 404
    with pytest.raises(PermissionDenied):
        answer_ladder_test(row=row, by=other, now=NOW)


def test_test_goes_by_sms_to_who_has_a_number_as_an_immediate_alert_would(
    clinic, doctor, administrator, row, monkeypatch
):
    texts, second = [], person(clinic, "Second")
    LadderStep.objects.create(clinic=clinic, step=LEAD, staff=second)
    doctor.phone = "+34600111222"
    doctor.save()
    monkeypatch.setitem(channels.CHANNELS, "sms", lambda envelope: texts.append(envelope) or "ref")
    send_ladder_test(clinic=clinic, by=administrator, now=NOW)
    for _ in range(2):
        deliver_due(clock=lambda: NOW)

    link = f"http://127.0.0.1:8000{reverse('labs:answer_ladder_test', args=[row.pk])}"
    assert [(each.to, each.text) for each in texts] == [
        ("+34600111222", f"Test of the ladder of {clinic}, no alert waits. Say that it arrived: {link}")
    ]
    ways = Message.objects.filter(kind="ladder.test", state="sent").order_by("recipient__name", "channel")
    assert list(ways.values_list("recipient__name", "channel")) == [
        *[("Own", "email"), ("Own", "inbox"), ("Own", "sms"), ("Second", "email"), ("Second", "inbox")]
    ]


def test_test_does_not_go_by_sms_where_there_is_no_way_out(clinic, doctor, administrator, row):
    doctor.phone = "+34600111222"
    doctor.save()
    send_ladder_test(clinic=clinic, by=administrator, now=NOW)

    assert set(Message.objects.values_list("channel", flat=True)) == {"inbox", "email"}


def test_sms_of_a_test_that_was_answered_meanwhile_does_not_leave(clinic, doctor, administrator, row, monkeypatch):
    doctor.phone = "+34600111222"
    doctor.save()
    monkeypatch.setitem(channels.CHANNELS, "sms", lambda envelope: "ref")
    send_ladder_test(clinic=clinic, by=administrator, now=NOW)
    answer_ladder_test(row=row, by=doctor, now=NOW)
    deliver_due(clock=lambda: NOW)

    assert set(Message.objects.going_out().values_list("channel", "state")) == {("email", "void"), ("sms", "void")}


def test_page_says_that_the_sms_of_a_test_was_refused(client, clinic, doctor, administrator, row, monkeypatch):
    def refuse(envelope):
        raise AddressRefused("The gateway answered 422.")

    doctor.phone = "+34600111222"
    doctor.save()
    monkeypatch.setitem(channels.CHANNELS, "sms", refuse)
    send_ladder_test(clinic=clinic, by=administrator, now=NOW)
    deliver_due(clock=lambda: NOW)
    client.force_login(doctor)

    page = client.get(reverse("labs:ladder")).content.decode()

    assert "Sent Wed 6 Mar 2024, 10:00: <b>SMS failed</b>, The gateway answered 422." in page


def refuse_mail(monkeypatch):
    def refuse(envelope):
        raise AddressRefused("The mail server answered 550.")

    monkeypatch.setitem(channels.CHANNELS, "email", refuse)


def test_page_says_that_a_test_was_refused_instead_of_not_yet(client, clinic, doctor, administrator, row, monkeypatch):
    second = LadderStep.objects.create(clinic=clinic, step=LEAD, staff=person(clinic, "Second"))
    send_ladder_test(clinic=clinic, by=administrator, now=NOW)
    Message.objects.filter(recipient=second.staff).update(state="sent", sent_at=NOW)
    refuse_mail(monkeypatch)
    deliver_due(clock=lambda: NOW)
    client.force_login(doctor)

    own, others = client.get(reverse("labs:ladder")).content.decode().split("Clinic lead", 1)

    assert "Sent Wed 6 Mar 2024, 10:00: <b>E-mail failed</b>, The mail server answered 550." in own
    assert "E-mail failed Wed 6 Mar 2024, 10:00: The mail server answered 550." in own
    assert ("not answered yet" in own, "not answered yet" in others, "E-mail failed" in others) == (False, True, False)


def test_later_test_that_arrives_takes_the_place_of_the_one_that_was_refused(
    client, clinic, doctor, administrator, row, monkeypatch
):
    with monkeypatch.context() as patch:
        refuse_mail(patch)
        send_ladder_test(clinic=clinic, by=administrator, now=NOW)
        deliver_due(clock=lambda: NOW)
    later = NOW + timedelta(hours=1)
    send_ladder_test(clinic=clinic, by=administrator, now=later)
    deliver_due(clock=lambda: later)
    client.force_login(doctor)

    page = client.get(reverse("labs:ladder")).content.decode()

    assert ("11:00: not answered yet" in page, "E-mail failed" in page) == (True, False)


@pytest.mark.parametrize("people", [1, 3])
def test_page_takes_the_same_queries_for_any_number_on_the_ladder(clinic, people, django_assert_num_queries):
    for number in range(people):
        LadderStep.objects.create(clinic=clinic, step=COVERING, staff=person(clinic, f"Cover {number}"))
    send_ladder_test(clinic=clinic, by=person(clinic, "Admin", Role.ADMINISTRATOR), now=NOW)

    with django_assert_num_queries(5):
        rungs(clinic, now=NOW)


def test_test_of_an_empty_ladder_is_refused(clinic, administrator):
    with pytest.raises(TransitionRefused, match="No clinician"):
        send_ladder_test(clinic=clinic, by=administrator, now=NOW)


@pytest.mark.parametrize(
    ("answered", "words"),
    [
        (None, "Never tested"),
        (NOW - timedelta(days=91), "Not tested for 90 days"),
        (NOW - timedelta(days=90), "Arrived Thu 7 Dec 2023"),
    ],
)
def test_page_shows_who_was_not_reached_by_a_test(client, clinic, doctor, row, answered, words):
    LadderStep.objects.update(test_answered_at=answered)
    client.force_login(doctor)

    assert words in client.get(reverse("labs:ladder")).content.decode()


def test_page_shows_the_order_who_stands_in_and_no_form_to_who_may_not_change(client, clinic, doctor, row):
    second = person(clinic, "Second")
    LadderStep.objects.create(clinic=clinic, step=LEAD, staff=second)
    away(clinic, doctor, second)
    client.force_login(doctor)

    page = client.get(reverse("labs:ladder")).content.decode()

    assert page.index("Covering clinician") < page.index("Away: Second stands in") < page.index("Clinic lead")
    assert '<td data-label="Stands in">Second</td>' in page
    assert reverse("labs:add_to_ladder") not in page


def test_mistake_of_the_form_is_shown_with_the_page(client, clinic, administrator):
    client.force_login(administrator)

    response = client.post(reverse("labs:add_to_ladder"), {"step": "1", "staff": ""})

    assert (response.status_code, LadderStep.objects.count()) == (422, 0)


def test_person_enters_only_their_own_absence_on_the_page(client, clinic, doctor):
    second = person(clinic, "Second")
    client.force_login(doctor)
    days = {"starts_on": "2024-03-07", "ends_on": "2024-03-08"}

    refused = client.post(reverse("labs:add_cover"), {"staff": second.pk, "substitute": doctor.pk, **days})
    client.post(reverse("labs:add_cover"), {"staff": doctor.pk, "substitute": second.pk, **days})

    assert refused.status_code == 422
    assert str(Cover.objects.get()) == "Second for Own, 2024-03-07 to 2024-03-08"
    assert "Second" in client.get(reverse("labs:covers")).content.decode()


ALARM = "Nobody is on call"


@pytest.mark.parametrize(
    ("role", "words"), [("administrator", ">Put a clinician"), ("clinician", "Ask an administrator")]
)
def test_every_page_warns_while_nobody_is_on_call(client, clinic, role, words):
    client.force_login(person(clinic, "Reader", role))

    for name in ("labs:inbox", "labs:ladder", "accounts:profile", "schedules:worklist"):
        page = client.get(reverse(name)).content.decode()
        assert (ALARM in page, words in page) == (True, True)


def test_warning_goes_with_the_first_clinician_on_the_ladder_and_comes_back_when_they_leave(
    client, clinic, doctor, row
):
    client.force_login(person(clinic, "Reader"))
    before = client.get(reverse("labs:inbox")).content.decode()
    doctor.memberships.update(is_active=False)

    after = client.get(reverse("labs:inbox")).content.decode()

    assert (ALARM in before, ALARM in after) == (False, True)


def test_person_of_another_clinics_ladder_does_not_silence_the_warning(client, clinic, row):
    reader = person(ClinicFactory(), "Reader")
    client.force_login(reader)

    assert ALARM in client.get(reverse("labs:inbox")).content.decode()
