"""Scores of scans: what a reader gives each region, what two readers come to, and what was entered in error."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.models import Staff
from events.actions import record_event
from events.models import Event
from events.undo import Changes
from imaging.models import ImagingStudy, ScoreReading
from imaging.response import scores
from imaging.response.reasons import ResponseError
from imaging.response.scores import Scheme
from imaging.scoring.blinding import MOST_READERS
from imaging.scoring.counting import Standing, StudyScore, study_score
from imaging.scoring.schemes import SCHEMES, policy_of
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from patients.actions import lock_patient
from patients.models import Patient
from schedules.protocol.trace import words

NOT_BLIND = (
    "Everybody could see two readings of this scan before one was taken back. "
    "Say so in the note: this reading is shown as not blind."
)
READER, ADJUDICATION = ScoreReading.Role.READER, ScoreReading.Role.ADJUDICATION


@dataclass(frozen=True, slots=True)
class ReadingFacts:
    """What a reader gives the regions of `scheme`, by key; `read_on` None is today."""

    scheme: str
    values: Mapping[str, int]
    read_on: date | None = None
    note: str = ""


@action
def record_reading(*, study: ImagingStudy, facts: ReadingFacts, by: Staff, today: date) -> ScoreReading:
    """Record what `by` gives the regions of a scan.

    Raises   TransitionRefused: the study is withdrawn or of a kind that is not scored, `by` or two readers have read it
             by this scheme, `by` took a reading back beside which the other's stood, or the patient's record is closed.
    Raises   InputRefused: regions without a value of the scheme, or an impossible date.
    Raises   ReasonNeeded: everybody could see two readings of it before one was taken back, and no note says so.
    Records  score.recorded, which can be undone
    """
    scheme = scheme_of(facts.scheme)
    study = locked_study(study)
    score = scored(study, scheme)
    refuse_reading_again(score, by)
    if score.was_seen and not facts.note:
        raise ReasonNeeded([NOT_BLIND], field="note")
    recorded = ScoreReading(
        clinic=study.clinic,
        patient=study.patient,
        study=study,
        scheme=scheme.kind,
        reader=by,
        **checked(scheme, facts.values),
        note=facts.note,
        read_on=checked_day(study, facts.read_on or today, today),
    )
    recorded.save()
    changes = Changes()
    changes.created(recorded, undone={"withdrawn": True})
    write_event("score.recorded", recorded, changes, by=by)
    return recorded


@action
def change_reading(
    *, reading: ScoreReading, fields: Mapping[str, Any], reason: str, by: Staff, today: date
) -> ScoreReading:
    """Change what its reader gave: `values` (of every region), `note` or `read_on`.

    Raises   TransitionRefused: somebody else's reading, one that was adjudicated since or entered in error, or the
             patient's record is closed.
    Raises   InputRefused: see `record_reading`; of an adjudication also another value than both readers gave.
    Raises   ReasonNeeded: no reason.
    Records  score.changed, which can be undone
    """
    reading = locked(reading)
    if reading.reader_id != by.pk:
        raise TransitionRefused(
            f"{reading.reader} read this. Only they change it; it can be marked as entered in error."
        )
    score = scored(reading.study, SCHEMES[reading.scheme])
    refuse_adjudicated(reading, score)
    changes = Changes()
    changes.watch(reading)
    changed = changed_fields(reading, fields, today)
    if not changed:
        return reading
    if not reason:
        raise ReasonNeeded(["This changes what was read."], field="reason")
    if reading.role == ADJUDICATION:
        refuse_overruling(score, reading.values)
    reading.save()
    write_event("score.changed", reading, changes, by=by, reason=reason, fields=changed)
    return reading


@action
def withdraw_reading(*, reading: ScoreReading, reason: str, by: Staff) -> ScoreReading:
    """Record that a reading, or an adjudication, was entered in error; the row stays.

    Raises   TransitionRefused: that is so already, it was adjudicated since, or the patient's record is closed.
    Raises   ReasonNeeded: no reason.
    Records  score.withdrawn, which can be undone
    """
    reading = locked(reading)
    refuse_adjudicated(reading, scored(reading.study, SCHEMES[reading.scheme]))
    if not reason:
        raise ReasonNeeded(["This takes back what was read."], field="reason")
    changes = Changes()
    changes.watch(reading)
    reading.withdrawn = True
    reading.save(update_fields=["withdrawn"])
    write_event("score.withdrawn", reading, changes, by=by, reason=reason)
    return reading


@action
def adjudicate(*, study: ImagingStudy, facts: ReadingFacts, by: Staff, today: date) -> ScoreReading:
    """Record which values count where two readers differ; those of the other regions are taken over.

    Raises   TransitionRefused: there are no two readers who differ, it was adjudicated, the study is withdrawn, or the
             patient's record is closed.
    Raises   InputRefused: a region that differs has no value of the scheme, or one is named that does not differ.
    Raises   ReasonNeeded: `by` is one of the readers, and no note says why no third person adjudicates.
    Records  score.adjudicated, which can be undone
    """
    scheme = scheme_of(facts.scheme)
    study = locked_study(study)
    score = scored(study, scheme)
    if score.adjudication:
        raise TransitionRefused(f"{score.adjudication.reader} adjudicated it. That can be changed, with a reason.")
    if score.standing is not Standing.AWAITS_ADJUDICATION:
        raise TransitionRefused(f"Nothing to adjudicate. {score.sentence}")
    if score.has_read(by) and not facts.note:
        raise ReasonNeeded(["You are one of the two readers; a third person adjudicates."], field="note")
    decided = ScoreReading(
        clinic=study.clinic,
        patient=study.patient,
        study=study,
        scheme=scheme.kind,
        role=ADJUDICATION,
        reader=by,
        **checked(scheme, {**agreed_values(score), **facts.values}),
        note=facts.note,
        read_on=checked_day(study, facts.read_on or today, today),
    )
    refuse_overruling(score, decided.values)
    decided.save()
    changes = Changes()
    changes.created(decided, undone={"withdrawn": True})
    write_event("score.adjudicated", decided, changes, by=by)
    return decided


def scheme_of(key: str) -> Scheme:
    """Return a scheme by its key.

    Raises   InputRefused: there is none of that name.
    """
    if key not in SCHEMES:
        raise InputRefused(f"Scans are scored by {' or '.join(SCHEMES)}.", field="scheme")
    return SCHEMES[key]


def scored(study: ImagingStudy, scheme: Scheme) -> StudyScore:
    """Return how a study is scored now."""
    return study_score(study, scheme, policy_of(study.clinic))


def locked_study(study: ImagingStudy) -> ImagingStudy:
    """Return the study as it is now, locked, the patient first.

    Raises   TransitionRefused: it is not to be scored, or the patient's record is closed.
    """
    lock_patient(Patient.objects.get(imaging_studies=study.pk))
    rows = ImagingStudy.objects.select_for_update(of=("self",)).select_related("patient__clinic", "clinic")
    fresh: ImagingStudy = rows.get(pk=study.pk)
    if fresh.withdrawn:
        raise TransitionRefused("This study was entered in error.")
    if not fresh.facts.scored:
        raise TransitionRefused(f"{fresh.facts.label} is not scored; MIBG and MFBG scans are.")
    return fresh


def locked(reading: ScoreReading) -> ScoreReading:
    """Return the reading as it is now, locked after its patient and study.

    Raises   TransitionRefused: it or its study was entered in error, or the patient's record is closed.
    """
    study = locked_study(ImagingStudy.objects.get(readings=reading.pk))
    rows = ScoreReading.objects.select_for_update(of=("self",)).select_related("reader", "clinic", "patient")
    fresh: ScoreReading = rows.get(pk=reading.pk)
    if fresh.withdrawn:
        raise TransitionRefused("It was entered in error.")
    fresh.study = study
    return fresh


def checked(scheme: Scheme, values: Mapping[str, int]) -> dict[str, Any]:
    """Return the columns of a score.

    Raises   InputRefused: names every region whose value is missing or none of the scheme.
    """
    try:
        found = scores.score(scheme, values)
    except ResponseError as error:
        raise InputRefused(str(error), field="values") from error
    return {"values": dict(found.values), "total": found.total}


def checked_day(study: ImagingStudy, day: date, today: date) -> date:
    """Return the day on which a scan was read.

    Raises   InputRefused: it is before the images, or in the future.
    """
    if not study.imaged_on <= day <= today:
        on = words(study.imaged_on)
        raise InputRefused(f"A scan is read between the day of its images, {on}, and today.", field="read_on")
    return day


def changed_fields(reading: ScoreReading, fields: Mapping[str, Any], today: date) -> list[str]:
    """Set what differs on `reading` and return the names of that.

    Raises   InputRefused: values or a date that cannot be.
    """
    columns = {name: value for name, value in fields.items() if name != "values"}
    if "values" in fields:
        columns |= checked(SCHEMES[reading.scheme], fields["values"])
    if "read_on" in columns:
        checked_day(reading.study, columns["read_on"], today)
    changed = [name for name, value in columns.items() if getattr(reading, name) != value]
    for name in changed:
        setattr(reading, name, columns[name])
    return sorted(changed)


def agreed_values(score: StudyScore) -> dict[str, int]:
    """Return what both readers gave alike, by region."""
    readings = score.agreement.readings if score.agreement else ()
    return {each.region: each.first for each in readings if not each.difference}


def refuse_reading_again(score: StudyScore, by: Staff) -> None:
    """Raise TransitionRefused when `by` cannot be a further reader of this scan by this scheme."""
    kind = score.scheme.kind
    if score.has_read(by):
        raise TransitionRefused(f"You have read this scan by {kind}. Change that reading, with a reason.")
    if len(score.readings) >= MOST_READERS:
        raise TransitionRefused(f"{score.read_by} have read this scan by {kind}. A third person adjudicates.")
    if score.two_readers and any(stood_beside(each, by) for each in score.readings):
        raise TransitionRefused(
            "You took a reading of this scan back after both had read, and may have seen the other reader’s values. "
            "Another person reads it; or undo that in the history and change the reading, with a reason."
        )


def stood_beside(reading: ScoreReading, by: Staff) -> bool:
    """Say whether a reading of `by` was taken back while `reading` of another stood: they may have seen that one.

    One that was taken back before `reading` was entered has shown them nothing.
    """
    own = ScoreReading.objects.filter(study=reading.study_id, scheme=reading.scheme, role=READER, reader=by)
    taken_back = Event.objects.filter(
        kind__in=("score.withdrawn", "score.recorded.undone"), facts__reading__in=[str(each.pk) for each in own]
    )
    return taken_back.filter(clinic=reading.clinic_id, pk__gt=reading.pk).exists()


def refuse_adjudicated(reading: ScoreReading, score: StudyScore) -> None:
    """Raise TransitionRefused when a reader's reading is what an adjudication stands on."""
    if reading.role == READER and score.adjudication:
        raise TransitionRefused(
            f"{score.adjudication.reader} adjudicated it since. Mark that adjudication as entered in error first."
        )


def refuse_overruling(score: StudyScore, values: Mapping[str, int]) -> None:
    """Raise InputRefused when an adjudication gives another value than both readers."""
    agreed = agreed_values(score)
    names = {region.key: region.name for region in score.scheme.regions}
    if overruled := [names[key] for key, value in agreed.items() if values[key] != value]:
        raise InputRefused(f"Both readers gave the same in {', '.join(overruled)}: that stays.", field="values")


def write_event(
    kind: str, reading: ScoreReading, changes: Changes, *, by: Staff, reason: str = "", **facts: object
) -> None:
    """Write an event about one reading, with the rows it changed; no value stands in it, a second reader may see it."""
    study, verb = reading.study, "adjudicated" if reading.role == ADJUDICATION else "read"
    scan = f"{words(study.imaged_on)} ({study.facts.label})"
    record_event(
        kind,
        clinic=reading.clinic,
        patient=reading.patient,
        by=by,
        reason=reason,
        reading=reading.pk,
        study=study.pk,
        what=f"{reading.scheme} score of {scan}, {verb} by {reading.reader}",
        **facts,
        rows=changes.facts(),
    )
