"""Baselines and grades, kept true: what is new is graded, what has another baseline is graded again."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from accounts.models import Clinic
from events.models import Event
from iotrex_followup.copying import among, copy_lines, line, update_rows
from iotrex_followup.ids import uuid7_texts
from labs.grading.analytes import catalogue
from labs.grading.criteria import packaged
from labs.grading.grade import NOT_GRADABLE, Observation, TermGrade, grade
from labs.grading.terms import Criteria
from labs.models import Baseline, LabGrade
from labs.rules.baseline import Pick, baselines
from labs.rules.loader import Rules
from labs.rules.values import Course, Rule, Sample
from labs.settling.charts import Chart
from labs.settling.rows import Row

GRADE_COLUMNS = (
    *("id", "clinic_id", "patient_id", "result_id", "ctcae", "term", "direction", "status", "grade"),
    *("grade_if_symptomatic", "reason", "baseline", "baseline_flag"),
)
BASELINE_COLUMNS = ("id", "clinic_id", "patient_id", "treatment_id", "analyte", "result_id", "chosen", "reason")
BASELINE_FIELDS = ("result", "chosen", "reason")
GradeKey = tuple[UUID, str, str]  # result, term, direction
Grades = Mapping[Any, Sequence[tuple[str, int | None]]]  # direction and grade, by result


class Stored(NamedTuple):
    """A grade as it is stored, as much of it as may change."""

    id: UUID
    status: str
    grade: int | None
    grade_if_symptomatic: int | None
    reason: str
    baseline: Decimal | None
    baseline_flag: str


class Compared(NamedTuple):
    """The baseline a result is graded against, in the result's unit system."""

    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None


NO_BASELINE = Compared()
NAMING = ("baseline.chosen", "baseline.cleared", "patient.merged")  # undoing these puts baselines back
NO_VALUE = Pick(None, "No baseline: no value before the infusion.")


def keep_baselines(chart: Chart, course: Course, rules: Rules) -> tuple[dict[str, Sample], set[str]]:
    """Return the baselines before the first treatment, by analyte, and the analytes whose baselines changed.

    The rows of `chart.baselines` follow; they are saved by `save_baselines`.
    """
    stored = {(row.treatment_id, row.analyte): row for row in chart.baselines}
    picked = {
        (number, row.analyte): chart.versions.get(row.result_id, row.result_id)
        for number, treatment in enumerate(chart.treatments, start=1)
        for row in chart.baselines
        if row.treatment_id == treatment.pk and row.chosen and row.result_id
    }
    changed: set[str] = set()
    first: dict[str, Sample] = {}
    for infusion, treatment in zip(course.infusions, chart.treatments, strict=True):
        found = None
        with chart.attempts.of(rules.baseline, course.samples, chart.rows):
            found = baselines(rules.baseline, course, infusion, picked)
        if found is None:
            continue
        for analyte, pair in found.items():
            if pair.first.sample is not None:
                first[analyte] = pair.first.sample
            if (row := stored.get((treatment.pk, analyte))) is None:
                place = {"clinic_id": chart.patient.clinic_id, "patient": chart.patient, "treatment": treatment}
                row = Baseline(analyte=analyte, **place)
                chart.baselines.append(row)
            if _follow(chart, row, pair.this):
                changed.add(analyte)
        for (of, analyte), row in stored.items():
            if of != treatment.pk or analyte in found:
                continue
            if _follow(chart, row, NO_VALUE):
                changed.add(analyte)
            if not chart.attempts.failed:  # else the value may only not have been read
                chart.bare.append(row)
    return first, changed


def _follow(chart: Chart, row: Baseline, pick: Pick) -> bool:
    """Set what was picked on `row`, and say whether it is another value than before."""
    pk: Any = pick.sample.id if pick.sample else None
    now = (pk, row.reason if pick.picked else pick.reason, pick.picked)
    fresh = row._state.adding
    if not fresh and (row.result_id, row.reason, row.chosen) == now:
        return False
    anew = fresh or row.result_id != pk
    row.result_id, row.reason, row.chosen = now
    chart.touched.append(row)
    return anew


