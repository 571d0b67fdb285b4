"""What a patient is prepared for: the planned MIBG scans and infusions, and the day each is on now."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from accounts.models import Clinic
from imaging.models import PreparationPolicy, ThyroidBlockade, Withdrawal
from imaging.models.preparation import MIBG_SCAN, WithdrawalQuerySet
from imaging.preparing import OccasionKind, Table, adapted, packaged
from patients.models import Patient, Treatment, TreatmentQuerySet
from schedules.models import OPEN_ACTIVITY, ActivityStatus, PlannedActivity, PlannedVisit
from schedules.names import timepoint_name
from schedules.querysets import PlannedVisitQuerySet

DONE = (ActivityStatus.DONE, ActivityStatus.DONE_ELSEWHERE)


@dataclass(frozen=True, slots=True)
class Occasion:
    """One planned scan or infusion. `day`: where it is now; None: it is not planned any more. `over`: it took place."""

    patient: Patient
    day: date | None
    over: bool = False
    visit: PlannedVisit | None = None
    treatment: Treatment | None = None

    @property
    def kind(self) -> OccasionKind:
        return OccasionKind.SCAN if self.visit else OccasionKind.INFUSION

    @property
    def row(self) -> PlannedVisit | Treatment:
        """The planned visit or treatment it is."""
        found = self.visit or self.treatment
        if found is None:
            raise ValueError("an occasion is of a visit or of a treatment")
        return found

    @property
    def columns(self) -> dict[str, PlannedVisit | Treatment | None]:
        """What a row of it holds."""
        return {"visit": self.visit, "treatment": self.treatment}

    @property
    def name(self) -> str:
        """What it is: "MIBG scan, Month 3", "Therapeutic infusion"."""
        if self.visit:
            return f"MIBG scan, {timepoint_name(self.visit.timepoint)}"
        return f"{self.treatment.get_kind_display()} infusion" if self.treatment else ""

    @property
    def in_words(self) -> str:
        """What it is within a sentence: "therapeutic infusion"."""
        return self.name if self.visit else self.name.lower()

    @property
    def is_ahead(self) -> bool:
        """Whether it is still to take place, so that a patient is prepared for it."""
        return self.day is not None and not self.over

    @property
    def query(self) -> str:
        """How an address names it."""
        return f"{'visit' if self.visit else 'treatment'}={self.row.pk}"

    @property
    def path(self) -> str:
        """The address of its page."""
        page = "imaging:prepare_scan" if self.visit else "imaging:prepare_infusion"
        return reverse(page, args=[self.row.pk])


def of_visit(visit: PlannedVisit) -> Occasion:
    """Return the MIBG scan of a planned visit: booked for a day, else on its target."""
    scan = next((each for each in visit.activities.all() if each.activity == MIBG_SCAN), None)
    if scan is None:
        return Occasion(visit.patient, None, visit=visit)
    if scan.status in DONE:
        return Occasion(visit.patient, scan.done_on, over=True, visit=visit)
    if scan.status not in OPEN_ACTIVITY:
        return Occasion(visit.patient, None, visit=visit)
    return Occasion(visit.patient, visit.appointment.on if visit.appointment else visit.target, visit=visit)


def of_treatment(treatment: Treatment) -> Occasion:
    """Return the infusion of a treatment: planned or given."""
    withdrawn, given = Treatment.State.WITHDRAWN, Treatment.State.GIVEN
    day = None if treatment.state == withdrawn else treatment.started_on
    return Occasion(treatment.patient, day, over=treatment.state == given, treatment=treatment)


def occasion_of(row: Withdrawal | ThyroidBlockade) -> Occasion:
    """Return what a withdrawal or a blockade is for."""
    if row.visit:
        return of_visit(row.visit)
    if row.treatment:
        return of_treatment(row.treatment)
    raise ValueError("a withdrawal is for a visit or for a treatment")


def coming_occasions(patient: Patient, *, today: date) -> list[Occasion]:
    """Return what a patient is to be prepared for from `today` on, the soonest first."""
    found = [*map(of_visit, scans_of(patient)), *map(of_treatment, planned_of(patient))]
    ahead = [each for each in found if each.is_ahead and each.day and each.day >= today]
    return sorted(ahead, key=lambda each: (each.day or date.max, each.name))


def scans_of(patient: Patient) -> PlannedVisitQuerySet:
    """Return the open visits of a patient at which an MIBG scan is to be done."""
    scans = PlannedActivity.objects.filter(activity=MIBG_SCAN, status__in=OPEN_ACTIVITY)
    visits = PlannedVisit.objects.filter(
        patient=patient, status=PlannedVisit.Status.PLANNED, pk__in=scans.values("visit")
    )
    return visits.select_related("appointment", "patient__clinic", "clinic").prefetch_related("activities")


def planned_of(patient: Patient) -> TreatmentQuerySet:
    """Return the treatments planned for a patient."""
    planned = Treatment.objects.filter(patient=patient, state=Treatment.State.PLANNED)
    return planned.select_related("patient__clinic", "clinic")


def with_occasions(rows: WithdrawalQuerySet) -> list[Withdrawal]:
    """Return withdrawals with all that `occasion_of` and a page read of them, in the same few queries."""
    related = ("patient__clinic", "clinic", "medicine", "visit__appointment", "visit__patient__clinic", "visit__clinic")
    more = ("treatment__patient__clinic", "treatment__clinic", "prescriber_staff", "restart_owner", "confirmed_by")
    return list(rows.select_related(*related, *more).prefetch_related("visit__activities"))


def table_of(clinic: Clinic) -> Table:
    """Return the table of medicines as the clinic has it."""
    policy = PreparationPolicy.objects.filter(clinic=clinic).first()
    if policy is None:
        return packaged()
    return adapted(packaged(), policy.days, names=policy.names, injection_days_before=policy.injection_days_before)
