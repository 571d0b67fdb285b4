"""The people of a step of an alert's ladder."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import NamedTuple

from labs.alerting.duty import Duty, duties
from labs.alerting.notifying import told_of
from labs.alerting.responsible import Concerned, concerned_on_duty
from labs.models import Alert
from labs.rules.ladder import BRING_IN, Whom, whom_from
from labs.rules.values import Urgency

STEP_WORDS: Mapping[Whom, str] = {
    Whom.RESPONSIBLE: "responsible, once more",
    Whom.COVERING: "covering clinician",
    Whom.LEAD: "clinic lead",
    Whom.EVERYBODY: "everybody on the ladder, once more",
}


class Telling(NamedTuple):
    """Who is told at a step, and as what, in words."""

    words: str
    to: Concerned


def tellings_of_step(alert: Alert, number: int, *, now: datetime) -> list[Telling]:
    """Return whom step `number` tells, with whom to call, for who is away their substitute; empty when there is none.

    A step that is to bring in somebody new, but has only people who were told since the alert was raised, is told
    together with the next one that has somebody else. Where none has, it stands alone.
    """
    whom_in_order = whom_from(Urgency(alert.tier), number)
    if not whom_in_order:
        return []
    people = people_of_steps(alert, now=now)
    first, *later = whom_in_order
    own = people(first)
    found = [Telling(STEP_WORDS[first], own)]
    if first not in BRING_IN:
        return found
    told = told_of(alert)
    if told.issuperset(own.staff):
        beside = next((each for each in later if not told.issuperset(people(each).staff)), None)
        found += [Telling(STEP_WORDS[beside], without(own, people(beside)))] if beside else []
    return found


def people_of_steps(alert: Alert, *, now: datetime) -> Callable[[Whom], Concerned]:
    """Return what says who is told at a step of `alert`: the same few queries for any number of steps."""
    days = {alert.clinic_id: alert.clinic.local_date(now)}
    on_duty = duties(days)
    responsible = concerned_on_duty([alert], on_duty, days)[alert.pk]
    return partial(people_of_step, responsible, on_duty[alert.clinic_id])


def people_of_step(responsible: Concerned, duty: Duty, whom: Whom) -> Concerned:
    """Return who is told at a step, by who is responsible and who is on duty."""
    if whom == Whom.RESPONSIBLE:
        return responsible
    told, away = duty.reached(duty.of_ladder(whom))
    if whom == Whom.EVERYBODY:
        told = tuple(dict.fromkeys([*responsible.staff, *told]))
        away = tuple(person for person in dict.fromkeys([*responsible.away, *away]) if person not in told)
    return Concerned(told, responsible.call, away)


def without(already: Concerned, people: Concerned) -> Concerned:
    """Return `people` without those who are told at the same moment already."""
    left = [each for each in people.away if each not in already.away]
    return people._replace(staff=tuple(each for each in people.staff if each not in already.staff), away=tuple(left))
