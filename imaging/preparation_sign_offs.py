"""What imaging tells the sign-off register: for how long medicines are withheld, and how the thyroid is blocked."""

from collections.abc import Iterable

from accounts.models import Clinic
from imaging.occasions import table_of
from imaging.preparing import Duration, MedicineClass, OccasionKind, Standing, Table, age_words
from schedules.sign_offs import Setting

GROUP = "Preparation for MIBG"
STEP_WORDS = {"before_scan": "Before a scan", "before_infusion": "Before an infusion", "after_infusion": "After one"}


def preparation_settings(clinic: Clinic) -> Iterable[Setting]:
    """Tell the days of each class of medicines, how the days around a scan are counted, and the blockade."""
    table = table_of(clinic)
    for group in table.classes:
        yield Setting(
            f"preparation.{group.key}",
            GROUP,
            f"Withheld: {group.name}",
            sources_of(group),
            "\n".join([*lines_of(group), *name_lines(group)]),
        )
    scan = table.scan
    yield Setting(
        "preparation.scan",
        GROUP,
        "Days around a scan",
        f"{scan.injection_source}. {scan.restart_source}",
        f"The tracer is given {scan.injection_days_before} day(s) before the booked day; medicines are taken again "
        f"from {scan.restart_days} day(s) after it.",
    )
    for kind, days in table.blockade.items():
        yield Setting(
            f"preparation.blockade.{kind.value}",
            GROUP,
            f"Thyroid blockade, {kind.value}",
            f"{days.source}. {table.doses[0].source}",
            "\n".join(blockade_lines(table, kind)),
        )


def sources_of(group: MedicineClass) -> str:
    """Return where what is said of a class comes from, each source once."""
    steps = (group.before_scan, group.before_infusion, group.after_infusion)
    sources = [f"Interferes ({group.evidence}): {group.evidence_source}", *(step.source for step in steps if step)]
    return ". ".join(dict.fromkeys(sources))


def lines_of(group: MedicineClass) -> Iterable[str]:
    """Yield the days of a class, a line for each step, with what of them is verified."""
    for step, name in STEP_WORDS.items():
        duration: Duration | None = getattr(group, step)
        if duration:
            yield f"{name}: {duration.days} days, {standing_words(duration)}"
    if group.no_days and not group.before_scan:
        yield group.no_days


def name_lines(group: MedicineClass) -> Iterable[str]:
    """Yield the names by which a class is found: those shipped, then the clinic's."""
    yield f"Known as: {', '.join(group.names)}"
    if group.own_names:
        yield f"The clinic's names: {', '.join(group.own_names)}"


def standing_words(duration: Duration) -> str:
    """Return how far a number can be relied on, for which medicines."""
    if duration.own:
        return Standing.OWN.value
    if duration.verified_for:
        return f"verified for {', '.join(sorted(duration.verified_for))}"
    return Standing.UNVERIFIED.value


def blockade_lines(table: Table, kind: OccasionKind) -> Iterable[str]:
    """Yield from when until when the thyroid is blocked, and the dose by age."""
    days = table.blockade[kind]
    until = f"{days.last_days_after} days after it" if days.last_days_after else "that day"
    yield f"{table.product.capitalize()}, from {days.starts_words} until {until}."
    for dose in table.doses:
        yield f"{age_words(dose, table).capitalize()}: {dose.dose_mg} mg {'once' if dose.once else 'a day'}"
