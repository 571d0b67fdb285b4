"""What the pages of studies show."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from urllib.parse import quote
from uuid import UUID

from django.db.models import Max

from imaging.kinds import KINDS
from imaging.models import ImagingPolicy, ImagingStudy
from patients.models import Patient


class Gap(NamedTuple):
    """How many days ago a kind of study was done last."""

    kind: str
    days: int


def viewer_link(study: ImagingStudy, policy: ImagingPolicy) -> str:
    """Return the address of the study in the clinic's viewer; blank without template, or without what it asks for."""
    named = {"study_uid": study.study_uid, "accession": study.accession}
    asked = [name for name in named if f"{{{name}}}" in policy.viewer_url]
    if not asked or not all(named[name] for name in asked):
        return ""
    address = policy.viewer_url
    for name in asked:
        address = address.replace(f"{{{name}}}", quote(named[name], safe=""))
    return address


def studies_of(patient: Patient) -> Sequence[ImagingStudy]:
    """Return a patient's studies, the latest first; those entered in error stand last."""
    rows = ImagingStudy.objects.filter(patient=patient).select_related("activity__visit", "recorded_by")
    return list(rows.order_by("withdrawn", "-imaged_on", "-id"))


def gaps_of(patients: Iterable[UUID], today: date) -> Mapping[UUID, Sequence[Gap]]:
    """Return how long ago each kind of study was done last, by patient, the longest ago first; in one query."""
    standing = ImagingStudy.objects.standing().filter(patient__in=patients)
    last = standing.order_by().values_list("patient", "kind").annotate(last=Max("imaged_on"))
    found: dict[UUID, list[Gap]] = defaultdict(list)
    for patient, kind, day in last:
        found[patient].append(Gap(KINDS[kind].label, (today - day).days))
    return {patient: sorted(gaps, key=lambda gap: -gap.days) for patient, gaps in found.items()}
