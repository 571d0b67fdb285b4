"""What a patient's clinical events mean for their plans (PROTOCOL.md 13)."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import NamedTuple
from uuid import UUID

from patients.models import Care, ClinicalEvent, Treatment
from schedules.names import activity_name
from schedules.protocol import SPECIMENS, Away, Declined

Kind = ClinicalEvent.Kind
# While one of these stands, nothing of a plan is wanted; a transfer ends ours once it is accepted.
ENDING = (Kind.DEATH, Kind.TRANSFER, Kind.DECLINES_FOLLOW_UP, Kind.COMFORT_CARE)
# What is asked about when MIBG is planned, or said to have been given.
AGAINST_INFUSION = (Kind.DEATH, Kind.PREGNANCY, *ENDING[1:])
# How we stand to the patient while one of these lasts, the first that holds.
CARE_IN = {
    Kind.DEATH: Care.DECEASED,
    Kind.TRANSFER: Care.TRANSFERRED,
    Kind.DECLINES_FOLLOW_UP: Care.DECLINED,
    Kind.COMFORT_CARE: Care.COMFORT,
    Kind.LOST: Care.LOST,
    Kind.PAUSE: Care.PAUSED,
}
# What the time is called, once it is over.
AWAY: Mapping[str, str] = {
    Kind.TRANSFER: "Followed up elsewhere",
    Kind.DECLINES_FOLLOW_UP: "Follow-up here was declined",
    Kind.COMFORT_CARE: "Comfort care",
}
HOLDING = (Care.PAUSED, Care.LOST)  # every open visit waits for a decision
# What is known to do no harm in pregnancy goes on; what a clinic's own protocol names besides waits for a decision.
SAFE_IN_PREGNANCY = frozenset({"physician_visit", "cytopenia_workup"}) | SPECIMENS
PREGNANCY = "Pregnancy"


class Life(NamedTuple):
    """What stands of a patient's events.

    `ended_on` and `ended_by`: the day from which nothing is wanted of us any more, and the kind of event. `declined`:
    activities, and when. `pregnant_since`: while it lasts. `care`: how we stand to the patient.
    `held_since`: the first day of the pause or loss that `care` says, None of any other. `away`: times, over by now,
    in which nothing was wanted of us.
    """

    ended_on: date | None = None
    ended_by: str = ""
    declined: tuple[Declined, ...] = ()
    pregnant_since: date | None = None
    care: Care = Care.FOLLOWED
    held_since: date | None = None
    away: tuple[Away, ...] = ()

    @property
    def ended_words(self) -> str:
        """Why nothing is wanted any more: "Transfer of care."; nothing while something is."""
        return f"{Kind(self.ended_by).label}." if self.ended_by else ""


def life_of(events: Iterable[ClinicalEvent]) -> Life:
    """Return what the events that were not withdrawn mean together; one that has ended leaves its time away."""
    life = Life()
    standing = [event for event in events if not event.withdrawn]
    lasting = [event for event in standing if event.ended_on is None]
    ended = sorted((event for event in standing if event.ended_on), key=lambda event: (event.started_on, event.pk))
    items = [event for event in standing if event.kind == Kind.DECLINES_ITEM]
    declined = tuple(Declined(name, item.started_on, item.ended_on) for item in items for name in item.activities)
    away = tuple(time for event in ended if (time := time_away(event)))
    kinds = {event.kind for event in lasting if event.kind != Kind.TRANSFER or event.accepted_on}
    for event in lasting:
        on = ends_on(event)
        if on is not None and (life.ended_on is None or on < life.ended_on):
            life = life._replace(ended_on=on, ended_by=event.kind)
        if event.kind == Kind.PREGNANCY:
            life = life._replace(pregnant_since=min(event.started_on, life.pregnant_since or date.max))
    care = next((care for kind, care in CARE_IN.items() if kind in kinds), Care.FOLLOWED)
    holding = [event.started_on for event in lasting if care in HOLDING and CARE_IN.get(Kind(event.kind)) == care]
    return life._replace(declined=declined, care=care, held_since=min(holding, default=None), away=away)


def lives_of(patients: Iterable[UUID]) -> dict[UUID, Life]:
    """Return what the stored events mean for each of `patients`, in one query."""
    events: dict[UUID, list[ClinicalEvent]] = {patient: [] for patient in patients}
    for event in ClinicalEvent.objects.filter(patient__in=list(events), withdrawn=False):
        events[event.patient_id].append(event)
    return {patient: life_of(own) for patient, own in events.items()}


def ends_on(event: ClinicalEvent) -> date | None:
    """Return the day from which nothing of our plan is wanted; None: the event ends nothing (yet)."""
    if event.kind not in ENDING:
        return None
    return event.accepted_on if event.kind == Kind.TRANSFER else event.started_on


def time_away(event: ClinicalEvent) -> Away | None:
    """Return the time in which nothing was wanted of us because of an event that is over; None: there was none.

    The day of its end is the first on which we are asked again.
    """
    begins = ends_on(event)
    if begins is None or event.ended_on is None or event.ended_on <= begins:
        return None
    return Away(begins, event.ended_on, f"{AWAY[event.kind]} from {day_words(begins)} to {day_words(event.ended_on)}.")


def standing_words(events: Iterable[ClinicalEvent], *, today: date) -> list[str]:
    """Return what of a patient's events is to be seen at every look, the gravest first: "Died 3 May 2024"."""
    lasting = [event for event in events if not event.withdrawn and event.ended_on is None]
    order = list(STANDING)
    shown = sorted((event for event in lasting if event.kind in STANDING), key=lambda event: order.index(event.kind))
    return [STANDING[event.kind](event, today) for event in shown]


