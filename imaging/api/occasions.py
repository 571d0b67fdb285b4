"""The planned scan or infusion that a body names."""

from typing import Any

from imaging.occasions import Occasion, of_treatment, of_visit
from iotrex_followup.api.shapes import Shape, VisibleField
from iotrex_followup.errors import InputRefused
from patients.models import Treatment
from schedules.models import PlannedVisit

ONE = "Name the planned visit of the scan, or the treatment: one of the two."


class OfOneOccasion(Shape):
    """A body that names a scan or an infusion."""

    visit = VisibleField(queryset=PlannedVisit.objects.select_related("patient__clinic", "appointment"), required=False)
    treatment = VisibleField(queryset=Treatment.objects.select_related("patient__clinic"), required=False)


def occasion_named(body: dict[str, Any]) -> Occasion:
    """Take the scan or infusion out of `body`.

    Raises   InputRefused: none or both of visit and treatment are named.
    """
    visit, treatment = body.pop("visit", None), body.pop("treatment", None)
    if (visit is None) == (treatment is None):
        raise InputRefused(ONE, field="visit")
    return of_visit(visit) if visit else of_treatment(treatment)
