"""Rows that belong to one clinic."""

from __future__ import annotations

from typing import Self, TypeVar

from django.db import models

from accounts.models import Clinic, Staff

Row = TypeVar("Row", bound=models.Model, covariant=True)


class ClinicRowQuerySet(models.QuerySet[Row]):
    """Rows that carry their clinic."""

    def visible_to(self, staff: Staff) -> Self:
        """Rows of the clinics in which `staff` is a member."""
        return self.filter(clinic__in=Clinic.objects.visible_to(staff))