def save_baselines(charts: Sequence[Chart]) -> None:
    """Save the baselines that were touched, and let go those for which no value stands any more.

    What a clinician has chosen or a merge has moved stays, so that this can be undone.
    """
    let_go([row for chart in charts for row in chart.bare])
    touched = [row for chart in charts for row in chart.touched]
    fresh = [row for row in touched if row._state.adding]
    copy_lines(Baseline, BASELINE_COLUMNS, (line(getattr(row, name) for name in BASELINE_COLUMNS) for row in fresh))
    update_rows([row for row in touched if not row._state.adding], BASELINE_FIELDS)


def let_go(bare: Sequence[Baseline]) -> None:
    """Delete baselines of analytes without any value: whether one came and was taken back makes no difference."""
    if not bare:
        return
    events = Event.objects.filter(kind__in=NAMING, patient__in={row.patient_id for row in bare})
    named = {each["id"] for rows in events.values_list("facts__rows", flat=True) for each in rows or ()}
    Baseline.objects.filter(pk__in=[row.pk for row in bare if str(row.pk) not in named]).delete()


def grade_charts(
    charts: Sequence[Chart],
    clinic: Clinic,
    version: str,
    *,
    changed: Collection[UUID] | None,
    rebased: Mapping[UUID, set[str]],
) -> Grades:
    """Grade what `changed` (None: everything) and what was `rebased` (analytes by patient), and store the grades.

    Returns the grades of all results, by result.
    """
    criteria = packaged(version)
    rule = grading_rule(criteria)
    known = stored_grades([row.id for chart in charts for row in chart.rows], criteria.edition)
    graded: list[tuple[Row, Compared, tuple[TermGrade, ...]]] = []
    for chart in charts:
        against = Against(chart)
        again = rebased.get(chart.patient.pk, set())
        for row in chart.rows:
            if changed is None or row.analyte in again or row.id in changed:
                compared, found = NO_BASELINE, None
                with chart.attempts.of(rule, (row.analyte,), [row]):
                    compared = against.of(row)
                    found = grade_row(row, compared, criteria)
                graded.append((row, compared, not_evaluated(row, known) if found is None else found))
    store_grades(graded, known, clinic, criteria)
    grades: dict[UUID, list[tuple[str, int | None]]] = defaultdict(list)
    for (result, _, direction), stored in known.items():
        grades[result].append((direction, stored.grade))
    grades.update((row.id, [(each.direction, each.grade) for each in found]) for row, _, found in graded)
    return grades


def grading_rule(criteria: Criteria) -> Rule:
    """Return the criteria as the rule that is named when a grade cannot be told."""
    title = f"Grading by CTCAE {criteria.version}"
    return Rule(key="ctcae", version=criteria.version, title=title, source="", signed=False, on=True)


def not_evaluated(row: Row, known: Mapping[GradeKey, Stored]) -> tuple[TermGrade, ...]:
    """Return what stands in place of the stored grades of `row`, which may be out of date; none where none are."""
    return tuple(
        TermGrade(term, direction, None, None, NOT_GRADABLE, "Could not be evaluated.")
        for result, term, direction in known
        if result == row.id
    )


class Against:
    """Which baseline each result of a patient is graded against: that of the last infusion before its day."""

    def __init__(self, chart: Chart) -> None:
        self.days: list[date] = [treatment.started_on for treatment in chart.treatments]
        self.treatments = [treatment.pk for treatment in chart.treatments]
        rows = {row.id: row for row in chart.rows}
        self.baselines = {
            (baseline.treatment_id, baseline.analyte): rows[baseline.result_id]
            for baseline in chart.baselines
            if baseline.result_id in rows
        }

    def of(self, row: Row) -> Compared:
        """Return what `row` is compared with; nothing before the first infusion or without a baseline."""
        place = bisect_left(self.days, row.day)
        if place == 0:
            return NO_BASELINE
        found = self.baselines.get((self.treatments[place - 1], row.analyte))
        return NO_BASELINE if found is None else in_system_of(row, found)


