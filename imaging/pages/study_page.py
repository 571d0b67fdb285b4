"""What the pages of studies show."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple
from urllib.parse import quote

from imaging.models import ImagingPolicy, ImagingStudy
from patients.models import Patient


class Gap(NamedTuple):
    """The last study of a kind, and the days since."""

    kind: str
    last: date
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


def gaps(studies: Iterable[ImagingStudy], today: date) -> list[Gap]:
    """Return, for each kind there is a study of, how long ago the last one was; the longest ago first."""
    last: dict[str, date] = {}
    for study in studies:
        if not study.withdrawn:
            kind = study.get_kind_display()
            last[kind] = max(last.get(kind, date.min), study.imaged_on)
    found = [Gap(kind, day, (today - day).days) for kind, day in last.items()]
    return sorted(found, key=lambda gap: -gap.days)
