"""Clinics, the people who work there, and who is called in which order."""

from accounts.models.clinics import (
    WORKING_WEEK,
    ApiToken,
    Clinic,
    ClinicQuerySet,
    Membership,
    Role,
    Staff,
    StaffManager,
    validate_time_zone,
    working_week,
)
from accounts.models.duty import Cover, LadderStep

__all__ = [
    "WORKING_WEEK",
    "ApiToken",
    "Clinic",
    "ClinicQuerySet",
    "Cover",
    "LadderStep",
    "Membership",
    "Role",
    "Staff",
    "StaffManager",
    "validate_time_zone",
    "working_week",
]
