"""Writing the daily digests of the clinics that have opened."""

from datetime import datetime

from accounts.models import Clinic, Staff
from events.models import Message
from iotrex_followup.history import action
from labs.alerting.digest import digest, is_time, key_of, waiting_for_people
from labs.alerting.notifying import send


def send_digests(*, now: datetime) -> int:
    """Write the digests of every clinic that has just opened; return how many people got one."""
    opened = [clinic for clinic in Clinic.objects.all() if is_time(clinic, now)]
    return sum(write_digests(clinic=clinic, by=None, now=now) for clinic in opened)


@action
def write_digests(*, clinic: Clinic, by: Staff | None, now: datetime) -> int:
    """Write one e-mail to each person for whom something waits, once a day; return to how many.

    No event: it says nothing about a patient. The ledger has the messages.
    """
    waiting = {person: found for person, found in waiting_for_people(clinic, now).items() if found}
    keys = {key_of(clinic, person, now) for person in waiting}
    written = set(Message.objects.filter(dedupe_key__in=keys).values_list("dedupe_key", flat=True))
    due = {person: found for person, found in waiting.items() if key_of(clinic, person, now) not in written}
    send([digest(clinic, person, found, now) for person, found in due.items()])
    return len(due)
