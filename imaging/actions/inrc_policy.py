"""The thresholds by which a clinic computes INRC 2017."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from accounts.models import Clinic, Staff
from events.actions import record_event
from events.undo import Changes
from imaging.courses.inrc_rules import THRESHOLDS, WORDS, with_own
from imaging.models import ImagingPolicy
from imaging.response.inrc import InrcRules, SourcedNumber
from imaging.response.reasons import as_json
from iotrex_followup.errors import InputRefused
from iotrex_followup.history import action

MOST_DECIMALS = 2
UNKNOWN_SOURCE = "Write where it was read, such as the table of the paper."


@action
def set_inrc(
    *, clinic: Clinic, thresholds: Mapping[str, SourcedNumber], words: tuple[str, bool] | None, by: Staff
) -> ImagingPolicy:
    """Set the thresholds a clinic computes INRC by; `thresholds` holds only what it does not take as shipped.

    `words` are the source of what is no number (the rules in words, and how the parts make one response) and whether
    it was read in the paper; None: as shipped. What was signed keeps the arithmetic it was signed with.

    Raises   InputRefused: no such threshold, a number that cannot be, or no source; at the threshold's name or
             `<name>.source`.
    Records  imaging_policy.inrc_changed, which can be undone; nothing when nothing changes
    """
    stored: dict[str, Any] = {name: as_json(each) for name, each in thresholds.items()}
    for name, each in thresholds.items():
        refuse_impossible(name, each)
    if words:
        if not words[0].strip():
            raise InputRefused(UNKNOWN_SOURCE, field=f"{WORDS}.source")
        stored[WORDS] = {"source": words[0], "verified": words[1]}
    refuse_contradictions(with_own(stored))
    policy, created = ImagingPolicy.objects.select_for_update(of=("self",)).get_or_create(clinic=clinic)
    changes = Changes()
    if created:
        changes.created(policy, undone={"inrc": {}})
    else:
        changes.watch(policy)
    changed = [name for name in (*THRESHOLDS, WORDS) if policy.inrc.get(name) != stored.get(name)]
    if changed:
        policy.inrc = stored
        policy.save(update_fields=["inrc"])
        record_event("imaging_policy.inrc_changed", clinic=clinic, by=by, fields=changed, rows=changes.facts())
    return policy


def refuse_impossible(name: str, number: SourcedNumber) -> None:
    """Raise InputRefused for a threshold nobody knows, a number that cannot be, or one without a source."""
    if name not in THRESHOLDS:
        raise InputRefused("INRC has no such threshold.", field=name)
    most = THRESHOLDS[name][2]
    if not Decimal(0) < number.value <= most or -int(number.value.as_tuple().exponent) > MOST_DECIMALS:
        remedy = f"Enter a number above 0 and up to {most}, with up to {MOST_DECIMALS} decimals."
        raise InputRefused(remedy, field=name)
    if not number.source.strip():
        raise InputRefused(UNKNOWN_SOURCE, field=f"{name}.source")


def refuse_contradictions(rules: InrcRules) -> None:
    """Raise InputRefused for thresholds of bone that overlap."""
    least, most, worse = rules.bone_response_least, rules.bone_response_most, rules.bone_progression_least
    if least.value > most.value:
        raise InputRefused(f"It is above the most of a response, {most.value}.", field="bone_response_least")
    if worse.value <= most.value:
        raise InputRefused(f"A response is up to {most.value}: set it above.", field="bone_progression_least")
