"""Laboratories, what they reported, what it was graded, and the alerts it raised."""

from labs.models.alerts import Alert, AlertFinding
from labs.models.grades import Baseline, LabGrade
from labs.models.laboratories import CodeMapping, Laboratory, ReferenceRange, UnitMapping
from labs.models.matches import SpecimenMatch
from labs.models.policy import LabPolicy
from labs.models.quarantine import QuarantineItem
from labs.models.results import LabReport, LabResult

__all__ = [
    "Alert",
    "AlertFinding",
    "Baseline",
    "CodeMapping",
    "LabGrade",
    "LabPolicy",
    "LabReport",
    "LabResult",
    "Laboratory",
    "QuarantineItem",
    "ReferenceRange",
    "SpecimenMatch",
    "UnitMapping",
]
