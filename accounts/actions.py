"""Inviting people, and what they may do."""

from datetime import date, timedelta

from accounts.models import ApiToken, Clinic, Membership, Role, Staff
from accounts.open_work import Leaving, hand_over
from iotrex_followup.errors import InputRefused, TransitionRefused
from iotrex_followup.history import action


@action
def invite_staff(*, clinic: Clinic, email: str, name: str, role: str, by: Staff | None) -> Membership:
    """Give the person with this e-mail address a role in `clinic`; a new person chooses a password by a link.

    Raises   InputRefused: the person already works in this clinic.
    """
    staff = Staff.objects.filter(email=email.lower()).first() or Staff.objects.create_user(email, name=name)
    if Membership.objects.filter(clinic=clinic, staff=staff).exists():
        raise InputRefused(
            f"{staff.email} already works in {clinic}. Change the role in the list instead.", field="email"
        )
    return Membership.objects.create(clinic=clinic, staff=staff, role=role)


@action
def change_role(
    *, membership: Membership, role: str, by: Staff, today: date, reassign_to: Staff | None = None
) -> Membership:
    """Give a member another role; what is open and that role may not do becomes `reassign_to`'s.

    Raises   TransitionRefused: the clinic would be left without an administrator, or work is open and nobody takes it.
    Raises   InputRefused: who is to take it over may not do all of it here.
    Records  what the apps that own the open work record of handing it over
    """
    if role != Role.ADMINISTRATOR:
        refuse_without_administrator(membership)
    hand_over(membership, Leaving.of(membership, today, role), reassign_to, by=by)
    membership.role = role
    membership.save(update_fields=["role"])
    return membership


@action
def deactivate_staff(*, membership: Membership, by: Staff, today: date, reassign_to: Staff | None = None) -> Membership:
    """End a person's work in the clinic; what they recorded stays theirs, what is open becomes `reassign_to`'s.

    Raises   TransitionRefused: the clinic would be left without an administrator, or work is open and nobody takes it.
    Raises   InputRefused: who is to take it over may not do all of it here.
    Records  what the apps that own the open work record of handing it over
    """
    refuse_without_administrator(membership)
    hand_over(membership, Leaving.of(membership, today), reassign_to, by=by)
    membership.is_active = False
    membership.save(update_fields=["is_active"])
    return membership


@action
def reactivate_staff(*, membership: Membership, by: Staff) -> Membership:
    """Let a person work in the clinic again."""
    membership.is_active = True
    membership.save(update_fields=["is_active"])
    return membership


def refuse_without_administrator(membership: Membership) -> None:
    """Raise TransitionRefused when `membership` is its clinic's last active administrator."""
    others = Membership.objects.select_for_update().filter(
        clinic=membership.clinic_id, role=Role.ADMINISTRATOR, is_active=True
    )
    if not any(other.pk != membership.pk for other in others):
        raise TransitionRefused("A clinic needs an administrator. Name another one first.")


@action
def update_clinic(*, clinic: Clinic, fields: dict[str, object], by: Staff) -> Clinic:
    """Change the clinic's name, calendar or how patients reach it; `fields` are model fields already validated."""
    for name, value in fields.items():
        setattr(clinic, name, value)
    clinic.full_clean()
    clinic.save(update_fields=list(fields))
    return clinic


@action
def update_profile(*, staff: Staff, name: str, phone: str, language: str, by: Staff) -> Staff:
    """Change how colleagues read and reach a person."""
    staff.name, staff.phone, staff.language = name, phone, language
    staff.save(update_fields=["name", "phone", "language"])
    return staff


def create_api_token(*, staff: Staff, name: str, valid_for: timedelta) -> tuple[ApiToken, str]:
    """Make a token that acts as `staff` and return it with its secret, which is kept nowhere."""
    token, secret = ApiToken.objects.create(user=staff, expiry=valid_for, name=name)
    return token, secret


def revoke_api_token(*, token: ApiToken) -> None:
    """Stop a token from working, at once."""
    token.delete()


def note_token_use(*, token: ApiToken, today: date) -> None:
    """Remember the UTC day a token was last used; written once a day, so that reading the API stays reading."""
    if token.last_used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
