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
    "patient.reassigned": "{to} is responsible, no longer {person}",
    "patient.merged": "Record {mrn} merged into this one",
    "patient.merged_away": "Merged into record {mrn}",
    "patient.withdrawn": "Record marked as entered in error",
    "patients.imported": "List {file} imported: {patients} patients, {treatments} treatments; {skipped} rows left out",
    "contact.added": "Contact added: {name}",
    "contact.changed": "Contact changed: {name}",
    "contact.removed": "Contact removed: {name}",
    "contact.unreachable": "{name} is not reached by {way} any more: it was refused",
    "contact.stopped_messages": "{name} wants no more messages by {way}",
    "care_team.set": "{phase}: {responsible} acts on the counts",
    "treatment.planned": "{kind_of_treatment} treatment planned for {started_on}",
    "treatment.recorded": "{kind_of_treatment} treatment of {started_on} recorded",
    "treatment.given": "Therapeutic treatment of {started_on} recorded; {visits} timepoints planned by {protocol}",
    "treatment.changed": "Treatment details changed: {fields}",
    "treatment.redated": "{kind_of_treatment} treatment moved from {moved_from} to {started_on}",
    "plan.migrated": "Plan from {anchor} follows {protocol}, no longer {was}",
    "plan.changed": "Plan from {anchor} changed: {what}",
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
    "appointment.attended": "Came on {on}: {timepoints}",
    "appointment.not_attended": "Appointment of {on}, {what}: {timepoints}",
    "absence.added": "Away from {first_day} to {last_day}",
    "absence.changed": "Absence changed: away from {first_day} to {last_day}",
    "absence.withdrawn": "Absence from {first_day} to {last_day} withdrawn",
    "capacity.set": "{activity}: {places} a day",
    "capacity.removed": "{activity}: no longer counted, any number a day",
    "addition.made": "Added to the plan, {what}: {sentence}",
    "addition.offered": "Offered, {what}: {sentence}",
    "addition.extended": "Goes on, {what}: {sentence}",
    "addition.retold": "Offered anew, {what}: {sentence}",
    "addition.accepted": "Accepted, {what}: {sentence}",
    "addition.declined": "Declined, {what}: {sentence}",
    "addition.lapsed": "Fallen away, {what}: {sentence}",
    "ladder.added": "{person} is told as {step} of alerts nobody answers",
    "ladder.removed": "{person} is no longer told as {step}",
    "ladder.tested": "Test of the ladder sent to {people}",
    "ladder.test_answered": "Test of the ladder has reached {person}, {step}",
    "cover.added": "{person} is away from {starts_on} to {ends_on}; {substitute} stands in",
    "cover.withdrawn": "Absence of {person} from {starts_on} to {ends_on} withdrawn",
    "handover.taken": "Shift taken over by {taken_by}: {alerts}, {awaited}, {calls}",
    "message.sent_again": "Message to be sent again: {subject}",
    "reminder_rules.changed": "Rules of reminders changed; in use: {active}",
    "reminder_text.changed": "Words of reminders changed: {text}, {channel}, {language}",
    "reminder_text.reset": "Words of reminders are the shipped ones again: {text}, {channel}, {language}",
    "message.settled": "Message settled by hand: {subject}",
    "message.returned": "Message came back: {subject}",
    "message.carried_out": "Carried out by telephone: {subject}",
    "contact_log.recorded": "Contact ({how}, {way}{with_whom}): {outcome}{flags}{call_again_on}",
    "contact_log.seen": "What came in on {on} ({how}{with_whom}) was dealt with: {next_step}{flags}{call_again_on}",
    "webhook.added": "Webhook {endpoint} added",
    "webhook.changed": "What webhook {endpoint} is told of changed",
    "webhook.deactivated": "Webhook {endpoint} deactivated",
    "webhook.tested": "Test sent to webhook {endpoint}",
    "setting.signed": "Signed: {title}",
    "setting.sign_off_withdrawn": "Signature withdrawn: {title}",
    "protocol.approved": "{protocol} approved for this clinic",
    "protocol.made_default": "New plans follow {protocol} unless another is chosen",
    "protocol.drafted": "Protocol {protocol} drafted",
    "protocol.changed": "Protocol draft {protocol} changed",
    "protocol.submitted": "Protocol draft {protocol} submitted for publication",
    "protocol.published": "Protocol {protocol} published",
    "protocol.retired": "Protocol {protocol} retired",
    "closure.added": "Clinic closed from {first_day} to {last_day}: {closed_for}",
    "closure.removed": "Closure from {first_day} to {last_day} removed: {closed_for}",
    "results.received": "{results} results received, specimens of {first_day} to {last_day}",
    "results.matched": "Results fulfilled {timepoints}",
    "results.unmatched": "Open again, since its result no longer stands: {timepoints}",
    "match.accepted": "{timepoint} {activity}: the specimen of {specimen_on} stands for it",
    "match.declined": "{timepoint} {activity}: the specimen of {specimen_on} does not stand for it",
    "alert.opened": "Alert: {what}",
    "alert.raised": "Alert raised again: {what}",
    "alert.count_late": "Alert raised again, no blood count for {days} days: {what}",
    "alert.closed": "Alert closed by itself, all within limits again: {what}",
    "alert.taken_in": "Alert closed by itself, its held-back value is judged as a result now: {what}",
    "appointment.cancelled": "Appointment of {on} cancelled: {timepoints}",
    "baseline.chosen": "Baseline of {analyte} before the treatment of {started_on} is {value} of {on}; {regraded}",
    "baseline.cleared": "Baseline of {analyte} before the treatment of {started_on} is the rule's again; {regraded}",
    "alert.acknowledged": "Alert acknowledged, {plan}: {what}",
    "alert.told": "{told} told on {when}, {how}: {what}",
    "alert.claimed": "Alert taken over: {what}",
    "alert.handed_over": "Alert handed over to {to}: {what}",
    "alert.snoozed": "Alert snoozed until {until}{limit}: {what}",
    "alert.resolved": "Alert resolved ({resolution}): {what}",
    "alert.lapsed": "Alert back, its time has run out ({plan}): {what}",
    "alert.escalated": "Nobody answered; told next ({step}): {whom}; {what}",
    "alert.step_done": "Done as planned ({plan}): {what}",
    "study.recorded": "Imaging recorded: {what}{planned}",
    "study.changed": "Imaging changed: {what}{planned}",
    "study.withdrawn": "Imaging marked as entered in error: {what}",
    "study.linked": "Imaging stands for a planned scan: {what}{planned}",
    "study.released": "Imaging stands for {stood_for} no longer: {what}",
    "study.reported": "{what}: {status}",
    "study.report_amended": "{what}: report amended",
    "study.made_baseline": "{what} is a baseline",
    "study.no_baseline": "{what} is no baseline any more",
    "assessment.opened": "Imaging assessment opened: {what}",
    "assessment.described": "Imaging assessment changed: {what}",
    "assessment.signed": "Imaging assessment signed: {what}{verdict}",
    "assessment.reopened": "Imaging assessment reopened: {what}",
    "assessment.withdrawn": "Imaging assessment marked as entered in error: {what}",
    "lesion.added": "Lesion added, {role}: {name}",
    "lesion.changed": "Lesion changed: {name}",
    "lesion.withdrawn": "Lesion marked as entered in error: {name}",
    "lesions.measured": "Lesions looked at, images of {on}",
    "adverse_event.recorded": "Adverse event recorded: {what}",
    "adverse_event.changed": "Adverse event changed: {what}",
    "adverse_event.ended": "Adverse event ended on {ended_on}: {what}",
    "adverse_event.withdrawn": "Adverse event marked as entered in error: {what}",
    "score.recorded": "Scan scored: {what}",
    "score.changed": "Score changed: {what}",
    "score.withdrawn": "Score marked as entered in error: {what}",
    "score.adjudicated": "Differing scores adjudicated: {what}",
    "imaging_policy.inrc_changed": "Thresholds of INRC changed: {fields}",
    "imaging_policy.scoring_changed": "How scans are scored and seen was changed: {fields}",
    "support.recorded": "{product} given on {given_on}",
    "support.withdrawn": "{product} of {given_on} marked as entered in error",
    "clinical_event.recorded": "{what} from {started_on}, {lasts}",
    "clinical_event.decided": "{what} from {started_on}, {lasts}",
    "clinical_event.ended": "No longer: {what} from {started_on}, {lasts}",
    "clinical_event.accepted": "{what}: accepted by {accepted_by} on {accepted_on}",
    "clinical_event.reversal_asked": "Said not to be so, another person confirms: {what} of {started_on}",
    "clinical_event.reversed": "Confirmed not to be so, as {asked_by} had said: {what} of {started_on}",
    "visit.carried": "{timepoints}, overdue: {activities} carried to {to}",
    "appointment.attached": "Appointment of {on}, replaced by a later plan, kept for {timepoints}",
    "visit.let_go_on": "{timepoints} goes on all the same ({held_for})",
    "clinical_event.changed": "Changed: {what} from {started_on}, {lasts}",
    "clinical_event.withdrawn": "Marked as entered in error: {what} from {started_on}",
    "result.corrected": "{analyte} of {on} corrected from {before} to {after}",
    "result.cancelled": "{analyte} {before} of {on} cancelled",
    "result.withdrawn": "{analyte} {before} of {on} withdrawn, another person’s",
    "laboratory.added": "Laboratory {laboratory} added with {codes} known codes",
    "laboratory.changed": "Laboratory {laboratory} changed: {fields}",
    "laboratory.retired": "Laboratory {laboratory} is no longer in use",
    "laboratory.reinstated": "Laboratory {laboratory} is in use again",
    "laboratory.code_mapped": "{laboratory}: {code} stands for {stands_for}",
    "laboratory.unit_mapped": "{laboratory}: {spelling} means {unit}",
    "laboratory.mapping_taken_back": "{laboratory}: taken back what was said of {mapping}",
    "laboratory.file_imported": "{laboratory}: {holds} from a file, {added} new, {changed} changed, {unchanged} alike",
    "range.set": "Range of {laboratory} for {holds_for}: {limits}",
    "range.retired": "Range of {laboratory} for {holds_for} taken back: {limits}",
    "quarantine.claimed": "Held back and taken over: {what}; rows: {count}",
    "quarantine.set_aside": "Held back and set aside: {what}; rows: {count}",
    "quarantine.replayed": "Held back and taken in: {what}; rows: {taken_in}, still held back: {still_held}",
    "quarantine.patient_chosen": "Held back, patient chosen: {what}; taken in: {taken_in}, still held: {still_held}",
    "quarantine.corrected": "Held back and corrected ({said}): {what}; rows: {taken_in}",
    "quarantine.stored": "Held back and stored by another row as {said}: {what}; rows: {count}",
    "lab_policy.changed": "Judging of results changed: {fields}",
    "lab_policy.signed": "Judging of results by CTCAE {ctcae} signed",
    "quarantine.settled": "Two values, {value} holds: {what}",
    "medicine.recorded": "Medicine on the list: {what}",
    "medicine.changed": "Medicine changed ({fields}): {what}",
    "medicine.ended": "Medicine taken until {ended_on}: {what}",
    "medicine.withdrawn": "Medicine marked as entered in error: {what}",
    "withdrawal.planned": "{medicine} to be withdrawn from {stop_on}, for the {occasion} of {day}; not confirmed yet",
    "withdrawal.changed": "{medicine} to be withdrawn from {stop_on}, for the {occasion} of {day}; not confirmed yet",
    "withdrawal.confirmed": "{medicine} withdrawn from {stop_on} until {restart_on}, for the {occasion} of {day}",
    "withdrawal.refused": "{medicine} cannot be withdrawn for the {occasion} of {day}",
    "withdrawal.decided": "Decided for the {occasion} of {day}, though {medicine} cannot be withdrawn",
    "withdrawal.restarted": "{medicine} taken again on {restarted_on}",
    "withdrawal.not_restarted": "{medicine} not taken again, which was withdrawn for the {occasion} of {day}",
    "withdrawal.handed_over": "{to} sees to it that {medicine} is taken again",
    "withdrawal.dropped": "{medicine} not withdrawn after all for the {occasion} of {day}",
    "blockade.recorded": "Thyroid blockade from {starts_on} to {last_on}, for the {occasion}: {what}",
    "blockade.withdrawn": "Thyroid blockade marked as entered in error: {what}",
    "preparation_policy.changed": "Days or names of medicines to be withdrawn changed: {fields}",
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
    if kind == "appointment.cancelled" and event.facts.get("cancelled_by"):
        sentence += f" (by {event.facts['cancelled_by']})"
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
        case ("with_whom", str()):
            return f", {value}" if value else ""
        case ("flags", str()):
            return f"; red flags: {value[:1].lower()}{value[1:]}" if value else ""
        case ("call_again_on", _):
            return f"; a call promised for {said_date(value)}" if value else ""
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
