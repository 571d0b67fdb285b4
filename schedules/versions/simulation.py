"""What another protocol version would change over a whole clinic, before any plan follows it. Nothing is written.

The difference is that of `schedules.protocol.replanning`. What makes it quick for many patients: the stored timepoints
come as bare rows, and those that are as the version wants them, are decided, or only get other dates are told apart by
comparing them; the others go through the difference. Plans are read in batches, so memory does not grow with the
clinic. The load as it is now is that of `schedules.reports.load`; only what a plan differs by is worked out here.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from accounts.models import Clinic
from patients.models import FOLLOWED_HERE, ClinicalEvent, Patient
from schedules import protocol as rules
from schedules.models import Plan, Proposal, Protocol
from schedules.plans.life import Life, life_of
from schedules.plans.replanning import IN_FORCE, grouped
from schedules.querysets import PlanQuerySet
from schedules.reminders.rules import Rule
from schedules.versions.fitting import asked_words, fitted, not_offered
from schedules.versions.load_change import LoadChange
from schedules.versions.reminder_change import ReminderChange
from schedules.versions.stored import Visit, existing, reading, visits_of

BATCH = 200
LOOKED_AT = 2000  # patients looked at within a request; of more a simulation in the background says what changes
PLAN_COLUMNS = (
    *("pk", "patient_id", "protocol_id", "anchor"),
    *("imaging_interval", "annual_interval", "late_imaging_interval", "markers"),
    *("patient__mrn", "patient__family_name", "patient__given_name"),
)


class Line(NamedTuple):
    """What the version would do to one patient's current plan; the counts are timepoints.

    `moved`: other dates; `other`: other activities on the same dates; `to_decide`: appointments a person must decide
    about. `asked`: choices the version does not offer, for which its own default was counted.
    """

    patient: UUID
    mrn: str
    name: str
    follows: str
    added: int = 0
    moved: int = 0
    other: int = 0
    cancelled: int = 0
    to_decide: int = 0
    asked: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        return any((self.added, self.moved, self.other, self.cancelled, self.to_decide))


COUNTED = ("added", "moved", "other", "cancelled", "to_decide")


@dataclass
class Simulation:
    """The running totals of a simulation: of the patients so far, and what changes of the load.

    `instead`: intervals by name, for plans whose own the version does not offer; left out: the version's default.
    `reminding`: the clinic's rules of reminders; without them reminders are not counted.
    """

    definition: rules.Protocol
    today: date
    instead: tuple[tuple[str, int], ...] = ()
    reminding: Sequence[Rule] = ()
    patients: int = 0
    changed: int = 0
    asked: int = 0
    totals: Counter[str] = field(default_factory=Counter)
    load: LoadChange = field(init=False)
    reminders: ReminderChange = field(init=False)

    def __post_init__(self) -> None:
        self.load = LoadChange(self.today)
        self.reminders = ReminderChange(self.reminding, self.today)

    def count(self, line: Line) -> Line:
        """Add a patient to the totals."""
        self.patients += 1
        self.changed += line.changes
        self.asked += bool(line.asked)
        for name in COUNTED:
            self.totals[name] += getattr(line, name)
        return line


def plans_to_follow(clinic: Clinic, *, protocol: Protocol | None = None) -> PlanQuerySet:
    """Return the current plans of the clinic's patients in follow-up that do not follow `protocol` yet."""
    plans = Plan.objects.current().filter(
        clinic=clinic, patient__status=Patient.Status.ACTIVE, patient__care__in=FOLLOWED_HERE
    )
    return plans.exclude(protocol=protocol) if protocol else plans


def simulate(plans: PlanQuerySet, simulation: Simulation) -> Iterator[Line]:
    """Yield what following the simulated version would do to each of `plans`, which are current ones, in no order.

    Adds each to the totals and the load of `simulation`.
    """
    references = {each.pk: each.reference for each in Protocol.objects.only("slug", "version")}
    rows = plans.order_by("pk").values_list(*PLAN_COLUMNS)
    batch = list(rows[:BATCH])
    while batch:
        yield from _batch(batch, simulation, references)
        batch = list(rows.filter(pk__gt=batch[-1][0])[:BATCH])


