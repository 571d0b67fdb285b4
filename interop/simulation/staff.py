"""How the people of the simulated clinic answer alerts: at once, late, or only when the ladder is climbed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from interop.simulation.world import World
from iotrex_followup.errors import DomainError
from labs.actions.alerts import acknowledge, resolve
from labs.models import Alert

DELAYS = (  # minutes, and how often out of twenty
    ((1, 14), 11),
    ((16, 29), 3),
    ((31, 59), 2),
    ((61, 400), 2),
    ((500, 5000), 2),
)
RESOLVED = 0.5


def react_to(world: World, alert: Alert) -> None:
    """Let somebody answer an alert that was raised now, sooner or later."""
    chance = world.chance
    first, last = chance.choices([span for span, _ in DELAYS], [often for _, often in DELAYS])[0]
    raised_at = alert.raised_at
    world.at(world.now + timedelta(minutes=chance.randint(first, last)), lambda: answer(world, alert.pk, raised_at))


def answer(world: World, pk: UUID, raised_at: object) -> None:
    """Acknowledge an alert, unless it was answered or raised anew meanwhile; it may be resolved later."""
    alert = Alert.objects.get(pk=pk)
    if alert.state != Alert.State.OPEN or alert.raised_at != raised_at:
        return
    by = world.chance.choice(world.clinicians)
    by_when = world.today + timedelta(days=world.chance.randint(1, 10))
    step = world.chance.choice(("patient_called", "repeat_cbc", "clinic_visit"))
    acknowledge(alert=alert, next_step=step, by_when=by_when, by=by, now=world.now)
    world.tell("acknowledged", alert=world.names[pk], by=world.names[by.pk], next_step=step, by_when=by_when)
    if world.chance.random() < RESOLVED:
        world.at(world.now + timedelta(hours=world.chance.randint(1, 200)), lambda: close(world, pk))


def close(world: World, pk: UUID) -> None:
    """Resolve an alert."""
    by = world.clinicians[0]
    try:
        resolve(alert=Alert.objects.get(pk=pk), resolution="Followed up.", by=by, now=world.now)
    except DomainError:
        return  # closed meanwhile
    world.tell("resolved", alert=world.names[pk], by=world.names[by.pk])
