"""What a version of a rule, or of the grading criteria, touched: the patients, grades and alerts to look at again."""

from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from django.db.models import Q, QuerySet

from accounts.models import Clinic
from iotrex_followup.errors import DomainError
from labs.models import Alert, AlertFinding, LabGrade, LabResult
from labs.rules.loader import KINDS
from patients.models import Patient

CTCAE = "ctcae"
# What alerts keep with the version that found it; the last are held-back values, in the version of the urgency rule.
KEPT = ("urgency", "cytopenia", "fever", "red_flag", "thyroid", "kidney", "markers", "eligibility", "possible_critical")
CHUNK = 2000
Rows = TypeVar("Rows", bound=QuerySet[Any])


class NotKept(DomainError):
    """What a rule decided is not stored with the version that decided it, or there is no such rule."""


class Touched(NamedTuple):
    """One grade or finding that came from the version; days are the clinic's calendar dates."""

    clinic: str
    mrn: str
    patient: str
    result: str
    collected_on: str
    what: str  # alert or grade
    id: str
    holds: str  # "no": a correction has taken it back
    sentence: str


def touched_by(rule: str, version: str, *, clinic: Clinic | None = None) -> Iterator[Touched]:
    """Return what `rule` in `version` touched, read one row at a time however many there are; None: in every clinic.

    `ctcae` means the grades, of a version with all its editions ("6.0") or of one edition.

    Raises   NotKept: nothing that the rule decides is stored by version, so that no row would prove nothing.
    """
    refuse_not_kept(rule)
    if rule == CTCAE:
        return graded_by(version, clinic)
    return chain(found_by(rule, version, clinic), raised_by(rule, version, clinic))


def refuse_not_kept(rule: str) -> None:
    """Raise NotKept unless what `rule` touched can be told by its version."""
    if rule in (CTCAE, *KEPT):
        return
    kept = f"Rules that can be looked up: {', '.join(sorted((CTCAE, *KEPT)))}."
    if rule in KINDS:
        raise NotKept(f"What the rule {rule} decides is not kept by version, so nothing can be looked up. {kept}")
    raise NotKept(f"There is no rule {rule}. {kept}")


def found_by(rule: str, version: str, clinic: Clinic | None) -> Iterator[Touched]:
    """Yield the findings of alerts by one version of a rule."""
    findings = within(AlertFinding.objects.filter(rule=rule, rule_version=version), clinic)
    for finding in findings.select_related("clinic", "alert__patient", "result").order_by("id").iterator(CHUNK):
        yield Touched(
            **about(finding.clinic, finding.alert.patient, finding.result),
            what="alert",
            id=str(finding.alert_id),
            holds="yes" if finding.holds else "no",
            sentence=finding.sentence,
        )


def raised_by(rule: str, version: str, clinic: Clinic | None) -> Iterator[Touched]:
    """Yield the alerts of one version of a rule that rest on no stored finding, such as those of held-back values."""
    alerts = within(Alert.objects.filter(rule=rule, rule_version=version, findings=None), clinic)
    for alert in alerts.select_related("clinic", "patient").order_by("id").iterator(CHUNK):
        yield Touched(
            **about(alert.clinic, alert.patient, None),
            what="alert",
            id=str(alert.pk),
            holds="yes",
            sentence=alert.sentence,
        )


def graded_by(version: str, clinic: Clinic | None) -> Iterator[Touched]:
    """Yield the grades by one version of CTCAE."""
    edition = Q(ctcae=version) | Q(ctcae__startswith=f"{version} ")
    grades = within(LabGrade.objects.filter(edition), clinic)
    for grade in grades.select_related("clinic", "patient", "result").order_by("id").iterator(CHUNK):
        yield Touched(
            **about(grade.clinic, grade.patient, grade.result),
            what="grade",
            id=str(grade.pk),
            holds="yes" if grade.result.is_current else "no",
            sentence=f"{grade} ({grade.reason})" if grade.reason else str(grade),
        )


def within(rows: Rows, clinic: Clinic | None) -> Rows:
    """Return those of `rows` that are the clinic's; None: all."""
    return rows.filter(clinic=clinic) if clinic else rows


def about(clinic: Clinic, patient: Patient | None, result: LabResult | None) -> dict[str, str]:
    """Return whose it is and which result it speaks of; blank where there is none."""
    return {
        "clinic": clinic.slug,
        "mrn": patient.mrn if patient else "",
        "patient": str(patient.pk) if patient else "",
        "result": str(result.pk) if result else "",
        "collected_on": result.collected_on.isoformat() if result else "",
    }
