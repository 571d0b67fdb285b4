"""A scan or infusion moves after a medicine was withdrawn for it: who is told, once, of what, and by which way."""

from datetime import date

import pytest
import time_machine

from accounts.models import Membership
from events.delivery.kinds import KINDS
from events.models import Event, Message
from events.undo import undo
from imaging.actions.medicines import MedicineFacts, record_medicine
from imaging.actions.withdrawals import confirm_withdrawal, plan_withdrawal, record_restart
from imaging.models import Withdrawal
from imaging.moves import MOVED, content, tell_of_moves, unwanted
from imaging.preparing import folded, names_of, packaged
from iotrex_followup.errors import ReasonNeeded
from schedules.actions import (
    book_visits,
    cancel_appointment,
    confirm_treatment,
    correct_treatment_date,
    mark_not_applicable,
    move_appointment,
    record_visit,
    withdraw_treatment,
)
from schedules.plans.planning import PlanChoices
from tests.factories import MembershipFactory
from tests.imaging.preparation.conftest import NOW, TODAY, agreed

ON_TARGET, LATER = date(2024, 4, 30), date(2024, 5, 7)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def told(channel="inbox"):
    """Who was told what, in order."""
    messages = Message.objects.filter(kind=MOVED, channel=channel).order_by("pk")
    return [(str(each.recipient), each.subject.partition(": ")[2]) for each in messages]


def book(visit, clinician, on=LATER):
    return book_visits(visits=[visit], on=on, by=clinician, today=TODAY, reason="Asked for it.")


MOVED_LATER = "the MIBG scan has moved from Tue 30 Apr 2024 to Tue 7 May 2024, after a medicine was withdrawn for it"


def test_owner_of_the_restart_is_told_at_once_in_the_product_and_by_e_mail(confirmed, visit, clinician, patient):
    book(visit, clinician)

    assert told() == told("email") == [("Owner", MOVED_LATER)]
    message = Message.objects.get(kind=MOVED, channel="inbox")
    assert message.subject.startswith(f"{patient.mrn}: ")
    assert (message.path, message.sent_at) == (f"/visits/{visit.pk}/preparation/", NOW)
    assert Message.objects.get(kind=MOVED, channel="email").not_before == NOW


def test_prescriber_who_is_one_of_ours_is_told_and_who_is_both_once(withdrawal, visit, clinician, owner):
    facts = agreed(restart_owner=owner, prescriber_staff=owner)
    confirm_withdrawal(withdrawal=withdrawal, facts=facts, by=clinician, today=TODAY)
    book(visit, clinician)
    confirm_withdrawal(
        withdrawal=withdrawal,
        facts=agreed(restart_owner=owner, prescriber_staff=clinician, restart_on=LATER.replace(day=8)),
        by=clinician,
        today=TODAY,
    )
    visit.refresh_from_db()
    move_appointment(appointment=visit.appointment, on=ON_TARGET, by=clinician, today=TODAY)

    assert [person for person, _ in told()].count("Owner") == 2
    assert [person for person, _ in told()].count("Clinician") == 1


def test_each_move_is_told_once_there_and_back(confirmed, visit, clinician):
    appointment = book(visit, clinician)
    move_appointment(appointment=appointment, on=ON_TARGET, by=clinician, today=TODAY)
    move_appointment(appointment=appointment, on=LATER, by=clinician, today=TODAY, reason="Asked for it.")
    move_appointment(
        appointment=appointment, on=LATER, at=NOW.time(), by=clinician, today=TODAY, reason="Another time."
    )

    assert [words.split(",")[0].partition("moved ")[2] for _, words in told()] == [
        "from Tue 30 Apr 2024 to Tue 7 May 2024",
        "from Tue 7 May 2024 to Tue 30 Apr 2024",
        "from Tue 30 Apr 2024 to Tue 7 May 2024",
    ]


