"""How everything stands at the end of a simulation."""

from events.models import Message
from interop.simulation.world import World
from labs.models import Alert
from schedules.models import Plan, PlannedVisit


def write_standing(world: World) -> None:
    """Write a line for each visit, each message to a contact or to nobody, and each alert."""
    for plan in (
        Plan.objects.filter(clinic=world.clinic).select_related("patient").order_by("patient__mrn", "anchor", "pk")
    ):
        for visit in PlannedVisit.objects.filter(plan=plan).order_by("target", "kind", "timepoint"):
            visit.plan = plan
            write_visit(world, visit)
    own = Message.objects.going_out().filter(clinic=world.clinic, recipient=None)
    for message in own.select_related("patient").order_by("patient__mrn", "local_day", "pk"):
        world.log.write(
            "message",
            kind=message.kind,
            patient=message.patient.mrn if message.patient else "",
            to=world.names[message.contact_id] if message.contact_id else "",
            channel=message.channel,
            day=message.local_day,
            items=world.items(message),
            state=message.state,
            outcome=message.outcome,
            sent_at=message.sent_at,
        )
    for alert in Alert.objects.filter(clinic=world.clinic).order_by("pk"):
        world.log.write(
            "alert",
            alert=world.name("L", alert.pk),
            patient=alert.patient.mrn if alert.patient else "",
            rule=alert.rule,
            tier=alert.tier,
            state=alert.state,
        )


def write_visit(world: World, visit: PlannedVisit) -> None:
    """Write how one visit stands."""
    world.log.write(
        "visit",
        patient=visit.plan.patient.mrn,
        visit=world.visit(visit),
        target=visit.target,
        opens=visit.opens,
        closes=visit.closes,
        status=visit.status,
        on_hold=bool(visit.on_hold),
        before_enrolment=visit.before_enrolment,
        activities={each.activity: each.status for each in visit.activities.order_by("activity")},
    )
