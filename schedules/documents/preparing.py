"""What a patient reads of how to prepare for MIBG; imaging says what was agreed, nothing else names a medicine."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from patients.models import Patient, Treatment
from schedules.documents.wording import Wording

MIBG_SCAN = "mibg_scan"


@dataclass(frozen=True, slots=True)
class Withheld:
    """A medicine that a clinician has confirmed to be withheld; `substitute` blank: nothing is taken instead.

    `occasion` names the scan or infusion it is for, with its day.
    """

    medicine: str
    stop_on: date
    restart_on: date
    substitute: str = ""
    occasion: str = ""


@dataclass(frozen=True, slots=True)
class Blocked:
    """A thyroid blockade: what is taken, from the first day to the last, both inclusive."""

    what: str
    starts_on: date
    last_on: date
    occasion: str = ""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What was agreed with a patient: the medicines withheld, and the thyroid blockades.

    `is_open`: a medicine is withheld, or to be, also one that may not be named since its scan or infusion moved.
    """

    is_open: bool = False
    withheld: tuple[Withheld, ...] = ()
    blockades: tuple[Blocked, ...] = ()


# What was agreed with a patient, as it stands on a day; the app that knows it adds it in AppConfig.ready.
AGREED: list[Callable[[Patient, date], Agreed]] = []


def medicine_lines(patient: Patient, activities: Iterable[str], words: Wording, *, today: date) -> list[str]:
    """Return what the patient reads of medicines; empty while none is withheld and no MIBG scan or infusion is ahead.

    The first line asks them to change nothing by themselves. Only what a clinician has confirmed is named after it.
    """
    agreed = [tell(patient, today) for tell in AGREED]
    withheld = [line for each in agreed for medicine in each.withheld for line in withheld_lines(medicine, words)]
    blockades = [blocked for each in agreed for blocked in each.blockades]
    blocked = [words["blockade_last"].format(date=words.write(each.last_on)) for each in blockades]
    is_open = any(each.is_open for each in agreed)
    if not (withheld or blocked or is_open or is_ahead(patient, activities, today)):
        return []
    return [words["medicines_ask"], *withheld, *blocked]


def is_ahead(patient: Patient, activities: Iterable[str], today: date) -> bool:
    """Say whether an MIBG scan is among what is still to be done, or an infusion is planned."""
    planned = Treatment.objects.filter(patient=patient, state=Treatment.State.PLANNED, started_on__gte=today)
    return MIBG_SCAN in activities or planned.exists()


def withheld_lines(withheld: Withheld, words: Wording) -> Iterable[str]:
    """Yield what is said of one medicine: its last day, from when it is taken again, and what is taken instead."""
    yield words["medicines_withheld"].format(
        medicine=withheld.medicine,
        last=words.write(withheld.stop_on - timedelta(days=1)),
        restart=words.write(withheld.restart_on),
    )
    if withheld.substitute:
        yield words["medicines_instead"].format(medicine=withheld.medicine, substitute=withheld.substitute)
