"""A scan or infusion moves after a medicine was withdrawn for it: who withheld it is told in the same transaction.

No message names a medicine or what is to be done with it: that stands on the page it leads to.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from accounts.models import Membership, Role
from events.delivery.kinds import KINDS, Content, MessageKind, Priority
from events.delivery.webhooks import webhook_messages
from events.models import Message
from imaging.models import Withdrawal
from imaging.occasions import Occasion, occasion_of, with_occasions
from imaging.preparing import OccasionKind
from iotrex_followup.history import is_entered
from schedules.protocol.trace import words

MOVED = "preparation.moved"
TITLE = "A scan or infusion has moved after a medicine was withdrawn for it"
MOVED_ON, DONE_WITH = "It has moved again, and that was told.", "Nothing is withdrawn for it any more."
INBOX, EMAIL = Message.Channel.INBOX, Message.Channel.EMAIL


def tell_of_moves(patients: set[UUID]) -> None:
    """Tell of every scan or infusion of `patients` that is on another day than was told last, at the end of an action.

    One short query where nothing is withdrawn, none for patients the action itself has entered.
    """
    known = [pk for pk in patients if not is_entered(pk)]
    if not known:
        return
    confirmed = Withdrawal.objects.filter(patient__in=known, state=Withdrawal.State.CONFIRMED)
    pks = list(confirmed.order_by("pk").values_list("pk", flat=True))
    moved = moved_of(pks) if pks else []
    if moved:
        # In the order of their ids, as every change locks them.
        list(Withdrawal.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=pks).order_by("pk"))
        for occasion, withdrawals in moved_of(pks):
            tell_of_move(occasion, withdrawals, now=timezone.now())


def moved_of(pks: Sequence[UUID]) -> list[tuple[Occasion, list[Withdrawal]]]:
    """Return what has moved since it was told of last, each with its confirmed withdrawals."""
    by_row: dict[UUID, list[tuple[Occasion, Withdrawal]]] = defaultdict(list)
    for withdrawal in with_occasions(Withdrawal.objects.filter(pk__in=pks).order_by("pk")):
        occasion = occasion_of(withdrawal)
        if occasion.day != withdrawal.told_day:
            by_row[occasion.row.pk].append((occasion, withdrawal))
    return [(found[0][0], [withdrawal for _, withdrawal in found]) for found in by_row.values()]


def tell_of_move(occasion: Occasion, withdrawals: Sequence[Withdrawal], *, now: datetime) -> None:
    """Tell prescribers and owners of the restart, each once a move, in the product and by e-mail."""
    before = withdrawals[0].told_day
    all_of_it = Withdrawal.objects.filter(**occasion.columns)
    number = (all_of_it.aggregate(most=Max("moves"))["most"] or 0) + 1
    for withdrawal in withdrawals:
        withdrawal.moves, withdrawal.told_day = number, occasion.day
    Withdrawal.objects.bulk_update(withdrawals, ["moves", "told_day"])
    told = [message(occasion, person, before, number, now=now) for person in whom(withdrawals)]
    beside = [by_email(each) for each in told]
    Message.objects.bulk_create([*told, *beside, *webhook_messages(told)], ignore_conflicts=True)


def whom(withdrawals: Iterable[Withdrawal]) -> list[UUID]:
    """Return who is told: prescribers of ours and owners of the restart who work in the clinic.

    Where none is left the patient's clinician, else every clinician of the clinic: a move never goes untold.
    """
    rows = list(withdrawals)
    clinic, patient = rows[0].clinic_id, rows[0].patient
    roles = dict(
        Membership.objects.filter(clinic=clinic, is_active=True, staff__is_active=True).values_list("staff", "role")
    )
    named = {person for row in rows for person in (row.prescriber_staff_id, row.restart_owner_id) if person}
    there = [person for person in named if person in roles]
    if not there and patient.responsible_clinician_id in roles:
        there = [patient.responsible_clinician_id]
    return sorted(there or [person for person, role in roles.items() if role == Role.CLINICIAN])


def message(occasion: Occasion, person: UUID, before: date | None, number: int, *, now: datetime) -> Message:
    """Return the unsaved message to a person's inbox."""
    return Message(
        clinic_id=occasion.patient.clinic_id,
        patient=occasion.patient,
        recipient_id=person,
        channel=INBOX,
        kind=MOVED,
        subject=f"{occasion.patient.mrn}: {sentence(occasion, before)}",
        path=occasion.path,
        about=occasion.row.pk,
        details={"day": occasion.day.isoformat() if occasion.day else ""},
        dedupe_key=f"{MOVED}:{occasion.row.pk}:{number}:{person}",
        state=Message.State.SENT,
        not_before=now,
        sent_at=now,
    )


def sentence(occasion: Occasion, before: date | None) -> str:
    """Return "the scan has moved from Wed 15 May 2024 to Wed 22 May 2024, after a medicine was withdrawn for it"."""
    what = "the MIBG scan" if occasion.kind is OccasionKind.SCAN else "the infusion"
    after = "after a medicine was withdrawn for it"
    if occasion.day is None:
        was = f", which was on {words(before)}," if before else ""
        return f"{what}{was} is not planned any more, {after}"
    moved = f"has moved from {words(before)} to" if before else "is planned again for"
    return f"{what} {moved} {words(occasion.day)}, {after}"


def by_email(told: Message) -> Message:
    """Return the unsaved e-mail that tells the same."""
    return Message(
        clinic_id=told.clinic_id,
        patient_id=told.patient_id,
        recipient_id=told.recipient_id,
        channel=EMAIL,
        kind=told.kind,
        subject=told.subject,
        path=told.path,
        about=told.about,
        details=told.details,
        dedupe_key=f"{EMAIL.value}:{told.dedupe_key}",
        not_before=told.not_before,
    )


def content(told: Message) -> Content:
    """Return the e-mail: which patient by their number, what has moved, and where to read the rest."""
    text = (
        f"{told.clinic}, patient {told.subject}.\n\n"
        "Look at the days that were agreed and confirm them anew, or say when it is taken again:\n"
        f"{settings.BASE_URL}{told.path}\n\n"
        "Answering this e-mail reaches nobody."
    )
    return Content(told.subject, text)


def unwanted(told: Message, now: datetime) -> str:
    """Say why the message is not to be sent any more: it has moved again, or nothing is withdrawn for it."""
    of_it = Withdrawal.objects.filter(state=Withdrawal.State.CONFIRMED)
    rows = of_it.filter(visit=told.about) | of_it.filter(treatment=told.about)
    days = {day.isoformat() if day else "" for day in rows.values_list("told_day", flat=True)}
    if not days:
        return DONE_WITH
    return "" if told.details["day"] in days else MOVED_ON


def register() -> None:
    """Let the delivery know how these messages go out: rather twice than never."""
    KINDS[MOVED] = MessageKind(
        content=content, unwanted=unwanted, again_if_unknown=True, priority=Priority.ALERT, webhook_title=TITLE
    )
