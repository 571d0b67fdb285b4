"""What was agreed with a patient, as their sheet says it: confirmed for the day as it is now, and nothing else."""

from datetime import date

from imaging.models import ThyroidBlockade, Withdrawal
from imaging.occasions import occasion_of, with_occasions
from imaging.preparing import folded
from patients.models import Patient
from schedules.documents.preparing import Agreed, Blocked, Withheld
from schedules.protocol.trace import words

NONE_NEEDED = "none needed"


def agreed_with(patient: Patient, today: date) -> Agreed:
    """Return what the patient may read: what moved since it was confirmed they are asked about again.

    Of a medicine that ended for good they are not told to take it again.
    """
    confirmed = Withdrawal.objects.filter(patient=patient, state=Withdrawal.State.CONFIRMED).order_by("stop_on", "id")
    rows = with_occasions(confirmed)
    standing = [each for each in rows if occasion_of(each).day == each.counted_from and each.medicine.ended_on is None]
    return Agreed(
        is_open=bool(rows),
        withheld=tuple(withheld(each) for each in standing),
        blockades=tuple(map(blocked, blockades_of(patient, today))),
    )


def withheld(row: Withdrawal) -> Withheld:
    """Return what a patient reads of a confirmed withdrawal."""
    if row.stop_on is None or row.restart_on is None:
        raise ValueError("a confirmed withdrawal has its days")
    substitute = "" if folded(row.substitute) == NONE_NEEDED else row.substitute
    return Withheld(row.medicine.name, row.stop_on, row.restart_on, substitute, occasion_words(row))


def blocked(row: ThyroidBlockade) -> Blocked:
    """Return what is printed of a blockade."""
    return Blocked(row.what, row.starts_on, row.last_on, occasion_words(row))


def occasion_words(row: Withdrawal | ThyroidBlockade) -> str:
    """Name what a row is for, with its day: "MIBG scan, Month 3, Tue 30 Apr 2024"."""
    return f"{occasion_of(row).name}, {words(row.counted_from)}" if row.counted_from else occasion_of(row).name


def blockades_of(patient: Patient, today: date) -> list[ThyroidBlockade]:
    """Return the blockades that are not over on `today` and were recorded for the day as it is now."""
    related = ("visit__appointment", "visit__patient", "treatment__patient")
    rows = ThyroidBlockade.objects.standing().filter(patient=patient, last_on__gte=today)
    found = rows.select_related(*related).prefetch_related("visit__activities").order_by("last_on", "id")
    return [each for each in found if occasion_of(each).day == each.counted_from]
