"""Who is called when nobody answers, and who stands in for whom."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import Clinic, Cover, LadderStep, Membership, Role, Staff
from accounts.permissions import May, can_take_over, may
from events.actions import record_event
from iotrex_followup.errors import InputRefused, TransitionRefused
from iotrex_followup.history import action
from labs.alerting.ladder_tests import test_messages
from labs.alerting.notifying import send

LONGEST_COVER = 366


@action
def add_to_ladder(*, clinic: Clinic, step: int, staff: Staff, by: Staff) -> LadderStep:
    """Let a clinician be told at a step of the clinic's ladder, after whoever stands on it.

    Raises   InputRefused: there is no such step, they are no clinician of the clinic, or stand there already.
    Records  ladder.added
    """
    if step not in LadderStep.Step.values:
        raise InputRefused("Choose covering clinician or clinic lead.", field="step")
    if role_in(clinic, staff) != Role.CLINICIAN:
        raise InputRefused(
            f"{staff} is no clinician of {clinic}, and only a clinician may answer any alert.", field="staff"
        )
    try:
        with transaction.atomic():
            row = LadderStep.objects.create(clinic=clinic, step=step, staff=staff)
    except IntegrityError as error:
        raise InputRefused(f"{staff} stands on this step already.", field="staff") from error
    write_ladder_event("ladder.added", row, by=by)
    return row


@action
def remove_from_ladder(*, row: LadderStep, by: Staff) -> None:
    """Let a person no longer be told at a step.

    Records  ladder.removed
    """
    write_ladder_event("ladder.removed", row, by=by)
    row.delete()


@action
def send_ladder_test(*, clinic: Clinic, by: Staff, now: datetime) -> int:
    """Write to everybody on the ladder, as an alert would be told; each says that it arrived. Return to how many.

    Raises   TransitionRefused: nobody is on the ladder.
    Records  ladder.tested
    """
    rows = list(LadderStep.objects.manned().filter(clinic=clinic).select_related("staff"))
    if not rows:
        raise TransitionRefused("No clinician is on the ladder. Add somebody first.")
    LadderStep.objects.filter(pk__in=[row.pk for row in rows]).update(test_sent_at=now)
    send(test_messages(rows, now=now))
    people = ", ".join(dict.fromkeys(str(row.staff) for row in rows))
    record_event("ladder.tested", clinic=clinic, by=by, people=people)
    return len(rows)


@action
def answer_ladder_test(*, row: LadderStep, by: Staff, now: datetime) -> LadderStep:
    """Note that a test has reached the person it was sent to.

    Raises   PermissionDenied: it was sent to somebody else.
    Raises   TransitionRefused: no test was sent.
    Records  ladder.test_answered
    """
    row = LadderStep.objects.select_for_update(of=("self",)).select_related("clinic", "staff").get(pk=row.pk)
    if row.staff_id != by.pk:
        raise PermissionDenied("Only whom a test was sent to can say that it arrived.")
    if row.test_sent_at is None:
        raise TransitionRefused("No test was sent to you.")
    row.test_answered_at = now
    row.save(update_fields=["test_answered_at"])
    write_ladder_event("ladder.test_answered", row, by=by)
    return row


@action
def add_cover(
    *, clinic: Clinic, staff: Staff, substitute: Staff, starts_on: date, ends_on: date, by: Staff, today: date
) -> Cover:
    """Note that a person is away from the first to the last day, both inclusive, and who is told in their place.

    Raises   PermissionDenied: of somebody else, by who does not look after the clinic's staff.
    Raises   InputRefused: days that cannot be or meet another absence; a substitute who cannot do the same here.
    Records  cover.added
    """
    refuse_stranger(clinic, staff, by)
    Membership.objects.select_for_update().filter(clinic=clinic, staff=staff).first()  # two at once meet here
    refuse_days(starts_on, ends_on, today)
    refuse_substitute(clinic, staff, substitute)
    meeting = Cover.objects.filter(clinic=clinic, staff=staff, withdrawn=False)
    if other := meeting.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).first():
        raise InputRefused(f"These days meet an absence on record: {other}. Withdraw that first.", field="starts_on")
    cover = Cover.objects.create(
        clinic=clinic, staff=staff, substitute=substitute, starts_on=starts_on, ends_on=ends_on
    )
    write_cover_event("cover.added", cover, by=by)
    return cover


@action
def withdraw_cover(*, cover: Cover, by: Staff) -> Cover:
    """Take an absence back: the person is told again themselves.

    Raises   PermissionDenied: see `add_cover`.
    Raises   TransitionRefused: it was withdrawn already.
    Records  cover.withdrawn
    """
    rows = Cover.objects.select_for_update(of=("self",)).select_related("clinic", "staff", "substitute")
    cover = rows.get(pk=cover.pk)
    refuse_stranger(cover.clinic, cover.staff, by)
    if cover.withdrawn:
        raise TransitionRefused("This absence was withdrawn already.")
    cover.withdrawn = True
    cover.save(update_fields=["withdrawn"])
    write_cover_event("cover.withdrawn", cover, by=by)
    return cover


def refuse_stranger(clinic: Clinic, staff: Staff, by: Staff) -> None:
    """Raise PermissionDenied when `by` enters for somebody else without looking after the clinic's staff."""
    if staff.pk != by.pk and not may(by, May.ADMINISTER, clinic):
        raise PermissionDenied("An administrator enters it for others; you enter your own.")


def refuse_days(starts_on: date, ends_on: date, today: date) -> None:
    """Raise InputRefused for days in the wrong order, all past, or too many to be meant."""
    if ends_on < starts_on:
        raise InputRefused("The last day is before the first.", field="ends_on")
    if ends_on < today:
        raise InputRefused("These days have passed.", field="ends_on")
    if (ends_on - starts_on).days >= LONGEST_COVER:
        raise InputRefused("An absence lasts a year at most. Check the year.", field="ends_on")


def refuse_substitute(clinic: Clinic, staff: Staff, substitute: Staff) -> None:
    """Raise InputRefused unless both work here and the substitute may do what the other may."""
    role, instead = role_in(clinic, staff), role_in(clinic, substitute)
    if not role:
        raise InputRefused(f"{staff} does not work in {clinic}.", field="staff")
    if staff.pk == substitute.pk:
        raise InputRefused("Choose somebody else to stand in.", field="substitute")
    if not instead:
        raise InputRefused(f"{substitute} does not work in {clinic}.", field="substitute")
    if not can_take_over(instead, role):
        raise InputRefused(
            f"{substitute} may not do all that {staff} may. Choose a {Role(role).label.lower()}.", field="substitute"
        )


def role_in(clinic: Clinic, staff: Staff) -> str:
    """Return the person's role in the clinic, empty when they do not work there."""
    own = Membership.objects.filter(clinic=clinic, staff=staff, is_active=True, staff__is_active=True)
    return own.values_list("role", flat=True).first() or ""


def write_ladder_event(kind: str, row: LadderStep, *, by: Staff) -> None:
    step = row.get_step_display().lower()
    record_event(kind, clinic=row.clinic, by=by, person=str(row.staff), staff=row.staff_id, step=step)


def write_cover_event(kind: str, cover: Cover, *, by: Staff) -> None:
    record_event(
        kind,
        clinic=cover.clinic,
        by=by,
        cover=cover.pk,
        person=str(cover.staff),
        substitute=str(cover.substitute),
        starts_on=cover.starts_on,
        ends_on=cover.ends_on,
    )
