"""The flowsheet: analytes as rows by panel, specimens as columns, in the same few queries for any number of results."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Q

from labs.grading.analytes import Analyte, catalogue
from labs.grading.catalogue import PANELS
from labs.models import LabResult
from labs.models.results import LabResultQuerySet
from labs.pages.pictures import Sparkline, sparkline
from labs.readings import Shown, name_of, shown_results
from labs.rules.effects import Support
from labs.settling.charts import policy_of, rules_of
from patients.models import Patient, SupportiveCare, Treatment

COLUMNS_A_PAGE = 16  # what fits across a landscape page
PANEL_NAMES: Mapping[str, str] = {
    "cbc": "Blood count",
    "chemistry": "Chemistry",
    "thyroid": "Thyroid",
    "markers": "Tumour markers",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A specimen's time, or an infusion (which has no cells); `with_time`: another specimen is of the same day."""

    day: date
    at: datetime | None = None
    infusion: Treatment | None = None
    with_time: bool = False
    given: tuple[SupportiveCare, ...] = ()  # since the column before


class Cell(NamedTuple):
    """One result in the sheet; `arrow` compares it with the one before, `unit` stands where it is not the row's."""

    shown: Shown
    arrow: str = ""
    unit: str = ""

    @property
    def words(self) -> str:
        """The sentence of the cell."""
        towards = {"↑": ", higher than the one before", "↓": ", lower than the one before"}
        return f"{self.shown.words}{towards.get(self.arrow, '')}"


@dataclass(slots=True)
class Row:
    """One analyte: a list of cells for each column, the last value from before the first column, and the curve."""

    analyte: Analyte
    unit: str
    cells: list[list[Cell]]
    earlier: Shown | None
    curve: Sparkline | None

    @property
    def name(self) -> str:
        return name_of(self.analyte.key)


class Panel(NamedTuple):
    """The rows of one panel."""

    key: str
    name: str
    rows: list[Row]


@dataclass(slots=True)
class Sheet:
    """A page of the flowsheet; `older` and `is_newest` say whether there is more on either side."""

    columns: list[Column] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)
    support: list[SupportiveCare] = field(default_factory=list)
    older: datetime | None = None
    is_newest: bool = True
    has_earlier: bool = False

    @property
    def width(self) -> int:
        """The number of columns of the table, with the name and the curve."""
        return len(self.columns) + 2 + self.has_earlier


def flowsheet(
    patient: Patient, *, panel: str = "", before: datetime | None = None, size: int = COLUMNS_A_PAGE
) -> Sheet:
    """Return the newest `size` specimens of `patient`, or those drawn earlier than `before`; `panel` narrows."""
    results = LabResult.objects.flowing().filter(patient=patient)
    if panel:
        results = results.filter(analyte__in=[each.key for each in catalogue().panel(panel)])
    times = _times(results, before, size + 1)
    older = times[0] if len(times) > size else None
    times = times[-size:]
    given = list(SupportiveCare.objects.filter(patient=patient, withdrawn=False).order_by("given_on", "product"))
    if not times:
        return Sheet(support=given, is_newest=before is None)
    return _sheet(patient, results, times, given, older=older, before=before)


def _times(results: LabResultQuerySet, before: datetime | None, count: int) -> list[datetime]:
    """Return the last `count` specimen times before `before`, in order."""
    times = results.order_by("-collected_at").values_list("collected_at", flat=True).distinct()
    return sorted((times.filter(collected_at__lt=before) if before else times)[:count])


