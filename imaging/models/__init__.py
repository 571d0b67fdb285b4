"""Studies, what readers gave them, lesions and what was measured of them, and what a clinician made of it all."""

from imaging.models.assessments import AssessedStudy, Lesion, LesionMeasurement, ResponseAssessment
from imaging.models.policy import ImagingPolicy
from imaging.models.preparation import PreparationPolicy, ThyroidBlockade, Withdrawal
from imaging.models.readings import ScoreReading
from imaging.models.studies import ImagingStudy

__all__ = [
    "AssessedStudy",
    "ImagingPolicy",
    "ImagingStudy",
    "Lesion",
    "LesionMeasurement",
    "PreparationPolicy",
    "ResponseAssessment",
    "ScoreReading",
    "ThyroidBlockade",
    "Withdrawal",
]
