"""What of a preparation a person has to decide, as worklist, calendar and the forms of infusions say it."""

from datetime import date
from uuid import UUID

from accounts.models import Clinic
from imaging.models import Withdrawal
from imaging.occasions import of_visit
from patients.models import Patient, Treatment
from schedules.models import PlannedVisit
from schedules.protocol.trace import words

READS = ("activities", "withdrawals")  # what `about_medicines` reads of a visit
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


def against_infusion(patient: Patient, on: date) -> list[str]:
    """Return what of a preparation stands against an infusion planned for a patient."""
    planned = {"patient": patient, "treatment__state": Treatment.State.PLANNED}
    rows = Withdrawal.objects.filter(**planned).select_related("medicine").order_by("medicine__name", "id")
    found = []
    for row in rows:
        if row.state == Withdrawal.State.CANNOT and not row.decision:
            found.append(f"{row.medicine.name} interferes and cannot be withdrawn; nobody has decided what that means.")
        elif row.state == Withdrawal.State.PLANNED:
            found.append(f"That {row.medicine.name} was withdrawn is not confirmed.")
    return found
