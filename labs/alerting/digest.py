"""The daily digest: how much waits for a person of a clinic, counted, and its e-mail. No patient is named."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count
from django.urls import reverse

from accounts.models import Clinic, Membership, Role
from events.delivery.kinds import KINDS, Content, MessageKind, Priority
from events.delivery.wall_clock import instant
from events.models import Message
from labs.alerting.duty import Duty, duties
from labs.alerting.responsible import concerned_on_duty
from labs.models import Alert
from schedules.calendars import working_calendar
from schedules.models import PlannedVisit
from schedules.querysets import PlannedVisitQuerySet

KIND = "digest.daily"
WITHIN = timedelta(hours=2)  # after opening; who comes back to work later finds it on the pages
READERS = (Role.CLINICIAN, Role.COORDINATOR)


@dataclass(frozen=True)
class Waiting:
    """How much waits for one person."""

    alerts: int = 0
    overdue: int = 0
    due: int = 0

    def __bool__(self) -> bool:
        return any((self.alerts, self.overdue, self.due))


def is_time(clinic: Clinic, now: datetime) -> bool:
    """Say whether the clinic has opened less than two hours ago, on one of its working days."""
    today = clinic.local_date(now)
    opened = instant(today, clinic.opens_at, clinic.zone)
    return opened <= now < opened + WITHIN and working_calendar(clinic).is_working(today)


def waiting_for_people(clinic: Clinic, now: datetime) -> dict[UUID, Waiting]:
    """Return what waits for each clinician and coordinator who is there today: the same few queries for any number.

    A clinician has the visits of their own patients and of those they stand in for, a coordinator the clinic's.
    """
    today = clinic.local_date(now)
    days = {clinic.pk: today}
    on_duty = duties(days)
    duty = on_duty[clinic.pk]
    alerts = list(Alert.objects.waiting().filter(clinic=clinic))
    told = concerned_on_duty(alerts, on_duty, days) if alerts else {}
    of_alerts = Counter(person for to in told.values() for person in to.staff)
    visits = PlannedVisit.objects.filter(clinic=clinic)
    overdue, due = by_clinician(visits.overdue(on=today)), by_clinician(visits.due(on=today))
    return {
        person: Waiting(of_alerts[person], seen_by(person, duty, overdue), seen_by(person, duty, due))
        for person, role in duty.roles.items()
        if role in READERS and person not in duty.covers
    }


def by_clinician(visits: PlannedVisitQuerySet) -> Mapping[UUID | None, int]:
    """Return how many of `visits` are of each clinician's patients; None: of nobody's."""
    grouped = visits.order_by().values_list("patient__responsible_clinician").annotate(number=Count("pk"))
    return dict(grouped)


def seen_by(person: UUID, duty: Duty, visits: Mapping[UUID | None, int]) -> int:
    """Return how many visits a person has to look after."""
    if duty.roles[person] != Role.CLINICIAN:
        return sum(visits.values())
    own = sum(number for whose, number in visits.items() if whose is not None and duty.stand_in(whose) == person)
    # Where no coordinator sees those of patients without a clinician, every clinician does.
    return own if Role.COORDINATOR in duty.roles.values() else own + visits.get(None, 0)


def digest(clinic: Clinic, person: UUID, waiting: Waiting, now: datetime) -> Message:
    """Return the unsaved e-mail to a person: one a day, no longer sent once the clinic has closed."""
    today = clinic.local_date(now)
    return Message(
        clinic=clinic,
        recipient_id=person,
        channel=Message.Channel.EMAIL,
        kind=KIND,
        subject=f"Today: {', '.join(lines(waiting))}",
        path=reverse("schedules:worklist"),
        details={"alerts": waiting.alerts, "overdue": waiting.overdue, "due": waiting.due},
        dedupe_key=key_of(clinic, person, now),
        not_before=now,
        expires_at=instant(today, clinic.closes_at, clinic.zone),
    )


def key_of(clinic: Clinic, person: UUID, now: datetime) -> str:
    return f"{KIND}:{clinic.pk}:{clinic.local_date(now)}:{person}"


def lines(waiting: Waiting) -> list[str]:
    """Return what waits in words, without what does not."""
    counted = (
        (waiting.alerts, "alert waits for an answer", "alerts wait for an answer"),
        (waiting.overdue, "visit is overdue", "visits are overdue"),
        (waiting.due, "visit is due", "visits are due"),
    )
    return [f"{number} {one if number == 1 else several}" for number, one, several in counted if number]


def content(message: Message) -> Content:
    """Return the e-mail: the counts, and where to look."""
    waiting = Waiting(**message.details)
    pages = [("Alerts", "labs:alerts")] * bool(waiting.alerts) + [("Worklist", "schedules:worklist")]
    links = "\n".join(f"{name}: {settings.BASE_URL}{reverse(page)}" for name, page in pages)
    text = f"{message.clinic}, today:\n\n" + "\n".join(f"- {line}" for line in lines(waiting))
    return Content(message.subject, f"{text}\n\n{links}\n\nThis e-mail names no patient.")


def unwanted(message: Message, now: datetime) -> str:
    """Say why the digest is not to be sent any more: the person has left."""
    there = Membership.objects.filter(clinic=message.clinic_id, staff=message.recipient_id, is_active=True).exists()
    return "" if there else "They no longer work in the clinic."


def register() -> None:
    """Let the delivery know how digests go out; one that may have arrived is not sent twice."""
    KINDS[KIND] = MessageKind(content=content, unwanted=unwanted, again_if_unknown=False, priority=Priority.DIGEST)
