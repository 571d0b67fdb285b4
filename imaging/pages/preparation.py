"""What pages show of preparations: a patient's medicines by the table, and what a clinic has to see to."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from accounts.models import Clinic
from imaging.models import ThyroidBlockade, Withdrawal
from imaging.models.preparation import BlockadeQuerySet, WithdrawalQuerySet
from imaging.occasions import Occasion, occasion_of, table_of, with_occasions
from imaging.preparing import (
    Blockade,
    Days,
    Duration,
    Found,
    Standing,
    Table,
    age_words,
    blockade_for,
    days_of,
)
from patients.models import Medicine, Patient

State = Withdrawal.State
MOST_LISTED = 200


def planned_before_a_move(row: Withdrawal, occasion: Occasion) -> bool:
    """Say whether a planned withdrawal was counted from another day than that of its scan or infusion now."""
    return row.state == State.PLANNED and occasion.day is not None and row.counted_from != occasion.day


def stops_on(row: Withdrawal, occasion: Occasion) -> date | None:
    """Return the first day without a medicine; of what is only planned, as far before the day now as it was planned."""
    if row.state == State.PLANNED and row.stop_on and occasion.day:
        return row.stop_on + (occasion.day - row.counted_from)
    return row.stop_on


class MedicineRow(NamedTuple):
    """A medicine a patient takes, what the table says of it for one scan or infusion, and how it is withheld."""

    medicine: Medicine
    found: Found | None
    days: Days | None
    before: Duration | None
    withdrawal: Withdrawal | None
    occasion: Occasion
    today: date

    @property
    def standing(self) -> str:
        """How far the number of days can be relied on."""
        return self.before.standing(self.found.name).value if self.before and self.found else ""

    @property
    def is_verified(self) -> bool:
        return self.standing == Standing.VERIFIED

    @property
    def is_late(self) -> bool:
        """Whether its last day, by the table or as it was planned, has passed while nothing is confirmed."""
        row = self.withdrawal
        if not self.occasion.is_ahead or (row and row.state != State.PLANNED):
            return False
        stops = [self.days.stop_on if self.days else None, stops_on(row, self.occasion) if row else None]
        return any(day <= self.today for day in stops if day)

    @property
    def has_moved(self) -> bool:
        """Whether its days were planned for another day than that of the scan or infusion now."""
        return bool(self.withdrawal and planned_before_a_move(self.withdrawal, self.occasion))

    @property
    def has_begun(self) -> bool:
        """Whether the patient does without it."""
        row = self.withdrawal
        return bool(row and row.state == State.CONFIRMED and row.stop_on and row.stop_on <= self.today)

    @property
    def is_outdated(self) -> bool:
        """Whether it was confirmed for another day than that of the scan or infusion now."""
        row = self.withdrawal
        return bool(row and row.state == State.CONFIRMED and row.counted_from != self.occasion.day)

    @property
    def is_undecided(self) -> bool:
        """Whether it cannot be withheld and nobody has decided what that means."""
        return bool(self.withdrawal and self.withdrawal.state == State.CANNOT and not self.withdrawal.decision)

    @property
    def restart_overdue(self) -> bool:
        row = self.withdrawal
        return bool(row and row.state == State.CONFIRMED and row.restart_on and row.restart_on < self.today)


class Prepared(NamedTuple):
    """One scan or infusion with the medicines that interfere, the others, and its thyroid blockade."""

    occasion: Occasion
    interfering: Sequence[MedicineRow]
    others: Sequence[MedicineRow]
    blockade: ThyroidBlockade | None
    suggested: Blockade | None
    dose_words: str
    past: Sequence[Withdrawal]

    @property
    def blockade_outdated(self) -> bool:
        """Whether the blockade was recorded for another day than that of the scan or infusion now."""
        return bool(self.blockade and self.blockade.counted_from != self.occasion.day)

    @property
    def to_do(self) -> list[str]:
        """What is still to be done, in a few words each."""
        rows = [*self.interfering, *self.others]
        unplanned = sum(row.withdrawal is None for row in self.interfering)
        counted = (
            (unplanned, "to be planned"),
            (sum(bool(row.withdrawal and row.withdrawal.state == State.PLANNED) for row in rows), "to be confirmed"),
            (sum(row.is_outdated for row in rows), "to be confirmed anew"),
            (sum(row.is_undecided for row in rows), "cannot be withdrawn, to be decided"),
            (sum(row.has_begun for row in rows), "withdrawn now"),
        )
        return [f"{number} {what}" for number, what in counted if number]


def prepared(occasion: Occasion, table: Table, *, today: date) -> Prepared:
    """Return how a patient is prepared for a scan or infusion."""
    full = with_occasions(Withdrawal.objects.filter(**occasion.columns).order_by("id"))
    standing = {row.medicine_id: row for row in full if row.is_open}
    medicines = Medicine.objects.standing().filter(patient=occasion.patient).order_by("name", "id")
    shown = [each for each in medicines if each.pk in standing or each.ended_on is None or each.ended_on >= today]
    listed = [medicine_row(each, occasion, table, standing.get(each.pk), today) for each in shown]
    blockade = ThyroidBlockade.objects.filter(withdrawn=False, **occasion.columns).select_related("recorded_by").first()
    suggested = blockade_for(occasion.patient.birth_date, occasion.day, occasion.kind, table) if occasion.day else None
    return Prepared(
        occasion,
        interfering=[row for row in listed if row.found],
        others=[row for row in listed if not row.found],
        blockade=blockade,
        suggested=suggested,
        dose_words=age_words(suggested.dose, table) if suggested else "",
        past=[row for row in full if not row.is_open],
    )


def medicine_row(
    medicine: Medicine, occasion: Occasion, table: Table, withdrawal: Withdrawal | None, today: date
) -> MedicineRow:
    """Return a medicine with what the table says of it on the day of the scan or infusion as it is now."""
    found = table.find(medicine.name)
    days = days_of(found.group, occasion.day, occasion.kind, table) if found and occasion.day else None
    before = found.group.before(occasion.kind) if found else None
    return MedicineRow(medicine, found, days, before, withdrawal, occasion, today)


class ListedMedicine(NamedTuple):
    """A medicine on a patient's list; `interferes` names its class."""

    medicine: Medicine
    interferes: str
    is_past: bool


