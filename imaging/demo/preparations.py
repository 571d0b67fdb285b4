"""Filling the demo's clinic with medicines and how they are withheld for the scans that come next."""

from datetime import timedelta
from decimal import Decimal

from imaging.actions.blockades import BlockadeFacts, record_blockade
from imaging.actions.medicines import MedicineFacts, record_medicine
from imaging.actions.withdrawals import confirm_withdrawal, plan_withdrawal, refuse_withdrawal
from imaging.actions.withdrawing import WithdrawalFacts
from imaging.occasions import Occasion, coming_occasions, table_of
from imaging.pages.preparation import MedicineRow, prepared
from patients.models import Patient
from schedules.demo.clinic import Demo

AHEAD = timedelta(days=60)
SHARE = 2  # one patient in so many takes medicines that matter
# What patients take, the one that interferes first; each patient in turn has the next of them and the next story.
MEDICINES = (
    (("Amitriptyline", "25 mg at night", "pain"), ("Paracetamol", "1 g as needed", "pain")),
    (("Labetalol", "200 mg twice a day", "blood pressure"), ("Doxazosin", "4 mg", "blood pressure")),
    (("Nifedipine", "30 mg", "blood pressure"), ("Levothyroxine", "75 ug", "thyroid")),
)
CONFIRMED, PLANNED, CANNOT, OPEN = range(4)
STORIES = (CONFIRMED, PLANNED, CANNOT, OPEN)
PRESCRIBER = "Dr P. Linden (family doctor)"


def add_preparations(demo: Demo) -> None:
    """Record what some patients take and how far their next MIBG scan or infusion is prepared."""
    patients = Patient.objects.in_follow_up().filter(clinic=demo.clinic).select_related("clinic").order_by("mrn")
    coming = [(patient, next(iter(coming_occasions(patient, today=demo.today)), None)) for patient in patients]
    soon = [(patient, each) for patient, each in coming if each and each.day and each.day <= demo.today + AHEAD]
    for number, (patient, occasion) in enumerate(soon[::SHARE]):
        for name, dose, taken_for in MEDICINES[number % len(MEDICINES)]:
            facts = MedicineFacts(name, dose=dose, taken_for=taken_for, prescriber=PRESCRIBER)
            record_medicine(patient=patient, facts=facts, by=demo.coordinator, today=demo.today)
        for row in prepared(occasion, table_of(demo.clinic), today=demo.today).interfering:
            withhold(demo, row, STORIES[number % len(STORIES)])


def withhold(demo: Demo, row: MedicineRow, story: int) -> None:
    """Bring a withdrawal as far as its story goes; where it is too late to stop, it cannot be withheld."""
    if story == OPEN or row.days is None or row.days.stop_on is None or row.days.restart_on is None:
        return
    clinician, stop_on = demo.clinicians[0], row.days.stop_on
    if story == CANNOT or stop_on < demo.today:
        what = "Crises of blood pressure" if row.medicine.taken_for == "blood pressure" else "Severe pain"
        reason = f"{what} when it was left out."
        refuse_withdrawal(medicine=row.medicine, occasion=row.occasion, reason=reason, by=clinician, today=demo.today)
        return
    facts = WithdrawalFacts(
        stop_on, row.days.restart_on, PRESCRIBER, substitute="none needed", restart_owner=demo.coordinator
    )
    planned = plan_withdrawal(medicine=row.medicine, occasion=row.occasion, facts=facts, by=clinician, today=demo.today)
    if story == CONFIRMED:
        confirm_withdrawal(withdrawal=planned, facts=facts, by=clinician, today=demo.today)
        block(demo, row.occasion)


def block(demo: Demo, occasion: Occasion) -> None:
    """Record the thyroid blockade as the table has it for the patient's age."""
    table = table_of(demo.clinic)
    suggested = prepared(occasion, table, today=demo.today).suggested
    if suggested:
        facts = BlockadeFacts(
            table.product,
            Decimal(suggested.dose.dose_mg),
            suggested.starts_on,
            suggested.last_on,
            once=suggested.dose.once,
        )
        record_blockade(occasion=occasion, facts=facts, by=demo.coordinator)