def test_cancelled_booking_and_its_undoing_are_moves(confirmed, visit, clinician):
    appointment = book(visit, clinician)
    cancel_appointment(appointment=appointment, reason="Ill.", by=clinician)
    undo(event=Event.objects.get(kind="appointment.cancelled"), by=clinician, now=NOW)

    assert len(told()) == 3


def test_move_that_was_told_does_not_stand_in_the_way_of_undoing_the_confirmation(withdrawal, visit, clinician, owner):
    appointment = book(visit, clinician)
    facts = agreed(restart_owner=owner, restart_on=date(2024, 5, 8))
    confirm_withdrawal(withdrawal=withdrawal, facts=facts, by=clinician, today=TODAY)
    move_appointment(appointment=appointment, on=ON_TARGET, by=clinician, today=TODAY)

    undo(event=Event.objects.get(kind="withdrawal.confirmed"), by=clinician, now=NOW)

    withdrawal.refresh_from_db()
    assert (withdrawal.state, withdrawal.counted_from) == ("planned", ON_TARGET)
    assert (withdrawal.moves, withdrawal.told_day) == (1, ON_TARGET)


def test_booking_on_the_day_it_was_counted_from_is_no_move(confirmed, visit, clinician):
    book_visits(visits=[visit], on=ON_TARGET, by=clinician, today=TODAY)

    assert told() == []


def test_two_medicines_of_one_scan_are_one_message(confirmed, scan, visit, clinician, owner, patient):
    other = record_medicine(patient=patient, facts=MedicineFacts("Duloxetine"), by=clinician, today=TODAY)
    facts = agreed(restart_owner=owner)
    second = plan_withdrawal(medicine=other, occasion=scan, facts=facts, by=clinician, today=TODAY)
    confirm_withdrawal(withdrawal=second, facts=facts, by=clinician, today=TODAY)

    book(visit, clinician)

    assert told() == [("Owner", MOVED_LATER)]


def test_nothing_is_told_of_what_is_not_confirmed_or_taken_again(withdrawal, visit, clinician, owner):
    book(visit, clinician)
    assert told() == []
    facts = agreed(restart_owner=owner, restart_on=date(2024, 5, 8))
    confirmed = confirm_withdrawal(withdrawal=withdrawal, facts=facts, by=clinician, today=TODAY)
    visit.refresh_from_db()
    record_restart(
        withdrawal=confirmed, restarted_on=date(2024, 4, 22), by=clinician, today=date(2024, 4, 22), reason="Crisis."
    )
    move_appointment(appointment=visit.appointment, on=ON_TARGET, by=clinician, today=TODAY)
    assert told() == []


def test_corrected_anchor_moves_the_scan(confirmed, plan, clinician):
    correct_treatment_date(
        treatment=plan.treatment, started_on=date(2024, 2, 2), reason="Misread.", by=clinician, today=TODAY
    )

    assert told() == [("Owner", MOVED_LATER.replace("Tue 7 May", "Thu 2 May"))]


def test_scan_that_is_not_planned_any_more_is_told_and_its_return(confirmed, visit, clinician):
    mark_not_applicable(visit=visit, activities=["mibg_scan"], reason="Moved abroad.", by=clinician)
    undo(event=Event.objects.get(kind="visit.not_applicable"), by=clinician, now=NOW)

    assert [words for _, words in told()] == [
        "the MIBG scan, which was on Tue 30 Apr 2024, is not planned any more, after a medicine was withdrawn for it",
        "the MIBG scan is planned again for Tue 30 Apr 2024, after a medicine was withdrawn for it",
    ]


def test_scan_done_on_another_day_is_told_since_the_restart_counts_from_it(confirmed, visit, clinician):
    done = date(2024, 5, 3)
    record_visit(
        visit=visit,
        occurred_on=done,
        outcomes={"mibg_scan": "done", "anatomical_imaging": "done"},
        by=clinician,
        today=done,
    )

    assert [words.partition(" to ")[2].partition(",")[0] for _, words in told()] == ["Fri 3 May 2024"]


