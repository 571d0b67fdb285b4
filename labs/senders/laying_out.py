"""Entering a laboratory that is new, with what is known of it."""

from django.db import IntegrityError, transaction

from accounts.models import Clinic, Staff
from events.actions import record_event
from events.undo import Changes
from iotrex_followup.history import action
from labs.models import CodeMapping, Laboratory, UnitMapping
from labs.senders.shipped import known_sender

LONGEST_NAME = 200


@action
def lay_out_laboratory(*, clinic: Clinic, name: str, by: Staff | None) -> Laboratory:
    """Return the clinic's laboratory called `name`, whatever its case; a new one is entered.

    A sender whose codes are known gets them. `by` None: an import that met the name first. What is longer than a name
    can be is cut off.
    Records  laboratory.added, which can be undone, when it is new
    """
    name = " ".join(name.split())[:LONGEST_NAME]
    if found := Laboratory.objects.filter(clinic=clinic, name__iexact=name).first():
        return found
    try:
        with transaction.atomic():
            laboratory = Laboratory.objects.create(clinic=clinic, name=name)
    except IntegrityError:  # somebody else entered it at the same moment
        return Laboratory.objects.get(clinic=clinic, name__iexact=name)
    codes = write_known_mapping(laboratory)
    changes = Changes()
    changes.created(laboratory, undone={"is_active": False})
    record_event("laboratory.added", clinic=clinic, by=by, laboratory=name, codes=codes, rows=changes.facts())
    return laboratory


def write_known_mapping(laboratory: Laboratory) -> int:
    """Give a new laboratory the codes and units its name is known for; return how many codes."""
    sender = known_sender(laboratory.name)
    if sender is None:
        return 0
    place = {"clinic_id": laboratory.clinic_id, "laboratory": laboratory}
    CodeMapping.objects.bulk_create(
        [CodeMapping(code=code, **place, **meaning._asdict()) for code, meaning in sender.codes.items()]
    )
    UnitMapping.objects.bulk_create(
        [UnitMapping(spelling=spelling, unit=unit, **place) for spelling, unit in sender.units.items()]
    )
    return len(sender.codes)
