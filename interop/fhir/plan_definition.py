"""A protocol as a FHIR R4 PlanDefinition in the shape of the HL7 Vulcan schedule of activities.

Each timepoint is an action after the infusion: `relatedAction.offsetDuration` is its target, the extension
AcceptableOffsetRangeSoa its window, counted from the infusion too. R4 cannot say “three months and seven days”, so for
a month that range is in days of an average month, and an extension of our own holds the days to either side exactly.
"""

import re
from collections.abc import Mapping
from typing import Any

from interop.fhir.terms import (
    ACCEPTABLE_OFFSET_RANGE,
    ACTIVITY,
    OWN,
    PLAN_TYPE,
    PROTOCOL_FILE,
    PROTOCOL_ID,
    UCUM,
    WINDOW,
)
from schedules.protocol import MARKERS, Protocol, dump_protocol
from schedules.protocol.definition import Phase
from schedules.protocol.grid import Slot, slots_until
from schedules.protocol.timeline import fixed_months

Json = dict[str, Any]

ANCHOR = "infusion"
GOAL = "follow-up"
DAYS_OF_A_MONTH = 30.4375  # the average of the calendar
UNITS = {"d": "days", "mo": "months"}


def plan_definition(protocol: Protocol, *, status: str) -> Json:
    """Return `protocol` as a PlanDefinition; `status` is draft, active or retired.

    It lists every timepoint of the phases that end, and the first of each phase without end with how it repeats, for
    a plan with default intervals. The file itself goes along, so that nothing is lost on the way back.
    """
    name = re.sub(r"[^A-Za-z0-9]+", "_", protocol.slug).strip("_")
    return {
        "resourceType": "PlanDefinition",
        "extension": [{"url": PROTOCOL_FILE, "valueString": dump_protocol(protocol)}],
        "url": f"{OWN}/PlanDefinition/{protocol.slug}",
        "identifier": [{"system": PROTOCOL_ID, "value": f"{protocol.slug} {protocol.version}"}],
        "version": protocol.version,
        "name": f"Protocol_{name}",
        "title": protocol.title,
        "type": {"coding": [{"system": PLAN_TYPE, "code": "clinical-protocol"}]},
        "status": status,
        "experimental": protocol.is_example,
        "goal": [{"id": GOAL, "description": {"text": protocol.title}}],
        "action": actions_of(protocol),
    }


def actions_of(protocol: Protocol) -> list[Json]:
    """Return the infusion and every timepoint as actions."""
    anchor = {"id": ANCHOR, "title": "Therapeutic infusion", "description": "Day 0: the day on which it began."}
    markers = tuple(key for key in protocol.activities if key in MARKERS & marker_keys(protocol))
    options = protocol.default_options(markers)
    phases = {phase.key: phase for phase in protocol.phases}
    last = fixed_months(protocol)
    # The first timepoint of a phase without end lies after all that end, so a decade more holds it.
    slots = sorted(slots_until(protocol, options, last + 120), key=lambda slot: (days_after(slot), slot.kind))
    actions, begun = [anchor], set()
    for slot in slots:
        phase = phases[slot.phase]
        if phase.last is not None:
            actions.append(timepoint_action(protocol, slot, phase))
        elif phase.key not in begun:
            begun.add(phase.key)
            repeat = {"frequency": 1, "period": phase.step(options), "periodUnit": "mo"}
            actions.append(timepoint_action(protocol, slot, phase) | {"timingTiming": {"repeat": repeat}})
    return actions


def marker_keys(protocol: Protocol) -> frozenset[str]:
    """Return the markers that some indication has."""
    return frozenset(marker for markers in protocol.indications.values() for marker in markers)


def days_after(slot: Slot) -> float:
    """Return about how many days after the infusion the target of `slot` lies."""
    return slot.offset * (1 if slot.offset_unit == "days" else DAYS_OF_A_MONTH)


def timepoint_action(protocol: Protocol, slot: Slot, phase: Phase) -> Json:
    """Return one timepoint as an action with its activities below it."""
    target = round(days_after(slot))
    low, high = max(target - slot.before, 0), target + slot.after
    window = {
        "url": WINDOW,
        "extension": [
            {"url": "before", "valueUnsignedInt": slot.before},
            {"url": "after", "valueUnsignedInt": slot.after},
        ],
    }
    acceptable = {
        "url": ACCEPTABLE_OFFSET_RANGE,
        "valueRange": {"low": quantity(low, "d"), "high": quantity(high, "d")},
    }
    related = {
        "extension": [acceptable, window],
        "actionId": ANCHOR,
        "relationship": "after",
        "offsetDuration": quantity(slot.offset, "d" if slot.offset_unit == "days" else "mo"),
    }
    return {
        "id": f"{slot.timepoint}-{slot.kind}",
        "prefix": slot.timepoint,
        "title": f"{slot.timepoint}: {phase.name}",
        "code": [{"coding": [{"system": f"{OWN}/CodeSystem/timepoint-kind", "code": slot.kind}]}],
        "goalId": [GOAL],
        "relatedAction": [related],
        "action": [activity_action(protocol, activity) for activity in slot.activities],
    }


def quantity(value: int, code: str) -> Json:
    """Return a number of days or months as a Duration."""
    return {"value": value, "unit": UNITS[code], "system": UCUM, "code": code}


def activity_action(protocol: Protocol, activity: str) -> Json:
    """Return one activity of a timepoint; a marker is done for those with such a tumour alone."""
    name = protocol.activities[activity]
    action: Json = {"title": name, "code": [{"coding": [{"system": ACTIVITY, "code": activity}], "text": name}]}
    if activity in MARKERS:
        having = [key for key, markers in protocol.indications.items() if activity in markers]
        action["textEquivalent"] = f"For a secreting tumour only: {', '.join(having)}."
        action["requiredBehavior"] = "could"
    return action


def extension_of(element: Mapping[str, Any], url: str) -> Any:
    """Return the first extension with `url`; None when there is none."""
    return next((each for each in element.get("extension") or [] if each.get("url") == url), None)
