"""Signing clinical settings as they run, and taking a signature back."""

from datetime import date

from accounts.models import Clinic, Staff
from events.actions import record_event
from events.undo import Changes
from iotrex_followup.errors import ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from schedules.models import SignOff
from schedules.sign_offs import setting_of


@action
def sign_setting(
    *, clinic: Clinic, setting: str, source: str, by: Staff, today: date, seen: str | None = None
) -> SignOff:
    """Sign a setting (by key) as it runs in `clinic` now; `source` says what the signer relied on.

    `seen`: the value the signer looked at, to be sure it is the one that is signed.

    Raises   InputRefused: there is no such setting.
    Raises   ReasonNeeded: no source.
    Raises   TransitionRefused: it is signed as it stands, or has changed since it was looked at.
    Records  setting.signed, which can be undone
    """
    Clinic.objects.select_for_update().get(pk=clinic.pk)
    found = setting_of(clinic, setting)
    if not source:
        raise ReasonNeeded(["A signature says what it relies on."], field="source")
    if seen is not None and seen != found.value:
        raise TransitionRefused("The setting changed since you looked. Read it again.")
    standing = SignOff.objects.filter(clinic=clinic, setting=setting, withdrawn=False)
    if (last := standing.order_by("-signed_on", "-id").first()) and last.value == found.value:
        raise TransitionRefused(f"{last.signed_by} signed this as it stands.")
    sign_off = SignOff.objects.create(
        clinic=clinic, setting=setting, value=found.value, source=source, signed_by=by, signed_on=today
    )
    changes = Changes()
    changes.created(sign_off, undone={"withdrawn": True})
    write_event("setting.signed", sign_off, found.title, changes, by=by)
    return sign_off


@action
def withdraw_sign_off(*, sign_off: SignOff, reason: str, by: Staff) -> SignOff:
    """Take a signature back; the setting runs on, and says that it is not signed off.

    Raises   TransitionRefused: it was taken back before.
    Raises   ReasonNeeded: no reason.
    Records  setting.sign_off_withdrawn, which can be undone
    """
    sign_off = SignOff.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=sign_off.pk)
    if sign_off.withdrawn:
        raise TransitionRefused("This signature was withdrawn already.")
    if not reason:
        raise ReasonNeeded(["The setting will say that it is not signed off."], field="reason")
    changes = Changes()
    changes.watch(sign_off)
    sign_off.withdrawn = True
    sign_off.save(update_fields=["withdrawn"])
    write_event("setting.sign_off_withdrawn", sign_off, sign_off.setting, changes, by=by, reason=reason)
    return sign_off


def write_event(kind: str, sign_off: SignOff, title: str, changes: Changes, *, by: Staff, reason: str = "") -> None:
    """Write what happened to a signature, with the row it changed."""
    record_event(
        kind,
        clinic=sign_off.clinic,
        by=by,
        reason=reason,
        setting=sign_off.setting,
        title=title,
        source=sign_off.source,
        rows=changes.facts(),
    )
