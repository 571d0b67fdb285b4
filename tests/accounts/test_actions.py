"""Who works in a clinic, and in which role."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.exceptions import ValidationError

from accounts.actions import change_role, deactivate_staff, invite_staff, reactivate_staff, update_clinic
from accounts.models import Clinic, Membership, Role, Staff
from accounts.permissions import GRANTS, May, may
from iotrex_followup.errors import InputRefused, TransitionRefused
from tests.factories import ClinicFactory, MembershipFactory

pytestmark = pytest.mark.django_db
TODAY = date(2024, 3, 6)


@pytest.fixture
def administrator() -> Membership:
    return MembershipFactory(role=Role.ADMINISTRATOR)


def invite(clinic: Clinic, by: Staff, email: str = "new@example.org") -> Membership:
    return invite_staff(clinic=clinic, email=email, name="Nora", role=Role.COORDINATOR, by=by)


def test_invited_person_has_a_role_and_no_password(administrator: Membership) -> None:
    member = invite(administrator.clinic, administrator.staff, "New@Example.org")
    assert (member.staff.email, member.role, member.is_active) == ("new@example.org", "coordinator", True)
    assert not member.staff.has_usable_password()


def test_person_of_another_clinic_is_invited_as_the_same_person(administrator: Membership) -> None:
    member = MembershipFactory()
    invited = invite(administrator.clinic, administrator.staff, member.staff.email)
    assert (invited.staff, Membership.objects.filter(staff=member.staff).count()) == (member.staff, 2)


def test_person_is_invited_once(administrator: Membership) -> None:
    invite(administrator.clinic, administrator.staff)
    with pytest.raises(InputRefused, match="already works") as refused:
        invite(administrator.clinic, administrator.staff, "NEW@example.org")
    assert (refused.value.field, Membership.objects.count()) == ("email", 2)


@pytest.mark.parametrize(
    "change",
    [
        lambda member: change_role(membership=member, role=Role.AUDITOR, by=member.staff, today=TODAY),
        lambda member: deactivate_staff(membership=member, by=member.staff, today=TODAY),
    ],
    ids=["another role", "deactivated"],
)
def test_last_administrator_stays_until_there_is_another(
    administrator: Membership, change: Callable[[Membership], Membership]
) -> None:
    with pytest.raises(TransitionRefused, match="needs an administrator"):
        change(administrator)
    administrator.refresh_from_db()
    assert (administrator.role, administrator.is_active) == ("administrator", True)
    MembershipFactory(clinic=administrator.clinic, role=Role.ADMINISTRATOR)
    change(administrator)
    administrator.refresh_from_db()
    assert (administrator.role, administrator.is_active) != ("administrator", True)


def test_deactivated_person_sees_the_clinic_no_more_until_reactivated(administrator: Membership) -> None:
    member = MembershipFactory(clinic=administrator.clinic)
    deactivate_staff(membership=member, by=administrator.staff, today=TODAY)
    assert not Clinic.objects.visible_to(member.staff).exists()
    reactivate_staff(membership=member, by=administrator.staff)
    assert list(Clinic.objects.visible_to(member.staff)) == [member.clinic]


@pytest.mark.parametrize("role", Role.values)
def test_role_grants_what_the_table_says_in_its_clinic_and_nothing_elsewhere(role: str) -> None:
    member, elsewhere = MembershipFactory(role=role), ClinicFactory()
    assert {permission for permission in May if may(member.staff, permission, member.clinic)} == GRANTS[role]
    assert not any(may(member.staff, permission, elsewhere) for permission in May)


@pytest.mark.parametrize("fields", [{"time_zone": "Mars/Olympus"}, {"name": ""}])
def test_clinic_that_cannot_be_is_not_stored(administrator: Membership, fields: dict[str, object]) -> None:
    before = Clinic.objects.values().get()
    with pytest.raises(ValidationError):
        update_clinic(clinic=administrator.clinic, fields=fields, by=administrator.staff)
    assert Clinic.objects.values().get() == before