def in_system_of(row: Row, found: Row) -> Compared:
    """Return the baseline `found` in the unit system of `row`."""
    if found.system == row.system:
        return Compared(found.value, found.low, found.high)
    analyte = catalogue()[row.analyte]
    if not analyte.convertible:
        return NO_BASELINE
    times = analyte.factor if row.system == "si" else 1 / analyte.factor
    low, high = (None if limit is None else limit * times for limit in (found.low, found.high))
    return Compared(found.value * times, low, high)


def grade_row(row: Row, compared: Compared, criteria: Criteria) -> tuple[TermGrade, ...]:
    """Return the grades of one stored result."""
    return grade(
        Observation(
            row.analyte,
            row.value,
            row.system,
            row.comparator,
            row.low,
            row.high,
            compared.value,
            compared.low,
            compared.high,
            "",
            row.fasting,
        ),
        criteria,
    )


def store_grades(
    graded: Sequence[tuple[Row, Compared, tuple[TermGrade, ...]]],
    known: Mapping[GradeKey, Stored],
    clinic: Clinic,
    criteria: Criteria,
) -> None:
    """Write the grades; a result that was graded already by this version of the criteria gets the new grade."""
    fresh, other = [], []
    for row, compared, grades in graded:
        for found in grades:
            if (stored := known.get((row.id, found.term, found.direction))) is None:
                fresh.append((row, compared, found))
            elif (now := stored_as(stored.id, found, compared)) != stored:
                other.append(LabGrade(**now._asdict()))
    update_rows(other, Stored._fields[1:])
    ids = uuid7_texts(len(fresh))
    copy_lines(
        LabGrade,
        GRADE_COLUMNS,
        (
            grade_line(pk, clinic, criteria.edition, row, compared, found)
            for pk, (row, compared, found) in zip(ids, fresh, strict=True)
        ),
    )


def stored_grades(results: Sequence[UUID], edition: str) -> dict[GradeKey, Stored]:
    """Return the grades of `results` by the criteria's edition, by result, term and direction."""
    found = LabGrade.objects.filter(result__in=among(results), ctcae=edition).values_list(
        "result_id", "term", "direction", *Stored._fields
    )
    rows = found.order_by().iterator(5000) if results else ()
    return {(result, term, direction): Stored(*values) for result, term, direction, *values in rows}


def stored_as(pk: UUID, found: TermGrade, compared: Compared) -> Stored:
    """Return a grade as the row `pk` is to hold it."""
    return Stored(
        pk,
        found.status,
        found.grade,
        found.grade_if_symptomatic,
        found.reason,
        compared.value,
        flag_of(compared),
    )


def flag_of(compared: Compared) -> str:
    """Return whether the baseline lies below, within or above its range; blank without one."""
    if compared.value is None or (compared.low is None and compared.high is None):
        return ""
    if compared.low is not None and compared.value < compared.low:
        return Baseline.Flag.LOW.value
    above = compared.high is not None and compared.value > compared.high
    return Baseline.Flag.HIGH.value if above else Baseline.Flag.NORMAL.value


def grade_line(pk: str, clinic: Clinic, edition: str, row: Row, compared: Compared, found: TermGrade) -> str:
    """Return a grade as a line of COPY, in the order of GRADE_COLUMNS."""
    return line(
        (
            pk,
            clinic.pk,
            row.patient_id,
            row.id,
            edition,
            found.term,
            found.direction,
            found.status,
            found.grade,
            found.grade_if_symptomatic,
            found.reason,
            compared.value,
            flag_of(compared),
        )
    )
