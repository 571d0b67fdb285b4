"""Studies: that one was done, what is known of it, what it stands for, and that it was entered in error."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import Staff
from events.actions import record_event
from events.undo import Changes
from imaging.fulfilling import fulfil, let_go, planned_for, scans_planned
from imaging.kinds import KINDS
from imaging.models import ImagingStudy, ResponseAssessment
from imaging.response.recist.numbers import MOST_DECIMALS
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from patients.actions import lock_patient
from patients.models import Patient
from schedules.models import PlannedActivity
from schedules.names import timepoint_name
from schedules.protocol import reason_needed
from schedules.protocol.trace import words

# A UID of DICOM: numbers without leading zeros, joined by dots (PS3.5, chapter 9).
STUDY_UID = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*))+")
LARGEST_ACTIVITY_MBQ = Decimal(50_000)  # more than any therapy: megabecquerels and kilobecquerels were mixed up
THICKEST_SLICE_MM = Decimal(20)


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """A study as entered: days of the clinic's calendar, activity in MBq, slices in mm."""

    kind: str
    imaged_on: date
    injected_on: date | None = None
    tracer_product: str = ""
    activity_mbq: Decimal | None = None
    region: str = ""
    slice_mm: Decimal | None = None
    accession: str = ""
    study_uid: str = ""
    elsewhere: bool = False
    place: str = ""


@action
def record_study(*, patient: Patient, facts: StudyFacts, by: Staff, today: date) -> ImagingStudy:
    """Record that a study was done; the planned scan in whose window it falls is done with it.

    Raises   TransitionRefused: the patient's record is closed.
    Raises   InputRefused: a day or number that cannot be, or the study is recorded already.
    Records  study.recorded, which can be undone
    """
    patient = lock_patient(patient)
    study = ImagingStudy(clinic=patient.clinic, patient=patient, recorded_by=by, **asdict(facts))
    refuse_impossible(study, today)
    refuse_recorded(study)
    save(study)
    changes = Changes()
    changes.created(study, undone={"withdrawn": True, "activity_id": None})
    if activity := planned_for(study):
        fulfil(study, activity, changes)
    write_event("study.recorded", study, changes, by=by)
    return study


@action
def change_study(
    *, study: ImagingStudy, fields: Mapping[str, Any], reason: str, by: Staff, today: date
) -> ImagingStudy:
    """Change what is known of a study; with another kind or day, what it stands for is told anew.

    Raises   TransitionRefused: it was entered in error, or the patient's record is closed; another kind or day when it
             was assessed as it is.
    Raises   InputRefused: see `record_study`; another kind when it was scored or measured as it is.
    Raises   ReasonNeeded: its kind or a day changes, without a reason.
    Records  study.changed, which can be undone
    """
    study = locked(study)
    changed = {name: value for name, value in fields.items() if getattr(study, name) != value}
    if not changed:
        return study
    if not reason and changed.keys() & {"kind", "imaged_on", "injected_on"}:
        raise ReasonNeeded(["This changes what was done, or when."], field="reason")
    if changed.keys() & {"kind", "imaged_on"}:
        refuse_assessed(study)
    if "kind" in changed and study.readings.filter(withdrawn=False).exists():
        raise InputRefused("It was scored as the kind it is. Mark the scores as entered in error first.", field="kind")
    changes = Changes()
    changes.watch(study)
    for name, value in changed.items():
        setattr(study, name, value)
    refuse_impossible(study, today)
    refuse_recorded(study)
    save(study)
    told_anew = bool(changed.keys() & {"kind", "imaged_on"})
    stood_for = study.activity
    if told_anew or ("elsewhere" in changed and stood_for):
        let_go(study, changes)
        if activity := planned_for(study) if told_anew else stood_for:
            fulfil(study, activity, changes)
    write_event("study.changed", study, changes, by=by, reason=reason, fields=sorted(changed))
    return study


@action
def withdraw_study(*, study: ImagingStudy, reason: str, by: Staff) -> ImagingStudy:
    """Record that a study was entered in error; what it stood for is open again, unless something else says done.

    Raises   TransitionRefused: that is so already, it was assessed, or the patient's record is closed.
    Raises   ReasonNeeded: no reason.
    Records  study.withdrawn, which can be undone
    """
    study = locked(study)
    if not reason:
        raise ReasonNeeded(["A scan falls out of what is known of the patient."], field="reason")
    refuse_assessed(study)
    changes = Changes()
    changes.watch(study)
    let_go(study, changes)
    study.withdrawn, study.is_baseline = True, False
    study.save(update_fields=["withdrawn", "is_baseline"])
    write_event("study.withdrawn", study, changes, by=by, reason=reason)
    return study


@action
def link_study(*, study: ImagingStudy, activity: PlannedActivity, reason: str, by: Staff) -> ImagingStudy:
    """Let a study stand for a planned scan, whatever its window; it stands for no other then.

    Raises   TransitionRefused: it was entered in error, or stands for that already; or the patient's record is closed.
    Raises   InputRefused: a study of its kind cannot stand for it, or it is not open.
    Raises   ReasonNeeded: the images are of more than a day outside the window, without a reason.
    Records  study.linked, which can be undone
    """
    study = locked(study)
    if study.activity_id == activity.pk:
        raise TransitionRefused("It stands for that already.")
    fitting = {each.pk: each for each in scans_planned(study)}
    if activity.pk not in fitting:
        raise InputRefused(f"{study.get_kind_display()} cannot stand for this, or it is not open.", field="activity")
    activity = fitting[activity.pk]
    visit = activity.visit
    if not reason and reason_needed(study.imaged_on, visit.opens, visit.closes):
        window = f"{words(visit.opens)} to {words(visit.closes)}"
        raise ReasonNeeded([f"{words(study.imaged_on)} is outside the window {window}."], field="reason")
    changes = Changes()
    let_go(study, changes)
    fulfil(study, activity, changes)
    write_event("study.linked", study, changes, by=by, reason=reason)
    return study


