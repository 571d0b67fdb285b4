"""What the clinic has: its days in the sign-off register, and the restarts of who leaves."""

import pytest

from accounts.actions import deactivate_staff
from accounts.models import Role
from events.models import Event
from imaging.actions.preparation_policy import set_preparation_policy
from imaging.actions.withdrawals import record_restart
from imaging.checks import table_is_sound
from imaging.models import Withdrawal
from imaging.preparing import packaged
from iotrex_followup.errors import InputRefused, TransitionRefused
from schedules.actions import sign_setting
from schedules.sign_offs import Standing, register_of
from tests.factories import MembershipFactory
from tests.imaging.preparation.conftest import TODAY


def entry(clinic, key):
    return next(each for each in register_of(clinic) if each.setting.key == key)


def test_register_has_every_class_with_its_days_unsigned_at_first(clinic):
    found = [each for each in register_of(clinic) if each.setting.group == "Preparation for MIBG"]

    assert [each.setting.key for each in found] == [
        *(f"preparation.{group.key}" for group in packaged().classes),
        *("preparation.scan", "preparation.blockade.scan", "preparation.blockade.infusion"),
    ]
    assert {each.standing for each in found} == {Standing.UNSIGNED}
    assert [each.setting.key for each in found if not each.setting.value or not each.setting.source] == []


def test_register_says_what_is_verified_and_for_which_medicines(clinic):
    assert entry(clinic, "preparation.snri").setting.lines[:3] == [
        "Before a scan: 7 days, verified for duloxetina, duloxetine, venlafaxina, venlafaxine",
        "Before an infusion: 7 days, unverified",
        "After one: 7 days, unverified",
    ]
    assert entry(clinic, "preparation.labetalol").setting.lines[0] == "Before a scan: 7 days, unverified"
    assert "no number of days is on file" in entry(clinic, "preparation.amiodarone").setting.value
    assert entry(clinic, "preparation.blockade.infusion").setting.lines == [
        "Potassium iodide, from at least 24 hours before the infusion until 10 days after it.",
        "Under 1 month: 16 mg once",
        "From 1 month to under 3 years: 32 mg a day",
        "From 3 years to under 13 years: 65 mg a day",
        "From 13 years: 130 mg a day",
    ]


def test_signature_does_not_outlive_a_change_of_the_days(clinic, clinician):
    sign_setting(clinic=clinic, setting="preparation.labetalol", source="Our list.", by=clinician, today=TODAY)
    assert entry(clinic, "preparation.labetalol").standing == Standing.SIGNED
    days = {"labetalol": {"before_scan": 3}}
    set_preparation_policy(clinic=clinic, days=days, names={}, injection_days_before=None, by=clinician)
    changed = entry(clinic, "preparation.labetalol")
    assert (changed.standing, changed.setting.lines[0]) == (
        Standing.CHANGED,
        "Before a scan: 3 days, set by the clinic",
    )


def test_register_lists_the_clinics_names_and_asks_for_a_new_signature(clinic, clinician):
    sign_setting(clinic=clinic, setting="preparation.bupropion", source="Our list.", by=clinician, today=TODAY)
    names = {"bupropion": ["Smokex", "Bupro"]}
    set_preparation_policy(clinic=clinic, days={}, names=names, injection_days_before=None, by=clinician)

    changed = entry(clinic, "preparation.bupropion")
    assert (changed.standing, changed.setting.lines[-1]) == (Standing.CHANGED, "The clinic's names: smokex, bupro")


def test_shipped_table_is_sound():
    assert table_is_sound(None) == []


@pytest.fixture
def administrator(clinic):
    return MembershipFactory(clinic=clinic, role=Role.ADMINISTRATOR).staff


def leave(owner, clinic, administrator, to=None):
    membership = owner.memberships.get(clinic=clinic)
    deactivate_staff(membership=membership, by=administrator, today=TODAY, reassign_to=to)


def test_restarts_of_who_leaves_are_handed_over(confirmed, owner, clinic, clinician, administrator):
    with pytest.raises((InputRefused, TransitionRefused), match="1 withdrawn medicine they see to being taken again"):
        leave(owner, clinic, administrator)

    leave(owner, clinic, administrator, to=clinician)

    assert Withdrawal.objects.get().restart_owner == clinician
    assert Event.objects.get(kind="withdrawal.handed_over").by == administrator


def test_who_has_no_open_restart_leaves(confirmed, owner, clinic, clinician, administrator):
    record_restart(withdrawal=confirmed, restarted_on=confirmed.restart_on, by=clinician, today=confirmed.restart_on)

    leave(owner, clinic, administrator)
