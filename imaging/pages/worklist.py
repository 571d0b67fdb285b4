"""What a clinic's imaging waits for: scans due, studies to be recorded, reported, assessed; paged by key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Clinic, Staff
from imaging.kinds import KINDS
from imaging.models import AssessedStudy, ImagingStudy, ResponseAssessment
from imaging.pages.study_page import Gap, gaps_of
from patients.models import Patient
from schedules.models import PlannedActivity, PlannedVisit
from schedules.pages.worklist.paging import Group, counted, page
from schedules.plans.standing import PERFORMED

# A clinic that begins with studies today is not asked to record those of years ago.
LOOKED_BACK = timedelta(365)
SOON = timedelta(14)
# A scan after therapy shows where the activity went; no time point waits for it.
ASSESSED_KINDS = [key for key, kind in KINDS.items() if kind.measured or (kind.scored and not kind.post_therapy)]


class Row(NamedTuple):
    """One thing to do about a patient: of a planned visit, of an activity without a study, or of a study.

    `since` is the day it is counted from; `gaps` say when each kind of study was done last.
    """

    patient: Patient
    since: date
    visit: PlannedVisit | None = None
    study: ImagingStudy | None = None
    draft: ResponseAssessment | None = None
    activities: tuple[str, ...] = ()
    gaps: Sequence[Gap] = ()


class Kind(NamedTuple):
    """A group: its key and title, the rows that belong to it, and the column they are ordered by."""

    key: str
    title: str
    select: Callable[[Clinic, date], QuerySet[Any]]
    by: str


def visits(clinic: Clinic) -> Any:
    return PlannedVisit.objects.filter(clinic=clinic, kind=PlannedVisit.Kind.IMAGING)


def overdue(clinic: Clinic, today: date) -> QuerySet[Any]:
    found: QuerySet[Any] = visits(clinic).overdue(on=today)
    return found


def due(clinic: Clinic, today: date) -> QuerySet[Any]:
    """Return what is due, or opens within two weeks, and is not booked."""
    found: QuerySet[Any] = visits(clinic).waiting(on=today).filter(closes__gte=today, opens__lte=today + SOON)
    return found


def unrecorded(clinic: Clinic, today: date) -> QuerySet[Any]:
    """Return what a visit's record says was scanned, without a study that stands for it."""
    studied = ImagingStudy.objects.standing().filter(activity=OuterRef("pk"))
    imaged = {kind.fulfils for kind in KINDS.values()} - {""}
    done = PlannedActivity.objects.filter(clinic=clinic, activity__in=imaged, status__in=PERFORMED)
    recent = done.filter(done_on__gte=today - LOOKED_BACK, visit__patient__status=Patient.Status.ACTIVE)
    return recent.filter(~Exists(studied), visit__before_enrolment=False)


def unreported(clinic: Clinic, today: date) -> QuerySet[Any]:
    return ImagingStudy.objects.unreported().filter(clinic=clinic, patient__status=Patient.Status.ACTIVE)


def unassessed(clinic: Clinic, today: date) -> QuerySet[Any]:
    """Return the reported studies of kinds that are assessed, that no signed assessment holds."""
    signed = AssessedStudy.objects.filter(study=OuterRef("pk"), assessment__state=ResponseAssessment.State.SIGNED)
    final = ImagingStudy.ReportStatus.FINAL
    reported = ImagingStudy.objects.standing().filter(clinic=clinic, report_status=final, kind__in=ASSESSED_KINDS)
    recent = reported.filter(imaged_on__gte=today - LOOKED_BACK, patient__status=Patient.Status.ACTIVE)
    return recent.filter(~Exists(signed))


GROUPS = (
    Kind("overdue", "Overdue", overdue, "closes"),
    Kind("due", "Due or opening soon", due, "closes"),
    Kind("unrecorded", "Done, no study recorded", unrecorded, "done_on"),
    Kind("unreported", "Done, not reported", unreported, "imaged_on"),
    Kind("unassessed", "Reported, not assessed", unassessed, "imaged_on"),
)


def groups(clinic: Clinic, today: date, clinician: Staff | None = None) -> list[Group]:
    """Return the first page of every group, the longest wait first."""
    return [group_of(kind, clinic, today, clinician) for kind in GROUPS]


def next_page(clinic: Clinic, today: date, clinician: Staff | None, *, group: str, after: str) -> Group:
    """Return the page of `group` that follows the key `after`, without its count.

    Raises   ValueError: no such group, or not a key.
    """
    kind = next((each for each in GROUPS if each.key == group), None)
    if kind is None:
        raise ValueError(f"no group {group!r}")
    day, pk = after.split("_")
    later = Q(**{f"{kind.by}__gt": date.fromisoformat(day)}) | Q(**{kind.by: day, "pk__gt": UUID(pk)})
    return group_of(kind, clinic, today, clinician, later)


def group_of(kind: Kind, clinic: Clinic, today: date, clinician: Staff | None, later: Q | None = None) -> Group:
    """Return a page of one group; the first, counted, unless it follows `later`."""
    path = "visit__patient" if kind.key == "unrecorded" else "patient"
    selected = kind.select(clinic, today)
    if clinician:
        selected = selected.filter(**{f"{path}__responsible_clinician": clinician})
    rows = selected.filter(later) if later else selected
    related = [path, "visit"] if kind.key == "unrecorded" else [path]
    found, more = page(rows.select_related(*related).order_by(kind.by, "pk"))
    after = f"{getattr(found[-1], kind.by)}_{found[-1].pk}" if more else ""
    return Group(kind.key, kind.title, "" if later else counted(selected), rows_of(kind, found, today), after)


def rows_of(kind: Kind, found: list[Any], today: date) -> list[Row]:
    """Return the rows of a page; what they show is loaded in the same few queries for any number."""
    patients = {patient_of(each).pk for each in found}
    gaps = gaps_of(patients, today) if patients else {}
    drafts = drafts_of(found) if kind.key == "unassessed" and found else {}
    activities = open_activities(found) if kind.key in ("overdue", "due") and found else {}
    return [
        Row(
            patient=patient_of(each),
            since=getattr(each, kind.by),
            visit=each if isinstance(each, PlannedVisit) else getattr(each, "visit", None),
            study=each if isinstance(each, ImagingStudy) else None,
            draft=drafts.get(each.pk),
            activities=(each.activity,) if isinstance(each, PlannedActivity) else activities.get(each.pk, ()),
            gaps=gaps.get(patient_of(each).pk, ()),
        )
        for each in found
    ]


def patient_of(row: Any) -> Patient:
    found: Patient = row.visit.patient if isinstance(row, PlannedActivity) else row.patient
    return found


def drafts_of(studies: Iterable[ImagingStudy]) -> Mapping[UUID, ResponseAssessment]:
    """Return the assessment that waits for its signature, by study."""
    waiting = AssessedStudy.objects.filter(study__in=studies, assessment__state=ResponseAssessment.State.DRAFT)
    return {each.study_id: each.assessment for each in waiting.select_related("assessment")}


def open_activities(found: Iterable[PlannedVisit]) -> Mapping[UUID, tuple[str, ...]]:
    """Return what is still to be done, by visit."""
    still: dict[UUID, list[str]] = defaultdict(list)
    for activity in PlannedActivity.objects.filter(visit__in=found, status="planned").order_by("activity"):
        still[activity.visit_id].append(activity.activity)
    return {pk: tuple(names) for pk, names in still.items()}
