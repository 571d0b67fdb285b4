"""What the page of baselines shows: by treatment, analyte and value, why, and what else could be chosen."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from iotrex_followup.templatetags.words import nice_date
from labs.grading.analytes import Analyte, catalogue
from labs.models import Baseline, LabResult
from labs.readings import name_of
from labs.settling.charts import policy_of, rules_of
from patients.models import Patient, Treatment

NEVER_MEASURED = "Never measured here."


class Line(NamedTuple):
    """The baseline of one analyte before one treatment."""

    baseline: Baseline  # not stored where the analyte was never measured
    analyte: Analyte

    @property
    def name(self) -> str:
        return name_of(self.analyte.key)

    @property
    def is_measured(self) -> bool:
        return not self.baseline._state.adding


class Table(NamedTuple):
    """The baselines before one treatment in the order of the panels; `missing` are the analytes that have none.

    The analytes of a blood count stand among them even when they were never measured.
    """

    treatment: Treatment
    lines: list[Line]

    @property
    def title(self) -> str:
        return f"Before treatment {self.treatment.number}, {nice_date(self.treatment.started_on)}"

    @property
    def missing(self) -> list[Line]:
        return [line for line in self.lines if line.baseline.result is None]


def baseline_tables(patient: Patient) -> list[Table]:
    """Return the baselines of `patient`, the last treatment first; in three queries."""
    kept = Baseline.objects.filter(patient=patient).select_related("result")
    by_treatment: dict[object, dict[str, Baseline]] = {}
    for each in kept:
        by_treatment.setdefault(each.treatment_id, {})[each.analyte] = each
    given = Treatment.objects.given_therapeutic().filter(patient=patient).order_by("-started_on")
    count = rules_of(policy_of(patient.clinic)).matching.panels["cbc"]
    return [Table(each, _lines(each, by_treatment.get(each.pk, {}), count)) for each in given]


def without_baseline(patient: Patient) -> int:
    """Return how many analytes have no baseline before the last treatment; 0 when none was given."""
    tables = baseline_tables(patient)
    return len(tables[0].missing) if tables else 0


def _lines(treatment: Treatment, rows: Mapping[str, Baseline], count: Iterable[frozenset[str]]) -> list[Line]:
    """Return the baselines that are kept, and one that is missing for what a blood count needs beyond them.

    `count` are the sets of analytes of which any one, whole, is a blood count; that which lacks least is asked for.
    """
    needed = min((analytes - rows.keys() for analytes in count), key=len)
    never = {key: Baseline(treatment=treatment, analyte=key, reason=NEVER_MEASURED) for key in needed}
    known = {**never, **rows}
    return [Line(known[key], analyte) for key, analyte in catalogue().items() if key in known]


def candidates(treatment: Treatment, analyte: str) -> Iterable[LabResult]:
    """Return the results a clinician may choose from: final numbers from before `treatment`, the last first."""
    results = LabResult.objects.current().filter(
        patient=treatment.patient_id,
        analyte=analyte,
        status__in=(LabResult.Status.FINAL, LabResult.Status.CORRECTED),
        collected_on__lte=treatment.started_on,
        si_value__isnull=False,
        comparator="",
    )
    return results.select_related("laboratory").order_by("-collected_at", "-id")
