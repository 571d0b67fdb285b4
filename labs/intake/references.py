"""What a held-back value is measured against where the table of urgency goes by a baseline or an upper limit."""

from datetime import datetime
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from accounts.models import Clinic
from labs.grading.analytes import Analyte, Placed, age_in_days, default_range, in_si, place
from labs.grading.values import read_value
from labs.intake.book import Book, Subject
from labs.models import Baseline, QuarantineItem
from labs.rules.urgency import UrgencyRule
from patients.models import Sex

GROWN_UP = 18 * 366  # days of age


class References:
    """The references of held-back values, looked up only for the analytes that need one."""

    def __init__(self, rule: UrgencyRule, clinic: Clinic, now: datetime) -> None:
        self.clinic, self.today = clinic, clinic.local_date(now)
        self.needed = {key for key, steps in rule.steps.items() if any(step.times_baseline for step in steps)}
        self._baselines: dict[tuple[UUID, str], Decimal | None] = {}

    def of(self, analyte: Analyte, item: QuarantineItem, unit: str) -> Decimal | None:
        """Return the SI value `item` is measured against, read in `unit`: the baseline, else the upper limit.

        The limit is the one printed, else that of the patient; of somebody nobody is found for, the lower one of men
        and women.
        """
        if analyte.key not in self.needed:
            return None
        return self._baseline(analyte, item) or printed(analyte, item.row["high"], unit) or self._limit(analyte, item)

    def _baseline(self, analyte: Analyte, item: QuarantineItem) -> Decimal | None:
        """Return the baseline before the first treatment."""
        if item.patient_id is None:
            return None
        if (key := (item.patient_id, analyte.key)) not in self._baselines:
            kept = Baseline.objects.filter(patient=item.patient_id, analyte=analyte.key)
            values = kept.order_by("treatment__started_on").values_list("result__si_value", flat=True)
            self._baselines[key] = values.first()
        return self._baselines[key]

    def _limit(self, analyte: Analyte, item: QuarantineItem) -> Decimal | None:
        if (patient := item.patient) is not None:
            subject = Subject(patient.sex, age_in_days(patient.birth_date, self.today), self.today)
            return self._book.limits(self._book.of(item.row["laboratory"]), analyte, "si", subject).high
        ranges = [default_range(analyte, sex=sex, age_days=GROWN_UP, system="si") for sex in (Sex.FEMALE, Sex.MALE)]
        return min((each.high for each in ranges if each and each.high is not None), default=None)

    @cached_property
    def _book(self) -> Book:
        return Book(self.clinic, None)


def printed(analyte: Analyte, text: str, unit: str) -> Decimal | None:
    """Return the upper limit printed beside a value, in the analyte's SI unit; None where it cannot be read."""
    limit = read_value(text, None)
    placed = place(analyte, limit.number, unit) if limit and limit.number is not None else None
    return in_si(analyte, placed) if isinstance(placed, Placed) else None
