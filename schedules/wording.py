"""How timepoints, activities and events are said in words, the same on every page and paper."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from events.models import Event
from schedules.protocol.trace import words

UNDONE = ".undone"

ACTIVITIES = {
    "physician_visit": "physician visit",
    "cbc": "CBC",
    "chemistry": "chemistry",
    "thyroid": "thyroid function",
    "metanephrines": "metanephrines",
    "chromogranin_a": "chromogranin A",
    "hva_vma": "HVA and VMA",
    "5_hiaa": "5-HIAA",
    "calcitonin_cea": "calcitonin and CEA",
    "mibg_scan": "MIBG scan",
    "anatomical_imaging": "CT or MRI",
    "fdg_pet": "FDG-PET",
}
UNITS = {"W": "Week", "M": "Month"}

# One sentence per kind of event; the names are the facts its action wrote.
SENTENCES = {
    "patient.registered": "Patient entered with MRN {mrn}",
    "patient.changed": "Patient details changed: {fields}",
    "patient.merged": "Record {mrn} merged into this one",
    "patient.merged_away": "Merged into record {mrn}",
    "patient.withdrawn": "Record marked as entered in error",
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
    "appointment.cancelled": "Appointment of {on} cancelled: {timepoints}",
}


def timepoint_words(timepoint: str) -> str:
    """Return "Week 5" for "W5", "Month 6" for "M6"; a timepoint of another form as it is."""
    unit, number = UNITS.get(timepoint[:1]), timepoint[1:]
    return f"{unit} {number}" if unit and number.isdigit() else timepoint


def activity_words(keys: Iterable[str]) -> str:
    """Return activities by their short names, in the order a visit goes: "physician visit, CBC, chemistry"."""
    chosen = list(keys)
    known = [name for key, name in ACTIVITIES.items() if key in chosen]
    return ", ".join([*known, *(key for key in chosen if key not in ACTIVITIES)])


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
            return timepoint_words(value)
        case ("timepoints", list()):
            return ", ".join(said_link(item) for item in value)
        case ("activity", str()):
            return activity_words([value])
        case ("activities", list()):
            return activity_words(value)
        case ("outcomes", dict()):
            return said_outcomes(value)
        case ("fields", list()):
            return ", ".join(field.replace("_", " ") for field in value)
        case (_, str()):
            return said_date(value)
    return str(value)


def said_outcomes(outcomes: Mapping[str, str]) -> str:
    """Return "CBC drawn, chemistry done"; nothing done is an examination alone."""
    ordered = [key for key in ACTIVITIES if key in outcomes]
    return ", ".join(f"{ACTIVITIES[key]} {outcomes[key]}" for key in ordered) or "examination only"


def said_link(link: str) -> str:
    """Return "Week 8 CBC" for "W8 cbc", "Month 3 imaging" for "M3 imaging"; a visit is its timepoint alone."""
    timepoint, _, what = link.partition(" ")
    return " ".join(
        part for part in (timepoint_words(timepoint), "" if what == "visit" else activity_words([what])) if part
    )


def said_date(text: str) -> str:
    """Return an ISO date as pages show it, any other text as it is."""
    try:
        return words(date.fromisoformat(text)) if len(text) == len("2024-03-27") else text
    except ValueError:
        return text


def capitalised(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