def _batch(batch: list[tuple[Any, ...]], simulation: Simulation, references: Mapping[UUID, str]) -> Iterator[Line]:
    """Yield the lines of some plans, read in three queries."""
    plans, patients = [row[0] for row in batch], [row[1] for row in batch]
    events = grouped(ClinicalEvent.objects.filter(patient__in=patients, withdrawn=False), "patient_id")
    proposals = grouped(Proposal.objects.filter(plan__in=plans, state__in=IN_FORCE).select_related("plan"), "plan_id")
    visits = visits_of(plans)
    for pk, patient, protocol, anchor, imaging, annual, late, markers, mrn, family, given in batch:
        options = _options(imaging, annual, late, tuple(markers))
        fit, asked = _fit(simulation.definition, options, simulation.instead)
        points = rules.stored_timeline(simulation.definition, anchor, fit, today=simulation.today)
        life = life_of(events[patient]) if patient in events else Life()
        if pk in proposals:
            points = rules.with_additions(points, [point for each in proposals[pk] for point in each.points()])
        if life.declined:
            points = rules.without_declined(points, life.declined)
        counts = _compare(visits.pop(str(pk), []), points, simulation, life)
        name = f"{family.upper()}, {given}"
        yield simulation.count(Line(patient, mrn, name, references[protocol], **counts, asked=asked))


@lru_cache(maxsize=1024)
def _options(imaging: int, annual: int, late: int, markers: tuple[str, ...]) -> rules.Options:
    return rules.Options(imaging, annual, late, markers)


@lru_cache(maxsize=1024)
def _fit(
    definition: rules.Protocol, options: rules.Options, instead: tuple[tuple[str, int], ...]
) -> tuple[rules.Options, tuple[str, ...]]:
    if not not_offered(definition, options):
        return options, ()
    return fitted(definition, options, dict(instead)), tuple(asked_words(definition, options))


def _compare(
    visits: list[Visit], points: list[rules.PlannedTimepoint], simulation: Simulation, life: Life
) -> dict[str, int]:
    """Return the counts of the difference of one plan, by the names of COUNTED, and add to the load."""
    ended, today = life.ended_on is not None, simulation.today
    wanted = {} if ended else {(point.timepoint, point.kind): point for point in points}
    placed, differing, sought = [], [], []
    for visit in visits:
        _, _, timepoint, kind, target, opens, closes, cost, phase, _, booked, listed = visit
        point = wanted.pop((timepoint, kind), None)
        _, all_planned, is_decided = reading(listed or "")
        if is_decided:
            continue
        if point is not None and booked is None and all_planned == point.activities:
            if (target, opens, closes, cost, phase) != (
                point.target,
                point.opens,
                point.closes,
                point.cost,
                point.phase,
            ):
                placed.append((visit, point))
            continue
        differing.append(visit)
        if point is not None:
            sought.append(point)
    # One that closed while nobody knew of it is left out; a plan that never had anything stored keeps even those.
    sought += [point for point in wanted.values() if point.closes >= today or not visits]
    if not placed and not differing and not sought:
        return {}
    # What stays cancelled does so whatever reason is stored with it.
    away = [time._replace(because="") for time in life.away]
    changes = rules.replan(map(existing, differing), sought, today, ended=ended, away=away)
    simulation.load.carry(changes, placed, visits, life)
    simulation.reminders.carry(changes, placed, visits, life)
    return {
        "added": len(changes.add),
        "moved": len(placed) + sum(each.dates for each in (*changes.move, *changes.keep)),
        "other": sum(not each.dates for each in changes.move),
        "cancelled": len(changes.cancel) + len(changes.supersede),
        "to_decide": len(changes.conflict),
    }
