"""How a patient is best reached, and how it went so far."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from accounts.models import Clinic
from patients.models import Care, Contact, ContactEntry, Patient
from patients.reaching import in_vain
from schedules.protocol.trace import words as day_in_words

LONGEST_DETAIL = 200  # of a clinical event


class Reach(NamedTuple):
    """Whom to call, the attempts in a row that reached nobody, and the latest contact."""

    contact: Contact | None
    attempts: int
    last: ContactEntry | None


def reach_of(contacts: Iterable[Contact], entries: Sequence[ContactEntry]) -> Reach:
    """Return how a patient is best reached; `entries` are their standing ones, the latest first."""
    ours = [entry for entry in entries if not entry.is_unseen]
    return Reach(best_contact(contacts), in_vain(entry.attempt for entry in ours), entries[0] if entries else None)


def best_contact(contacts: Iterable[Contact]) -> Contact | None:
    """Return whom to call first: by order, a number that is not known to be wrong before one that is; else anybody."""
    ordered = sorted(contacts, key=lambda each: (not each.phone, bool(each.phone_fault), each.order, each.pk))
    return ordered[0] if ordered else None


def is_lost(patient: Patient, clinic: Clinic, *, attempts: int, overdue: bool) -> bool:
    """Say whether “lost to follow-up” is proposed: something is overdue, and the clinic’s number of attempts in vain.

    A person decides; nothing happens by itself.
    """
    return overdue and patient.care == Care.FOLLOWED and attempts >= clinic.attempts_before_lost


def attempts_in_words(entries: Iterable[ContactEntry], zone: ZoneInfo) -> str:
    """Return the attempts that reached nobody since somebody was reached, as the event of a loss takes them."""
    tried = []
    for entry in entries:
        if entry.attempt.has_reached:
            break
        by = f" by {entry.recorded_by}" if entry.recorded_by else ""
        tried.append(f"{day_in_words(entry.at.astimezone(zone).date())}, {entry.get_means_display().lower()}{by}")
    said = "; ".join(reversed(tried))
    return said if len(said) <= LONGEST_DETAIL else f"{said[: LONGEST_DETAIL - 1]}…"
