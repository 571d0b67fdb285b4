"""Database columns shared by all models."""

from typing import Any

from django.core.checks import CheckMessage
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class NumericField(models.DecimalField):  # type: ignore[type-arg]  # only the type stubs make it generic
    """PostgreSQL's `numeric` without a fixed scale: a number keeps the places it was written with, 5.0 as 5.0."""

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """Leave out the check for a number of digits: there is none."""
        return models.Field.check(self, **kwargs)

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "numeric"
