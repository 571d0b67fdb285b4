"""Laboratories: which there are, and what is known of each as a whole."""

from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import Clinic, Staff
from events.actions import record_event
from events.undo import Changes
from iotrex_followup.errors import InputRefused, TransitionRefused
from iotrex_followup.history import action
from labs.actions.as_seen import refuse_unseen
from labs.models import Laboratory
from labs.senders import lay_out_laboratory

FIELDS = ("name", "phone", "decimal_comma")


@action
def add_laboratory(*, clinic: Clinic, name: str, by: Staff, phone: str = "", decimal_comma: bool = False) -> Laboratory:
    """Enter a laboratory; one whose codes this product knows by its name gets them.

    Raises   InputRefused: it has no name, or there is one of this name already, in use or not.
    Records  laboratory.added, which can be undone; laboratory.changed, when more than the name is known
    """
    name = " ".join(name.split())
    if not name:
        raise InputRefused("A laboratory needs a name.", field="name")
    if found := Laboratory.objects.filter(clinic=clinic, name__iexact=name).first():
        remedy = "Open it instead." if found.is_active else "It is no longer in use: open it and use it again."
        raise InputRefused(f"There is a laboratory called {found}. {remedy}", field="name")
    laboratory = lay_out_laboratory(clinic=clinic, name=name, by=by)
    if phone or decimal_comma:
        fields = {"phone": phone, "decimal_comma": decimal_comma}
        laboratory = change_laboratory(laboratory=laboratory, fields=fields, by=by)
    return laboratory


@action
def change_laboratory(*, laboratory: Laboratory, fields: dict[str, Any], by: Staff, seen: str = "") -> Laboratory:
    """Change a laboratory's name, telephone or decimal sign; results taken in before stay as they were read.

    `seen` is the version of it the person saw.

    Raises   InputRefused: another one has this name.
    Raises   ChangedSince: it is not as `seen`.
    Records  laboratory.changed, which can be undone; nothing when nothing changes
    """
    laboratory = as_it_is(laboratory)
    refuse_unseen(laboratory, seen, facts_in_words(laboratory))
    changes = Changes()
    changes.watch(laboratory)
    changed = [name for name in FIELDS if name in fields and getattr(laboratory, name) != fields[name]]
    for name in changed:
        setattr(laboratory, name, fields[name])
    if not changed:
        return laboratory
    try:
        with transaction.atomic():
            laboratory.save(update_fields=changed)
    except IntegrityError as error:
        raise InputRefused("Another laboratory of this clinic has this name.", field="name") from error
    write_laboratory_event("laboratory.changed", laboratory, by=by, changes=changes, fields=changed)
    return laboratory


@action
def retire_laboratory(*, laboratory: Laboratory, by: Staff) -> Laboratory:
    """Offer a laboratory no longer; results that still come from it are read as before.

    Raises   TransitionRefused: it is no longer in use already.
    Records  laboratory.retired, which can be undone
    """
    return set_in_use(laboratory, False, kind="laboratory.retired", by=by)


@action
def reinstate_laboratory(*, laboratory: Laboratory, by: Staff) -> Laboratory:
    """Offer a laboratory again.

    Raises   TransitionRefused: it is in use.
    Records  laboratory.reinstated, which can be undone
    """
    return set_in_use(laboratory, True, kind="laboratory.reinstated", by=by)


def set_in_use(laboratory: Laboratory, is_active: bool, *, kind: str, by: Staff) -> Laboratory:
    """Offer a laboratory, or no longer; refused when that is so already."""
    laboratory = as_it_is(laboratory)
    if laboratory.is_active == is_active:
        raise TransitionRefused(f"{laboratory} is {'in use' if is_active else 'no longer in use'} already.")
    changes = Changes()
    changes.watch(laboratory)
    laboratory.is_active = is_active
    laboratory.save(update_fields=["is_active"])
    write_laboratory_event(kind, laboratory, by=by, changes=changes)
    return laboratory


def as_it_is(laboratory: Laboratory) -> Laboratory:
    """Return the laboratory as it is now, locked."""
    found: Laboratory = (
        Laboratory.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=laboratory.pk)
    )
    return found


def facts_in_words(laboratory: Laboratory) -> str:
    """Return what is known of a laboratory as a whole: "North, 020 7946 0150, decimals with a point"."""
    sign = f"decimals with a {'comma' if laboratory.decimal_comma else 'point'}"
    return ", ".join(filter(None, (laboratory.name, laboratory.phone, sign)))


def write_laboratory_event(
    kind: str, laboratory: Laboratory, *, by: Staff, changes: Changes, reason: str = "", **facts: Any
) -> None:
    """Write down what happened to a laboratory, with the rows that undoing puts back."""
    record_event(
        kind,
        clinic=laboratory.clinic,
        by=by,
        reason=reason,
        laboratory=laboratory.name,
        laboratory_id=laboratory.pk,
        **facts,
        rows=changes.facts(),
    )