def against_infusion(treatment: Treatment) -> list[str]:
    """Return what of a patient's events stands against an infusion of MIBG on its day, the gravest first."""
    on = treatment.started_on
    begun = ClinicalEvent.objects.filter(patient=treatment.patient, withdrawn=False, started_on__lte=on)
    lasting = [event for event in begun if event.ended_on is None or event.ended_on >= on]
    against = [event for event in lasting if event.kind in AGAINST_INFUSION and (ends_on(event) or on) <= on]
    return [
        f"{STANDING[event.kind](event, on)}." for event in sorted(against, key=lambda e: AGAINST_INFUSION.index(e.kind))
    ]


def day_words(day: date) -> str:
    return f"{day:%-d %b %Y}"


def _transfer(event: ClinicalEvent, today: date) -> str:
    to_whom = event.details.get("to_whom", "")
    if event.accepted_on:
        return f"Followed up elsewhere since {day_words(event.accepted_on)}: {to_whom}"
    return f"Transfer to {to_whom} of {day_words(event.started_on)} is not accepted yet: alerts stay ours"


def _pause(event: ClinicalEvent, today: date) -> str:
    review = date.fromisoformat(event.details["review_on"])
    if review < today:
        return f"Follow-up paused; its review was due on {day_words(review)}"
    return f"Follow-up paused until {day_words(review)}"


def _since(words: str) -> Callable[[ClinicalEvent, date], str]:
    return lambda event, today: f"{words} since {day_words(event.started_on)}"


STANDING: Mapping[str, Callable[[ClinicalEvent, date], str]] = {
    Kind.DEATH: lambda event, today: f"Died {day_words(event.started_on)}",
    Kind.TRANSFER: _transfer,
    Kind.DECLINES_FOLLOW_UP: lambda event, today: (
        f"Declined follow-up here on {day_words(event.started_on)}; {event.details.get('taken_over_by')} takes over"
    ),
    Kind.COMFORT_CARE: _since("Comfort care"),
    Kind.LOST: _since("Lost to follow-up"),
    Kind.PAUSE: _pause,
    Kind.PREGNANCY: _since("Pregnant"),
    Kind.DECLINES_ITEM: lambda event, today: (
        f"Declines {', '.join(map(activity_name, event.activities))} since {day_words(event.started_on)}"
    ),
    Kind.DECLINES_MESSAGES: _since("No messages: declined"),
    Kind.WITHDRAWS_RESEARCH: _since("Withdrawn from registry and research"),
    Kind.RELAPSE: _since("Relapse or progression"),
    Kind.NEW_THERAPY: lambda event, today: (
        f"{event.details.get('therapy')} since {day_words(event.started_on)}: attribution is confounded"
        + (f"; counts are followed at {event.details['counts_at']}" if event.details.get("counts_at") else "")
    ),
    Kind.ADMISSION: _since("In hospital"),
}
