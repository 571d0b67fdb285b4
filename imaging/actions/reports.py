"""What was reported of a study, and whether later ones are held against it."""

from dataclasses import dataclass
from datetime import date

from accounts.models import Staff
from events.attachments import Attached, keep_attachment
from events.undo import Changes
from imaging.actions.studies import locked, write_event
from imaging.models import ImagingStudy
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action

Status = ImagingStudy.ReportStatus


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """A report as entered; `status` is preliminary or final."""

    status: str
    reported_on: date
    text: str = ""
    reader: str = ""


@action
def record_report(
    *,
    study: ImagingStudy,
    facts: ReportFacts,
    by: Staff,
    today: date,
    attached: Attached | None = None,
    reason: str = "",
) -> ImagingStudy:
    """Record what was reported of a study, as text, as a file, or both; a file given before stays if none is given now.

    Raises   TransitionRefused: the study was entered in error, or the patient's record is closed.
    Raises   InputRefused: neither text nor file, a day that cannot be, a file of another kind.
    Raises   ReasonNeeded: a final report changes, without a reason.
    Records  study.reported or, of a final report that changes, study.report_amended; both can be undone
    """
    study = locked(study)
    if facts.status not in (Status.PRELIMINARY, Status.FINAL):
        raise InputRefused("Say whether the report is preliminary or final.", field="status")
    if not study.imaged_on <= facts.reported_on <= today:
        raise InputRefused("A report is of a day between the images and today.", field="reported_on")
    if not (facts.text.strip() or attached or study.report_file_id):
        raise InputRefused("Write or paste the report, or choose its file.", field="text")
    amends = study.report_status == Status.FINAL
    if amends and not reason:
        raise ReasonNeeded(["This changes a final report."], field="reason")
    changes = Changes()
    changes.watch(study)
    if attached:
        study.report_file = keep_attachment(clinic=study.clinic, file=attached, by=by)
    study.report_status, study.report_text = facts.status, facts.text.strip()
    study.reported_on, study.reader = facts.reported_on, facts.reader.strip()
    study.save(update_fields=["report_file", "report_status", "report_text", "reported_on", "reader"])
    kind = "study.report_amended" if amends else "study.reported"
    write_event(kind, study, changes, by=by, reason=reason, status=study.get_report_status_display().lower())
    return study


@action
def mark_baseline(*, study: ImagingStudy, is_baseline: bool, by: Staff) -> ImagingStudy:
    """Say that later studies are held against this one, or not any more.

    Raises   TransitionRefused: that is so already, it was entered in error, or the patient's record is closed.
    Records  study.made_baseline or study.no_baseline, which can be undone
    """
    study = locked(study)
    if study.is_baseline == is_baseline:
        raise TransitionRefused("It is a baseline already." if is_baseline else "It is no baseline.")
    changes = Changes()
    changes.watch(study)
    study.is_baseline = is_baseline
    study.save(update_fields=["is_baseline"])
    write_event("study.made_baseline" if is_baseline else "study.no_baseline", study, changes, by=by)
    return study
