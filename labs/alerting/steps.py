"""The people of a step of an alert's ladder."""

from collections.abc import Mapping
from datetime import datetime

from labs.alerting.duty import duties
from labs.alerting.responsible import Concerned, concerned_on_duty
from labs.models import Alert
from labs.rules.ladder import Whom

STEP_WORDS: Mapping[Whom, str] = {
    Whom.RESPONSIBLE: "responsible, once more",
    Whom.COVERING: "covering clinician",
    Whom.LEAD: "clinic lead",
    Whom.EVERYBODY: "everybody on the ladder, once more",
}


def people_of_step(alert: Alert, whom: Whom, *, now: datetime) -> Concerned:
    """Return who is told at a step, with whom to call; for who is away their substitute."""
    days = {alert.clinic_id: alert.clinic.local_date(now)}
    on_duty = duties(days)
    responsible = concerned_on_duty([alert], on_duty, days)[alert.pk]
    if whom == Whom.RESPONSIBLE:
        return responsible
    duty = on_duty[alert.clinic_id]
    told, away = duty.reached(duty.of_ladder(whom))
    if whom == Whom.EVERYBODY:
        told = tuple(dict.fromkeys([*responsible.staff, *told]))
        away = tuple(person for person in dict.fromkeys([*responsible.away, *away]) if person not in told)
    return Concerned(told, responsible.call, away)