@action
def release_study(*, study: ImagingStudy, reason: str, by: Staff) -> ImagingStudy:
    """Say that a study does not stand for the planned scan, which is open again.

    Raises   TransitionRefused: it stands for none, was entered in error, or the patient's record is closed.
    Raises   ReasonNeeded: no reason.
    Records  study.released, which can be undone
    """
    study = locked(study)
    if study.activity_id is None:
        raise TransitionRefused("It stands for no planned scan.")
    if not reason:
        raise ReasonNeeded(["The planned scan is open again."], field="reason")
    changes = Changes()
    stood_for = stands_for(study)
    let_go(study, changes)
    write_event("study.released", study, changes, by=by, reason=reason, stood_for=stood_for)
    return study


def locked(study: ImagingStudy) -> ImagingStudy:
    """Return the study as it is now, locked, the patient first.

    Raises   TransitionRefused: it was entered in error, or the patient's record is closed.
    """
    lock_patient(Patient.objects.get(imaging_studies=study.pk))
    rows = ImagingStudy.objects.select_for_update(of=("self",))
    fresh: ImagingStudy = rows.select_related("patient__clinic", "clinic", "activity__visit").get(pk=study.pk)
    if fresh.withdrawn:
        raise TransitionRefused("This study was entered in error.")
    return fresh


def refuse_assessed(study: ImagingStudy) -> None:
    """Raise TransitionRefused when an assessment stands on the study."""
    if ResponseAssessment.objects.standing().filter(studies=study.pk).exists():
        raise TransitionRefused("It was assessed as it is. Mark that assessment as entered in error first.")


def save(study: ImagingStudy) -> None:
    """Save the study.

    Raises   InputRefused: another one of the clinic has its Study Instance UID.
    """
    try:
        with transaction.atomic():
            study.save()
    except IntegrityError as error:
        if "study_uid_once" not in str(error):
            raise
        raise InputRefused("A study with this Study Instance UID is recorded already.", field="study_uid") from error


def refuse_impossible(study: ImagingStudy, today: date) -> None:
    """Raise InputRefused for a day, number or identifier that cannot be."""
    if study.kind not in KINDS:
        raise InputRefused("Choose what was done from the list.", field="kind")
    if not study.patient.birth_date <= study.imaged_on <= today:
        raise InputRefused("The images are of a day between the birth of the patient and today.", field="imaged_on")
    if study.injected_on and not study.facts.injected:
        raise InputRefused(f"No tracer is given for {study.facts.label}. Leave this empty.", field="injected_on")
    if study.injected_on and study.injected_on > study.imaged_on:
        raise InputRefused("The tracer is given before the images, or on that day.", field="injected_on")
    if study.injected_on and (study.imaged_on - study.injected_on).days > 10:
        raise InputRefused("The images are more than 10 days after the tracer. Check both days.", field="injected_on")
    refuse_unlikely("activity_mbq", study.activity_mbq, LARGEST_ACTIVITY_MBQ, "MBq", given=study.facts.injected)
    refuse_unlikely("slice_mm", study.slice_mm, THICKEST_SLICE_MM, "mm", given=study.facts.sliced)
    if study.study_uid and not (len(study.study_uid) <= 64 and STUDY_UID.fullmatch(study.study_uid)):
        raise InputRefused(
            "A Study Instance UID is numbers joined by dots, such as 1.2.840.10008.1; copy it from the viewer.",
            field="study_uid",
        )


def refuse_unlikely(name: str, value: Decimal | None, most: Decimal, unit: str, *, given: bool) -> None:
    """Raise InputRefused for a number that this kind of study does not have, or that is hardly meant."""
    if value is None:
        return
    if not given:
        raise InputRefused("This kind of study has none. Leave it empty.", field=name)
    if not 0 < value <= most or -int(value.as_tuple().exponent) > MOST_DECIMALS:
        remedy = f"Enter a number above 0 and up to {most} {unit}, with up to {MOST_DECIMALS} decimals."
        raise InputRefused(remedy, field=name)


def refuse_recorded(study: ImagingStudy) -> None:
    """Raise InputRefused when the same study stands in the record."""
    others = ImagingStudy.objects.standing().exclude(pk=study.pk)
    same = others.filter(patient=study.patient, kind=study.kind, imaged_on=study.imaged_on, region=study.region)
    if same.filter(accession=study.accession, study_uid=study.study_uid).exists():
        raise InputRefused(
            f"{study.get_kind_display()} of {words(study.imaged_on)} is recorded already. Change that one, "
            "or give the region or accession number that tells them apart.",
            field="kind",
        )


def stands_for(study: ImagingStudy) -> str:
    """Return the planned visit a study stands for, in words; blank: none."""
    if study.activity is None:
        return ""
    visit = study.activity.visit
    return timepoint_name(visit.timepoint, visit.kind)


def write_event(
    kind: str, study: ImagingStudy, changes: Changes, *, by: Staff, reason: str = "", **facts: object
) -> None:
    """Write an event about one study, with the rows it changed."""
    planned = stands_for(study)
    record_event(
        kind,
        clinic=study.clinic,
        patient=study.patient,
        by=by,
        reason=reason,
        study=study.pk,
        what=f"{study.get_kind_display()}, {words(study.imaged_on)}",
        planned=f", for {planned}" if planned else "",
        **facts,
        rows=changes.facts(),
    )
