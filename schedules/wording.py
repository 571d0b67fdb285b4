"""How events are said in words."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from events.models import Event
from schedules.names import ACTIVITY_NAMES, activity_name, timepoint_name
from schedules.protocol.trace import words

UNDONE = ".undone"

# One sentence per kind of event; the names are the facts its action wrote.
SENTENCES = {
    "patient.registered": "Patient entered with MRN {mrn}",
    "patient.changed": "Patient details changed: {fields}",
    "patient.merged": "Record {mrn} merged into this one",
    "patient.merged_away": "Merged into record {mrn}",
    "patient.withdrawn": "Record marked as entered in error",
    "patients.imported": "List {file} imported: {patients} patients, {treatments} treatments; {skipped} rows left out",
    "contact.added": "Contact added: {name}",
    "contact.changed": "Contact changed: {name}",
    "contact.removed": "Contact removed: {name}",
    "care_team.set": "{phase}: {responsible} acts on the counts",
    "treatment.planned": "{kind_of_treatment} treatment planned for {started_on}",
    "treatment.recorded": "{kind_of_treatment} treatment of {started_on} recorded",
    "treatment.given": "Therapeutic treatment of {started_on} recorded; {visits} timepoints planned by {protocol}",
    "treatment.changed": "Treatment details changed: {fields}",
    "treatment.withdrawn": "Treatment of {started_on} marked as entered in error",
    "counts.recovered": "Blood counts recovered on {recovered_on}",
    "visit.recorded": "{timepoint} recorded for {occurred_on}: {outcomes}",
    "visit.unscheduled": "Unscheduled visit recorded for {occurred_on}: {outcomes}",
    "visit.results_received": "{timepoint}: results received for {activities}",
    "visit.missed": "{timepoint} marked as missed: {activities}",
    "visit.not_applicable": "{timepoint} marked as not applicable: {activities}",
    "activity.released": "{timepoint}: {activity} is open again",
    "appointment.booked": "{timepoints} booked for {on}",
    "appointment.moved": "{timepoints} moved from {moved_from} to {on}",
    "protocol.approved": "{protocol} approved for this clinic",
    "closure.added": "Clinic closed from {first_day} to {last_day}: {closed_for}",
    "closure.removed": "Closure from {first_day} to {last_day} removed: {closed_for}",
    "appointment.cancelled": "Appointment of {on} cancelled: {timepoints}",
}


def activity_words(keys: Iterable[str]) -> str:
    """Return activities by their short names, in the order a visit goes: "Physician visit, CBC"."""
    chosen = list(keys)
    known = [name for key, name in ACTIVITY_NAMES.items() if key in chosen]
    return ", ".join([*known, *(activity_name(key) for key in chosen if key not in ACTIVITY_NAMES)])


def event_sentence(event: Event) -> str:
    """Return what happened, as a sentence without its full stop; an unknown kind stands for itself."""
    kind = event.kind.removesuffix(UNDONE)
    if kind not in SENTENCES:
        return event.kind
    sentence = SENTENCES[kind].format_map(Said(event.facts))
    also = event.facts.get("also_fulfilled")
    if also:
        sentence += f"; also fulfilled {', '.join(map(said_link, also))}"
    return f"Undone: {sentence[0].lower()}{sentence[1:]}" if event.kind.endswith(UNDONE) else capitalised(sentence)


class Said(dict[str, str]):
    """The facts of an event as they are read aloud; a fact it does not hold is a dash."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        super().__init__({name: said(name, value) for name, value in facts.items() if name != "rows"})

    def __missing__(self, name: str) -> str:
        return "–"


def said(name: str, value: Any) -> str:
    """Return one fact in words."""
    match name, value:
        case ("timepoint", str()):
            return timepoint_name(value)
        case ("timepoints", list()):
            return ", ".join(said_link(item) for item in value)
        case ("activity", str()):
            return activity_name(value)
        case ("activities", list()):
            return activity_words(value)
        case ("outcomes", dict()):
            return said_outcomes(value)
        case ("fields", list()):
            return ", ".join("MRN" if field == "mrn" else field.replace("_", " ") for field in value)
        case (_, str()):
            return said_date(value)
    return str(value)


def said_outcomes(outcomes: Mapping[str, str]) -> str:
    """Return "CBC drawn, chemistry done"; nothing done is an examination alone."""
    ordered = [key for key in ACTIVITY_NAMES if key in outcomes]
    return ", ".join(f"{activity_name(key)} {outcomes[key]}" for key in ordered) or "examination only"


def said_link(link: str) -> str:
    """Return "Week 8 CBC" for "W8 cbc", "Month 3 imaging" for "M3 imaging"; a visit is its timepoint alone."""
    timepoint, _, what = link.partition(" ")
    if what in ("visit", "imaging"):
        return timepoint_name(timepoint, what)
    return f"{timepoint_name(timepoint)} {activity_name(what)}"


def said_date(text: str) -> str:
    """Return an ISO date as pages show it, any other text as it is."""
    try:
        return words(date.fromisoformat(text)) if len(text) == len("2024-03-27") else text
    except ValueError:
        return text


def capitalised(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
