"""The days on which a medicine is stopped and taken again, and those of a thyroid blockade: arithmetic on dates."""

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from imaging.preparing.table import BlockadeDose, MedicineClass, OccasionKind, Table

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Days:
    """When a medicine is not taken: its last day, the first without it, and the first on which it may be taken again.

    None: no number is on file.
    """

    last_taken_on: date | None
    stop_on: date | None
    restart_on: date | None


@dataclass(frozen=True, slots=True)
class Blockade:
    """A thyroid blockade: first and last day, both inclusive, and the dose at the patient's age; one day if once."""

    starts_on: date
    starts_words: str
    last_on: date
    dose: BlockadeDose


def tracer_on(day: date, occasion: OccasionKind, table: Table) -> date:
    """Return the day on which the tracer of a scan booked for `day` is given, or the day of the infusion itself."""
    return day - timedelta(days=table.scan.injection_days_before) if occasion is OccasionKind.SCAN else day


def days_of(group: MedicineClass, day: date, occasion: OccasionKind, table: Table) -> Days:
    """Return when a medicine of the class is not taken for a scan or infusion on `day`.

    Whole days lie between: with 7 days before the 15th, the 8th to the 14th are without it, the 7th is the last.
    After an infusion it is not taken again before as many days: with 7 days after the 15th, from the 22nd on.
    """
    before = group.before(occasion)
    stop_on = tracer_on(day, occasion, table) - timedelta(days=before.days) if before else None
    return Days(
        last_taken_on=stop_on - timedelta(days=1) if stop_on else None,
        stop_on=stop_on,
        restart_on=restart_on(group, day, occasion, table),
    )


def restart_on(group: MedicineClass, day: date, occasion: OccasionKind, table: Table) -> date | None:
    """Return the first day on which a medicine of the class may be taken again; None: no number is on file."""
    if occasion is OccasionKind.SCAN:
        return day + timedelta(days=table.scan.restart_days)
    after = group.after_infusion
    return day + timedelta(days=after.days) if after else None


def blockade_for(birth_date: date, day: date, occasion: OccasionKind, table: Table) -> Blockade:
    """Return the thyroid blockade for a scan or infusion on `day`, with the dose at the patient's age on its first day.

    An age is complete months of the calendar: who is born on the 31st is a month old on the last day of a shorter one.
    """
    plan, tracer = table.blockade[occasion], tracer_on(day, occasion, table)
    starts_on = tracer - timedelta(days=plan.starts_days_before)
    dose = dose_at(birth_date, starts_on, table)
    last_on = starts_on if dose.once else tracer + timedelta(days=plan.last_days_after)
    return Blockade(starts_on, plan.starts_words, last_on, dose)


def dose_at(birth_date: date, day: date, table: Table) -> BlockadeDose:
    """Return the dose at the age reached on `day`: the last whose age the patient has reached."""
    reached = [dose for dose in table.doses if birth_date + relativedelta(months=dose.from_months) <= day]
    return reached[-1] if reached else table.doses[0]


def age_words(dose: BlockadeDose, table: Table) -> str:
    """Return for whom a dose is: "from 3 to 13 years"; the last is without an end."""
    following = next((each for each in table.doses if each.from_months > dose.from_months), None)
    if following is None:
        return f"from {_age(dose.from_months)}"
    if dose.from_months == 0:
        return f"under {_age(following.from_months)}"
    return f"from {_age(dose.from_months)} to under {_age(following.from_months)}"


def _age(months: int) -> str:
    if months % MONTHS:
        return f"{months} month{'' if months == 1 else 's'}"
    return f"{months // MONTHS} year{'' if months == MONTHS else 's'}"
