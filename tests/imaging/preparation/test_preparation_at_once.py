"""Two people at once: a withdrawal planned twice, confirmed while it is dropped, or while its scan is moved."""

from datetime import date

import pytest
from django.conf import settings

from events.models import Event, Message
from events.undo import undo
from imaging.actions.medicines import MedicineFacts, record_medicine
from imaging.actions.withdrawals import confirm_withdrawal, drop_withdrawal, plan_withdrawal
from imaging.models import Withdrawal
from iotrex_followup.errors import InputRefused, TransitionRefused
from patients.models import Medicine
from schedules.actions import book_visits
from tests.at_once import while_open
from tests.imaging.preparation.conftest import NOW, TODAY, agreed

pytestmark = pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)


def test_medicine_that_is_being_recorded_is_not_recorded_again(patient, clinician):
    def record():
        record_medicine(patient=patient, facts=MedicineFacts("Labetalol"), by=clinician, today=TODAY)

    second = while_open(record, record)

    assert isinstance(second.exception(), InputRefused)
    assert Medicine.objects.count() == 1


def test_withdrawal_that_is_being_planned_is_not_planned_again(labetalol, scan, clinician):
    def plan():
        plan_withdrawal(medicine=labetalol, occasion=scan, facts=agreed(), by=clinician, today=TODAY)

    second = while_open(plan, plan)

    assert isinstance(second.exception(), InputRefused)
    assert Withdrawal.objects.count() == 1


def test_withdrawal_that_is_being_dropped_is_not_confirmed(withdrawal, clinician, owner):
    second = while_open(
        lambda: drop_withdrawal(withdrawal=withdrawal, reason="Not needed.", by=clinician, today=TODAY),
        lambda: confirm_withdrawal(withdrawal=withdrawal, facts=agreed(restart_owner=owner), by=clinician, today=TODAY),
    )

    assert isinstance(second.exception(), TransitionRefused)
    assert Withdrawal.objects.get().state == "dropped"


def test_medicine_that_is_being_withheld_is_not_undone_beneath_it(labetalol, scan, clinician):
    recorded = Event.objects.get(kind="medicine.recorded")
    second = while_open(
        lambda: plan_withdrawal(medicine=labetalol, occasion=scan, facts=agreed(), by=clinician, today=TODAY),
        lambda: undo(event=recorded, by=clinician, now=NOW),
    )

    assert isinstance(second.exception(), TransitionRefused)
    assert not Medicine.objects.get().withdrawn


def test_scan_that_moves_while_its_withdrawal_is_being_confirmed_is_told(withdrawal, visit, clinician, owner):
    second = while_open(
        lambda: confirm_withdrawal(withdrawal=withdrawal, facts=agreed(restart_owner=owner), by=clinician, today=TODAY),
        lambda: book_visits(visits=[visit], on=date(2024, 5, 7), by=clinician, today=TODAY, reason="Asked for it."),
    )

    assert second.exception() is None
    assert Message.objects.filter(kind="preparation.moved", channel="inbox").count() == 1


def test_withdrawal_confirmed_while_the_scan_is_being_moved_counts_from_where_it_is_then(
    withdrawal, visit, clinician, owner
):
    later = date(2024, 5, 7)
    facts = agreed(restart_owner=owner, restart_on=date(2024, 5, 8))
    second = while_open(
        lambda: book_visits(visits=[visit], on=later, by=clinician, today=TODAY, reason="Asked for it."),
        lambda: confirm_withdrawal(withdrawal=withdrawal, facts=facts, by=clinician, today=TODAY),
    )

    assert second.exception() is None
    assert Withdrawal.objects.get().counted_from == later
