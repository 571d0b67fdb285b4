"""What is asked about, and what is refused, when a patient or a treatment is entered. Pure: no database, no clock."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

# Plausible limits, wide enough for children and for repeated low-activity courses. Editable defaults, not signed off.
ACTIVITY_MBQ = (Decimal(300), Decimal(45000))
DOSIMETRIC_ACTIVITY_MBQ = (Decimal(10), Decimal(400))
WEIGHT_KG = (Decimal(3), Decimal(250))
ACTIVITY_PER_KG_MBQ = Decimal(740)
SHORTEST_INTERVAL = timedelta(days=90)  # US label of iobenguane I-131; counted in days, not months
EARLIEST_BIRTH = date(1900, 1, 1)
OTHER_PRODUCTS = ("I-125", "I125", "125I", "GLIASITE", "HYDROXYBENZENESULFONATE")


@dataclass(frozen=True, slots=True)
class TreatmentFacts:
    """One treatment as entered: the clinic's calendar date, activity in MBq, weight in kg; None where unknown."""

    started_on: date
    kind: str = "therapeutic"
    state: str = "given"
    product: str = "iobenguane I-131 (131I-MIBG)"
    activity_mbq: Decimal | None = None
    weight_kg: Decimal | None = None
    stem_cell_support: bool = False
    radiation_precautions_until: date | None = None
    override_reason: str = ""
    tandem_with_id: UUID | None = None


def birth_refusal(birth_date: date, *, today: date) -> str | None:
    """Return why `birth_date` cannot be a living patient's, else None."""
    if birth_date > today:
        return f"The birth date {birth_date} is in the future. Correct the year."
    if birth_date < EARLIEST_BIRTH:
        return f"The birth date {birth_date} is before {EARLIEST_BIRTH.year}. Correct the year."
    return None


def refusal(facts: TreatmentFacts, *, birth_date: date, today: date) -> tuple[str, str] | None:
    """Return the field and the reason when the treatment cannot be recorded at all, else None."""
    product = facts.product.upper().replace("(", "").replace(")", "").replace(" ", "")
    if any(name in product for name in OTHER_PRODUCTS):
        return "product", (
            "This looks like iodine-125 (GliaSite), a brachytherapy solution for brain tumours that was also called "
            "“Iotrex”. This follow-up is for iobenguane I-131 (131I-MIBG) only."
        )
    if facts.started_on < birth_date:
        return "started_on", f"The treatment date {facts.started_on} is before the birth date {birth_date}."
    if facts.state == "given" and facts.started_on > today:
        return "started_on", f"{facts.started_on} is in the future. Enter it as planned, or correct the date."
    return next(not_measured(facts), None)


def not_measured(facts: TreatmentFacts) -> Iterator[tuple[str, str]]:
    """Yield the field and the reason of each number that no instrument can show."""
    if facts.activity_mbq is not None and facts.activity_mbq <= 0:
        yield "activity_mbq", "An administered activity is more than zero. Leave it empty when it is unknown."
    if facts.weight_kg is not None and facts.weight_kg <= 0:
        yield "weight_kg", "A weight is more than zero. Leave it empty when it is unknown."


def concerns(
    facts: TreatmentFacts, *, other_infusions: Iterable[date], shortest: timedelta = SHORTEST_INTERVAL
) -> list[str]:
    """Return what is unusual about the treatment, one sentence each; it is recorded once a reason is given.

    `other_infusions` are the dates of the patient's other given therapeutic treatments, without those of the same
    tandem course; the nearest on either side counts. `shortest`: the fewest days between two, by indication.
    """
    return [*activity_concerns(facts), *weight_concerns(facts), *interval_concerns(facts, other_infusions, shortest)]


def activity_concerns(facts: TreatmentFacts) -> list[str]:
    if facts.activity_mbq is None:
        return []
    low, high = ACTIVITY_MBQ if facts.kind == "therapeutic" else DOSIMETRIC_ACTIVITY_MBQ
    found = []
    if not low <= facts.activity_mbq <= high:
        found.append(f"{facts.activity_mbq:f} MBq is outside {low}-{high} MBq for a {facts.kind} activity.")
    if facts.weight_kg and facts.activity_mbq / facts.weight_kg > ACTIVITY_PER_KG_MBQ:
        found.append(f"{facts.activity_mbq / facts.weight_kg:.0f} MBq/kg is above {ACTIVITY_PER_KG_MBQ} MBq/kg.")
    return found


def weight_concerns(facts: TreatmentFacts) -> list[str]:
    low, high = WEIGHT_KG
    if facts.weight_kg is None or low <= facts.weight_kg <= high:
        return []
    return [f"A weight of {facts.weight_kg:f} kg is outside {low}-{high} kg."]


def interval_concerns(
    facts: TreatmentFacts, other_infusions: Iterable[date], shortest: timedelta = SHORTEST_INTERVAL
) -> list[str]:
    if facts.kind != "therapeutic":
        return []
    gaps = {abs(facts.started_on - other): other for other in other_infusions if other != facts.started_on}
    nearest = min(gaps, default=None)
    if nearest is None or nearest >= shortest:
        return []
    return [
        f"Only {nearest.days} days lie between this treatment and the one of {gaps[nearest]}; "
        f"at least {shortest.days} are expected."
    ]