def medicines_of(patient: Patient, *, today: date) -> list[ListedMedicine]:
    """Return a patient's medicines: what is taken, what was, what was entered in error."""
    table = table_of(patient.clinic)
    rows = Medicine.objects.filter(patient=patient).select_related("recorded_by")
    found = [
        ListedMedicine(
            row,
            match.group.name if (match := table.find(row.name)) else "",
            row.ended_on is not None and row.ended_on < today,
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: (each.medicine.withdrawn, each.is_past))


class ClinicRow(NamedTuple):
    """One withdrawal a clinic has to see to."""

    withdrawal: Withdrawal
    occasion: Occasion
    today: date

    @property
    def is_overdue(self) -> bool:
        """Whether the medicine was to be taken again by now."""
        row = self.withdrawal
        return bool(row.state == State.CONFIRMED and row.restart_on and row.restart_on < self.today)

    @property
    def is_outdated(self) -> bool:
        return self.withdrawal.state == State.CONFIRMED and self.withdrawal.counted_from != self.occasion.day

    @property
    def has_moved(self) -> bool:
        return planned_before_a_move(self.withdrawal, self.occasion)

    @property
    def stops_on(self) -> date | None:
        """The first day without it, counted from the day of the scan or infusion now while nothing is confirmed."""
        return stops_on(self.withdrawal, self.occasion)


class BlockadeRow(NamedTuple):
    """One thyroid blockade, recorded for another day than that of its scan or infusion now."""

    blockade: ThyroidBlockade
    occasion: Occasion


class ClinicPreparation(NamedTuple):
    """What a clinic has to see to: restarts, the overdue ones first; what is to be confirmed; what is to be decided.

    `blockades`: those to be recorded anew.
    """

    restarts: Sequence[ClinicRow]
    to_confirm: Sequence[ClinicRow]
    to_decide: Sequence[ClinicRow]
    blockades: Sequence[BlockadeRow]

    @property
    def overdue(self) -> int:
        return sum(row.is_overdue for row in self.restarts)


def clinic_preparation(clinic: Clinic, *, today: date) -> ClinicPreparation:
    """Return what a clinic has to see to, the first 200 of each kind; the same few queries for any number."""
    of_clinic = Withdrawal.objects.filter(clinic=clinic)
    rows = of_clinic.of_followed()
    return ClinicPreparation(
        restarts=clinic_rows(of_clinic.to_restart(), today),
        to_confirm=clinic_rows(rows.filter(state=State.PLANNED).order_by("stop_on", "id"), today),
        to_decide=clinic_rows(rows.undecided().order_by("counted_from", "id"), today),
        blockades=blockade_rows(ThyroidBlockade.objects.filter(clinic=clinic).of_followed().outdated()),
    )


def blockade_rows(rows: BlockadeQuerySet) -> list[BlockadeRow]:
    """Return the rows of blockades, the first to end first."""
    related = ("patient", "visit__appointment", "visit__patient", "treatment__patient")
    found = rows.select_related(*related).prefetch_related("visit__activities").order_by("last_on", "id")
    return [BlockadeRow(row, occasion_of(row)) for row in found[:MOST_LISTED]]


def clinic_rows(rows: WithdrawalQuerySet, today: date) -> list[ClinicRow]:
    """Return the rows of withdrawals in their order."""
    return [ClinicRow(row, occasion_of(row), today) for row in with_occasions(rows[:MOST_LISTED])]
