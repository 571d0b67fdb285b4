"""Tumour markers around a treatment, for those who judge its response."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from labs.grading.analytes import catalogue
from labs.models import LabResult
from labs.pages.trends import Trend, on_axis, series_of, trends
from labs.readings import Shown, name_of
from patients.models import Patient
from patients.tumour_markers import MarkerCourse, MarkerValue

HUNDREDTH = Decimal("0.01")
ABOVE = (">", ">=")


def courses_of_markers(patient: Patient, treated_on: date, until: date) -> list[MarkerCourse]:
    """Return the course of each marker and series that was measured up to `until`, in the order they are shown in."""
    markers = [key for key, analyte in catalogue().items() if analyte.panel == "markers"]
    return [course for trend in trends(patient, markers) for course in _courses(trend, treated_on, until)]


def _courses(trend: Trend, treated_on: date, until: date) -> Iterator[MarkerCourse]:
    by_series: dict[str, list[Shown]] = {}
    for each in trend.shown:
        if each.reading.day <= until:
            by_series.setdefault(series_of(trend.analyte, each), []).append(each)
    for series, shown in by_series.items():
        name = name_of(trend.analyte.key)
        yield _course(trend, f"{name}, {series}" if series and len(by_series) > 1 else name, shown, treated_on)


def _course(trend: Trend, name: str, shown: Sequence[Shown], treated_on: date) -> MarkerCourse:
    before = next((each for each in reversed(shown) if each.reading.day <= treated_on), None)
    last = shown[-1] if shown[-1] is not before else None
    since = [each for each in shown if each is not last and (before is None or each.reading.at >= before.reading.at)]
    numbers = [each for each in since if _number(trend, each) is not None and each.reading.comparator not in ABOVE]
    lowest = min(numbers, key=lambda each: _number(trend, each) or 0, default=None) if last else None
    return MarkerCourse(name, _value(before), _value(lowest), _value(last), _times(trend, last, lowest))


def _number(trend: Trend, each: Shown) -> Decimal | None:
    return on_axis(trend.analyte, trend.system, each.reading.system, each.reading.graded_value)


def _value(each: Shown | None) -> MarkerValue | None:
    if each is None:
        return None
    reading = each.reading
    text = f"{reading.shown_value} {reading.shown_unit}".strip()
    told = f"{text}, preliminary" if reading.status == LabResult.Status.PRELIMINARY else text
    return MarkerValue(reading.day, told, reading.letter == "H")


def _times(trend: Trend, last: Shown | None, lowest: Shown | None) -> Decimal | None:
    if last is None or lowest is None or last.reading.comparator or lowest.reading.comparator:
        return None
    now, then = _number(trend, last), _number(trend, lowest)
    return (now / then).quantize(HUNDREDTH) if now and then else None