@pytest.fixture
def withheld_for_infusion(labetalol, infusion, clinician, owner):
    facts = agreed(stop_on=date(2024, 5, 27), restart_on=date(2024, 6, 10), restart_owner=owner)
    planned = plan_withdrawal(medicine=labetalol, occasion=infusion, facts=facts, by=clinician, today=TODAY)
    return confirm_withdrawal(withdrawal=planned, facts=facts, by=clinician, today=TODAY)


def test_redated_and_withdrawn_infusion_is_told(withheld_for_infusion, infusion, clinician):
    treatment = infusion.treatment
    moved = {"started_on": date(2024, 6, 10), "reason": "No bed.", "override_reason": "Confirmed anew tomorrow."}
    correct_treatment_date(treatment=treatment, by=clinician, today=TODAY, **moved)
    withdraw_treatment(treatment=treatment, reason="Another patient's.", by=clinician, today=TODAY)

    assert [words for _, words in told()] == [
        "the infusion has moved from Mon 3 Jun 2024 to Mon 10 Jun 2024, after a medicine was withdrawn for it",
        "the infusion, which was on Mon 10 Jun 2024, is not planned any more, after a medicine was withdrawn for it",
    ]


GIVEN = {"activity_mbq": None, "weight_kg": None, "choices": PlanChoices(), "today": date(2024, 6, 5)}


def test_infusion_given_on_another_day_is_told(withheld_for_infusion, infusion, clinician):
    confirm_treatment(
        treatment=infusion.treatment,
        started_on=date(2024, 6, 4),
        override_reason="Given a day later.",
        by=clinician,
        **GIVEN,
    )

    assert [words.partition(" to ")[2].partition(",")[0] for _, words in told()] == ["Tue 4 Jun 2024"]


def test_who_left_is_not_told_but_the_patients_clinician_else_every_clinician(
    confirmed, visit, clinician, owner, patient
):
    Membership.objects.filter(staff=owner).update(is_active=False)
    MembershipFactory(clinic=patient.clinic, staff__name="Another")
    book(visit, clinician)
    assert {person for person, _ in told()} == {"Clinician", "Another"}
    patient.responsible_clinician = clinician
    patient.save()
    visit.refresh_from_db()
    move_appointment(appointment=visit.appointment, on=ON_TARGET, by=clinician, today=TODAY)
    assert [person for person, _ in told()][2:] == ["Clinician"]


def test_message_is_not_sent_any_more_once_it_moved_again_or_the_medicine_is_taken_again(confirmed, visit, clinician):
    appointment = book(visit, clinician)
    first = Message.objects.get(kind=MOVED, channel="email")
    assert unwanted(first, NOW) == ""
    move_appointment(appointment=appointment, on=ON_TARGET, by=clinician, today=TODAY)
    second = Message.objects.filter(kind=MOVED, channel="email").order_by("-pk")[0]
    assert (unwanted(first, NOW), unwanted(second, NOW)) == ("It has moved again, and that was told.", "")
    Withdrawal.objects.update(state="dropped")
    assert unwanted(second, NOW) == "Nothing is withdrawn for it any more."


def test_no_word_of_it_names_a_medicine_or_the_patient(confirmed, visit, clinician, patient):
    book(visit, clinician)

    for message in Message.objects.filter(kind=MOVED):
        said = content(message)
        words = folded(f"{message.subject} {said.subject} {said.text}")
        assert [name for name in names_of(packaged()) if name in words] == []
        assert folded(patient.family_name) not in words
        assert patient.mrn in said.text
    assert MOVED in KINDS


def test_move_that_is_refused_tells_nobody(confirmed, visit, clinician):
    with pytest.raises(ReasonNeeded):
        book_visits(visits=[visit], on=date(2024, 6, 7), by=clinician, today=TODAY)

    assert told() == []
    confirmed.refresh_from_db()
    assert (confirmed.moves, confirmed.told_day) == (0, ON_TARGET)


def test_action_about_somebody_without_withdrawals_asks_once(plan, clinician, django_assert_num_queries):
    with django_assert_num_queries(1):
        tell_of_moves({plan.patient_id})
