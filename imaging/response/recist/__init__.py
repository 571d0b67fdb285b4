"""RECIST 1.1: from diameters in mm to the response of a time point and of a course. No Django, no clock."""

from imaging.response.recist.best import BestResponse, BestRules, best_overall_response
from imaging.response.recist.course import Course, TimePointResponse, assess
from imaging.response.recist.lesions import (
    Baseline,
    Finding,
    Merged,
    Method,
    Nature,
    NewLesion,
    NonTargetLesion,
    NonTargetState,
    Seen,
    Split,
    TargetLesion,
    TimePoint,
)
from imaging.response.recist.numbers import VERSION
from imaging.response.recist.overall import NonTargetResponse, non_target_response, overall_response
from imaging.response.recist.responses import IN_WORDS, Response
from imaging.response.recist.selection import SelectionFinding, check_targets
from imaging.response.recist.sums import Addend, DiameterSum, baseline_sum, nadir, sum_of
from imaging.response.recist.targets import TargetResponse, target_response

__all__ = [
    "IN_WORDS",
    "VERSION",
    "Addend",
    "Baseline",
    "BestResponse",
    "BestRules",
    "Course",
    "DiameterSum",
    "Finding",
    "Merged",
    "Method",
    "Nature",
    "NewLesion",
    "NonTargetLesion",
    "NonTargetResponse",
    "NonTargetState",
    "Response",
    "Seen",
    "SelectionFinding",
    "Split",
    "TargetLesion",
    "TargetResponse",
    "TimePoint",
    "TimePointResponse",
    "assess",
    "baseline_sum",
    "best_overall_response",
    "check_targets",
    "nadir",
    "non_target_response",
    "overall_response",
    "sum_of",
    "target_response",
]
