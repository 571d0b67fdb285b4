"""How a clinic has its results judged: CTCAE version, rules, numbers, and who signed them."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from accounts.models import Clinic, Staff
from events.actions import record_event
from events.undo import Changes
from iotrex_followup.errors import InputRefused, TransitionRefused
from iotrex_followup.history import action
from labs.models import LabPolicy
from labs.rules.loader import KINDS, adapted_rules
from labs.rules.reading import RulesUnsound

Settings = Mapping[str, Mapping[str, Any]]
AS_SHIPPED: dict[str, Any] = {
    "ctcae": LabPolicy.Ctcae.V6.value,
    "rules_off": [],
    "settings": {},
    "signed_by_id": None,
    "signed_on": None,
}


@action
def set_policy(*, clinic: Clinic, ctcae: str, rules_off: Collection[str], settings: Settings, by: Staff) -> LabPolicy:
    """Set how the clinic's results are judged from now on; a signature does not outlive a change.

    `settings` holds, by rule, only what differs from what is shipped. Results graded before keep their grades.

    Raises   InputRefused: the numbers contradict each other or are none; at the field that is named by its path.
    Records  lab_policy.changed, which can be undone; nothing when nothing changes
    """
    if ctcae not in LabPolicy.Ctcae.values:
        raise InputRefused("There is no such version of CTCAE here.", field="ctcae")
    refuse_unsound(settings, rules_off)
    policy, changes = policy_watched(clinic)
    unsigned = without_signatures(policy.settings)
    fields = [
        *(["ctcae"] if policy.ctcae != ctcae else []),
        *(f"rule {rule}" for rule in sorted(set(rules_off) ^ set(policy.rules_off))),
        *(f"{rule} numbers" for rule in KINDS if unsigned.get(rule, {}) != settings.get(rule, {})),
    ]
    if fields:
        policy.ctcae, policy.rules_off, policy.settings = ctcae, sorted(rules_off), dict(settings)
        policy.signed_by, policy.signed_on = None, None
        policy.save()
        record_event("lab_policy.changed", clinic=clinic, by=by, fields=fields, rows=changes.facts())
    return policy


@action
def sign_policy(*, clinic: Clinic, by: Staff, today: date) -> LabPolicy:
    """Sign that the clinic's rules, as they are set now, suit its patients; `today` is the clinic's date.

    Raises   TransitionRefused: they are signed.
    Records  lab_policy.signed, which can be undone
    """
    policy, changes = policy_watched(clinic)
    if policy.signed_by_id:
        raise TransitionRefused(f"{policy.signed_by} signed these rules on {policy.signed_on}.")
    policy.settings = {key: {**policy.settings.get(key, {}), "signed": True} for key in KINDS}
    policy.signed_by, policy.signed_on = by, today
    policy.save()
    record_event("lab_policy.signed", clinic=clinic, by=by, ctcae=policy.ctcae, rows=changes.facts())
    return policy


def policy_watched(clinic: Clinic) -> tuple[LabPolicy, Changes]:
    """Return the clinic's policy, locked and stored, and what watches it for undoing."""
    policy, created = LabPolicy.objects.select_for_update(of=("self",)).get_or_create(clinic=clinic)
    changes = Changes()
    if created:
        changes.created(policy, undone=AS_SHIPPED)
    else:
        changes.watch(policy)
    return policy, changes


def refuse_unsound(settings: Settings, rules_off: Collection[str]) -> None:
    """Raise InputRefused with the first thing that is wrong, at its field."""
    try:
        adapted_rules(settings, off=rules_off)
    except RulesUnsound as error:
        first = error.mistakes[0]
        raise InputRefused(f"{first.path} {first.what}.", field=first.path) from error


def without_signatures(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return what a clinic set otherwise, without who signed it."""
    kept = {
        rule: {name: value for name, value in changes.items() if name != "signed"} for rule, changes in settings.items()
    }
    return {rule: changes for rule, changes in kept.items() if changes}
