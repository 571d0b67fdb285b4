"""How a clinic scores scans and where it looks at them: scheme, readers, published cut-offs shown, its viewer."""

import re
from collections.abc import Collection
from typing import Any

from accounts.models import Clinic, Staff
from events.actions import record_event
from events.undo import Changes
from imaging.actions.readings import scheme_of
from imaging.models import ImagingPolicy
from imaging.scoring.schemes import all_cut_offs
from iotrex_followup.errors import InputRefused
from iotrex_followup.history import action

AS_SHIPPED: dict[str, Any] = {
    "scheme": ImagingPolicy.Scheme.CURIE.value,
    "two_readers": False,
    "cut_offs_hidden": [],
    "viewer_url": "",
}
# An address of the web with at least one of what tells a study.
VIEWER_URL = re.compile(r"https?://[^\s{}]*(\{(study_uid|accession)\}[^\s{}]*)+")


@action
def set_scoring(
    *,
    clinic: Clinic,
    scheme: str,
    two_readers: bool,
    cut_offs_hidden: Collection[str],
    viewer_url: str,
    by: Staff,
) -> ImagingPolicy:
    """Set how the clinic's scans are scored and where they are seen.

    `cut_offs_hidden` are keys such as "Curie.induction_2", `viewer_url` has {study_uid} or {accession} in it.

    Raises   InputRefused: there is no such scheme or cut-off, or the address is none or names no study.
    Records  imaging_policy.scoring_changed, which can be undone; nothing when nothing changes
    """
    scheme_of(scheme)
    known = {key for key, _, _ in all_cut_offs()}
    if unknown := sorted(set(cut_offs_hidden) - known):
        raise InputRefused(f"There is no cut-off {', '.join(unknown)}.", field="cut_offs_hidden")
    if viewer_url and not VIEWER_URL.fullmatch(viewer_url):
        remedy = "Write an address such as https://viewer.example/?study={study_uid}, with {study_uid} or {accession}."
        raise InputRefused(remedy, field="viewer_url")
    policy, created = ImagingPolicy.objects.select_for_update(of=("self",)).get_or_create(clinic=clinic)
    changes = Changes()
    if created:
        changes.created(policy, undone=AS_SHIPPED)
    else:
        changes.watch(policy)
    wanted = {
        "scheme": scheme,
        "two_readers": two_readers,
        "cut_offs_hidden": sorted(cut_offs_hidden),
        "viewer_url": viewer_url,
    }
    fields = sorted(name for name, value in wanted.items() if getattr(policy, name) != value)
    if fields:
        for name in fields:
            setattr(policy, name, wanted[name])
        policy.save(update_fields=fields)
        record_event("imaging_policy.scoring_changed", clinic=clinic, by=by, fields=fields, rows=changes.facts())
    return policy