def _sheet(
    patient: Patient,
    results: LabResultQuerySet,
    times: Sequence[datetime],
    given: list[SupportiveCare],
    *,
    older: datetime | None,
    before: datetime | None,
) -> Sheet:
    policy = policy_of(patient.clinic)
    rules = rules_of(policy)
    supports = [Support(each.product, each.given_on) for each in given]
    last_before = results.filter(collected_at__lt=times[0]).order_by("analyte", "-collected_at", "-id")
    wanted = Q(collected_at__range=(times[0], times[-1]))
    if older:
        wanted |= Q(pk__in=last_before.distinct("analyte").values("pk"))
    shown = shown_results(results.filter(wanted), policy=policy, rules=rules, supports=supports)
    earlier = {each.reading.analyte: each for each in shown if each.reading.at < times[0]}
    on_page = [each for each in shown if each.reading.at >= times[0]]
    since = max((each.reading.day for each in earlier.values()), default=date.min)
    infusions = _infusions(patient, on_page[0].reading.day if older else date.min, before)
    columns = _columns(on_page, infusions, given, since)
    return Sheet(
        columns=columns,
        panels=_panels(columns, shown, earlier),
        support=given,
        older=times[0] if older else None,
        is_newest=before is None,
        has_earlier=bool(earlier),
    )


def _infusions(patient: Patient, first: date, before: datetime | None) -> list[Treatment]:
    """Return the infusions from `first` on, up to the day before the next page begins."""
    last = before.astimezone(patient.clinic.zone).date() - timedelta(1) if before else date.max
    return list(Treatment.objects.given_therapeutic().filter(patient=patient, started_on__range=(first, last)))


def _columns(
    shown: Sequence[Shown], infusions: Iterable[Treatment], given: Sequence[SupportiveCare], since: date
) -> list[Column]:
    """Return the columns in order; an infusion stands after the specimens of its day, most of which are before it.

    What was given stands at the next specimen: `since` is the day of the last one before the page.
    """
    drawn = {each.reading.at: each.reading for each in shown}
    days = Counter(reading.day for reading in drawn.values())
    columns = []
    for at, reading in drawn.items():
        products = tuple(each for each in given if since < each.given_on <= reading.day)
        with_time = reading.timed and days[reading.day] > 1
        columns.append(Column(reading.day, at, with_time=with_time, given=products))
        since = reading.day
    columns += [Column(each.started_on, infusion=each) for each in infusions]
    return sorted(columns, key=lambda each: (each.day, each.infusion is not None, each.at and each.at.timestamp()))


def _panels(columns: Sequence[Column], shown: Iterable[Shown], earlier: Mapping[str, Shown]) -> list[Panel]:
    by_analyte: dict[str, list[Shown]] = {}
    for each in shown:
        by_analyte.setdefault(each.reading.analyte, []).append(each)
    panels = []
    for panel in PANELS:
        analytes = [each for each in catalogue().panel(panel) if each.key in by_analyte]
        rows = [_row(each, columns, by_analyte[each.key], earlier.get(each.key)) for each in analytes]
        if rows:
            panels.append(Panel(panel, PANEL_NAMES[panel], rows))
    return panels


def _row(analyte: Analyte, columns: Sequence[Column], values: Sequence[Shown], earlier: Shown | None) -> Row:
    units = Counter(each.reading.shown_unit for each in reversed(values))
    unit = units.most_common(1)[0][0]
    times = [column.at for column in columns if column.at]
    places = [place for place, column in enumerate(columns) if column.at]
    cells: list[list[Cell]] = [[] for _ in columns]
    last = earlier
    for each in values:
        if each is earlier:
            continue
        other = "" if each.reading.shown_unit == unit else each.reading.shown_unit
        cells[places[bisect_left(times, each.reading.at)]].append(Cell(each, _arrow(last, each), other))
        last = each
    return Row(analyte, unit, cells, earlier, sparkline([each.reading for each in values]))


def _arrow(last: Shown | None, now: Shown) -> str:
    """Return which way a value went; nothing where a comparator or another unit leaves that open."""
    if last is None or last.reading.comparator or now.reading.comparator:
        return ""
    before, after = last.reading.si_value, now.reading.si_value
    if (before is None or after is None) and last.reading.system == now.reading.system:
        before, after = last.reading.graded_value, now.reading.graded_value
    if before is None or after is None or before == after:
        return ""
    return "↑" if after > before else "↓"
