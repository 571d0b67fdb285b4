"""The alerts, held-back rows, ladder steps and covers of somebody who leaves a clinic."""

from accounts.models import Cover, LadderStep, Staff
from accounts.models.duty import CoverQuerySet, LadderStepQuerySet
from accounts.open_work import Leaving, OpenWork
from accounts.permissions import May
from events.actions import record_event
from labs.actions.alert_events import write_alert_event
from labs.actions.duty import write_cover_event, write_ladder_event
from labs.models import Alert, QuarantineItem
from labs.models.alerts import AlertQuerySet
from patients.models import ClinicRowQuerySet


def alerts_of(leaving: Leaving) -> AlertQuerySet:
    return Alert.objects.unresolved().filter(clinic=leaving.clinic, owner=leaving.person)


def hand_over_alerts(leaving: Leaving, to: Staff, by: Staff) -> None:
    """Make the person's alerts that are not resolved somebody else's.

    Records  alert.handed_over for each
    """
    rows = alerts_of(leaving).select_related("clinic", "patient").order_by("pk")
    for alert in rows.select_for_update(of=("self",)):
        alert.owner = to
        alert.save(update_fields=["owner"])
        write_alert_event("alert.handed_over", alert, by=by, reason=leaving.why, to=str(to), to_staff=to.pk)


def held_back_of(leaving: Leaving) -> ClinicRowQuerySet[QuarantineItem]:
    rows: ClinicRowQuerySet[QuarantineItem] = QuarantineItem.objects.filter(
        clinic=leaving.clinic, owner=leaving.person, state=QuarantineItem.State.OPEN
    )
    return rows


def hand_over_held_back(leaving: Leaving, to: Staff, by: Staff) -> None:
    """Make the held-back rows the person has taken somebody else's.

    Records  quarantine.claimed
    """
    count = held_back_of(leaving).update(owner=to)
    what = f"{leaving.person}’s, now {to}’s"
    record_event("quarantine.claimed", clinic=leaving.clinic, by=by, what=what, count=count)


def steps_of(leaving: Leaving) -> LadderStepQuerySet:
    return LadderStep.objects.filter(clinic=leaving.clinic, staff=leaving.person)


def hand_over_steps(leaving: Leaving, to: Staff, by: Staff) -> None:
    """Let somebody else be told at the person's steps of the ladder, not tested yet.

    Records  ladder.removed and, where they did not stand there, ladder.added
    """
    for row in steps_of(leaving).select_related("clinic", "staff"):
        write_ladder_event("ladder.removed", row, by=by)
        row.delete()
        successor, is_new = LadderStep.objects.get_or_create(clinic=leaving.clinic, step=row.step, staff=to)
        if is_new:
            write_ladder_event("ladder.added", successor, by=by)


def covers_by(leaving: Leaving) -> CoverQuerySet:
    return Cover.objects.from_day(leaving.today).filter(clinic=leaving.clinic, substitute=leaving.person)


def hand_over_covers(leaving: Leaving, to: Staff, by: Staff) -> None:
    """Let somebody else stand in where the person does; who would stand in for themselves is told themselves.

    Records  cover.added or cover.withdrawn
    """
    for cover in covers_by(leaving).select_related("clinic", "staff"):
        if cover.staff_id == to.pk:
            cover.withdrawn = True
        else:
            cover.substitute = to
        cover.save(update_fields=["withdrawn", "substitute"])
        write_cover_event("cover.withdrawn" if cover.withdrawn else "cover.added", cover, by=by)


KINDS = (
    OpenWork(
        "alert they have",
        "alerts they have",
        lambda leaving: alerts_of(leaving).count(),
        hand_over_alerts,
        needs=May.RECORD,
    ),
    OpenWork(
        "held-back row they have",
        "held-back rows they have",
        lambda leaving: held_back_of(leaving).count(),
        hand_over_held_back,
        needs=May.RECORD,
    ),
    OpenWork(
        "step of the ladder they stand on",
        "steps of the ladder they stand on",
        lambda leaving: steps_of(leaving).count(),
        hand_over_steps,
    ),
    OpenWork(
        "absence of a colleague they stand in for",
        "absences of colleagues they stand in for",
        lambda leaving: covers_by(leaving).count(),
        hand_over_covers,
    ),
)
