"""The work that beat starts, at the moments at which it may find something to do."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from events.delivery.sending import deliver_due
from events.delivery.wall_clock import instant
from events.models import Message
from interop.simulation.staff import react_to
from interop.simulation.world import What, World
from labs.actions.adding import follow_additions
from labs.actions.climbing import escalate_alerts
from labs.actions.lapsing import lapse_alerts
from labs.actions.late_counts import raise_for_late_counts
from labs.models import Alert
from schedules.actions import extend_plans
from schedules.actions.reminders import plan_reminders

EARLY = time(0, 5)
FIVE = timedelta(minutes=5)
DAY = timedelta(days=1)
HALF = timedelta(seconds=30)
TICK = timedelta(seconds=5)  # of beat


class Beats:
    """When each of them is played next, and what the product did meanwhile."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.planned: set[tuple[str, datetime]] = set()
        self.latest = UUID(int=0)  # message seen
        self.delivered: datetime | None = None

    def start(self) -> None:
        """Let the days begin."""
        self.once("night", instant(self.world.today, EARLY, self.world.clinic.zone), self.night)

    def once(self, name: str, when: datetime, what: What) -> None:
        """Play something at an instant, however often it is asked for."""
        if (name, when) not in self.planned:
            self.planned.add((name, when))
            self.world.agenda.add(when, partial(self.run, name, when, what), fact=False)

    def run(self, name: str, when: datetime, what: What) -> None:
        """Play it, so that it can be planned for this instant again."""
        self.planned.discard((name, when))
        what()

    def night(self) -> None:
        """Play what follows from a new day; reminders are written two days ahead."""
        now = self.world.now
        extend_plans(today=self.world.today)
        follow_additions(now=now)
        if Alert.objects.unresolved().exists():
            lapse_alerts(now=now)
            raise_for_late_counts(now=now)
        self.sweep()
        self.once("night", instant(self.world.today + DAY, EARLY, self.world.clinic.zone), self.night)

    def sweep(self) -> None:
        """Plan reminders."""
        plan_reminders(clinic=self.world.clinic, now=self.world.now)

    def deliver(self) -> None:
        """Send what is due."""
        self.delivered = self.world.now
        while deliver_due(clock=lambda: self.world.now):
            pass

    def climb(self) -> None:
        """Tell the next step of the ladder."""
        escalate_alerts(now=self.world.now)

    def after(self, *, fact: bool) -> None:
        """See what came of the last moment, and when something falls due; after a fact the next sweep finds more."""
        world = self.world
        raised, written, due, opens, climbs = look(world.now, self.latest)
        if raised:
            self.see_alerts()
        if written:
            self.see_messages()
        if fact:
            self.once("sweep", grid(world.now, FIVE), self.sweep)
        if due and self.delivered == world.now >= due:  # its way out is closed, or was used enough for now
            self.once("deliver", max(opens or world.now, world.now + TICK), self.deliver)
        elif due:
            self.once("deliver", max(due, world.now), self.deliver)
        if climbs:
            self.once("climb", grid(max(climbs, world.now), HALF), self.climb)

    def see_alerts(self) -> None:
        """Write down which alerts were raised now, and let the clinic's people react."""
        world = self.world
        for alert in Alert.objects.filter(raised_at=world.now).select_related("patient").order_by("pk"):
            if (alert.pk, alert.raised_at) in world.raised:
                continue
            world.raised.add((alert.pk, alert.raised_at))
            again = alert.pk in world.names
            name, who = world.name("L", alert.pk), alert.patient.mrn if alert.patient else ""
            world.tell("raised", alert=name, patient=who, rule=alert.rule, tier=alert.tier, again=again)
            react_to(world, alert)

    def see_messages(self) -> None:
        """Write down whom the product told of alerts."""
        world = self.world
        for message in Message.objects.filter(pk__gt=self.latest).order_by("pk"):
            self.latest = message.pk
            if message.recipient_id and message.about in world.names:
                alert, to = world.names[message.about], world.names[message.recipient_id]
                world.tell("told", alert=alert, to=to, channel=message.channel, kind=message.kind)


LOOK = """
SELECT EXISTS (SELECT 1 FROM labs_alert WHERE state = 'open' AND raised_at = %(now)s),
       EXISTS (SELECT 1 FROM events_message WHERE id > %(latest)s),
       (SELECT min(not_before) FROM events_message WHERE state = 'due' AND channel IN ('email', 'sms')),
       (SELECT min(closed_until) FROM events_channelhealth WHERE closed_until > %(now)s),
       (SELECT min(next_notice_at) FROM labs_alert WHERE state = 'open' AND next_notice_at IS NOT NULL)
"""


class Seen(NamedTuple):
    """Whether alerts were raised now and messages written; when one is due, a way out opens, the ladder is climbed."""

    raised: bool
    written: bool
    due: datetime | None
    opens: datetime | None
    climbs: datetime | None


def look(now: datetime, latest: UUID) -> Seen:
    """Return what there is to see, by one statement, since it is asked after every single moment."""
    with connection.cursor() as cursor:
        cursor.execute(LOOK, {"now": now, "latest": latest})
        return Seen(*cursor.fetchone())


def grid(now: datetime, step: timedelta) -> datetime:
    """Return the next full step after `now`, or `now` when it is one."""
    begun = datetime.min.replace(tzinfo=now.tzinfo)
    rest = (now - begun) % step
    return now + (step - rest) % step if rest else now
