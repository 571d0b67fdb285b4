"""What of a preparation a person has to decide, as worklist, calendar and the forms of infusions say it."""

from datetime import date

from imaging.models import Withdrawal
from imaging.occasions import of_visit
from patients.models import Patient, Treatment
from schedules.models import PlannedVisit
from schedules.protocol.trace import words
from schedules.querysets import PlannedVisitQuerySet

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


def waiting(visits: PlannedVisitQuerySet) -> PlannedVisitQuerySet:
    """Return those of `visits` about which `about_medicines` says something; from the few withdrawals to them."""
    undecided, outdated = Withdrawal.objects.undecided(), Withdrawal.objects.outdated()
    either = undecided.order_by().values("visit").union(outdated.order_by().values("visit"))
    return visits.filter(pk__in=[row["visit"] for row in either if row["visit"]])


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
