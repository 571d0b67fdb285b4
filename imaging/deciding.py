"""What of a preparation a person has to decide, as worklist, calendar and the forms of infusions say it."""

from datetime import date
from uuid import UUID

from accounts.models import Clinic
from imaging.models import Withdrawal
from imaging.occasions import of_visit, table_of
from imaging.preparing import Table
from patients.models import Medicine, Treatment
from schedules.models import PlannedVisit
from schedules.protocol.trace import words

READS = ("activities", "withdrawals")  # what `about_medicines` reads of a visit
State = Treatment.State
CANNOT = "An interfering medicine cannot be withdrawn"


def about_medicines(visit: PlannedVisit) -> list[str]:
    """Return in words what has to be decided about the medicines withdrawn for a scan."""
    withdrawals = list(visit.withdrawals.all())
    found = []
    if any(each.state == Withdrawal.State.CANNOT and not each.decision for each in withdrawals):
        found.append(CANNOT)
    confirmed = [each for each in withdrawals if each.state == Withdrawal.State.CONFIRMED]
    day = of_visit(visit).day if confirmed else None
    outdated = sorted({each.counted_from for each in confirmed if day and each.counted_from != day})
    if outdated:
        found.append(f"Medicines were withdrawn for {words(outdated[0])}: to be confirmed anew")
    return found


def visits_waiting(clinic: Clinic) -> list[UUID]:
    """Return the visits of a clinic of which `about_medicines` says something, in one query."""
    of_clinic = Withdrawal.objects.filter(clinic=clinic, visit__isnull=False)
    undecided = of_clinic.undecided().order_by().values_list("visit", flat=True)
    outdated = of_clinic.outdated().order_by().values_list("visit", flat=True)
    return list(undecided.union(outdated))


def against_infusion(treatment: Treatment) -> list[str]:
    """Return what of its preparation stands against an infusion as it is entered, not stored so yet.

    Nothing against one that is planned anew: it is prepared for after that. Nor against one stored as given before.
    """
    on, is_new = treatment.started_on, treatment._state.adding
    was_planned = Treatment.objects.filter(pk=treatment.pk, state=State.PLANNED)
    if treatment.state == State.PLANNED if is_new else not was_planned.exists():
        return []
    of_it = Withdrawal.objects.filter(treatment=treatment.pk).exclude(state=Withdrawal.State.DROPPED)
    rows = Withdrawal.objects.none() if is_new else of_it
    withdrawals = {row.medicine: row for row in rows.select_related("medicine").order_by("id")}
    taken = Medicine.objects.taken(on=on).filter(patient=treatment.patient).exclude(started_on__gt=on)
    concerned = [*taken, *(medicine for medicine, row in withdrawals.items() if row.is_open)]
    if not concerned:
        return []
    table = table_of(treatment.patient.clinic)
    by_name = sorted(set(concerned), key=lambda medicine: (medicine.name, medicine.pk))
    found = [against_medicine(medicine, withdrawals.get(medicine), on, table) for medicine in by_name]
    return [sentence for sentence in found if sentence]


def against_medicine(medicine: Medicine, row: Withdrawal | None, on: date, table: Table) -> str:
    """Return what of a medicine, withheld as its last withdrawal for it says, stands against an infusion on a day."""
    name = medicine.name
    if row is None:
        return f"{name} interferes, and nothing is planned of withdrawing it." if table.find(name) else ""
    if row.state == Withdrawal.State.CANNOT:
        return "" if row.decision else f"{name} interferes and cannot be withdrawn; nobody has decided what that means."
    if row.state == Withdrawal.State.PLANNED:
        return f"That {name} was withdrawn is not confirmed."
    if row.restarted_on and row.restarted_on < on:
        return f"{name} is taken again since {words(row.restarted_on)}."
    return "" if row.counted_from == on else f"{name} was withdrawn for {words(row.counted_from)}, not for this day."
