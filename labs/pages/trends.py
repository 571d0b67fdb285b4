"""One analyte of one patient over time: what its picture and its table show."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from labs.grading.analytes import Analyte, Placed, System, catalogue, in_si
from labs.grading.criteria import packaged
from labs.models import Baseline, LabResult
from labs.pages.bands import Band, Limits, grade_bands
from labs.readings import Shown, shown_results, supports_of, written_unit
from labs.settling.charts import policy_of, rules_of
from patients.models import Patient, Treatment
from schedules.protocol import packaged_protocol

DAYS_A_WEEK = 7


class Point(NamedTuple):
    """One value on the axis; `at` is the clinic's wall clock, `series` what it may be joined with."""

    at: datetime
    value: Decimal
    series: str
    shown: Shown


class Before(NamedTuple):
    """The baseline of one treatment, from the day of the infusion to that of the next (None: no end)."""

    value: Decimal
    begins: date
    ends: date | None


class Span(NamedTuple):
    """Days, both ends inclusive."""

    begins: date
    ends: date


@dataclass(frozen=True, slots=True)
class Trend:
    """An analyte over time in one unit; `shown` holds every value, `points` those that are numbers."""

    analyte: Analyte
    system: System
    points: Sequence[Point]
    shown: Sequence[Shown]
    limits: Limits
    bands: Sequence[Band]
    baselines: Sequence[Before]
    infusions: Sequence[Treatment]
    lowest: Sequence[Span]  # the weeks of the deepest counts after each infusion
    is_log: bool

    @property
    def unit(self) -> str:
        return written_unit(self.analyte.unit(self.system).code)

    @property
    def lowest_weeks(self) -> str:
        """The weeks in which counts are lowest: "4–6"."""
        nadir = packaged_protocol().protocol.nadir
        return f"{nadir.first_week}–{nadir.last_week}"

    @property
    def series(self) -> list[str]:
        return list(dict.fromkeys(point.series for point in self.points))


def trends(patient: Patient, analytes: Collection[str]) -> list[Trend]:
    """Return the trend of each of `analytes` that was ever measured, in the same queries for any number of them."""
    policy = policy_of(patient.clinic)
    results = LabResult.objects.flowing().filter(patient=patient, analyte__in=analytes)
    found = shown_results(results, policy=policy, rules=rules_of(policy), supports=supports_of(patient))
    by_analyte: dict[str, list[Shown]] = {}
    for each in found:
        by_analyte.setdefault(each.reading.analyte, []).append(each)
    infusions = list(Treatment.objects.given_therapeutic().filter(patient=patient))
    stored = Baseline.objects.filter(treatment__in=infusions, result__isnull=False).select_related("result")
    baselines: dict[str, list[Baseline]] = {}
    for baseline in stored:
        baselines.setdefault(baseline.analyte, []).append(baseline)
    return [
        _trend(patient, analyte, by_analyte[key], infusions, baselines.get(key, ()), policy.ctcae)
        for key, analyte in catalogue().items()
        if key in by_analyte
    ]


def _trend(
    patient: Patient,
    analyte: Analyte,
    shown: Sequence[Shown],
    infusions: Sequence[Treatment],
    baselines: Iterable[Baseline],
    ctcae: str,
) -> Trend:
    system = _system(shown)
    by_treatment = {each.treatment_id: each.result for each in baselines}
    before = [
        Before(value, each.started_on, following.started_on if following else None)
        for each, following in zip(infusions, [*infusions[1:], None], strict=True)
        if (result := by_treatment.get(each.pk))
        and (value := on_axis(analyte, system, result.system, result.graded_value)) is not None
    ]
    last = shown[-1].reading
    low, high = (on_axis(analyte, system, last.system, limit) for limit in (last.low, last.high))
    limits = Limits(low, high, before[-1].value if before else None)
    return Trend(
        analyte=analyte,
        system=system,
        points=_points(patient, analyte, system, shown),
        shown=shown,
        limits=limits,
        bands=grade_bands(packaged(ctcae), analyte.key, system, limits),
        baselines=before,
        infusions=infusions,
        lowest=_lowest(infusions) if analyte.panel == "cbc" else [],
        is_log=analyte.panel == "markers",
    )


def _system(shown: Sequence[Shown]) -> System:
    """Return the unit system of the axis: the conventional one when every number came in it, else SI."""
    systems = {each.reading.system for each in shown if each.reading.graded_value is not None}
    return "us" if systems == {"us"} else "si"


def on_axis(analyte: Analyte, axis: System, system: str, value: Decimal | None) -> Decimal | None:
    """Return a number of `system` in the unit of the axis; None where no exact factor exists."""
    if value is None or system == axis:
        return value
    return in_si(analyte, Placed("us", value, "")) if (axis, system) == ("si", "us") else None


def _points(patient: Patient, analyte: Analyte, system: System, shown: Iterable[Shown]) -> list[Point]:
    zone = patient.clinic.zone
    points = []
    for each in shown:
        value = on_axis(analyte, system, each.reading.system, each.reading.graded_value)
        if value is not None and (value > 0 or analyte.panel != "markers"):
            points.append(Point(each.reading.at.astimezone(zone), value, series_of(analyte, each), each))
    return points


def series_of(analyte: Analyte, each: Shown) -> str:
    """Return what a value may be joined with: for markers the same laboratory and specimen, for all the same assay."""
    reading = each.reading
    parts = (
        [reading.laboratory, reading.assay, reading.specimen_type] if analyte.panel == "markers" else [reading.assay]
    )
    return ", ".join(filter(None, parts))


def _lowest(infusions: Iterable[Treatment]) -> list[Span]:
    nadir = packaged_protocol().protocol.nadir
    first, last = nadir.first_week * DAYS_A_WEEK, nadir.last_week * DAYS_A_WEEK
    return [Span(day(each, first), day(each, last)) for each in infusions]


def day(infusion: Treatment, number: int) -> date:
    """Return the calendar day that is `number` days after `infusion`."""
    return date.fromordinal(infusion.started_on.toordinal() + number)


def measured(patient: Patient) -> Mapping[str, Analyte]:
    """Return the analytes that were ever measured in `patient`, in the order in which they are shown."""
    results = LabResult.objects.standing().filter(patient=patient).order_by()
    keys = set(results.values_list("analyte", flat=True).distinct())
    return {key: analyte for key, analyte in catalogue().items() if key in keys}
