"""Which clinic and whom a command names."""

from django.core.management.base import CommandError

from accounts.models import Clinic, Staff


def find_clinic(slug: str) -> Clinic:
    """Return the clinic with this slug, or stop with the slugs there are."""
    clinic = Clinic.objects.filter(slug=slug).first()
    if clinic is None:
        known = ", ".join(Clinic.objects.order_by("slug").values_list("slug", flat=True)) or "none"
        raise CommandError(f"There is no clinic “{slug}”. Clinics: {known}.")
    return clinic


def find_member(clinic: Clinic, email: str) -> Staff:
    """Return the person with this address who works in the clinic, or stop."""
    member = Staff.objects.filter(memberships__clinic=clinic, memberships__is_active=True, email=email.lower()).first()
    if member is None:
        raise CommandError(f"{email} does not work in {clinic}.")
    return member
