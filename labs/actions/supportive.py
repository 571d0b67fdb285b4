"""Blood products and growth factors: they disturb the counts, so marks, baselines, recovery and alerts follow."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from accounts.models import Clinic, Staff
from events.actions import record_event
from events.undo import Changes
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from labs.settling import settle
from patients.actions import lock_patient
from patients.models import Patient, SupportiveCare

HIGHEST_CD34 = Decimal(100)  # in 10^6 per kg; a dose beyond it is a slip


class SupportFacts(NamedTuple):
    """What a patient was given, as entered; `given_on` is the clinic's date, `units` None when nobody counted.

    `cd34_e6_per_kg`: of a stem-cell infusion, its CD34+ cells in 10^6 per kg of body weight; None when not told.
    """

    product: str
    given_on: date
    units: int | None = None
    place: str = ""
    note: str = ""
    cd34_e6_per_kg: Decimal | None = None


@action
def record_support(*, patient: Patient, facts: SupportFacts, by: Staff, now: datetime) -> SupportiveCare:
    """Record what a patient was given; the values it affects are marked, and what follows from them follows.

    Raises   InputRefused: the day lies ahead or before the birth, or the product is on record for that day.
    Raises   TransitionRefused: the patient's record is closed.
    Records  support.recorded, which can be undone
    """
    patient = lock_patient(patient)
    given = _record(patient, facts, today=patient.clinic.local_date(now))
    settle([patient], clinic=patient.clinic, by=by, now=now)
    _tell_recorded(given, by=by)
    return given


@action
def withdraw_support(*, given: SupportiveCare, reason: str, by: Staff, now: datetime) -> SupportiveCare:
    """Mark what was recorded as entered in error: it affects no value any more.

    Raises   TransitionRefused: it is withdrawn already, or the patient's record is closed.
    Raises   ReasonNeeded: no reason.
    Records  support.withdrawn, which can be undone
    """
    patient = lock_patient(given.patient)
    given = SupportiveCare.objects.select_for_update().get(pk=given.pk)
    if given.withdrawn:
        raise TransitionRefused("This was marked as entered in error already.")
    if not reason.strip():
        raise ReasonNeeded(["This changes how results are read."], field="reason")
    changes = Changes()
    changes.watch(given)
    given.withdrawn = True
    given.save(update_fields=["withdrawn"])
    settle([patient], clinic=patient.clinic, by=by, now=now)
    _write_event("support.withdrawn", given, changes, by=by, reason=reason.strip())
    return given


@action
def import_support(
    *, clinic: Clinic, rows: Sequence[tuple[Patient, SupportFacts]], by: Staff | None, now: datetime
) -> int:
    """Record what many patients were given, all of it or nothing, and return how much was new.

    What is on record already, product and day, is passed over: importing again changes nothing.

    Raises   InputRefused, TransitionRefused: see `record_support`.
    Records  support.recorded for each, which can be undone
    """
    concerned = {patient.pk: patient for patient, _ in rows}
    known = set(
        SupportiveCare.objects.filter(patient__in=concerned, withdrawn=False).values_list(
            "patient_id", "product", "given_on"
        )
    )
    today, recorded = clinic.local_date(now), []
    for patient, facts in rows:
        mark = (patient.pk, facts.product, facts.given_on)
        if mark not in known:
            known.add(mark)
            recorded.append(_record(lock_patient(patient), facts, today=today))
    settle(list(concerned.values()) if recorded else [], clinic=clinic, by=by, now=now)
    for given in recorded:
        _tell_recorded(given, by=by)
    return len(recorded)


def refuse_impossible_day(patient: Patient, given_on: date, *, today: date) -> None:
    """Raise InputRefused for a day on which nothing can have been given."""
    if given_on > today:
        raise InputRefused("This day lies ahead. Record it once it was given.", field="given_on")
    if given_on < patient.birth_date:
        raise InputRefused(f"The patient was born on {patient.birth_date}.", field="given_on")


def refuse_impossible_dose(facts: SupportFacts) -> None:
    """Raise InputRefused for a CD34+ dose of something else than stem cells, or one that is a slip."""
    if facts.cd34_e6_per_kg is None:
        return
    if facts.product != SupportiveCare.Product.STEM_CELLS:
        raise InputRefused("A CD34+ dose belongs to a stem-cell infusion.", field="cd34_e6_per_kg")
    if not 0 < facts.cd34_e6_per_kg <= HIGHEST_CD34:
        told = f"A CD34+ dose lies above 0 and not above {HIGHEST_CD34} x 10^6 per kg."
        raise InputRefused(told, field="cd34_e6_per_kg")


def _record(patient: Patient, facts: SupportFacts, *, today: date) -> SupportiveCare:
    refuse_impossible_day(patient, facts.given_on, today=today)
    refuse_impossible_dose(facts)
    same = SupportiveCare.objects.filter(patient=patient, product=facts.product, given_on=facts.given_on)
    if same.filter(withdrawn=False).exists():
        raise InputRefused("This is on record for that day already.", field="product")
    return SupportiveCare.objects.create(clinic=patient.clinic, patient=patient, **facts._asdict())


def _tell_recorded(given: SupportiveCare, *, by: Staff | None) -> None:
    changes = Changes()
    changes.created(given, undone={"withdrawn": True})
    _write_event("support.recorded", given, changes, by=by)


def dose_words(given: SupportiveCare) -> str:
    """Return the CD34+ dose in words; nothing when there is none."""
    return f", CD34+ {given.cd34_e6_per_kg:f} x 10^6/kg" if given.cd34_e6_per_kg else ""


def _write_event(kind: str, given: SupportiveCare, changes: Changes, *, by: Staff | None, reason: str = "") -> None:
    record_event(
        kind,
        clinic=given.clinic,
        patient=given.patient,
        by=by,
        reason=reason,
        support=given.pk,
        product=f"{given.get_product_display()}{dose_words(given)}",
        given_on=given.given_on,
        rows=changes.facts(),
    )
