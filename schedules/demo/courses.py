"""Which course each of the demo's patients has: what they have, when they were treated, how well they are followed."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from schedules.plans.planning import PlanChoices

INDICATIONS = (
    "pheochromocytoma",
    "neuroblastoma",
    "neuroendocrine",
    "paraganglioma",
    "medullary_thyroid",
    "neuroblastoma",
    "pheochromocytoma",
    "other",
)
# Days since the infusion: half of the patients are in their first weeks and months, the others years on.
SINCE_INFUSION = ((8, 55), (62, 360), (26, 44), (380, 1780), (58, 84), (90, 350), (12, 52), (1840, 3900))
WEEK = timedelta(days=7)
FRIDAY = 4
FEW_BEHIND = 20  # one patient in so many is behind: at most 5 % of the clinic


@dataclass(frozen=True)
class Course:
    """One patient's course up to today. `treated` are given infusions in order; `planned_on` is one still to come."""

    indication: str
    treated: tuple[date, ...]
    planned_on: date | None = None
    dosimetric_on: date | None = None
    override_reason: str = ""
    behind: bool = False
    outside_team: bool = False
    choices: PlanChoices = field(default_factory=PlanChoices)

    @property
    def child(self) -> bool:
        return self.indication == "neuroblastoma"

    @property
    def first_day(self) -> date:
        return min(day for day in (*self.treated, self.planned_on, self.dosimetric_on) if day)


def course_of(number: int, chance: Random, today: date) -> Course:
    """Return the course of patient `number`, counted from 0; the first twenty hold one of each kind."""
    indication = INDICATIONS[(number + number // len(INDICATIONS)) % len(INDICATIONS)]
    days_ago = chance.randint(*SINCE_INFUSION[number % len(SINCE_INFUSION)])
    treated = weekday(today - timedelta(days=days_ago))
    match number % FEW_BEHIND:
        case 2:
            days_ago = chance.randint(*chance.choice(((33, 38), (130, 300))))
            return Course(indication, (weekday(today - timedelta(days=days_ago)),), behind=True)
        case 7:
            choices = PlanChoices(annual_interval=24, annual_reason="Well for years, lives abroad most of the year.")
            return Course(indication, (treated,), choices=choices)
        case 9:
            return Course(indication, (treated - 22 * WEEK, treated), outside_team=True)
        case 11:
            planned = weekday(today + 2 * WEEK)
            return Course(indication, (), planned_on=planned, dosimetric_on=planned - 3 * WEEK)
        case 13:
            reason = "Tandem course: the second infusion followed early as planned."
            return Course(indication, (treated - 12 * WEEK, treated), override_reason=reason)
        case 17:
            return Course(indication, (treated,), dosimetric_on=treated - WEEK, choices=PlanChoices(12))
    return Course(
        indication,
        (treated,),
        outside_team=chance.random() < 0.3,
        choices=PlanChoices(imaging_interval=chance.choice((6, 6, 6, 9, 12))),
    )


def weekday(day: date) -> date:
    """Return `day`, or the Friday before a weekend: nobody is treated then."""
    return day - timedelta(days=max(0, day.weekday() - FRIDAY))
